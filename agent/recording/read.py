"""A recording read back: the nodes that a run went through, each with the state before it and what it was told."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from pydantic import ValidationError

from agent.recording.entries import (
    ENTRY,
    VERSION,
    Began,
    Decided,
    Entered,
    Entry,
    Failed,
    Heard,
    Pictured,
    Questioned,
    Said,
)
from agent.recording.shelf import LINES, PICTURES, name_of
from skills.base import Image
from skills.errors import BadInput

State = Mapping[str, Any]
"""A run's state as it was written down."""


@dataclass(frozen=True)
class Try:
    """A node's work up to its end or to a question: what it heard, what it asked, and the reply."""

    heard: tuple[Heard, ...] = ()
    question: Any = None
    reply: str | None = None


@dataclass(frozen=True)
class Visit:
    """A node that a run went through; `update` is None where it did not end: the process did, or a person never said.

    Attributes:
        before: the state that it began with.
        tries: one more than the questions that were answered in it.
        error: what it failed with, where nobody had planned that.
        began: how the run began with it, or went on.
    """

    node: str
    before: State
    tries: tuple[Try, ...] = (Try(),)
    update: Mapping[str, Any] | None = None
    error: str | None = None
    began: Began | None = None

    @property
    def after(self) -> State:
        return {**self.before, **(self.update or {})}

    @property
    def heard(self) -> tuple[Heard, ...]:
        return tuple(one for attempt in self.tries for one in attempt.heard)

    @property
    def call(self) -> str | None:
        """The id of the call that it is about."""
        call = self.after.get("call") or self.before.get("call")
        return call["id"] if isinstance(call, Mapping) else None


@dataclass(frozen=True)
class Recording:
    """A run as it was written down. What a later version wrote in addition is passed over.

    Raises: BadInput (no recording, another version's).
    """

    path: Path
    entries: tuple[Entry, ...] = field(repr=False)

    @cached_property
    def began(self) -> Began:
        """How it began, with which cell and weights."""
        return next(entry for entry in self.entries if isinstance(entry, Began))

    @cached_property
    def visits(self) -> tuple[Visit, ...]:
        return tuple(_visits(self.entries))

    @cached_property
    def files(self) -> Mapping[int, Mapping[str, str]]:
        """By an observation's sequence number the files of its pictures, by camera."""
        found: dict[int, dict[str, str]] = {}
        for entry in self.entries:
            if isinstance(entry, Pictured):
                found.setdefault(entry.sequence, {})[entry.camera] = entry.file
        return found

    @cached_property
    def damaged(self) -> tuple[str, ...]:
        """The files of pictures that are not there any more, or not as they were taken."""
        names = sorted({name for by_camera in self.files.values() for name in by_camera.values()})
        return tuple(name for name in names if not self._is_whole(name))

    def _is_whole(self, name: str) -> bool:
        image = _image(self.picture_file(name))
        return image is not None and name_of(image) == name

    def picture_file(self, name: str) -> Path:
        return self.path / PICTURES / name

    def images(self, sequence: int) -> dict[str, Image]:
        """The pictures of an observation that were looked at and can be read."""
        read = {camera: _image(self.picture_file(name)) for camera, name in self.files.get(sequence, {}).items()}
        return {camera: image for camera, image in read.items() if image is not None}

    @property
    def outcome(self) -> Mapping[str, str] | None:
        """How the run ended; None where it was cut off."""
        return self.visits[-1].after.get("outcome") if self.visits else None


def read(path: Path) -> Recording:
    """The recording in the folder `path`, to its last whole line. Raises: BadInput."""
    try:
        content = (path / LINES).read_bytes()
    except OSError as error:
        raise BadInput("RUN", str(path), f"a readable recording ({error.strerror})") from None
    lines = content[: content.rfind(b"\n") + 1].splitlines()
    told = (_told(path, number, line) for number, line in enumerate(lines, 1))
    entries = tuple(entry for entry in told if entry is not None)
    first = entries[0] if entries else None
    if not isinstance(first, Began) or first.version > VERSION:
        wanted = f"a recording of version {VERSION} or before, with its beginning"
        raise BadInput("RUN", str(path), wanted)
    return Recording(path, entries)


def _told(path: Path, number: int, line: bytes) -> Entry | None:
    """What a line says. Raises: BadInput, which names it."""
    try:
        return _entry(json.loads(line))
    except ValueError as error:
        told = error.errors()[0]["msg"] if isinstance(error, ValidationError) else error
        raise BadInput("RUN", str(path), f"a whole recording; line {number} of {LINES} is broken ({told})") from None


def _entry(content: Any) -> Entry | None:
    """The entry; None for a kind that a later version added."""
    try:
        return ENTRY.validate_python(content)
    except ValidationError as error:
        if error.errors()[0]["type"] == "union_tag_invalid":
            return None
        raise


def _visits(entries: tuple[Entry, ...]) -> Iterator[Visit]:
    """The nodes in their order; one that did not end is left when the next begins."""
    state: State = {}
    began: Began | None = None
    visit: Visit | None = None
    for entry in entries:
        if visit is not None and (
            isinstance(entry, Began) or (isinstance(entry, Entered) and not _again(visit, entry))
        ):
            yield visit
            visit = None
        if isinstance(entry, Began):
            began, state = entry, entry.state
        elif isinstance(entry, Entered):
            visit = replace(visit, tries=(*visit.tries, Try())) if visit else Visit(entry.node, state, began=began)
            began = None
        elif visit is not None:
            visit = _grown(visit, entry)
            state = visit.after
    if visit is not None:
        yield visit


def _again(visit: Visit, entry: Entered) -> bool:
    """Whether a node that asked goes on with the reply."""
    return visit.node == entry.node and visit.update is None and visit.tries[-1].reply is not None


def _grown(visit: Visit, entry: Entry) -> Visit:
    """The visit with one more of its entries."""
    match entry:
        case Heard():
            return _with(visit, heard=(*visit.tries[-1].heard, entry))
        case Questioned():
            return _with(visit, question=entry.question)
        case Said():
            return _with(visit, reply=entry.answer)
        case Failed():
            return replace(visit, error=entry.error)
        case Decided():
            return replace(visit, update=entry.update)
        case _:
            return visit


def _with(visit: Visit, **changed: Any) -> Visit:
    return replace(visit, tries=(*visit.tries[:-1], replace(visit.tries[-1], **changed)))


def _image(path: Path) -> Image | None:
    import cv2

    read = cv2.imread(str(path)) if path.is_file() else None
    return None if read is None else np.asarray(cv2.cvtColor(read, cv2.COLOR_BGR2RGB), np.uint8)
