"""The room that open fingers need: distances between the gripper, seen from above, and points round a grasp."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from skills.base import FloatArray
from skills.hand import Room
from skills.place import Container

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

    def room(self, hand: Room, aside: float, z: float, opening: float) -> float:
        """Least distance of the open gripper from anything [m]; negative where it would touch.

        Args:
            hand: the gripper seen from above.
            aside: how far across from the middle the tool centre point is [m]; z: its height.
        """
        mine, theirs = (_under(points, aside, z, hand.tip_below) for points in (self.mine, self.theirs))
        everything, inner = np.concatenate([mine, theirs]), opening / 2
        tips, roots, palm = -hand.tip_below, hand.root_from, hand.palm_half
        return min(
            _outside(everything, hand.finger_half, inner, inner + hand.tip_depth, tips, roots),
            _outside(everything, hand.finger_half, inner, inner + hand.root_depth, roots, np.inf),
            _outside(everything, palm[0], 0.0, palm[1], hand.palm_above, np.inf),
            _outside(theirs, hand.finger_half, 0.0, inner, tips, np.inf),
        )


def from_walls(hand: Room, tray: Container, at: tuple[float, float, float], yaw: float, opening: float) -> float:
    """Distance of the fingers' corners from the tray's walls [m]; infinite where the tips stay above them.

    Args:
        at: tool centre point, base frame [m]; yaw: direction across which the fingers close [rad].
    """
    if at[2] - hand.tip_below > tray.top:
        return np.inf
    along = hand.finger_half * np.array([np.cos(yaw), np.sin(yaw)])
    across = (opening / 2 + hand.tip_depth) * np.array([-np.sin(yaw), np.cos(yaw)])
    reach = np.max(np.abs(np.array([along + across, along - across])), axis=0)
    return float(np.min(tray.half - np.abs(np.array(at[:2]) - tray.centre) - reach))


def _turned(points: FloatArray, middle: FloatArray, yaw: float) -> FloatArray:
    x, y = points[:, 0] - middle[0], points[:, 1] - middle[1]
    cos, sin = np.cos(yaw), np.sin(yaw)
    along, across = cos * x + sin * y, cos * y - sin * x
    near = (np.abs(along) < MATTERS[0]) & (np.abs(across) < MATTERS[1])
    return np.stack([along[near], across[near], points[near, 2]], axis=1)


def _under(points: FloatArray, aside: float, z: float, tip_below: float) -> FloatArray:
    """|along|, |across| and height over the tool centre point of what reaches up to the finger tips."""
    high = points[points[:, 2] > z - tip_below]
    return np.stack([np.abs(high[:, 0]), np.abs(high[:, 1] - aside), high[:, 2] - z], axis=1)


def _outside(seen: FloatArray, along: float, inner: float, outer: float, low: float, high: float) -> float:
    """Least horizontal distance from a pair of boxes beside the tool of the points at their height [m]."""
    at_height = seen[(seen[:, 2] > low) & (seen[:, 2] < high)]
    if not len(at_height):
        return np.inf
    beside = np.maximum(inner - at_height[:, 1], at_height[:, 1] - outer)
    return float(np.min(np.maximum(at_height[:, 0] - along, beside)))
