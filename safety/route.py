"""The path that a chunk means: stretches of joint space between rests, not yet timed.

`tcp_waypoints` become straight lines of the tool centre point; `joint_positions` are taken as they are.
"""

from dataclasses import dataclass, replace
from typing import Any, Final

import numpy as np
import pinocchio as pin

from safety.grip import Grip, snapped
from safety.kinematics import Arm
from safety.spline import Spline
from skills.base import FloatArray
from skills.cell import Cell
from skills.chunk import ActionChunk

KNOT_DISTANCE: Final = 0.01
"""Largest step of the tool centre point between two solutions of the inverse kinematics [m] …"""
KNOT_ANGLE: Final = np.radians(3.0)
"""… and of the tool's orientation [rad]."""
_FEWEST_KNOTS: Final = 4
_STILL: Final = 0.02
"""A way shorter than this share of a knot's step is no way: the arm is there."""
_HOMING: Final = 0.1
"""Share of the way to the home joints that a knot's step takes in the null space."""
_LEAST_STEP: Final = 1e-9
_LARGEST_JOINT_STEP: Final = 0.25
"""A solution further than this from its neighbour [rad] belongs to another branch: not reached in a line."""
_HALF_TURN_SLACK: Final = 0.2
"""How far past a quarter turn a grasp may keep its side, so that noise does not turn the wrist round [rad]."""
_MOST_PARTS: Final = 350
"""A joint's whole range in steps of 0.02 rad; only what the joint limits refuse would need more."""


@dataclass(frozen=True)
class Stretch:
    """A path from rest to rest and the gripper command at its end.

    Attributes:
        spline: joints over the path parameter: the policy's seconds where `timed`, else joint distance [rad].
        first_row: the chunk's row that the stretch begins with; further ones follow every `row_step`.
        grip: the gripper's state that is assumed along the way.
        width_after: gripper command at the end [m]; None leaves it.
    """

    spline: Spline
    timed: bool
    first_row: int
    row_step: float
    grip: Grip
    width_after: float | None

    def row_of(self, where: FloatArray) -> FloatArray:
        """The chunk's row under way at each path parameter, as floats of whole value."""
        rows = np.ceil(np.asarray(where) / self.row_step - 1e-9) - 1
        return np.asarray(self.first_row + np.maximum(rows, 0))


@dataclass(frozen=True)
class Route:
    """All stretches of one motion; `unreached` is the row that no configuration reaches, if there is one."""

    stretches: tuple[Stretch, ...]
    unreached: int | None = None


def chunk_route(arm: Arm, cell: Cell, chunk: ActionChunk, start: FloatArray, grip: Grip) -> Route:
    """The route of `chunk` from the joints `start` [rad]."""
    if chunk.period is None:
        return waypoint_route(arm, cell, chunk.values, start, grip)
    return joint_route(cell, chunk.values, chunk.period, start, grip)


def waypoint_route(arm: Arm, cell: Cell, rows: FloatArray, start: FloatArray, grip: Grip) -> Route:
    """Straight TCP lines through `rows` (WAYPOINT_COLUMNS), at rest at each.

    A parallel gripper can't tell a half turn: of yaw and yaw + pi the one is taken that stays within a
    quarter turn of the home pose, so that joint 7 stays far from its limits.
    """
    stretches: list[Stretch] = []
    home_heading = _heading(arm.tcp(arm.home).rotation)
    joints, pose = start, arm.tcp(start)
    for index, row in enumerate(rows):
        turned = _near_half_turn(pin.rpy.rpyToMatrix(*row[3:6]), _heading(pose.rotation), home_heading)
        target = pin.SE3(turned, row[:3].copy())
        knots = _line(arm, joints, pose, target)
        if knots is None:
            return Route(tuple(stretches), unreached=index)
        stretch, grip = _with_gripper(_untimed(knots, index, grip), float(row[6]), cell)
        stretches.append(stretch)
        joints, pose = knots[-1], target
    return Route(tuple(stretches))


def joint_route(cell: Cell, rows: FloatArray, period: float, start: FloatArray, grip: Grip) -> Route:
    """The joint rows as they are, `period` seconds apart, at rest where the gripper moves."""
    stretches: list[Stretch] = []
    joints, first = start, 0
    for index, row in enumerate(rows):
        changes = grip.differs(snapped(float(row[-1]), cell.robot.gripper))
        if not changes and index < len(rows) - 1:
            continue
        knots = np.vstack([joints, rows[first : index + 1, :-1]])
        spline = Spline.through(np.arange(len(knots), dtype=np.float64) * period, knots, clamped=True)
        stretch, grip = _with_gripper(Stretch(spline, True, first, period, grip, None), float(row[-1]), cell)
        stretches.append(stretch)
        joints, first = knots[-1], index + 1
    return Route(tuple(stretches))


def home_route(arm: Arm, cell: Cell, start: FloatArray, grip: Grip, *, open_gripper: bool) -> Route:
    """Straight up to the travel height, in a line to the home pose, then to the very home joints."""
    width = cell.robot.gripper.max_width if open_gripper else grip.command
    here, home = arm.tcp(start), arm.tcp(arm.home)
    high = max(float(here.translation[2]), cell.heights.travel)
    up = [*here.translation[:2], high, *pin.rpy.matrixToRpy(here.rotation)]
    over = [*home.translation, *pin.rpy.matrixToRpy(home.rotation)]
    lines = waypoint_route(arm, cell, np.array([[*up, grip.command], [*over, grip.command]]), start, grip)
    if lines.unreached is not None:
        return lines
    settle = _untimed(np.linspace(lines.stretches[-1].spline.knots[-1], arm.home, _FEWEST_KNOTS), 2, grip)
    return Route((*lines.stretches, _with_gripper(settle, width, cell)[0]))


def _untimed(knots: FloatArray, row: int, grip: Grip) -> Stretch:
    """A stretch over the way that the joints go, so that its parameter runs evenly in joint space."""
    way = np.linalg.norm(np.diff(knots, axis=0), axis=1) + _LEAST_STEP
    at: FloatArray = np.concatenate([[0.0], np.cumsum(way)]).astype(np.float64)
    spline = Spline.through(at, knots)
    return Stretch(spline, False, row, spline.length, grip, None)


def _with_gripper(stretch: Stretch, width: float, cell: Cell) -> tuple[Stretch, Grip]:
    """The stretch with the command that `width` asks for, and the grip that is assumed after it."""
    grip, command = stretch.grip, snapped(width, cell.robot.gripper)
    if not grip.differs(command):
        return stretch, grip
    return replace(stretch, width_after=command), grip.assumed(command)


def _line(arm: Arm, joints: FloatArray, pose: Any, target: Any) -> FloatArray | None:
    """Joint knots (M, DOF) of the straight line from `pose` to `target`; None where it can't be followed."""
    turn = pin.log3(pose.rotation.T @ target.rotation)
    way = target.translation - pose.translation
    size = max(float(np.linalg.norm(way)) / KNOT_DISTANCE, float(np.linalg.norm(turn)) / KNOT_ANGLE)
    if size < _STILL:
        return np.array([joints, joints])
    steps = max(_FEWEST_KNOTS, int(np.ceil(size)))
    knots = [joints]
    for share in (step / steps for step in range(1, steps + 1)):
        between = pin.SE3(pose.rotation @ pin.exp3(share * turn), pose.translation + share * way)
        solution = arm.reach(between, knots[-1], _HOMING * size / steps)
        if solution is None or np.abs(solution - knots[-1]).max() > _LARGEST_JOINT_STEP:
            return None
        knots.append(solution)
    return np.array(knots)


def _near_half_turn(rotation: FloatArray, before: float, home: float) -> FloatArray:
    """`rotation` or its half turn about the tool's axis: near home's heading, and nearest to `before`."""
    sides = (rotation, rotation @ np.diag([-1.0, -1.0, 1.0]))
    allowed = [side for side in sides if abs(_wrap(_heading(side) - home)) <= np.pi / 2 + _HALF_TURN_SLACK]
    return np.asarray(min(allowed, key=lambda side: abs(_wrap(_heading(side) - before))))


def _heading(rotation: FloatArray) -> float:
    """Angle of the tool's x axis about the vertical [rad]."""
    return float(np.arctan2(rotation[1, 0], rotation[0, 0]))


def _wrap(angle: float) -> float:
    return float((angle + np.pi) % (2 * np.pi) - np.pi)


def checkpoints(stretch: Stretch, step: float) -> tuple[FloatArray, FloatArray]:
    """Path parameters (N,) and joints (N, DOF) along the stretch, no joint moving more than `step` [rad]."""
    spline = stretch.spline
    parts = np.ceil(np.abs(np.diff(spline.knots, axis=0)).max(axis=1) / step)
    counts = np.clip(parts, 1, _MOST_PARTS).astype(int)
    piece = np.repeat(np.arange(len(counts)), counts)
    share = (np.arange(len(piece)) - np.repeat(np.cumsum(counts) - counts, counts) + 1) / counts[piece]
    where = np.concatenate([[0.0], spline.at[piece] + share * np.diff(spline.at)[piece]])
    return where, spline.derivatives(where)[0]
