"""Fixtures in the physics world, and whether a bolt really lies in its hole. Ground truth."""

from typing import Any, Final

import numpy as np

from sim.solids import RGB, stand_box, stand_prism
from skills.base import FloatArray
from skills.place import Fixture, Nest
from skills.words import Size

FOOT: Final = 0.003
"""Thickness of the plate that the rails stand on [m]."""
DEPTH_TOLERANCE: Final = 0.0025
"""A bolt in its hole has its axis this near to the hole's [m] …"""
TILT_TOLERANCE: Final = 0.1
"""… leans and turns less than this [rad] …"""
END_TOLERANCE: Final = 0.012
"""… and lies this near to the middle along the rails' distance [m]: both rails carry its shank."""


def build_fixture(world: Any, fixture: Fixture) -> list[int]:
    """Stand the fixture in the world: its foot, and each rail as lands with chamfers and the notches' floors."""
    (x, y), (half_x, half_y) = fixture.centre, fixture.extent
    bodies = [stand_box(world, (x - half_x, y - half_y, 0.0), (x + half_x, y + half_y, FOOT), fixture.colour)]
    shade: RGB = tuple(0.8 * channel for channel in fixture.colour)  # type: ignore[assignment]
    for side in (-1, 1):
        inner, outer = sorted((x + side * fixture.gap, x + side * (fixture.gap + fixture.rail)))
        for nest in fixture.nests():
            floor = nest.z - (nest.width - fixture.clearance) / 2
            low, high = nest.y - nest.width / 2, nest.y + nest.width / 2
            bodies.append(stand_box(world, (inner, low, FOOT), (outer, high, floor), shade))
        for outline in _lands(fixture):
            bodies.append(stand_prism(world, outline, inner, outer, shade))
    return bodies


def _lands(fixture: Fixture) -> list[FloatArray]:
    """(N, 2) y, z of each land's outline: upright up to the shank's axis, then chamfered towards the notches."""
    stretches = fixture.lands()
    lands = []
    for index, (low, high) in enumerate(stretches):
        top_low = low + fixture.chamfer * (index > 0)
        top_high = high - fixture.chamfer * (index < len(stretches) - 1)
        outline = [
            (low, FOOT),
            (high, FOOT),
            (high, fixture.height),
            (top_high, fixture.top),
            (top_low, fixture.top),
            (low, fixture.height),
        ]
        lands.append(np.array(outline))
    return lands


def lies_in(fixture: Fixture, size: Size, origin: FloatArray, axis: FloatArray) -> bool:
    """Whether a bolt of this size lies in the hole of its size.

    Args:
        origin: (3,) its middle, on the shank's axis [m]; axis: (3,) unit vector along the shank.
    """
    if size not in fixture.holes:
        return False
    nest = fixture.hole(size)
    return _is_level(nest, axis) and bool(
        abs(origin[2] - nest.z) <= DEPTH_TOLERANCE
        and abs(origin[1] - nest.y) <= fixture.clearance / 2 + DEPTH_TOLERANCE
        and abs(origin[0] - nest.x) <= END_TOLERANCE
    )


def _is_level(nest: Nest, axis: FloatArray) -> bool:
    along = np.array([np.cos(nest.yaw), np.sin(nest.yaw), 0.0])
    return bool(abs(axis @ along) >= np.cos(TILT_TOLERANCE))
