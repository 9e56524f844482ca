"""Belt and fixtures before the gate: reached with room to spare, and nothing but a nest takes a bolt."""

from typing import Any

import numpy as np
import pytest

from safety.collision import Collider, Postures
from safety.grip import Grip
from safety.kinematics import Arm
from safety.obstacles import blocks, obstacles
from safety.route import checkpoints, waypoint_route
from skills.base import FloatArray
from skills.cell import Cell
from skills.place import Belt
from tests.safety.conftest import DOWN, Bench

FIXTURES = ("left fixture", "right fixture")
ABOVE = 0.2
MARGIN = 0.15
"""Least distance of every joint from its limits on the way to a place and back [rad]."""
HOLDING = Grip(0.0, 0.02, holding=True)


def release(bench: Bench, x: float, y: float, low: float, opening: float) -> list[list[float]]:
    """Above, lower, open, raise, home, from the home pose."""
    at = (x, y)
    return [
        [*at, ABOVE, *DOWN, 0.0, 0.0],
        [*at, low, *DOWN, 0.0, 0.0],
        [*at, low, *DOWN, 0.0, opening],
        [*at, ABOVE, *DOWN, 0.0, opening],
        [*bench.home, 0.08],
    ]


def way(cell: Cell, arm: Arm, rows: list[list[float]]) -> tuple[FloatArray, dict[Any, Any]]:
    """All joints on the way, and what is hit on it."""
    route = waypoint_route(arm, cell, np.array(rows), arm.home, HOLDING)
    assert route.unreached is None
    collider, joints, hits = Collider(cell, arm), [], {}
    for stretch in route.stretches:
        path = checkpoints(stretch, 0.02)[1]
        joints.append(path)
        hits |= collider.hits(Postures.alike(path, stretch.grip.width, holding=stretch.grip.holding))
    return np.vstack(joints), hits


def margin(cell: Cell, joints: FloatArray) -> float:
    low, high = np.array(cell.limits.joint_low), np.array(cell.limits.joint_high)
    return float(np.minimum(joints - low, high - joints).min())


@pytest.mark.parametrize("name", FIXTURES)
@pytest.mark.parametrize("size", ["M6", "M8", "M10"])
def test_every_hole_is_reached_with_room(cell: Cell, bench: Bench, name: str, size: str) -> None:
    nest = cell.fixture(name).hole(size)
    joints, hits = way(cell, bench.arm, release(bench, nest.x, nest.y, nest.z, nest.width + 0.014))
    assert hits == {}
    assert margin(cell, joints) > MARGIN


def test_the_belt_is_reached_with_room(cell: Cell, bench: Bench) -> None:
    belt = cell.places["conveyor belt"]
    assert isinstance(belt, Belt)
    for aside in (-0.03, 0.0, 0.03):
        x, y = belt.release
        joints, hits = way(cell, bench.arm, release(bench, x, y + aside, belt.height + 0.032, 0.08))
        assert hits == {}
        assert margin(cell, joints) > 0.3


def test_a_bolt_goes_into_a_nest_and_nowhere_else(cell: Cell, bench: Bench) -> None:
    nest = cell.fixture("left fixture").hole("M8")

    def insert(dx: float, dy: float) -> list[str]:
        bench.bind()
        bench.grasp()
        bench.bind()
        ruling = bench.waypoints(release(bench, nest.x + dx, nest.y + dy, nest.z, 0.03))
        bench.lose()
        return [finding.rule for finding in ruling.findings]

    assert insert(0.0, 0.0) == []
    assert insert(0.003, 0.005) == []
    assert insert(0.0, 0.008) == ["floor"]
    assert insert(0.008, 0.0) == ["collision"]


def test_the_chute_is_out_of_reach(cell: Cell, bench: Bench) -> None:
    belt = cell.places["conveyor belt"]
    assert isinstance(belt, Belt)
    bench.grasp()
    bench.bind()
    ruling = bench.waypoints(release(bench, belt.chute_centre[0], belt.chute_centre[1], 0.09, 0.08))
    assert [finding.rule for finding in ruling.findings] == ["reach"]


def test_every_place_is_in_the_way_of_the_arm(cell: Cell) -> None:
    for place in cell.places.values():
        (x, y), (half_x, half_y) = place.centre, place.extent
        first = next(iter(blocks(place)))
        assert first.low[0] <= x - half_x
        assert first.low[1] <= y - half_y
        assert first.high[0] >= x + half_x
        assert first.high[1] >= y + half_y
        assert first.high[2] == place.top
        assert max(box.high[2] for box in obstacles(place)) == place.top
