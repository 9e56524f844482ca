"""A robot's shape for collision checks: its description's bodies as coal shapes."""

from collections.abc import Sequence
from functools import cache
from typing import Any, Final

import coal
import numpy as np
import pinocchio as pin

from safety.urdf import mesh_points
from skills.base import FloatArray
from skills.hand import Source
from skills.robot import RobotModel
from skills.shapes import Block, Capsule, Hull, Meshes, Prism, Shape

HELD_LENGTH: Final = 0.084
"""A part that is held counts as this long [m]: the longest part of the cell, an M10 bolt …"""
HELD_RADIUS: Final = 0.012
"""… and reaches this far from its axis [m]."""

Placed = tuple[str, Any, Any]
"""(link, coal shape, its placement in the link)."""


def arm_shapes(model: RobotModel) -> list[Placed]:
    """Every link with the hand, without the fingers. Raises: Unavailable."""
    arm = [_placed(body, model.source) for body in model.bodies]
    return arm + [_placed(body, model.tool.source or model.source) for body in model.tool.bodies]


def finger_shapes(model: RobotModel) -> list[Placed]:
    return [_placed(finger.shape, model.tool.source or model.source) for finger in model.tool.fingers]


def held_shape() -> tuple[Any, Any]:
    """(shape, placement in the TCP's frame) of a part in the gripper, lying along the TCP's x axis."""
    half = HELD_LENGTH / 2 - HELD_RADIUS
    shape, placement = _capsule((-half, 0.0, 0.0), (half, 0.0, 0.0), HELD_RADIUS)
    return shape, placement


def prism_corners(prism: Prism) -> list[tuple[float, float, float]]:
    """Its corners, not yet turned."""
    return [(x, y, z) for x in (-prism.width / 2, prism.width / 2) for y, z in prism.outline]


def _placed(body: Shape, source: Source) -> Placed:
    match body:
        case Capsule():
            return (body.link, *_capsule(body.a, body.b, body.radius))
        case Block():
            return body.link, coal.Box(*body.size), pin.SE3(np.eye(3), np.array(body.centre))
        case Prism():
            turn = np.diag([-1.0, -1.0, 1.0]) if body.turned else np.eye(3)
            return body.link, _hull(prism_corners(body)), pin.SE3(turn, np.zeros(3))
        case Hull():
            shape = _hull(body.corners)
            if body.rounding:
                shape.setSweptSphereRadius(body.rounding)
            return body.link, shape, pin.SE3.Identity()
        case Meshes():
            return body.link, _mesh_hull(source, body.link), pin.SE3.Identity()


def _capsule(a: Sequence[float], b: Sequence[float], radius: float) -> tuple[Any, Any]:
    start, end = np.array(a), np.array(b)
    turn = pin.Quaternion.FromTwoVectors(np.array([0.0, 0.0, 1.0]), end - start).toRotationMatrix()
    return coal.Capsule(radius, float(np.linalg.norm(end - start))), pin.SE3(turn, (start + end) / 2)


@cache
def _mesh_hull(source: Source, link: str) -> Any:
    return _hull(mesh_points(source, link))


def _hull(corners: Sequence[Sequence[float]] | FloatArray) -> Any:
    points = coal.StdVec_Vec3s()
    for corner in corners:
        points.append(np.array(corner, dtype=np.float64))
    return coal.ConvexBase.convexHull(points, True, "Qt")
