"""What is known of the fixtures' holes. No camera sees them: it is what the journal holds of our own inserts, and
what a person says.
"""

from collections.abc import Collection, Iterable
from typing import Final

from skills.base import Value
from skills.call import Cause
from skills.plan import Hole, Plan, Step
from skills.scene import PartQuery, PerceivedPart, Scene, select
from skills.words import SHANK, Size

HELD_FROM: Final = -0.001
HELD_TO: Final = 0.003
"""How much wider [m] than the shank a gripper is that holds a bolt: by about 2 mm where it lies on its head and leans
between the fingers, by nothing where it is held square. Shanks of two sizes differ by 4 mm."""
OFF_CENTRE: Final = 0.005
"""A bolt is inserted that is held no farther from its middle [m], as far as that is seen. In the twin it slips into its
hole up to 5 mm, at 8 mm not always and at 12 mm never (docs/verifier.md)."""


class Filled(Value):
    """A hole that an insert of ours has filled; unless `sure`, it was begun and its end is not known."""

    hole: Hole
    run: str
    sure: bool

    def describe(self) -> str:
        return f"the {self.hole.describe()} {'was' if self.sure else 'may have been'} filled by {self.run}"


def no_room(step: Step, filled: Iterable[Filled]) -> frozenset[Size]:
    """The sizes that can't be brought to the step's destination, because a bolt lies in their hole."""
    return frozenset(one.hole.size for one in filled if one.hole.fixture == step.destination)


def insertable(step: Step, full: Collection[Size]) -> Step:
    """`step` without the bolts whose hole is full."""
    left_out = tuple(PartQuery(kind="bolt", size=size) for size in sorted(full))
    without = (*step.part.without, *left_out)
    return step.model_copy(update={"part": step.part.model_copy(update={"without": without})}) if full else step


def in_the_way(step: Step, scene: Scene, filled: Iterable[Filled]) -> tuple[Filled, ...]:
    """The filled holes without which the step can't be met with the bolts that lie on the tray."""
    here = [one for one in filled if one.hole.fixture == step.destination]
    sizes = {part.size for part in select(step.part, scene.parts)}
    needed = tuple(one for one in here if one.hole.size in sizes)
    free = len(sizes) - len(needed)
    return () if step.quantity != "all" and step.quantity <= free else needed


def needed_by(plan: Plan, scene: Scene, filled: Iterable[Filled]) -> tuple[Filled, ...]:
    """The filled holes that stand in the way of any step, each once."""
    known = tuple(filled)
    return tuple(dict.fromkeys(one for step in plan.steps for one in in_the_way(step, scene, known)))


def misfit(held: PerceivedPart, width: float, off_centre: float | None = None) -> tuple[Cause, str] | None:
    """Why the part in the gripper must not be inserted; None when it fits.

    Args:
        width: between the fingers, as measured [m].
        off_centre: how far from its middle, along it, they hold it [m]; None where that is not known.
    """
    said = f"{held.describe()} was seen"
    if held.kind != "bolt":
        return "wrong_part", f"{said}, and only bolts are inserted"
    low, high = SHANK[held.size] + HELD_FROM, SHANK[held.size] + HELD_TO
    if not low <= width < high:
        span = f"{low * 1e3:.0f} to {high * 1e3:.0f} mm"
        text = f"{said}, but the gripper is closed to {width * 1e3:.1f} mm: a bolt {held.size} is held at {span}"
        return "wrong_part", text
    if off_centre is not None and off_centre > OFF_CENTRE:
        text = f"{held.describe()} is held {off_centre * 1e3:.0f} mm from its middle; up to {OFF_CENTRE * 1e3:.0f} fit"
        return "off_centre", text
    return None
