"""Parts laid in order: rows, columns, diagonals and rings, which random layouts never are."""

from collections.abc import Sequence
from typing import Final, Literal, get_args

import numpy as np

from sim.layout import GAP, Look, distance, outline
from sim.parts.spawn import PartSpec
from skills.base import FloatArray
from skills.words import Condition

Arrangement = Literal["row", "column", "diagonal", "ring"]
ARRANGEMENTS: Final[tuple[Arrangement, ...]] = get_args(Arrangement)
REACH: Final = 0.095
"""Centres lie within this distance of the tray's centre in x and y [m]."""
RING: Final = (0.055, 0.090)
"""Radius of a ring [m]."""
MOST: Final = {"row": 4, "column": 4, "diagonal": 4, "ring": 6}


def arranged(looks: Sequence[Look], rng: np.random.Generator) -> list[PartSpec]:
    """A layout of the first of `looks`, in one of the arrangements, each at its own yaw; too near ones are left out."""
    kind = ARRANGEMENTS[rng.integers(len(ARRANGEMENTS))]
    chosen = looks[: MOST[kind]]
    placed: list[PartSpec] = []
    for look, at in zip(chosen, _centres(kind, len(chosen), rng), strict=True):
        condition: Condition = "failed" if look.failed else "ok"
        spec = PartSpec(
            look.kind,
            look.size,
            look.colour,
            condition,
            (float(at[0]), float(at[1])),
            float(rng.uniform(-np.pi, np.pi)),
        )
        if all(_apart(spec, other) for other in placed):
            placed.append(spec)
    return placed


def _centres(kind: Arrangement, count: int, rng: np.random.Generator) -> FloatArray:
    """(count, 2) x, y [m] from the tray's centre."""
    if kind == "ring":
        angle = rng.uniform(0, 2 * np.pi) + np.arange(count) * 2 * np.pi / count
        return rng.uniform(*RING) * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    along = np.linspace(-REACH, REACH, count) if count > 1 else np.zeros(1)
    across = np.full(count, rng.uniform(-REACH, REACH))
    if kind == "diagonal":
        return np.stack([along, along * rng.choice((-1.0, 1.0))], axis=1)
    return np.stack([across, along] if kind == "row" else [along, across], axis=1)


def _apart(one: PartSpec, other: PartSpec) -> bool:
    mine, theirs = (outline(part.kind, part.size, part.at, part.yaw) for part in (one, other))
    return distance(mine, theirs) >= GAP
