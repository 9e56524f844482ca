"""What came of one call on one drawn scene."""

from typing import Final, Literal, get_args

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
    "false_accept",
    "false_reject",
    "uncertain",
    "blind",
]
MEANING: Final[dict[Cause, str]] = {
    "success": "what was asked for has come to be",
    "no_grasp": "the expert finds no grasp",
    "no_way": "the expert finds no way that the gate lets pass",
    "refused": "the gate refused the motion, or stopped it by one of its rules",
    "timeout": "the card's budget was spent before the end",
    "silent": "the policy gave no answer",
    "missed": "the gripper came back without a part",
    "dropped": "the part fell out of the gripper on its way",
    "wrong_part": "another part than the one that was meant was lifted",
    "wrong_place": "the part has come to lie elsewhere",
    "false_accept": "the verifier believed a call that had failed",
    "false_reject": "the verifier called one failed that had not",
    "uncertain": "the verifier could not tell",
    "blind": "the verifier judged by a picture that showed nothing to judge by",
}
assert set(MEANING) == set(get_args(Cause))


class Trial(Value):
    """One scene: what was asked, of which part, and what came of it.

    Attributes:
        number: of the scene, among those of its seed.
        phrase: what was said; meant: what the card's own phrase for it is.
        words: what results are counted by.
        rule: of the gate, where it stopped the motion.
        aimed_right: whether the part on which, or nearest to which, the fingers close is the one that was meant; None
            where that is no question, or nothing was proposed.
        confidence: that came with the first chunk.
        skipped: scenes drawn for this one before, in which nothing could be asked for.
        before, after: pictures of a failure, JPEG in base64.
    """

    number: int = 0
    phrase: str
    meant: str = ""
    words: dict[str, str]
    cause: Cause
    detail: str = ""
    rule: str | None = None
    aimed_right: bool | None = None
    confidence: float | None = None
    skipped: int = 0
    before: str = ""
    after: str = ""

    @property
    def success(self) -> bool:
        return self.cause == "success"

    def as_json(self) -> dict[str, object]:
        """Without what is empty, and without pictures."""
        content = self.model_dump(mode="json", exclude={"before", "after"})
        return {name: value for name, value in content.items() if value not in (None, "")}
