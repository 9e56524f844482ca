"""What a verdict rests on: for who asks why, for replay, and for the curve that says how sure it may be."""

from collections.abc import Iterable

from agent.aims import LetGo
from agent.difference import Difference
from skills.base import Value
from skills.call import Ruling


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
        beside: how far from the part in the gripper they closed [m]; None where that is no question.
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
    beside: float | None = None


def counts(seen: Difference) -> dict[str, int]:
    """How many parts are gone, have appeared, were moved or look otherwise."""
    return {name: len(getattr(seen, name)) for name in ("gone", "appeared", "moved", "changed")}


def witnessed(evidence: Evidence | None, rulings: Iterable[Ruling]) -> Evidence | None:
    """The evidence with the rules of the gate that ended the motion."""
    stops = tuple(found.rule for ruling in rulings if ruling.decision == "stop" for found in ruling.findings)
    return evidence and evidence.model_copy(update={"stops": stops})
