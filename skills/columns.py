"""The columns of states and actions, each with its unit: what the robot measures, what a contract may name."""

from collections.abc import Callable, Mapping
from functools import partial
from math import atan2, cos, sin
from typing import Final

import numpy as np

from skills.base import FloatArray
from skills.cell import Cell
from skills.contract import Contract
from skills.errors import UnknownName
from skills.fault import Fault
from skills.observation import Observation

START: Final = "start state"
"""Name of the check that a reset of the arm may mend."""
OUTSIDE: Final = 0.2
"""How far outside the workspace [m] the mean of a position may lie and still be metres."""
SPREADS: Final = 2.0
"""How many standard deviations outside the data's range a start may lie: training moves it by half of one."""


def _yaw(observation: Observation) -> float:
    """Heading [rad] of the tool's own x axis: for a tool that points down, that of its closing direction's normal, the
    long axis of the part that it holds.
    """
    x, y, z, w = observation.tcp[3:]
    return atan2(2 * (x * y + z * w), 1 - 2 * (y * y + z * z))


def _joint(number: int, observation: Observation) -> float:
    return float(observation.joints[number])


MEASURED: Final[Mapping[str, Callable[[Observation], float]]] = {
    "x [m]": lambda seen: float(seen.tcp[0]),
    "y [m]": lambda seen: float(seen.tcp[1]),
    "z [m]": lambda seen: float(seen.tcp[2]),
    "cos 2yaw": lambda seen: cos(2 * _yaw(seen)),
    "sin 2yaw": lambda seen: sin(2 * _yaw(seen)),
    "width [m]": lambda seen: seen.gripper_width,
    **{f"joint {number + 1} [rad]": partial(_joint, number) for number in range(7)},
}
"""Every column that this cell knows, and how it is measured."""
POSITIONS: Final = ("x [m]", "y [m]", "z [m]")


def state_of(observation: Observation, names: tuple[str, ...]) -> FloatArray:
    """(n,) what the robot measures in these columns, in their units. Raises: UnknownName."""
    for name in names:
        if name not in MEASURED:
            raise UnknownName("column", name, MEASURED)
    return np.array([MEASURED[name](observation) for name in names], np.float64)


def check_units(contract: Contract, cell: Cell) -> Fault | None:
    """Every column is one of this cell's, in its unit, and positions are of the size of its workspace."""
    for what, names in (("state", contract.state_names), ("action", contract.action_names)):
        for name in names:
            if name not in MEASURED:
                return _unknown(contract, what, name)
    means = [("state", contract.state_names, contract.start_state.mean)]
    means += [("action", contract.action_names, row) for row in contract.action_mean]
    limits = cell.limits
    for what, names, row in means:
        known = dict(zip(names, row, strict=True))
        for name, low, high in zip(POSITIONS, limits.workspace_low, limits.workspace_high, strict=True):
            if name in known and not low - OUTSIDE <= known[name] <= high + OUTSIDE:
                return Fault(
                    check="units",
                    text=f"{what} {name} of contract {contract.name} averages {known[name]:.4g}, "
                    f"and the workspace goes from {low:g} to {high:g} m",
                    remedy="convert the data to metres in the robot's base frame, and train again",
                )
    return None


def _unknown(contract: Contract, what: str, name: str) -> Fault:
    quantity = name.split(" [")[0]
    ours = next((known for known in MEASURED if known.split(" [")[0] == quantity), None)
    return Fault(
        check="units",
        text=f"{what} column {name!r} of contract {contract.name} is "
        + (f"{ours!r} in this cell" if ours else "none that this cell measures"),
        remedy=f"convert the data to {ours!r}, and train again" if ours else f"train with {', '.join(MEASURED)}",
    )


def check_start(contract: Contract, state: Mapping[str, float]) -> Fault | None:
    """A call starts where the data's episodes did; columns that `state` has not are not looked at."""
    start = contract.start_state
    for name, spread, low, high in zip(contract.state_names, start.std, start.low, start.high, strict=True):
        slack = SPREADS * spread
        if name in state and not low - slack <= state[name] <= high + slack:
            return Fault(
                check=START,
                text=f"{name} is {state[name]:.3f} at the start, and the data begin between {low - slack:.3f} and "
                f"{high + slack:.3f}",
                remedy="set robot.home of the cell file to where the data begin, calibrate the arm, or train again",
            )
    return None
