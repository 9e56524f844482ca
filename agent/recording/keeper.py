"""Writes a run down while it goes on. It never stops one: what can't be written is said, and the run goes on."""

import json
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar, cast

from pydantic_core import to_jsonable_python

from agent.recording import entries
from agent.recording.coding import Unwritten, encode
from agent.recording.overheard import Overheard, watched
from agent.recording.shelf import Shelf, Volume
from agent.state import RunState, Update
from skills.base import Image, Value
from skills.cell import Cell
from skills.observation import Observation
from skills.protocols import Clock
from skills.scene import Scene

Thing = TypeVar("Thing")
Tell = Callable[[str], None]
"""Says why a run is recorded no further."""


@dataclass(frozen=True)
class Around:
    """What a node works with beside the state.

    Attributes:
        seen: what the last look made out.
        told: values of the workcell, such as who stands before it.
    """

    seen: Scene | None
    told: Mapping[str, Value]
    tell: Tell


class Recorder:
    """The recordings of one cell, one run at a time.

    It listens while a node of a run is under way, in that node's thread: what doors ask of the cell is no part of a
    run.

    Args:
        folder: of all recordings.
        weights: hash of each policy's weights by the name of its checkpoint.
    """

    def __init__(self, folder: Path, cell: Cell, weights: Mapping[str, str], clock: Clock) -> None:
        self._shelf = Shelf(folder, cell.recordings)
        self._cell, self._weights, self._clock = cell, dict(weights), clock
        self._volume: Volume | None = None
        self._state: RunState | None = None
        self._lost: str | None = None
        self._tell: Tell = lambda _: None
        self._thread: int | None = None

    def overhear(self, name: str, thing: Thing) -> Thing:
        """`thing`, whose answers are written down."""
        return cast(Thing, Overheard(name, thing, self))

    @contextmanager
    def visit(self, node: str, state: RunState, around: Around) -> Iterator[Callable[[Update], None]]:
        """Listen while `node` works; yields what takes its decision."""
        self._tell = around.tell
        self._begin(state, around)
        self._write(lambda: entries.Entered(node=node))
        self._thread = threading.get_ident()
        try:
            yield lambda update: self._decided(node, state, update)
        except Exception as error:
            end = _end(node, error)
            self._write(lambda: end)
            raise
        finally:
            self._thread = None

    def said(self, answer: str | None) -> None:
        """A person has answered, or nobody has."""
        self._write(lambda: entries.Said(answer=answer or ""))

    def time(self) -> int | None:
        if not self._listens:
            return None
        with suppress(Exception):
            return self._clock.now_ns()
        return None

    def hear(self, of: str, ns: int | None, answer: Any) -> Any:
        if not self._listens:
            return answer
        with suppress(Unwritten):
            coded = encode(answer)
            self._write(lambda: entries.Heard(of=of, ns=ns, answer=coded))
        if isinstance(answer, Observation):
            return watched(answer, self._looked_at(answer.sequence))
        return answer

    @property
    def _listens(self) -> bool:
        return self._volume is not None and self._thread == threading.get_ident()

    def _looked_at(self, sequence: int) -> Callable[[str, Image], None]:
        kept: set[str] = set()

        def looked(camera: str, image: Image) -> None:
            if self._listens and camera not in kept:
                kept.add(camera)
                self._write(lambda: entries.Pictured(sequence=sequence, camera=camera, file=self._kept(image)))

        return looked

    def _kept(self, image: Image) -> str:
        assert self._volume is not None
        return self._volume.keep(image)

    def _begin(self, state: RunState, around: Around) -> None:
        """Open the run's recording, and say where it stands unless the entries before lead there."""
        if not state.run_id or self._lost == state.run_id:
            self._volume = self._state = None
            return
        if self._volume is None or self._volume.path.name != state.run_id:
            self._open(state)
        if self._state != state:
            self._state = state
            self._write(
                lambda: entries.Began(
                    run=state.run_id,
                    at=datetime.now(UTC).isoformat(timespec="seconds"),
                    cell=self._cell.model_dump(mode="json"),
                    weights=self._weights,
                    state=state.model_dump(mode="json"),
                    seen=around.seen.model_dump(mode="json") if around.seen else None,
                    told={name: encode(value) for name, value in around.told.items()},
                )
            )

    def _open(self, state: RunState) -> None:
        self._volume = self._state = None
        try:
            self._volume = self._shelf.open(state.run_id, anew=state.understanding is None and not state.questions)
        except OSError as error:
            self._lose(state.run_id, error)

    def _decided(self, node: str, state: RunState, update: Update) -> None:
        self._write(lambda: entries.Decided(node=node, update=to_jsonable_python(update)))
        self._state = RunState.model_validate({**dict(state), **update})

    def _write(self, entry: Callable[[], Any]) -> None:
        """Nothing that goes wrong here may stop the robot's work: neither a full disk nor a value that is new."""
        if self._volume is None:
            return
        try:
            self._volume.add(json.dumps(entry().model_dump(mode="json"), ensure_ascii=False).encode())
        except Exception as error:
            self._lose(self._volume.path.name, error)

    def _lose(self, run_id: str, error: Exception) -> None:
        self._lost = run_id
        self._volume = self._state = None
        reason = getattr(error, "strerror", None) or str(error) or type(error).__name__
        self._tell(f"{run_id} is recorded no further: {reason} ({self._shelf.folder})")


def _end(node: str, error: Exception) -> entries.Questioned | entries.Failed:
    """A question is an interrupt of LangGraph's, and so an error to whoever is in between."""
    from langgraph.errors import GraphInterrupt

    if isinstance(error, GraphInterrupt) and error.args[0]:
        return entries.Questioned(node=node, question=to_jsonable_python(error.args[0][0].value))
    return entries.Failed(node=node, error=f"{type(error).__name__}: {error}")
