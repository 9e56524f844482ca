"""Normalization statistics: of the training episodes alone, complete, and with no spread that divides by nothing."""

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

from policy.training.checks import require_statistics
from policy.training.finetune.axes import Axis
from policy.training.finetune.episodes import ACTION, STATE, Numbers

Table = dict[str, dict[str, NDArray[np.float32]]]
"""lerobot's form: feature → statistic → (D,)."""


def measure(numbers: Numbers, axes: tuple[Axis, ...], floors: float) -> Table:
    """Mean, standard deviation (at least `floors` of each column's range), least and most of state and action."""
    least = floors * np.array([abs(axis.robot[1] - axis.robot[0]) for axis in axes])
    return {STATE: _of(numbers.states, least), ACTION: _of(numbers.actions, least)}


def _of(values: NDArray[np.float64], least: NDArray[np.float64]) -> dict[str, NDArray[np.float32]]:
    found = {
        "mean": values.mean(axis=0),
        "std": np.maximum(values.std(axis=0), least),
        "min": values.min(axis=0),
        "max": values.max(axis=0),
    }
    return {name: value.astype(np.float32) for name, value in found.items()}


def require_complete(table: Mapping[str, Any], columns: int) -> None:
    """State and action can be normalized and brought back. Raises: BadInput."""
    require_statistics(table, dict.fromkeys((STATE, ACTION), columns), ("mean", "std"))
