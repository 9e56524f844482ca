"""A folder of corrected attempts, made one after another in as many sittings as it takes."""

import hashlib
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from agent.corrections.by_person import Case, corrected
from agent.journal.attempts import Flagged
from agent.lines import Lines
from sim.claim import claimed
from sim.data.corrections import one_scene, packed, unpacked, write_corrections
from sim.data.scenes import DataScene
from sim.data.shards import write_whole
from skills.catalogue import catalogue_of
from skills.cell import Cell

ANSWERS: Final = "answers.jsonl"
PERSON, EXPERT = "person", "demonstrator"
"""Who corrects."""


class Sitting:
    """What was answered so far; each answer, with the scene that it makes, is on disk before the next one."""

    def __init__(self, cell: Cell, out: Path, by: str) -> None:
        self._cell, self._out, self._by = cell, out, by
        self._answers = Lines(out / ANSWERS)

    def unanswered(self, attempts: Iterable[Flagged]) -> tuple[Flagged, ...]:
        """Those that no answer was given to yet."""
        answered = {entry["attempt"] for entry in self._answers.entries}
        return tuple(attempt for attempt in attempts if _key(attempt) not in answered)

    def add(self, case: Case, said: str) -> None:
        """Take the person's word on an attempt. Raises: BadInput (it can't be carried out)."""
        self.take(case.attempt, said, corrected(self._cell, case, said))

    def take(self, attempt: Flagged, said: str, scene: DataScene | None) -> None:
        """Write down what was said of an attempt, and how it should have been; None where nothing is learnt from it."""
        key = _key(attempt)
        if scene is not None:
            write_whole(self._file(key), packed(one_scene(scene, self._cell, catalogue_of(self._cell))))
        self._answers.add(attempt=key, said=said, corrected=scene is not None)

    @property
    def corrections(self) -> int:
        return sum(entry["corrected"] for entry in self._answers.entries)

    def write(self) -> Path:
        """The data set of all corrections so far; its index. Raises: BadInput (there is none)."""
        scenes = [unpacked(self._file(entry["attempt"])) for entry in self._answers.entries if entry["corrected"]]
        return write_corrections(self._out, scenes, self._cell, catalogue_of(self._cell), {"by": self._by})

    def _file(self, key: str) -> Path:
        return self._out / f"scene-{key}.npz"


@contextmanager
def sitting(cell: Cell, state: Path, out: Path, by: str) -> Iterator[Sitting]:
    """The corrections in `out`, by whoever that is, of what the cell with that state folder kept.

    Raises: BadInput (the folder holds something else), Unavailable (another process is in it).
    """
    with claimed(out, {"corrections": {"by": by, "state": str(state.resolve())}}):
        yield Sitting(cell, out, by)


def _key(attempt: Flagged) -> str:
    """Of this attempt and no other: a journal that begins anew counts its runs from one."""
    return f"{attempt.call.id.replace('/', '-')}-{hashlib.sha256(attempt.picture).hexdigest()[:8]}"
