"""A person corrects an attempt: which of the parts that are seen was meant, or where the fingers should have closed.

What the person says is one line: a part's number on the sheet; x, y, turn, opening and, where no part is near, height
of a grasp; or `skip`. All else comes from the picture, by the perceiver, as the robot saw it.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from agent.journal.attempts import Flagged
from sim.data.corrections import correction
from sim.data.scenes import DataScene
from sim.data.shards import MAX_PARTS
from sim.grasps import Grasp, NoGrasp, choose_grasp, half_turn
from sim.lying import laid_flat
from sim.parts.spawn import PartSpec
from sim.robot import heading
from sim.world import TruePart
from skills.cell import Cell
from skills.errors import BadInput
from skills.observation import Observation
from skills.scene import PerceivedPart, Scene

SKIP: Final = "skip"
NEAR: Final = 0.03
"""A point within this of a part's middle [m] is a grasp of that part."""
HEIGHTS: Final = (0.002, 0.1)
"""Of the tool centre point, for a grasp on the tray [m]."""
GRAMMAR: Final = (
    "a part's number on the sheet, or x y turn opening [height] of a grasp, in mm from the tray's middle and degrees, "
    f"or {SKIP}"
)


@dataclass(frozen=True)
class Case:
    """An attempt as a person judges it: what was seen, and what the perceiver makes of it."""

    attempt: Flagged
    seen: Observation
    scene: Scene

    @property
    def parts(self) -> tuple[PerceivedPart, ...]:
        """In the order of their numbers on the sheet, which begin at 1; as many as a data set holds of a scene."""
        return self.scene.parts[:MAX_PARTS]


def corrected(cell: Cell, case: Case, said: str) -> DataScene | None:
    """The attempt as it should have been; None where the person skips it.

    Raises: BadInput (words that say nothing, a part that no fingers can reach, a point off the tray).
    """
    words = said.split()
    if words == [SKIP]:
        return None
    numbers = _numbers(case, said, words)
    target, grasp = _of_part(cell, case, numbers[0]) if len(numbers) == 1 else _of_point(cell, case, numbers)
    return correction(cell, case.seen, case.attempt.call.phrase, grasp, target, tuple(map(_lying, case.parts)))


def _numbers(case: Case, said: str, words: list[str]) -> list[float]:
    field = f"correction of {case.attempt.call.id}"
    try:
        numbers = [float(word) for word in words]
    except ValueError:
        raise BadInput(field, said, GRAMMAR) from None
    if len(numbers) not in (1, 4, 5) or not np.isfinite(numbers).all():
        raise BadInput(field, said, GRAMMAR)
    return numbers


def _of_part(cell: Cell, case: Case, number: float) -> tuple[int, Grasp]:
    """The expert's grasp of a part among the others, as far as the picture tells."""
    field = f"correction of {case.attempt.call.id}"
    if number not in range(1, len(case.parts) + 1):
        raise BadInput(field, f"{number:g}", f"a part's number, 1 to {len(case.parts)}")
    target = int(number) - 1
    lying = [laid_flat(_spec(part), cell.tray.centre) for part in case.parts]
    grasp = choose_grasp(cell, lying[target], lying[:target] + lying[target + 1 :])
    if isinstance(grasp, NoGrasp):
        allowed = f"a part that the fingers reach (this one: {grasp.cause.replace('_', ' ')}), or the grasp as numbers"
        raise BadInput(field, f"{number:g}", allowed)
    return target, grasp


def _of_point(cell: Cell, case: Case, numbers: list[float]) -> tuple[int, Grasp]:
    """A grasp that the person gives; its height, unless given, is that of the part that it is of."""
    field, said = f"correction of {case.attempt.call.id}", " ".join(f"{number:g}" for number in numbers)
    x, y, turn, opening = numbers[0] / 1e3, numbers[1] / 1e3, np.deg2rad(numbers[2]), numbers[3] / 1e3
    half, widest = cell.tray.half, cell.robot.gripper.max_width
    if not (abs(x) <= half and abs(y) <= half and 0 < opening <= widest):
        raise BadInput(field, said, f"x and y within ±{1e3 * half:g} and an opening up to {1e3 * widest:g} mm")
    target = _nearest(case, x, y)
    if target is None and len(numbers) == 4:
        raise BadInput(field, said, f"within {1e3 * NEAR:g} mm of a part that is seen, or given with a height")
    if len(numbers) == 5:
        z = numbers[4] / 1e3
    else:
        assert target is not None
        z = _spec(case.parts[target]).shape.grasp_height
    if not HEIGHTS[0] <= z <= HEIGHTS[1]:
        raise BadInput(field, said, f"a height from {1e3 * HEIGHTS[0]:g} to {1e3 * HEIGHTS[1]:g} mm over the table")
    at = (x + cell.tray.centre[0], y + cell.tray.centre[1], z)
    return -1 if target is None else target, Grasp(at, half_turn(float(turn), heading(cell.robot)), opening)


def _nearest(case: Case, x: float, y: float) -> int | None:
    away = [float(np.hypot(part.at[0] - x, part.at[1] - y)) for part in case.parts]
    return int(np.argmin(away)) if away and min(away) <= NEAR else None


def _spec(part: PerceivedPart) -> PartSpec:
    return PartSpec(part.kind, part.size, part.colour, part.condition, part.at, part.yaw)


def _lying(part: PerceivedPart) -> TruePart:
    spec = _spec(part)
    return TruePart(spec, part.at, part.yaw, spec.shape.height / 2)
