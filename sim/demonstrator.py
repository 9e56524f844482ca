"""The expert: keyframes of a grasp or a release, from ground truth. Training data and measurements only.

Five rows of `tcp_waypoints` each: hover, descend, close, lift, home for a pick; above, lower, open, raise,
home for a release.
"""

from typing import Final

import numpy as np

from sim.grasps import Grasp, half_turn
from sim.parts.catalogue import TIP, shape_of
from sim.robot import heading, home_tcp
from skills.base import FloatArray
from skills.cell import Cell
from skills.errors import BadInput
from skills.place import Belt, Fixture, Place
from skills.spots import spot_at
from skills.words import SHANK, Size

OVER_BELT: Final = 0.032
"""Height of the tool centre point over the belt's surface [m]: what hangs below the fingers does not drag."""
BACK_GAP: Final = 0.004
"""A part that is put back is released this far above the height at which it was held [m]."""
NEST_GAP: Final = 0.001
"""A bolt is released this far above where it comes to lie in its nest [m]."""
NEST_OPENING: Final = 0.014
"""Fingers open this much beyond the shank in a fixture [m]: a bolt may lie in the next hole."""
HELD_OVER: Final = 0.002
"""Fingers that hold a bolt stand this much farther apart than its shank is thick [m]: it leans between them."""
DOWN: Final = (np.pi, 0.0)
"""Roll and pitch of the tool that points down [rad]."""


def pick_waypoints(cell: Cell, grasp: Grasp) -> FloatArray:
    """(5, 7) waypoints that take hold as `grasp` says and carry the part home."""
    z, heights = grasp.at[2], cell.heights
    x, y = beside(cell, grasp.at[:2], grasp.yaw, grasp.opening)
    home = home_tcp(cell.robot)
    return np.array(
        [
            [x, y, max(heights.hover, z + heights.over_grasp), *DOWN, grasp.yaw, grasp.opening],
            [x, y, z, *DOWN, grasp.yaw, grasp.opening],
            [x, y, z, *DOWN, grasp.yaw, 0.0],
            [x, y, max(heights.lift, z + heights.over_grasp), *DOWN, grasp.yaw, 0.0],
            [*home[:3], *DOWN, heading(cell.robot), 0.0],
        ]
    )


def beside(cell: Cell, at: tuple[float, float], yaw: float, opening: float) -> tuple[float, float]:
    """x, y [m] of the tool centre point that brings the middle between the fingers over `at`.

    Where only one finger moves, that is not the point where they meet.
    """
    aside = cell.robot.description.tool.skew * opening
    return at[0] - aside * float(np.sin(yaw)), at[1] + aside * float(np.cos(yaw))


def place_waypoints(cell: Cell, place: Place) -> FloatArray:
    """(5, 7) waypoints that release the part in the gripper over the middle of a bin or where the belt takes it."""
    low = place.height + OVER_BELT if isinstance(place, Belt) else cell.heights.in_bin
    return _release(cell, place.release, cell.heights.above, low, cell.robot.gripper.max_width, heading(cell.robot))


def put_back_waypoints(cell: Cell, spot: str) -> FloatArray:
    """(5, 7) waypoints that lay the part down on one of the tray's nine spots."""
    x, y = np.add(cell.tray.centre, spot_at(spot, cell.tray.half))
    return _release(
        cell, (float(x), float(y)), cell.heights.lift, TIP + BACK_GAP, cell.robot.gripper.max_width, heading(cell.robot)
    )


def insert_waypoints(cell: Cell, fixture: Fixture, width: float) -> FloatArray:
    """(5, 7) waypoints that lay the bolt in the gripper into the hole of its size, which `width` [m] tells.

    Raises: BadInput when no bolt is that wide, or the fixture has no such hole.
    """
    size = bolt_of(width)
    nest = fixture.hole(size)
    low = nest.z + _grip_over_axis(size) + NEST_GAP
    at = beside(cell, (nest.x, nest.y), half_turn(nest.yaw, heading(cell.robot)), width)
    return _release(cell, at, cell.heights.above, low, SHANK[size] + NEST_OPENING, nest.yaw)


def bolt_of(width: float) -> Size:
    """The size of the bolt that the fingers hold `width` [m] apart. Raises: BadInput."""
    held = {size: shank + HELD_OVER for size, shank in SHANK.items()}
    size = min(held, key=lambda name: abs(held[name] - width))
    if abs(held[size] - width) > HELD_OVER:
        raise BadInput("width", round(width, 4), f"that of a held bolt: {', '.join(f'{w:g}' for w in held.values())} m")
    return size


def _grip_over_axis(size: Size) -> float:
    """How far over its axis a bolt is held that lay on the tray, on its head and the shank's end [m]."""
    shape = shape_of("bolt", size)
    return shape.grasp_height - (shape.height + shape.grasp_width) / 4


def _release(cell: Cell, at: tuple[float, float], above: float, low: float, opening: float, along: float) -> FloatArray:
    """Let go over `at`, the part's long axis in the direction `along` [rad]."""
    home, ahead, wide = home_tcp(cell.robot), heading(cell.robot), cell.robot.gripper.max_width
    yaw = half_turn(along, ahead)
    return np.array(
        [
            [*at, above, *DOWN, yaw, 0.0],
            [*at, low, *DOWN, yaw, 0.0],
            [*at, low, *DOWN, yaw, opening],
            [*at, above, *DOWN, yaw, opening],
            [*home[:3], *DOWN, ahead, wide],
        ]
    )
