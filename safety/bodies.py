"""The arm's shape for collision checks: capsules round its links, a box for the hand, prisms for the fingers.

Source: least-volume capsules round the convex hulls of the meshes that FRANKA Robotics publishes for this
robot (franka_description), radii rounded up to the millimetre; each contains its link whole.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import coal
import numpy as np
import pinocchio as pin

Point = tuple[float, float, float]


@dataclass(frozen=True)
class Capsule:
    """All points within `radius` [m] of the line from `a` to `b`, in the frame of `link`."""

    link: str
    a: Point
    b: Point
    radius: float


CAPSULES: Final = (
    Capsule("panda_link0", (-0.0574, 0.0, 0.0184), (0.0, 0.0, 0.051), 0.106),
    Capsule("panda_link1", (0.0, -0.001, -0.1404), (0.0, -0.0534, 0.001), 0.078),
    Capsule("panda_link2", (0.0, 0.0034, 0.054), (0.0, -0.1421, 0.0), 0.078),
    Capsule("panda_link3", (0.0852, 0.0431, 0.0022), (0.0022, 0.0, -0.0818), 0.071),
    Capsule("panda_link4", (-0.082, 0.0832, 0.0003), (0.0, 0.0, 0.0427), 0.071),
    Capsule("panda_link6", (0.0182, 0.0118, 0.0028), (0.0911, 0.0095, 0.0), 0.077),
    Capsule("panda_link7", (-0.0045, -0.005, 0.0739), (0.034, 0.034, 0.0766), 0.051),
)
FOREARM: Final = "panda_link5"
FOREARM_HULL: Final[tuple[Point, ...]] = (
    (0.055, -0.002, -0.259), (0.001, 0.13, 0.004), (-0.001, 0.098, 0.052), (-0.055, 0.0, -0.259),
    (0.0, -0.055, -0.256), (-0.054, -0.008, -0.259), (0.039, 0.016, 0.028), (-0.044, 0.016, 0.019),
    (-0.001, 0.083, -0.204), (0.05, 0.103, 0.003), (-0.05, 0.103, 0.002), (0.002, 0.055, -0.259),
    (-0.006, 0.016, 0.047), (0.038, -0.039, -0.231), (0.027, 0.088, -0.177), (-0.038, 0.04, -0.259),
    (-0.036, -0.041, -0.229), (0.035, 0.099, 0.038), (-0.036, 0.099, 0.038), (0.04, 0.038, -0.259),
    (0.038, -0.04, -0.259), (-0.027, 0.088, -0.173), (-0.035, -0.042, -0.259), (-0.009, 0.126, 0.027),
    (0.025, 0.124, 0.017), (-0.033, 0.122, -0.003),
)  # fmt: skip
"""Corners of link 5 [m]: it is bent, and no capsule fits it …"""
FOREARM_ROUNDING: Final = 0.0075
"""… without its rounding, by which the shape is grown on all sides [m]."""
HAND: Final = "panda_hand"
HAND_SIZE: Final = (0.064, 0.206, 0.093)
HAND_CENTRE: Final = (0.0, -0.0018, 0.0201)
FINGERS: Final = ("panda_leftfinger", "panda_rightfinger")
FINGER_OUTLINE: Final = ((0.0, 0.0), (0.0265, 0.0), (0.0255, 0.0192), (0.0146, 0.0513), (0.0146, 0.0539), (0.0, 0.0539))
"""Outline of the left finger: y away from its inner face, z from its root to its tip [m]; convex."""
FINGER_WIDTH: Final = 0.0212
TIP_BELOW_TCP: Final = 0.0073
"""How far the finger tips reach beyond the tool centre point [m]."""
HELD_LENGTH: Final = 0.084
"""A part that is held counts as this long [m]: the longest part of the cell, an M10 bolt …"""
HELD_RADIUS: Final = 0.012
"""… and reaches this far from its axis [m]."""


def arm_shapes() -> list[tuple[str, Any, Any]]:
    """(link, coal shape, its placement in the link) for every link with the hand, without the fingers."""
    shapes = [(capsule.link, *_capsule(capsule)) for capsule in CAPSULES]
    forearm = _hull(FOREARM_HULL)
    forearm.setSweptSphereRadius(FOREARM_ROUNDING)
    shapes.append((FOREARM, forearm, pin.SE3.Identity()))
    return [*shapes, (HAND, coal.Box(*HAND_SIZE), pin.SE3(np.eye(3), np.array(HAND_CENTRE)))]


def finger_shapes() -> list[tuple[str, Any, Any]]:
    turned = pin.SE3(np.diag([-1.0, -1.0, 1.0]), np.zeros(3))
    return [(FINGERS[0], _finger(), pin.SE3.Identity()), (FINGERS[1], _finger(), turned)]


def held_shape() -> tuple[Any, Any]:
    """(shape, placement in the TCP's frame) of a part in the gripper, lying along the TCP's x axis."""
    half = HELD_LENGTH / 2 - HELD_RADIUS
    shape, placement = _capsule(Capsule("", (-half, 0.0, 0.0), (half, 0.0, 0.0), HELD_RADIUS))
    return shape, placement


def _capsule(capsule: Capsule) -> tuple[Any, Any]:
    a, b = np.array(capsule.a), np.array(capsule.b)
    turn = pin.Quaternion.FromTwoVectors(np.array([0.0, 0.0, 1.0]), b - a).toRotationMatrix()
    return coal.Capsule(capsule.radius, float(np.linalg.norm(b - a))), pin.SE3(turn, (a + b) / 2)


def _finger() -> Any:
    """A prism: FINGER_OUTLINE, drawn out along x."""
    return _hull([(x, y, z) for x in (-FINGER_WIDTH / 2, FINGER_WIDTH / 2) for y, z in FINGER_OUTLINE])


def _hull(corners: Sequence[Point]) -> Any:
    points = coal.StdVec_Vec3s()
    for corner in corners:
        points.append(np.array(corner))
    return coal.ConvexBase.convexHull(points, True, "Qt")
