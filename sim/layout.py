"""Where parts lie: random layouts in which every part can be grasped."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sim.parts.catalogue import ALL_SHAPES, shape_of
from sim.parts.mesh import Points
from sim.parts.spawn import PartSpec
from skills.errors import BadInput
from skills.words import COLOURS, Colour, Condition, Kind, Size

WORKING = 0.095
"""Part centres lie within this distance of the tray's centre in x and y [m]: fingers that open for the widest
part (a large gear: 64 mm, and 21 mm of finger on each side) clear the tray's walls."""
TAUGHT = 0.110
"""Training scenes spread a little farther, so that the policy does not work at the edge of what it has seen."""
GAP = 0.025
"""Least distance between two outlines [m]: a finger of 10 mm and its clearance fit between."""
TRIES = 80
FRESH_STARTS = 60
"""How often a whole layout is begun anew before it counts as impossible."""


@dataclass(frozen=True)
class Look:
    """What a part looks like, before it has a place."""

    kind: Kind
    size: Size
    colour: Colour
    failed: bool


def draw_look(rng: np.random.Generator, failed_share: float = 0.35) -> Look:
    kind, size = ALL_SHAPES[rng.integers(len(ALL_SHAPES))]
    return Look(kind, size, COLOURS[rng.integers(len(COLOURS))], bool(rng.random() < failed_share))


def outline(kind: Kind, size: Size, at: tuple[float, float], yaw: float) -> Points:
    """Points on the part's outline, in the frame of `at` [m]."""
    turn = np.array([[np.cos(yaw), -np.sin(yaw)], [np.sin(yaw), np.cos(yaw)]])
    return np.asarray(shape_of(kind, size).footprint @ turn.T + np.asarray(at))


def distance(one: Points, other: Points) -> float:
    """Least distance between two sets of outline points [m]."""
    return float(np.min(np.linalg.norm(one[:, None] - other[None], axis=-1)))


def place_parts(
    looks: Sequence[Look],
    rng: np.random.Generator,
    *,
    taken: Sequence[PartSpec] = (),
    within: float = WORKING,
    strict: bool = True,
) -> list[PartSpec]:
    """A random separated layout around the parts `taken`, which come first in the answer.

    Centres lie `within` that distance of the tray's centre [m].

    Raises: BadInput when `strict` and a part finds no room; else such parts are left out.
    """
    for _ in range(FRESH_STARTS if strict else 1):
        placed = _try_layout(looks, rng, taken, within)
        if len(placed) == len(taken) + len(looks) or not strict:
            return placed
    raise BadInput("parts", len(taken) + len(looks), f"at most what fits on the tray; {len(placed)} found room")


def _try_layout(
    looks: Sequence[Look], rng: np.random.Generator, taken: Sequence[PartSpec], within: float
) -> list[PartSpec]:
    placed = list(taken)
    outlines = [outline(spec.kind, spec.size, spec.at, spec.yaw) for spec in taken]
    for look in looks:
        spot = _free_spot(look, outlines, within, rng)
        if spot is not None:
            at, yaw = spot
            condition: Condition = "failed" if look.failed else "ok"
            placed.append(PartSpec(look.kind, look.size, look.colour, condition, at, yaw))
            outlines.append(outline(look.kind, look.size, at, yaw))
    return placed


def _free_spot(
    look: Look, taken: Sequence[Points], within: float, rng: np.random.Generator
) -> tuple[tuple[float, float], float] | None:
    for _ in range(TRIES):
        x, y = rng.uniform(-within, within, 2)
        yaw = float(rng.uniform(-np.pi / 2, np.pi / 2))
        mine = outline(look.kind, look.size, (x, y), yaw)
        if np.abs(mine).max() < 0.147 and all(distance(mine, other) >= GAP for other in taken):
            return (float(x), float(y)), yaw
    return None
