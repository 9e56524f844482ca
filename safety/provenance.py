"""Where chunks come from: the call that the gate is bound to, and the observations that it handed out."""

from collections import deque
from typing import Final

from safety.cases import Proposal
from skills.call import SkillCall
from skills.cell import Cell
from skills.chunk import ActionChunk
from skills.observation import Observation

_REMEMBERED: Final = 1000


class Provenance:
    """Bookkeeping for the rules on a chunk's identity."""

    def __init__(self) -> None:
        self._call_id: str | None = None
        self._checkpoint: str | None = None
        self._until_ns: int | None = None
        self._seen: dict[int, int] = {}
        self._answered: deque[int] = deque(maxlen=_REMEMBERED)

    @property
    def until_ns(self) -> int | None:
        """The cell's time at which the bound call's budget is spent."""
        return self._until_ns

    def bind(self, call: SkillCall, checkpoint: str, until_ns: int | None) -> None:
        self._call_id, self._checkpoint, self._until_ns = call.id, checkpoint, until_ns

    def unbind(self) -> None:
        self._call_id = self._checkpoint = self._until_ns = None

    def saw(self, observation: Observation) -> None:
        self._seen[observation.sequence] = observation.time_ns

    def moved(self) -> None:
        """What was seen before a motion can be answered no more."""
        self._seen.clear()

    def proposal(self, chunk: ActionChunk, cell: Cell, now_ns: int) -> Proposal:
        """The case of `chunk`, which from now on counts as an answer to its observation."""
        case = Proposal(
            chunk, cell, self._call_id, self._checkpoint, dict(self._seen), frozenset(self._answered), now_ns
        )
        self._answered.append(chunk.answers)
        return case
