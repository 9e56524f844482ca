"""One chunk from several answers to one question: the middle of those that agree, and how far all lie from it.

Every answer has noise of its own. Where training moved pictures, and keyframes along with them, each also looks at the
picture moved by a few pixels: what falls between two tokens of one view lies on a token of another.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from policy.keyframes import to_model, to_waypoints
from skills.base import FloatArray, Image

WAYS: Final = ((0, 0), (1, 1), (-1, 1), (1, -1), (-1, -1), (1, 0), (-1, 0), (0, 1), (0, -1))
"""Directions in which the picture is moved, rows and columns; first as it is."""
FINGER: Final = 0.03
"""A turn counts by how far it moves a finger this far from the tool's axis [m]."""
FAR: Final = 0.02
"""Answers farther apart mean something else; how much farther does not matter [m]."""
AGREE: Final = 0.01
"""Answers that lie no farther from the one in the middle are averaged [m]."""


@dataclass(frozen=True)
class Answer:
    """What is carried out.

    Attributes:
        values: (K, 7) `tcp_waypoints`.
        disagreement: how far the single answers lie from it [m].
    """

    values: FloatArray
    disagreement: float


def moved(picture: Image, pixels: tuple[int, int]) -> Image:
    """A square picture of which every pixel shows what lay so many rows and columns further; edges are repeated."""
    side, reach = len(picture), max(map(abs, pixels))
    padded = np.pad(picture, ((reach, reach), (reach, reach), (0, 0)), mode="edge")
    top, left = (reach + step for step in pixels)
    return np.ascontiguousarray(padded[top : top + side, left : left + side])


def agreed(answers: Sequence[FloatArray]) -> Answer:
    """From one or more chunks, each (K, 7) `tcp_waypoints`.

    The one with the least distance to all others, each counted as at most FAR, is in the middle; the mean of those that
    AGREE with it is carried out.
    """
    chunks = np.stack(answers)
    apart = distance(chunks[:, None], chunks)
    middle = int(np.minimum(apart, FAR).sum(axis=1).argmin())
    values = to_waypoints(to_model(chunks[apart[middle] <= AGREE]).mean(axis=0))
    return Answer(values, disagreement(values, answers))


def distance(one: FloatArray, other: FloatArray) -> FloatArray:
    """(...) of the fingers of chunks (..., K, 7), in the row in which they are farthest apart [m]."""
    return np.asarray(np.sqrt(_squares(one, other).max(axis=-1)))


def disagreement(carried_out: FloatArray, answers: Sequence[FloatArray]) -> float:
    """Root mean square of the fingers' distance of `answers` from what is carried out [m], in the row in which that is
    largest.
    """
    return float(np.sqrt(_squares(np.stack(answers), carried_out).mean(axis=0).max()))


def _squares(one: FloatArray, other: FloatArray) -> FloatArray:
    """(..., K) squared distances of the fingers of chunks (..., K, 7) [m²]; a half turn of the fingers is none."""
    away = one - other
    squares: FloatArray = (away[..., :3] ** 2).sum(axis=-1) + 2 * FINGER**2 * (1 - np.abs(np.cos(away[..., 5])))
    return squares
