"""Which parts of a step still have to be moved, and which lie where they are to be."""

from collections.abc import Iterable

from skills.plan import GRIPPER, Step
from skills.regions import lies_in
from skills.scene import PerceivedPart, select


def remaining(step: Step, parts: Iterable[PerceivedPart], half: float) -> tuple[PerceivedPart, ...]:
    """The parts that `step` means and that have not arrived, nearest to the robot first.

    One that is picked leaves the tray, whose inner half width is `half` [m]; one that is moved on it has arrived
    when it lies in the region. What is put back from the gripper lies nowhere yet.
    """
    if step.source == GRIPPER:
        return ()
    known = tuple(parts)
    there = arrived(step, known, half)
    return select(step.part, (part for part in known if part not in there))


def arrived(step: Step, parts: Iterable[PerceivedPart], half: float) -> tuple[PerceivedPart, ...]:
    """The parts that `step` means and that lie in the region of the tray where it wants them."""
    meant = select(step.part, parts)
    return () if step.skill is None else tuple(filter(lies_in(step.destination, half), meant))
