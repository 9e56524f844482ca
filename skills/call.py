"""A skill call and all that is said of it: rulings, verdicts, attempts, the outcome of a run."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import Field

from skills.base import Value
from skills.scene import PartQuery

Decision = Literal["allow", "clamp", "stop"]
Judgement = Literal["success", "failure", "uncertain"]
RunOutcome = Literal["done", "incomplete", "stopped", "refused"]
Cause = Literal[
    "missed",
    "wrong_part",
    "off_centre",
    "dropped_inside",
    "dropped_outside",
    "gone",
    "not_visible",
    "unreachable",
    "refused_by_gate",
    "policy_silent",
    "unclear",
    "place_full",
    "bad_chunk",
    "robot_fault",
    "latched",
]
"""Why a call failed, or can't be made; docs/recovery.md says each in words."""


class SkillCall(Value):
    """One atomic call of a skill.

    Attributes:
        id: unique in the journal; makes the call idempotent.
        skill: name of the skill card.
        arguments: the card's parameters as they were filled.
        phrase: rendered from the card; stands letter for letter in the checkpoint's contract.
        part: what the part that is moved must match; the verifier's promise.
        destination: where it goes; None for a pick.
        start: from which of the starts that the checkpoint's data hold it begins; 0 is their mean.
    """

    id: str
    skill: str
    arguments: Mapping[str, str]
    phrase: str
    part: PartQuery
    destination: str | None = None
    start: int = 0


class Finding(Value):
    """What one rule of the gate found.

    Attributes:
        rule: the rule's name, as the limits table lists it.
        index: where: (row,), (row, joint or column) or () when the whole is meant.
        value, bound: what was found and what was allowed, in `unit`; None where it is no number.
        text: the sentence for a person.
        at: x, y of the tool centre point in the robot's base frame [m], where a rule of motion looked at a place.
    """

    rule: str
    index: tuple[int, ...] = ()
    value: float | None = None
    bound: float | None = None
    unit: str = ""
    text: str
    at: tuple[float, float] | None = None


class Ruling(Value):
    """What the gate decided on one chunk, and what was really sent.

    Attributes:
        findings: empty for `allow`; the slowed quantities for `clamp`; the reasons for `stop`.
        sent_rows: rows of joint motion that reached the driver.
        seconds: how long the motion took by the cell's clock [s].
        latched: the stop stays until a person resets it.
    """

    decision: Decision
    findings: tuple[Finding, ...] = ()
    sent_rows: int = 0
    seconds: float = 0.0
    latched: bool = False

    def describe(self) -> str:
        if not self.findings:
            return self.decision
        return f"{self.decision}: " + "; ".join(f"[{f.rule}] {f.text}" for f in self.findings)


class Verdict(Value):
    """What the verifier believes of one call after looking; `uncertain` is not success."""

    judgement: Judgement
    reason: str
    confidence: Annotated[float, Field(ge=0, le=1)]
    cause: Cause | None = None


class Attempt(Value):
    """One try at a call: what the gate ruled on each chunk, and the verdict."""

    call: SkillCall
    rulings: tuple[Ruling, ...]
    verdict: Verdict
    chunks: int
    seconds: float


class Outcome(Value):
    """How a run ended, and why."""

    outcome: RunOutcome
    reason: str
