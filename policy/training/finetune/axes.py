"""Columns of states and actions: how a data set writes them, and what they are in radians and metres.

A LeRobot data set says the name of a column, never its unit: an SO-101 writes shares of its calibrated range (±100, the
gripper 0 to 100) or degrees, another robot radians. Two points tell a unit: `data` reads `robot`.
"""

from typing import Annotated, Final

import numpy as np
from numpy.typing import NDArray
from pydantic import Field, model_validator

from skills.base import Finite, FloatArray
from skills.errors import BadInput

Pair = tuple[float, float]

SLACK: Final = 0.1
"""By how much of its range a value may lie outside: arms are calibrated by hand."""
LEAST_USED: Final = 0.05
"""The column that moves most uses at least this much of its range, or the unit is another one."""


class Axis(Finite):
    """One column of state and action.

    Attributes:
        source: its name in the data set.
        column: its name in the contract: "joint 1 [rad]", …, last "width [m]".
        data: lowest and highest reading, in the data set's unit.
        robot: what they are [rad] or [m]; the other way round for an axis that counts backwards.
    """

    source: str
    column: Annotated[str, Field(pattern=r"^(joint [1-7] \[rad\]|width \[m\])$")]
    data: Pair
    robot: Pair

    @model_validator(mode="after")
    def _is_a_scale(self) -> "Axis":
        if not self.data[0] < self.data[1]:
            raise BadInput(f"axes.{self.source}.data", list(self.data), "[lowest, highest]")
        if self.robot[0] == self.robot[1]:
            raise BadInput(f"axes.{self.source}.robot", list(self.robot), "two different values")
        return self


def to_robot(axes: tuple[Axis, ...], values: NDArray[np.floating]) -> FloatArray:
    """(..., D) values of the data set in radians and metres."""
    low, high = np.array([axis.data for axis in axes]).T
    start, end = np.array([axis.robot for axis in axes]).T
    share = (np.asarray(values, np.float64) - low) / (high - low)
    converted: FloatArray = start + share * (end - start)
    return converted


def check_units(what: str, axes: tuple[Axis, ...], values: NDArray[np.floating]) -> None:
    """The data set's `what`, (N, D), is in the units that the axes tell.

    Raises: BadInput: a value that is no number or far outside its range; or all of them move so little that they must
        be in a larger unit (radians where degrees are told).
    """
    if not np.isfinite(values).all():
        row, column = np.argwhere(~np.isfinite(values))[0]
        raise BadInput(f"{what} {axes[column].source!r}", float(values[row, column]), f"a number; it is row {row}")
    used = []
    for axis, column in zip(axes, values.T, strict=True):
        (low, high), (least, most) = axis.data, (float(column.min()), float(column.max()))
        slack = SLACK * (high - low)
        if least < low - slack or most > high + slack:
            worst = least if least < low - slack else most
            raise BadInput(f"{what} {axis.source!r}", round(worst, 4), f"from {low:g} to {high:g}: {_UNIT}")
        used.append((most - least) / (high - low))
    if max(used) < LEAST_USED:
        axis = axes[int(np.argmax(used))]
        raise BadInput(
            f"{what} {axis.source!r}", f"{max(used):.1%} of its range", f"at least {LEAST_USED:.0%}: {_UNIT}"
        )


_UNIT: Final = "the unit of the data set is another than `axes` of the configuration tells"
