"""The places of a cell as boxes: what links must stay clear of, and what fingers work between."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from skills.place import Belt, Container, Fixture, Place

Point = tuple[float, float, float]

WALL_THICKNESS: Final = 0.01
"""Walls and rails count as this thick [m], outward from a place's inner edge."""


@dataclass(frozen=True)
class Box:
    """An upright box between two corners, robot base frame [m]."""

    low: Point
    high: Point


def blocks(place: Place) -> Iterator[Box]:
    """The place as solid blocks up to its top."""
    (x, y), (half_x, half_y) = place.centre, place.extent
    wall = 0.0 if isinstance(place, Fixture) else WALL_THICKNESS
    yield _box((x, y), (half_x + wall, half_y + wall), place.top)
    if isinstance(place, Belt):
        yield _box(place.chute_centre, (half_x + wall, place.chute / 2 + wall), place.top)


def obstacles(place: Place) -> Iterator[Box]:
    """Its walls, rails and whatever else fingers and a held part can run into; nobody reaches into a chute."""
    if isinstance(place, Container):
        yield from _frame(place.centre, place.extent, place.top)
    elif isinstance(place, Belt):
        yield _box(place.centre, place.extent, place.height)
        for side in (-1, 1):
            rail = place.centre[0] + side * (place.width + WALL_THICKNESS) / 2
            yield _box((rail, place.centre[1]), (WALL_THICKNESS / 2, place.length / 2), place.top)
        yield _box(place.chute_centre, (place.width / 2, place.chute / 2 + WALL_THICKNESS), place.top)
    else:
        yield from _rails(place)


def _frame(centre: tuple[float, float], extent: tuple[float, float], top: float) -> Iterator[Box]:
    """Four walls round a rectangle."""
    (x, y), (half_x, half_y) = centre, extent
    for side in (-1, 1):
        across = x + side * (half_x + WALL_THICKNESS / 2)
        yield _box((across, y), (WALL_THICKNESS / 2, half_y + WALL_THICKNESS), top)
        along = y + side * (half_y + WALL_THICKNESS / 2)
        yield _box((x, along), (half_x + WALL_THICKNESS, WALL_THICKNESS / 2), top)


def _rails(fixture: Fixture) -> Iterator[Box]:
    """Both rails, as if they had no notches: only a held part has business in those."""
    for side in (-1, 1):
        x = fixture.centre[0] + side * (fixture.gap + fixture.rail / 2)
        yield _box((x, fixture.centre[1]), (fixture.rail / 2, fixture.extent[1]), fixture.top)


def _box(centre: tuple[float, float], half: tuple[float, float], top: float) -> Box:
    return Box((centre[0] - half[0], centre[1] - half[1], 0.0), (centre[0] + half[0], centre[1] + half[1], top))
