"""The conveyor belt in the physics world: a surface that moves, rails, and the chute at its end."""

from typing import Any, Final

import numpy as np

from sim.solids import stand_box, stand_prism
from skills.base import FloatArray
from skills.place import Belt, is_over

RAIL: Final = 0.004
"""Thickness of rails and of the chute's walls [m]."""
STEP_DOWN: Final = 0.003
"""From the belt's surface to the chute's floor, which slopes down to the table [m]."""
SLIPPERY: Final = 0.03
"""The chute's friction: what lies in it does not pile up at its mouth."""
FRAME_RGB: Final = (0.45, 0.46, 0.48)


class MovingBelt:
    """One belt of a world.

    Its surface is a static body that is given the belt's speed and put back after every step: friction carries
    what lies on it, and it stays where it is.
    """

    def __init__(self, world: Any, belt: Belt) -> None:
        self._world = world
        self._belt = belt
        (x, y), (half_x, half_y) = belt.centre, belt.extent
        self._at = (x, y, belt.height / 2)
        self._surface = stand_box(
            world, (x - half_x, y - half_y, 0.0), (x + half_x, y + half_y, belt.height), belt.colour
        )
        world.changeDynamics(self._surface, -1, lateralFriction=1.0)
        self._stand_rails()
        self._stand_chute()
        self.turn()

    def turn(self) -> None:
        """Before each physics step: the surface where it belongs, at its speed."""
        self._world.resetBasePositionAndOrientation(self._surface, self._at, (0, 0, 0, 1))
        self._world.resetBaseVelocity(self._surface, (0.0, self._belt.sign * self._belt.speed, 0.0))

    def has_left(self, x: float, y: float) -> bool:
        """Whether a part whose middle is there has left at the end."""
        return _in_chute(self._belt, x, y)

    def _stand_rails(self) -> None:
        (x, y), (half_x, half_y), top = self._belt.centre, self._belt.extent, self._belt.top
        for inner, outer in ((x - half_x - RAIL, x - half_x), (x + half_x, x + half_x + RAIL)):
            stand_box(self._world, (inner, y - half_y, 0.0), (outer, y + half_y, top), FRAME_RGB)
        start = y - self._belt.sign * (half_y + RAIL / 2)
        stand_box(self._world, (x - half_x, start - RAIL / 2, 0.0), (x + half_x, start + RAIL / 2, top), FRAME_RGB)

    def _stand_chute(self) -> None:
        (x, y), top = self._belt.chute_centre, self._belt.top
        half_x, half_y = self._belt.width / 2, self._belt.chute / 2
        for inner, outer in ((x - half_x - RAIL, x - half_x), (x + half_x, x + half_x + RAIL)):
            stand_box(self._world, (inner, y - half_y, 0.0), (outer, y + half_y, top), FRAME_RGB)
        start, end = y - self._belt.sign * half_y, y + self._belt.sign * half_y
        slope = np.array([(start, 0.0), (end, 0.0), (start, self._belt.height - STEP_DOWN)])
        floor = stand_prism(self._world, slope, x - half_x, x + half_x, FRAME_RGB)
        self._world.changeDynamics(floor, -1, lateralFriction=SLIPPERY)
        end += self._belt.sign * RAIL / 2
        stand_box(self._world, (x - half_x, end - RAIL / 2, 0.0), (x + half_x, end + RAIL / 2, top), FRAME_RGB)


def lies_on(belt: Belt, origin: FloatArray) -> bool:
    """Whether a part whose middle is at `origin` (3,) [m] lies on the belt or, having left it, in its chute."""
    return bool(is_over(belt, origin)) or _in_chute(belt, float(origin[0]), float(origin[1]))


def _in_chute(belt: Belt, x: float, y: float) -> bool:
    (middle_x, middle_y), half_x, half_y = belt.chute_centre, belt.width / 2, belt.chute / 2
    return abs(x - middle_x) <= half_x and abs(y - middle_y) <= half_y
