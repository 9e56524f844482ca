"""Time along a path: the policy's own, or one that keeps every limit (Ruckig over the path parameter)."""

from dataclasses import dataclass
from functools import cached_property
from typing import Final

import numpy as np
from ruckig import InputParameter, Result, Ruckig, Trajectory

from safety.kinematics import Arm
from safety.route import Stretch
from skills.base import FloatArray
from skills.cell import Limits
from skills.errors import SmolcellError

PERIOD: Final = 0.01
"""Time between the rows that are sent [s]."""
PACE: Final = (0.8, 0.5, 0.1)
"""Share of the limits of speed, acceleration and jerk that retiming uses: brisk, and gentle to what is held."""
_STILL: Final = 1e-7
_ROUNDS: Final = 20
_SLACK: Final = 1.001
_BACK_OFF: Final = 1.01


class Untimeable(SmolcellError):
    """Ruckig found no timing for a path; the gate turns it into a stop."""


@dataclass(frozen=True)
class Leg:
    """One stretch with its timing: what will be sent.

    Attributes:
        positions, velocities: (N, DOF) [rad, rad/s], PERIOD apart, the first one PERIOD after the start; N is
            0 where nothing moves.
        rows: (N,) the chunk's row under way at each of them.
        tcp, elbow: (N + 1, 3) [m], beginning with the start.
    """

    stretch: Stretch
    positions: FloatArray
    velocities: FloatArray
    rows: FloatArray
    tcp: FloatArray
    elbow: FloatArray

    @property
    def start(self) -> FloatArray:
        return np.asarray(self.stretch.spline.knots[0])

    @cached_property
    def peaks(self) -> tuple[FloatArray, FloatArray, FloatArray]:
        """Speeds, accelerations and jerks, (N + 2, DOF) each, by differences: from rest, and to rest after it."""
        before, after = [self.start] * 3, [self.positions[-1]] * 2
        speed = np.diff(np.vstack([*before, self.positions, *after]), axis=0) / PERIOD
        acceleration = np.diff(speed, axis=0) / PERIOD
        return speed[2:], acceleration[1:], np.diff(acceleration, axis=0) / PERIOD

    @cached_property
    def point_speeds(self) -> tuple[FloatArray, FloatArray]:
        """Speeds (N,) of tool centre point and elbow [m/s]."""
        tcp, elbow = (np.linalg.norm(np.diff(points, axis=0), axis=1) / PERIOD for points in (self.tcp, self.elbow))
        return tcp, elbow


def as_proposed(stretch: Stretch, arm: Arm) -> Leg:
    """The timing that the policy gave its rows."""
    count = int(np.ceil(stretch.spline.length / PERIOD - 1e-9))
    where = np.minimum(np.arange(1, count + 1) * PERIOD, stretch.spline.length)
    position, slope, _, _ = stretch.spline.derivatives(where)
    return _leg(stretch, arm, where, position, slope)


def retimed(stretch: Stretch, arm: Arm, limits: Limits) -> Leg:
    """The same path from rest to rest within PACE of the limits. Raises: Untimeable."""
    spline = stretch.spline
    if np.abs(np.diff(spline.knots, axis=0)).sum() < _STILL:
        none = np.empty((0, spline.knots.shape[1]))
        return _leg(stretch, arm, np.empty(0), none, none)
    bounds = [
        share * np.array(limit)
        for share, limit in zip(PACE, (limits.joint_speed, limits.joint_acceleration, limits.joint_jerk), strict=True)
    ]
    slope = np.abs(spline.derivatives(np.linspace(0, spline.length, 4 * len(spline.at)))[1]).max(axis=0)
    steepest = np.maximum(slope, _STILL)
    speed, acceleration, jerk = (float((bound / steepest).min()) for bound in bounds)
    for _ in range(_ROUNDS):
        leg = _along(stretch, arm, speed, acceleration, jerk)
        slower = _slowdown(leg, bounds, PACE[0] * limits.tcp_speed, PACE[0] * limits.elbow_speed)
        if slower <= _SLACK:
            return leg
        slower *= _BACK_OFF
        speed, acceleration, jerk = speed / slower, acceleration / slower**2, jerk / slower**3
    raise Untimeable("no timing of the path keeps the limits")


def _slowdown(leg: Leg, bounds: list[FloatArray], tcp_speed: float, elbow_speed: float) -> float:
    """By which factor the leg must be stretched in time to keep all bounds; 1 or less when it does."""
    orders = zip(leg.peaks, bounds, (1, 2, 3), strict=True)
    joints = [float(np.max(np.abs(peak) / bound)) ** (1 / order) for peak, bound, order in orders]
    tcp, elbow = leg.point_speeds
    return float(max(*joints, tcp.max() / tcp_speed, elbow.max() / elbow_speed))


def _along(stretch: Stretch, arm: Arm, speed: float, acceleration: float, jerk: float) -> Leg:
    """Travel the path's parameter from rest to rest under these bounds of its own derivatives."""
    ruckig, task, trajectory = Ruckig(1), InputParameter(1), Trajectory(1)
    task.current_position, task.current_velocity, task.current_acceleration = [0.0], [0.0], [0.0]
    task.target_position, task.target_velocity, task.target_acceleration = [stretch.spline.length], [0.0], [0.0]
    task.max_velocity, task.max_acceleration, task.max_jerk = [speed], [acceleration], [jerk]
    if not ruckig.validate_input(task, True, True):
        raise Untimeable("the bounds of the path's timing are no valid input for Ruckig")
    if ruckig.calculate(task, trajectory) not in (Result.Working, Result.Finished):
        raise Untimeable("Ruckig found no timing")
    count = int(np.ceil(trajectory.duration / PERIOD))
    times = np.minimum(np.arange(1, count + 1) * PERIOD, trajectory.duration)
    states = np.array([[axis[0] for axis in trajectory.at_time(float(time))] for time in times])
    where = np.clip(states[:, 0], 0.0, stretch.spline.length)
    position, slope, _, _ = stretch.spline.derivatives(where)
    return _leg(stretch, arm, where, position, slope * states[:, 1:2])


def _leg(stretch: Stretch, arm: Arm, where: FloatArray, position: FloatArray, velocity: FloatArray) -> Leg:
    trace = arm.trace(np.vstack([stretch.spline.knots[:1], position]))
    return Leg(stretch, position, velocity, stretch.row_of(where), trace.tcp, trace.elbow)
