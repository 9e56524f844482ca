"""Keyframe chunks as a network sees them: `tcp_waypoints` ↔ normalized model values.

Model columns: x, y, z [m], cos 2yaw, sin 2yaw, width [m]. A parallel gripper can't tell a half turn, so an
angle and its opposite are one value; roll and pitch are those of a tool that points down.
"""

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from skills.base import FloatArray
from skills.contract import Contract
from skills.motion import CLOSED

ACTION_NAMES: Final = ("x [m]", "y [m]", "z [m]", "cos 2yaw", "sin 2yaw", "width [m]")
FLOORS: Final = (0.01, 0.01, 0.005, 0.05, 0.05, 0.005)
"""Smallest standard deviation to divide by: a column that hardly varies must not become noise."""
DOWN: Final = (np.pi, 0.0)
"""Roll and pitch of the tool that points down [rad]."""


def to_model(waypoints: NDArray[Any]) -> FloatArray:
    """(..., 6) model columns of (..., 7) waypoints; drops roll and pitch."""
    values = np.asarray(waypoints, np.float64)
    yaw = values[..., 5]
    columns = [values[..., 0], values[..., 1], values[..., 2], np.cos(2 * yaw), np.sin(2 * yaw), values[..., 6]]
    return np.stack(columns, axis=-1)


def to_waypoints(values: NDArray[Any]) -> FloatArray:
    """(K, 7) waypoints of (K, 6) model columns; the inverse of `to_model` up to half turns and closed widths."""
    x, y, z, cosine, sine, width = np.asarray(values, np.float64).T
    yaw = np.arctan2(sine, cosine) / 2
    still = np.ones_like(x)
    width = np.where(width < CLOSED, 0.0, width)
    return np.stack([x, y, z, DOWN[0] * still, DOWN[1] * still, yaw, width], axis=1)


@dataclass(frozen=True)
class Normalization:
    """Mean and spread; (K, 6) for chunks, so that each keyframe is normalized on its own, (6,) for states."""

    mean: FloatArray
    spread: FloatArray

    def apply(self, values: NDArray[Any]) -> NDArray[np.float32]:
        return ((values - self.mean) / self.spread).astype(np.float32)

    def undo(self, normalized: NDArray[Any]) -> FloatArray:
        return np.asarray(normalized, np.float64) * self.spread + self.mean


def measured(values: NDArray[Any]) -> Normalization:
    """Over the first axis of (n, K, 6) chunks or (n, 6) states."""
    values = np.asarray(values, np.float64)
    return Normalization(values.mean(axis=0), np.maximum(values.std(axis=0), FLOORS))


def measured_as_one(chunks: NDArray[Any]) -> Normalization:
    """Of (n, K, 6) chunks, with one mean and one spread for all K keyframes."""
    keyframes, columns = chunks.shape[1:]
    one = measured(chunks.reshape(-1, columns))
    return Normalization(*(np.tile(values, (keyframes, 1)) for values in (one.mean, one.spread)))


def chunk_normalization(contract: Contract) -> Normalization:
    return Normalization(np.array(contract.action_mean), np.array(contract.action_std))


def state_normalization(contract: Contract) -> Normalization:
    return Normalization(np.array(contract.start_state.mean), np.array(contract.start_state.std))
