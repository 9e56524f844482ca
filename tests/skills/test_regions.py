"""Regions of the tray: by hand-made parts; breadths as the twin builds them."""

import math

import numpy as np
import pytest

from sim.parts.catalogue import ALL_SHAPES, shape_of
from skills.errors import UnknownName
from skills.regions import REGIONS, in_the_way, lies_in, way_to
from skills.scene import PerceivedPart
from skills.words import BREADTH, ELONGATED


def bracket(x: float, y: float, yaw: float = 0.0) -> PerceivedPart:
    return PerceivedPart(kind="bracket", size="large", colour="red", condition="ok", at=(x, y), yaw=yaw, confidence=1.0)


@pytest.mark.parametrize(
    ("part", "there"),
    [
        (bracket(0.0, 0.134), True),  # along the wall, 1 mm from it
        (bracket(0.0, 0.121), True),
        (bracket(0.0, 0.119), False),
        (bracket(0.0, 0.119, math.pi / 2), True),  # end on, 0 mm from it
        (bracket(0.0, 0.103, math.pi / 2), False),
        (bracket(0.134, 0.0), False),
    ],
)
def test_a_part_lies_against_an_edge_by_its_outline(part, there):
    assert lies_in("left edge", 0.15)(part) is there


def test_each_edge_and_half_is_its_own():
    there = {"left": (0, 0.134), "right": (0, -0.134), "back": (0.134, 0), "front": (-0.134, 0)}
    for side, at in there.items():
        part = bracket(*at, math.atan2(at[0], at[1]))
        assert [region for region in REGIONS if lies_in(region, 0.15)(part)] == [f"{side} edge", f"{side} half"]


@pytest.mark.parametrize(
    ("at", "bars"),
    [
        ((0.0, 0.05), True),  # ahead
        ((0.0, -0.05), False),  # behind, clear of the tool
        ((0.0, -0.03), True),  # behind, where the tool comes down
        ((0.06, 0.05), True),  # beside, nearer than 12 mm: the parts are 62 mm long
        ((0.08, 0.05), False),
        ((0.0, 0.134), True),  # at the wall already
    ],
)
def test_what_lies_in_the_way_of_a_part_to_an_edge(at, bars):
    moved, other = bracket(0.0, 0.02), bracket(*at)
    assert in_the_way("left edge", 0.15, moved, (moved, other)) == ((other,) if bars else ())


def test_to_a_half_only_what_lies_before_it_is_in_the_way():
    moved, near, far = bracket(0.0, -0.1), bracket(0.0, -0.02), bracket(0.0, 0.1)
    assert in_the_way("left half", 0.15, moved, (near, far)) == (near,)


def test_a_region_that_is_none_names_the_nearest():
    with pytest.raises(UnknownName, match="Nearest: 'left edge'"):
        way_to("left egde")


def test_breadths_are_those_of_the_parts():
    long = [(kind, size) for kind, size in ALL_SHAPES if kind in ELONGATED]
    assert {key: round(float(np.ptp(shape_of(*key).footprint[:, 1])), 3) for key in long} == BREADTH
