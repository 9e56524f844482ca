"""Dimensions and shapes of each kind and size of part.

Bolts and nuts are twice their ISO 4014 / ISO 4032 size, so that a 0.34 m view of 128 pixels tells M6
from M8; gears and brackets are of a plausible small size. A part's frame: origin at its middle, z up as
it lies flat, x along its long axis.
"""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np
from shapely import Polygon

from sim.parts.mesh import Mesh, Points, along_x, extruded, hexagon, prism, regular, toothed
from skills.words import SIZES_OF, Kind, Size

SCALE = 2.0
THREAD = {"M6": 6.0, "M8": 8.0, "M10": 10.0}
ACROSS_FLATS = {"M6": 10.0, "M8": 13.0, "M10": 17.0}
NUT_HEIGHT = {"M6": 5.0, "M8": 6.5, "M10": 8.0}
SHANK = {"M6": 25.0, "M8": 30.0, "M10": 35.0}
GEAR = {"small": (15.5, 9.0, 10), "large": (23.0, 12.0, 14)}
"""Tip radius [mm], height [mm], teeth."""
BRACKET = {"small": (42.0, 22.0, 8.0, 20.0), "large": (62.0, 30.0, 9.0, 26.0)}
"""Length, width, sheet thickness, height of the upright leg [mm]."""
HOLES = {"small": (2.5, (-3.0, 12.0)), "large": (3.5, (-7.0, 19.0))}
"""Drilled through a bracket's plate: radius, places along its middle [mm]; one as wide goes through the leg."""
HOLE_CORNERS = 12
TIP = 0.0125
"""Least height of the tool centre point above the floor [m]: the finger tips reach 11 mm below it."""


@dataclass(frozen=True)
class Solid:
    """A convex piece of a part's collision shape, in the part's frame [m]: a box or a hull of points."""

    kind: str
    centre: tuple[float, float, float]
    half: tuple[float, float, float]
    radius: float = 0.0


@dataclass(frozen=True)
class Shape:
    """What a kind and size of part is.

    Attributes:
        body: mesh.
        solids: collision boxes and cylinders ("cylinder" lies along x, "disc" stands along z).
        footprint: (N, 2) points on the outline, for distances between parts [m].
        height: extent in z [m]; the part's origin lies half of it above the floor.
        grasp_width: how far the fingers close on it, across y [m].
        grasp_height: where the fingers hold it, above the floor [m].
        mass: [kg].
    """

    body: Mesh
    solids: tuple[Solid, ...]
    footprint: Points
    height: float
    grasp_width: float
    grasp_height: float
    mass: float = 0.05


@cache
def shape_of(kind: Kind, size: Size) -> Shape:
    builders: dict[Kind, Callable[[Size], Shape]] = {
        "bolt": _bolt,
        "nut": _nut,
        "gear": _gear,
        "bracket": _bracket,
    }
    return builders[kind](size)


ALL_SHAPES: tuple[tuple[Kind, Size], ...] = tuple((kind, size) for kind, sizes in SIZES_OF.items() for size in sizes)


def _bolt(size: Size) -> Shape:
    shank, neck, right = bolt_measures(size)
    flats, length = SCALE * ACROSS_FLATS[size], right - neck
    left, head = -right, neck + right
    body = np.concatenate(
        [
            along_x(prism(regular(16, shank / 2), neck, right)),
            along_x(prism(hexagon(flats), left, neck)),
        ]
    )
    solids = (
        Solid("cylinder", _m((neck + right) / 2, 0, 0), _m(length / 2, shank / 2, shank / 2), shank / 2000),
        Solid("box", _m((left + neck) / 2, 0, 0), _m(head / 2, flats / 2, flats / 2)),
    )
    footprint = np.concatenate([_rectangle(neck, right, shank / 2), _rectangle(left, neck, flats / 2)])
    grasp_height = max(TIP, (flats + shank) / 4000)
    return Shape(Mesh.of(body), solids, footprint, flats / 1000, shank / 1000, grasp_height)


def _nut(size: Size) -> Shape:
    flats, height = SCALE * ACROSS_FLATS[size], SCALE * NUT_HEIGHT[size]
    body = prism(hexagon(flats), -height / 2, height / 2, bore_of_nut(size))
    solids = (Solid("hull", (0, 0, 0), _m(flats / 2, flats / 2, height / 2)),)
    return Shape(
        Mesh.of(body),
        solids,
        hexagon(flats) / 1000,
        height / 1000,
        flats / np.cos(np.pi / 6) / 1000,
        _low(height),
    )


def _gear(size: Size) -> Shape:
    radius, height, teeth = GEAR[size]
    body = prism(toothed(radius, teeth), -height / 2, height / 2, bore_of_gear(size))
    solids = (Solid("disc", (0, 0, 0), _m(radius, radius, height / 2), radius / 1000),)
    return Shape(
        Mesh.of(body),
        solids,
        regular(24, radius) / 1000,
        height / 1000,
        2 * radius / 1000,
        _low(height),
    )


def _bracket(size: Size) -> Shape:
    length, width, sheet, leg = BRACKET[size]
    base, upright = sheet / 2 - leg / 2, -length / 2 + sheet / 2
    plate, low, high = bracket_plate(size)
    side = Polygon(_corners(-width / 2, width / 2, leg / 2), [regular(HOLE_CORNERS, HOLES[size][0], (0.0, sheet / 2))])
    body = np.concatenate([extruded(plate, low, high), along_x(extruded(side, -length / 2, -length / 2 + sheet))])
    solids = (
        Solid("box", _m(0, 0, base), _m(length / 2, width / 2, sheet / 2)),
        Solid("box", _m(upright, 0, 0), _m(sheet / 2, width / 2, leg / 2)),
    )
    footprint = _rectangle(-length / 2, length / 2, width / 2)
    return Shape(Mesh.of(body), solids, footprint, leg / 1000, width / 1000, _low(sheet))


def bolt_measures(size: Size) -> tuple[float, float, float]:
    """Diameter of the shank, and where it begins at the head and ends, along x from the bolt's middle [mm]."""
    shank, flats, length = (SCALE * table[size] for table in (THREAD, ACROSS_FLATS, SHANK))
    right = (length + 0.4 * flats) / 2
    return shank, right - length, right


def bore_of_nut(size: Size) -> float:
    """Radius [mm]."""
    return SCALE * THREAD[size] * 0.46


def bore_of_gear(size: Size) -> float:
    """Radius [mm]."""
    return 0.28 * GEAR[size][0]


@cache
def bracket_plate(size: Size) -> tuple[Polygon, float, float]:
    """The plate beside the upright leg with its drilled holes, and its lower and upper face's z [mm]."""
    length, width, sheet, leg = BRACKET[size]
    radius, places = HOLES[size]
    outline = _corners(-length / 2 + sheet, length / 2, width / 2)
    holes = [regular(HOLE_CORNERS, radius, (x, 0.0)) for x in places]
    return Polygon(outline, holes), -leg / 2, sheet - leg / 2


def _corners(left: float, right: float, half: float) -> list[tuple[float, float]]:
    return [(left, -half), (right, -half), (right, half), (left, half)]


def _low(height_mm: float) -> float:
    """Fingers hold a flat part in its middle, but their tips, 11 mm below the tool centre point, clear the floor."""
    return max(TIP, height_mm / 2000)


def _m(*millimetres: float) -> tuple[float, float, float]:
    x, y, z = (value / 1000 for value in millimetres)
    return x, y, z


def _rectangle(left: float, right: float, half: float) -> Points:
    xs, ys = np.meshgrid(np.linspace(left, right, 7), np.linspace(-half, half, 4))
    return np.stack([xs.ravel(), ys.ravel()], axis=1) / 1000
