"""Rules on how fast a path is travelled. What they find in a policy's own timing is cured by going slower."""

from collections.abc import Callable
from typing import Final

import numpy as np

from safety.cases import Timed
from safety.timing import Leg
from skills.base import FloatArray
from skills.call import Finding

ROUNDING: Final = 1e-6
"""Relative; differences of floating point numbers are not exact."""


def joint_speed(case: Timed) -> Finding | None:
    """Fastest joint, from what is sent: by differences of positions and as velocity."""

    def speeds(leg: Leg) -> FloatArray:
        told = np.vstack([leg.velocities, np.zeros((2, leg.velocities.shape[1]))])
        return np.maximum(np.abs(leg.peaks[0]), np.abs(told))

    return _joints(case, "joint_speed", speeds, case.cell.limits.joint_speed, "rad/s")


def joint_acceleration(case: Timed) -> Finding | None:
    """Strongest acceleration of a joint, from rest and to rest."""
    bound = case.cell.limits.joint_acceleration
    return _joints(case, "joint_acceleration", lambda leg: np.abs(leg.peaks[1]), bound, "rad/s²")


def joint_jerk(case: Timed) -> Finding | None:
    """Strongest jerk of a joint, from rest and to rest."""
    return _joints(case, "joint_jerk", lambda leg: np.abs(leg.peaks[2]), case.cell.limits.joint_jerk, "rad/s³")


def tcp_speed(case: Timed) -> Finding | None:
    """Fastest tool centre point."""
    return _points(case, "tcp_speed", "the tool", lambda leg: leg.point_speeds[0], case.cell.limits.tcp_speed)


def elbow_speed(case: Timed) -> Finding | None:
    """Fastest elbow."""
    return _points(case, "elbow_speed", "the elbow", lambda leg: leg.point_speeds[1], case.cell.limits.elbow_speed)


def _joints(
    case: Timed, rule: str, values: Callable[[Leg], FloatArray], bounds: tuple[float, ...], unit: str
) -> Finding | None:
    """The joint value that exceeds its bound most, over all legs."""
    worst: tuple[float, int, int, float] | None = None
    for leg in case.legs:
        if len(leg.positions):
            found = values(leg)
            share = found / np.array(bounds)
            row, joint = np.unravel_index(int(np.argmax(share)), share.shape)
            if worst is None or not (share[row, joint] <= worst[0] or np.isnan(worst[0])):
                row_index = int(leg.rows[min(int(row), len(leg.rows) - 1)])
                worst = float(share[row, joint]), row_index, int(joint), float(found[row, joint])
    if worst is None or worst[0] <= 1 + ROUNDING:
        return None
    _, row_index, joint_index, value = worst
    bound = bounds[joint_index]
    return Finding(
        rule=rule,
        index=(row_index, joint_index),
        value=value,
        bound=bound,
        unit=unit,
        text=f"joint {joint_index + 1} would take {value:.4g} {unit} in row {row_index}; its limit is {bound:g} {unit}",
    )


def _points(case: Timed, rule: str, name: str, values: Callable[[Leg], FloatArray], bound: float) -> Finding | None:
    speeds = np.concatenate([np.empty(0), *(values(leg) for leg in case.legs)])
    rows = np.concatenate([np.empty(0), *(leg.rows for leg in case.legs)])
    if not len(speeds) or speeds.max() <= bound * (1 + ROUNDING):
        return None
    fastest = int(np.argmax(speeds))
    row, value = int(rows[fastest]), float(speeds[fastest])
    return Finding(
        rule=rule,
        index=(row,),
        value=value,
        bound=bound,
        unit="m/s",
        text=f"{name} would go at {value:.2f} m/s in row {row}; its limit is {bound:g} m/s",
    )
