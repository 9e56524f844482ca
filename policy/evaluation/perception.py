"""How well a perceiver sees: its parts matched with the labels of the same picture."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from skills.scene import PerceivedPart
from skills.words import COLOURS, ELONGATED, KINDS, SIZES

MATCH = 0.012
"""A perceived part within this distance [m] of a true one means it."""

Labels = NDArray[np.float32]


@dataclass(frozen=True)
class Sighting:
    """What was made of one picture.

    Attributes:
        spacing: smallest distance of two true parts [m]; infinite for one part.
        parts, found, right: true parts, those seen, those seen with every attribute right.
        false: perceived parts that are none.
        errors: distance [m] of each part that was found.
        turns: error of the angle [rad] of each bolt and bracket that was found.
    """

    spacing: float
    parts: int
    found: int
    right: int
    false: int
    errors: tuple[float, ...]
    turns: tuple[float, ...]

    @property
    def perfect(self) -> bool:
        return self.right == self.parts and not self.false


def compare(seen: Sequence[PerceivedPart], labels: Labels) -> Sighting:
    """`labels`: (P, 7) as in a data set, rows without a part have kind -1."""
    true = labels[labels[:, 3] >= 0]
    left = list(seen)
    right, errors, turns = 0, [], []
    for row in true:
        near = min(left, key=lambda part: _distance(part, row), default=None)
        if near is None or _distance(near, row) > MATCH:
            continue
        left.remove(near)
        errors.append(_distance(near, row))
        right += names_of(row) == (near.kind, near.size, near.colour, near.condition)
        if near.kind in ELONGATED:
            turns.append(turn_between(near.yaw, float(row[2])))
    return Sighting(spacing_of(true), len(true), len(errors), right, len(left), tuple(errors), tuple(turns))


def names_of(row: NDArray[np.float32]) -> tuple[str, str, str, str]:
    """Kind, size, colour, condition of a label row (7,)."""
    kind, size, colour, failed = (int(value) for value in row[3:7])
    return KINDS[kind], SIZES[size], COLOURS[colour], "failed" if failed else "ok"


def spacing_of(true: Labels) -> float:
    """Smallest distance [m] between two of the parts (n, 7)."""
    if len(true) < 2:
        return float("inf")
    between = np.linalg.norm(true[:, None, :2] - true[None, :, :2], axis=-1)
    return float(between[np.triu_indices(len(true), 1)].min())


def turn_between(one: float, other: float) -> float:
    """Angle [rad] between two axes, which have no direction: 0 to a quarter turn."""
    return float(abs((one - other + np.pi / 2) % np.pi - np.pi / 2))


def _distance(part: PerceivedPart, row: NDArray[np.float32]) -> float:
    return float(np.hypot(part.at[0] - row[0], part.at[1] - row[1]))
