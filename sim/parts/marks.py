"""The paint that inspection leaves on a failed part: anywhere on the sides that can lie uppermost."""

from functools import cache
from typing import Final

import numpy as np
from shapely import Polygon

from sim.parts.catalogue import (
    ACROSS_FLATS,
    GEAR,
    NUT_HEIGHT,
    SCALE,
    bolt_measures,
    bore_of_gear,
    bore_of_nut,
    bracket_plate,
)
from sim.parts.mesh import Mesh, Points, along_x, flat, prism, regular, sector, underside
from skills.words import Kind, Size

LIFT: Final = 0.4
"""How far paint stands off the surface [mm]."""
NUT_HALF_ANGLE: Final = 1.3
"""A nut's mark covers this much of its face to either side [rad]."""
BRACKET_DOT: Final = {"small": 5.0, "large": 6.0}
"""Radius [mm]."""

STEPS: Final = (32, 8)
"""In so many steps a mark's place is told, along and across: PyBullet keeps 80 KB for every shape it has drawn."""

Where = tuple[int, int]
Shares = tuple[float, float]


def mark_of(kind: Kind, size: Size, where: Where) -> Mesh:
    """The mark's mesh, in the part's frame.

    Args:
        where: steps of STEPS. A bolt's band lies at the first share of its shank; a nut's sector and a gear's dot are
            turned by the first share of a turn; a bracket's dot lies at these shares of its plate's length and width.
    """
    along, across = where
    return _mesh_of(kind, size, along, across if kind == "bracket" else 0)


def draw_where(rng: np.random.Generator) -> Where:
    """Anywhere."""
    along, across = rng.integers(STEPS)
    return int(along), int(across)


@cache
def _mesh_of(kind: Kind, size: Size, along: int, across: int) -> Mesh:
    builders = {"bolt": _band, "nut": _sector, "gear": _dot_of_gear, "bracket": _dot_of_bracket}
    return Mesh.of(builders[kind](size, (along / STEPS[0], across / (STEPS[1] - 1))))


def _band(size: Size, share: Shares) -> Points:
    shank, neck, right = bolt_measures(size)
    width = max(10.0, 0.2 * (right - neck))
    start = neck + 0.5 + share[0] * (right - neck - width - 1.0)
    return along_x(prism(regular(16, shank / 2 + 0.5), start, start + width))


def _sector(size: Size, share: Shares) -> Points:
    outline = sector(bore_of_nut(size), SCALE * ACROSS_FLATS[size] / 2 * 0.98, 2 * np.pi * share[0], NUT_HALF_ANGLE)
    return _both_sides(Polygon(outline), SCALE * NUT_HEIGHT[size] / 2)


def _dot_of_gear(size: Size, share: Shares) -> Points:
    radius, height, _ = GEAR[size]
    bore = bore_of_gear(size)
    away, angle = (0.78 * radius + bore) / 2, 2 * np.pi * share[0]
    dot = min(6.0, (0.78 * radius - bore) / 2 + 0.5)
    return _both_sides(Polygon(regular(16, dot, (away * np.cos(angle), away * np.sin(angle)))), height / 2)


def _dot_of_bracket(size: Size, share: Shares) -> Points:
    """On the plate beside the upright leg; a drilled hole stays open."""
    plate, low, high = bracket_plate(size)
    left, front, right, back = plate.bounds
    dot = BRACKET_DOT[size]
    x = left + dot + share[0] * (right - left - 2 * dot)
    y = front + dot + share[1] * (back - front - 2 * dot)
    area = Polygon(regular(16, dot, (x, y))).intersection(plate)
    if not isinstance(area, Polygon):  # a hole's rim cuts a crumb off
        area = max(area.geoms, key=lambda piece: piece.area)
    return np.concatenate([flat(area, high + LIFT), flat(area, low - LIFT)[:, ::-1]])


def _both_sides(area: Polygon, half_height: float) -> Points:
    top = flat(area, half_height + LIFT)
    return np.concatenate([top, underside(top)])
