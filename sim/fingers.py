"""The room that open fingers need: distances between the gripper, seen from above, and points round a grasp."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from skills.base import FloatArray
from skills.place import Container

FINGER_HALF: Final = 0.0106
"""Half of a finger's width, along the part's axis [m]."""
TIP_DEPTH: Final = 0.0146
"""How far a finger's tip reaches outward from its inner face [m] …"""
ROOT_DEPTH: Final = 0.0265
"""… and, from ROOT_FROM above the tool centre point, its root [m]."""
ROOT_FROM: Final = 0.028
TIP_BELOW: Final = 0.011
"""The finger tips reach this far below the tool centre point [m]."""
PALM_HALF: Final = (0.032, 0.103)
"""Half extents of the hand along and across the part's axis [m] …"""
PALM_ABOVE: Final = 0.038
"""… and its underside over the tool centre point [m]."""
MATTERS: Final = (0.05, 0.145)
"""Points farther along and across than this leave more room than is ever asked for [m]."""


@dataclass(frozen=True)
class Surroundings:
    """Points seen from a middle (x, y) and a yaw: (N, 3) along and across the yaw from the middle, height [m].

    Attributes:
        mine: of the part that is to be grasped; theirs: of everything else.
    """

    mine: FloatArray
    theirs: FloatArray

    @classmethod
    def seen(cls, middle: FloatArray, yaw: float, mine: FloatArray, theirs: FloatArray) -> "Surroundings":
        """From points (N, 3) in the base frame; those that are too far away to matter are left out."""
        return cls(*(_turned(points, middle, yaw) for points in (mine, theirs)))

    def room(self, aside: float, z: float, opening: float) -> float:
        """Least distance of the open gripper from anything [m]; negative where it would touch.

        Args:
            aside: how far across from the middle the tool centre point is [m]; z: its height.
        """
        mine, theirs = (_under(points, aside, z) for points in (self.mine, self.theirs))
        everything, inner = np.concatenate([mine, theirs]), opening / 2
        return min(
            _outside(everything, FINGER_HALF, inner, inner + TIP_DEPTH, -TIP_BELOW, ROOT_FROM),
            _outside(everything, FINGER_HALF, inner, inner + ROOT_DEPTH, ROOT_FROM, np.inf),
            _outside(everything, PALM_HALF[0], 0.0, PALM_HALF[1], PALM_ABOVE, np.inf),
            _outside(theirs, FINGER_HALF, 0.0, inner, -TIP_BELOW, np.inf),
        )


def from_walls(tray: Container, at: tuple[float, float, float], yaw: float, opening: float) -> float:
    """Distance of the fingers' corners from the tray's walls [m]; infinite where the tips stay above them.

    Args:
        at: tool centre point, base frame [m]; yaw: direction across which the fingers close [rad].
    """
    if at[2] - TIP_BELOW > tray.top:
        return np.inf
    along = FINGER_HALF * np.array([np.cos(yaw), np.sin(yaw)])
    across = (opening / 2 + TIP_DEPTH) * np.array([-np.sin(yaw), np.cos(yaw)])
    reach = np.max(np.abs(np.array([along + across, along - across])), axis=0)
    return float(np.min(tray.half - np.abs(np.array(at[:2]) - tray.centre) - reach))


def _turned(points: FloatArray, middle: FloatArray, yaw: float) -> FloatArray:
    x, y = points[:, 0] - middle[0], points[:, 1] - middle[1]
    cos, sin = np.cos(yaw), np.sin(yaw)
    along, across = cos * x + sin * y, cos * y - sin * x
    near = (np.abs(along) < MATTERS[0]) & (np.abs(across) < MATTERS[1])
    return np.stack([along[near], across[near], points[near, 2]], axis=1)


def _under(points: FloatArray, aside: float, z: float) -> FloatArray:
    """|along|, |across| and height over the tool centre point of what reaches up to the finger tips."""
    high = points[points[:, 2] > z - TIP_BELOW]
    return np.stack([np.abs(high[:, 0]), np.abs(high[:, 1] - aside), high[:, 2] - z], axis=1)


def _outside(seen: FloatArray, along: float, inner: float, outer: float, low: float, high: float) -> float:
    """Least horizontal distance from a pair of boxes beside the tool of the points at their height [m]."""
    at_height = seen[(seen[:, 2] > low) & (seen[:, 2] < high)]
    if not len(at_height):
        return np.inf
    beside = np.maximum(inner - at_height[:, 1], at_height[:, 1] - outer)
    return float(np.min(np.maximum(at_height[:, 0] - along, beside)))
