"""What came of one call on one drawn scene."""

from typing import Literal, get_args

from skills.base import Value

Cause = Literal[
    "success",
    "no_grasp",
    "no_way",
    "refused",
    "timeout",
    "silent",
    "missed",
    "dropped",
    "wrong_part",
    "wrong_place",
]
CAUSES: tuple[Cause, ...] = get_args(Cause)


class Trial(Value):
    """One scene: what was asked, of which part, and what came of it.

    Attributes:
        words: what results are counted by.
        rule: of the gate, where it stopped the motion.
        aimed_right: whether the part nearest to where the fingers close is the one that was meant; None where that is
            no question, or nothing was proposed.
        skipped: scenes drawn for this one before, in which nothing could be asked for.
    """

    phrase: str
    words: dict[str, str]
    cause: Cause
    detail: str = ""
    rule: str | None = None
    aimed_right: bool | None = None
    skipped: int = 0

    @property
    def success(self) -> bool:
        return self.cause == "success"
