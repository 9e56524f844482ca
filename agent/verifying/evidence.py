"""What a verdict rests on: for who asks why, for replay, and for the curve that says how sure it may be."""

from collections.abc import Iterable
from typing import Annotated

from pydantic import Field

from agent.verifying.aims import LetGo
from skills.base import Value
from skills.call import Judgement, Ruling


class Opinion(Value):
    """What a chat model says of a call, in the form that it is asked for."""

    judgement: Judgement
    confidence: Annotated[float, Field(ge=0, le=1)]
    reason: Annotated[str, Field(min_length=1, max_length=300)]


class Consulted(Value):
    """That a second opinion was asked for.

    Attributes:
        prompt: its name and version.
        opinion: None where none was given in time and in form; `trouble` says why.
    """

    model: str
    prompt: str
    opinion: Opinion | None = None
    trouble: str = ""


class Evidence(Value):
    """What the verifier had before it.

    Attributes:
        looks: how many were made; agreed: one was enough, or two told the same.
        tidy: the tray shows nothing that the verdict does not explain.
        width: between the fingers [m].
        weakest: the least confidence of the parts that the verdict names; 1 where it names none.
        gone, appeared, moved, changed: how many parts, against the look before the call.
        watched: the gate saw the motion to its end; stops: its rules that ended it.
        let_go: over which place the fingers let go; None where they did not, or it is not known.
        carried: they held something when that was proposed.
        beside: how far from the part in the gripper they closed [m]; None where that is no question; off_centre: how
            much of that along the part.
        consulted: the second opinion, where one was asked for.
    """

    looks: int = 1
    agreed: bool = True
    tidy: bool = False
    width: float
    weakest: float
    gone: int
    appeared: int
    moved: int
    changed: int
    watched: bool
    stops: tuple[str, ...] = ()
    let_go: LetGo | None = None
    carried: bool | None = None
    beside: float | None = None
    off_centre: float | None = None
    consulted: Consulted | None = None


def witnessed(evidence: Evidence | None, rulings: Iterable[Ruling]) -> Evidence | None:
    """The evidence with the rules of the gate that ended the motion."""
    stops = tuple(found.rule for ruling in rulings if ruling.decision == "stop" for found in ruling.findings)
    return evidence and evidence.model_copy(update={"stops": stops})
