"""The expert: keyframes of a grasp or a release, from ground truth. Training data only.

Five rows of `tcp_waypoints` each: hover, descend, close, lift, home for a pick; above, lower, open, raise,
home for a release.
"""

import numpy as np

from sim.robot import home_tcp
from sim.world import TruePart
from skills.base import FloatArray
from skills.cell import Cell
from skills.place import Place
from skills.spots import SPOTS

HOVER, LIFT = 0.12, 0.16
"""Heights of the tool centre point over the tray before and after a grasp [m]."""
CLEARANCE = 0.018
"""Opening beyond the part's width on approach [m]: wide open fingers hit neighbours and walls."""
ABOVE_BIN, IN_BIN = 0.20, 0.085
"""Heights of the tool centre point over and in a bin [m]; bolts of 84 mm clear the 50 mm walls."""
BACK_GAP = 0.004
"""A part that is put back is released this far above the height at which it was held [m]."""
KEYFRAMES = 5
DOWN = (np.pi, 0.0)
"""Roll and pitch of the tool that points down [rad]."""


def pick_waypoints(cell: Cell, part: TruePart) -> FloatArray:
    """(5, 7) waypoints that grasp `part` and carry it home; round parts are grasped across y."""
    shape = part.spec.shape
    (centre_x, centre_y), (x, y) = cell.tray.centre, part.at
    yaw = half_turn(part.yaw) if part.spec.kind in ("bolt", "bracket") else 0.0
    opening = min(shape.grasp_width + CLEARANCE, cell.robot.gripper.max_width)
    at = (centre_x + x, centre_y + y)
    home = home_tcp(cell.robot.home)
    return np.array(
        [
            [*at, HOVER, *DOWN, yaw, opening],
            [*at, shape.grasp_height, *DOWN, yaw, opening],
            [*at, shape.grasp_height, *DOWN, yaw, 0.0],
            [*at, LIFT, *DOWN, yaw, 0.0],
            [*home[:3], *DOWN, 0.0, 0.0],
        ]
    )


def place_waypoints(cell: Cell, place: Place) -> FloatArray:
    """(5, 7) waypoints that release the part in the gripper over the middle of a bin."""
    return _release(cell, place.release, ABOVE_BIN, IN_BIN)


def put_back_waypoints(cell: Cell, spot: str) -> FloatArray:
    """(5, 7) waypoints that lay the part down on one of the tray's nine spots."""
    x, y = np.add(cell.tray.centre, SPOTS[spot])
    return _release(cell, (float(x), float(y)), LIFT, 0.0125 + BACK_GAP)


def half_turn(yaw: float) -> float:
    """The same axis with an angle in [-pi/2, pi/2): a parallel gripper can't tell a half turn."""
    return float((yaw + np.pi / 2) % np.pi - np.pi / 2)


def _release(cell: Cell, at: tuple[float, float], above: float, low: float) -> FloatArray:
    home, wide = home_tcp(cell.robot.home), cell.robot.gripper.max_width
    return np.array(
        [
            [*at, above, *DOWN, 0.0, 0.0],
            [*at, low, *DOWN, 0.0, 0.0],
            [*at, low, *DOWN, 0.0, wide],
            [*at, above, *DOWN, 0.0, wide],
            [*home[:3], *DOWN, 0.0, wide],
        ]
    )
