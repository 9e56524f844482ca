"""How a call went, before anybody has looked."""

from typing import Final, Literal

from agent.refusal_causes import cause_of
from skills.base import Value
from skills.call import Cause, Ruling

Status = Literal["ended", "spent", "stopped", "faulted", "garbled", "silent", "empty", "absent", "already"]

CAUSE_OF: Final[dict[str, Cause | None]] = {
    "ended": None,
    "spent": None,
    "faulted": "not_visible",
    "garbled": "bad_chunk",
    "silent": "policy_silent",
    "empty": "gone",
    "absent": "gone",
    "already": None,
}

WATCHED: Final[frozenset[Status]] = frozenset({"ended", "spent", "stopped"})
"""The gate saw the motion to its end."""


class Execution(Value):
    """How one call went, before anybody has looked.

    Attributes:
        status: ended (the policy said done), spent (budget), stopped (by the gate), faulted (a check of
            `skills.preflight` before the first motion, or a camera that does not answer), garbled (an answer of the
            policy that is no chunk or moves as no data did), silent (no answer of it), empty (nothing in the gripper
            to bring away), absent (nothing lies any more where the part to be taken lay), already (the journal holds
            this id: it is looked at, not moved again).
        text: the reason where it did not end by itself.
        rulings: one for each motion that was asked for.
        seconds: cell time that it took [s].
    """

    status: Status
    text: str = ""
    rulings: tuple[Ruling, ...] = ()
    chunks: int = 0
    seconds: float = 0.0

    @property
    def cause(self) -> Cause | None:
        """What it says of a failure in which nothing was seen to happen; None leaves it to what is seen.

        Whether the latch is closed is the gate's to say: it may have been opened since.
        """
        cause = cause_of(self.rulings) if self.status == "stopped" else CAUSE_OF[self.status]
        return None if cause == "latched" else cause
