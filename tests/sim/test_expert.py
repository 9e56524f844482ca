"""The expert in the twin: every skill through gate and physics, and every failure with its cause."""

import numpy as np
import pytest

from safety.audit import Audit
from safety.gate import SafetyGate
from safety.latch import Latch
from sim.demonstrator import bolt_of, insert_waypoints, place_waypoints
from sim.driver import SimDriver
from sim.motion import Ways
from sim.parts.spawn import PartSpec
from sim.rollout import Expert, Tried
from sim.world import World
from skills.cell import KeepOut
from skills.errors import BadInput, UnknownName


@pytest.fixture
def laid(cell, tmp_path):
    """(parts, cell) -> an expert at a table with these parts, and its world."""
    worlds = []

    def lay(*parts, on=cell):
        world = World(on, 5)
        worlds.append(world)
        world.reset(parts)
        driver = SimDriver(world)
        gate = SafetyGate(on, driver, driver, Latch(tmp_path / "latch.json"), Audit(tmp_path / "audit.jsonl"))
        return Expert(world, gate, Ways(on)), world

    yield lay
    for world in worlds:
        world.close()


def bolt(size="M8", x=0.03, y=-0.04, yaw=0.9):
    return PartSpec("bolt", size, "silver", "ok", (x, y), yaw)


GEAR = PartSpec("gear", "small", "brass", "ok", (-0.06, 0.05), 0.0)


@pytest.mark.parametrize(
    ("size", "fixture"),
    [
        ("M8", "left fixture"),
        pytest.param("M6", "right fixture", marks=pytest.mark.heavy),
        pytest.param("M10", "right fixture", marks=pytest.mark.heavy),
    ],
)
def test_a_bolt_comes_to_lie_in_the_hole_of_its_size(laid, size, fixture):
    expert, world = laid(GEAR, bolt(size))
    assert expert.pick(1) == Tried(None)
    assert expert.insert(1, fixture) == Tried(None)
    assert world.where(world.bodies[1]) == fixture


@pytest.mark.parametrize("place", ["conveyor belt", pytest.param("red quality control bin", marks=pytest.mark.heavy)])
def test_a_part_is_placed(laid, place):
    expert, _ = laid(GEAR)
    assert expert.pick(0) == Tried(None)
    assert expert.place(0, place) == Tried(None)


def test_a_part_is_laid_back(laid):
    expert, world = laid(bolt("M10"))
    assert expert.pick(0) == Tried(None)
    assert expert.put_back(0, "back left") == Tried(None)
    assert world.true_parts()[0].at == pytest.approx((0.08, 0.08), abs=0.01)


def test_a_part_in_a_crowd_is_left_with_its_cause_and_an_easier_one_taken(laid):
    crowd = [
        PartSpec("gear", "large", "red", "ok", (0.0415 * np.cos(a), 0.0415 * np.sin(a)), 0.0)
        for a in np.arange(0, 6, 2) * np.pi / 3
    ]
    nut = PartSpec("nut", "M6", "blue", "ok", (-0.1, -0.1), 0.0)
    expert, _ = laid(PartSpec("gear", "small", "blue", "ok", (0.0, 0.0), 0.0), *crowd, nut)
    assert expert.pick(0) == Tried("no_grasp", "no_room")
    assert expert.pick_any([0]) == (-1, Tried("no_grasp", "no_room"))
    assert expert.pick_any([0, 4]) == (4, Tried(None))


def test_what_the_gate_would_refuse_is_not_tried(laid, cell):
    post = KeepOut(name="post", low=(0.5, -0.06, 0.0), high=(0.56, -0.02, 0.2))
    expert, world = laid(bolt(), on=cell.model_copy(update={"keep_outs": (post,)}))
    tried = expert.pick(0)
    assert (tried.cause, tried.detail.partition(":")[0]) == ("no_way", "keep_out")
    assert world.where(world.bodies[0]) == "tray"


def test_a_way_round_a_post_counts_its_vias(laid, cell):
    post = KeepOut(name="post", low=(0.30, 0.10, 0.0), high=(0.34, 0.14, 0.34))
    nut = PartSpec("nut", "M8", "blue", "ok", (0.05, -0.05), 0.0)
    expert, _ = laid(nut, on=cell.model_copy(update={"keep_outs": (post,)}))
    assert expert.pick(0) == Tried(None)
    tried = expert.place(0, "left bin")
    assert tried.cause is None
    assert tried.vias > 0


def test_a_part_in_the_wrong_place_and_one_that_is_not_held(laid):
    expert, world = laid(bolt())
    assert expert.judged(0, "left bin") == Tried("wrong_place", "tray")
    tried = expert.insert(0, "left fixture")
    assert (tried.cause, tried.detail) == (
        "dropped",
        "width: 0.08 is not allowed; it must be that of a held bolt: 0.014, 0.018, 0.022 m.",
    )
    nest = world.cell.fixture("left fixture").hole("M10")
    world.bullet.resetBasePositionAndOrientation(world.bodies[0].id, (nest.x, nest.y, nest.z), (0, 0, 0, 1))
    assert expert.judged(0, "left fixture") == Tried("wrong_place", "table")


def test_a_fixture_is_no_place_to_drop_a_part(laid):
    expert, _ = laid(GEAR)
    with pytest.raises(BadInput, match="place: 'left fixture' is not allowed; it must be a bin or a belt; see insert"):
        expert.place(0, "left fixture")
    with pytest.raises(UnknownName):
        expert.insert(0, "left bin")


@pytest.mark.parametrize(
    ("width", "size"), [(0.0131, "M6"), (0.0159, "M6"), (0.0161, "M8"), (0.0187, "M8"), (0.0222, "M10")]
)
def test_the_width_tells_the_bolt(width, size):
    assert bolt_of(width) == size


def test_no_bolt_is_that_wide():
    with pytest.raises(BadInput, match=r"width: 0\.0335 is not allowed"):
        bolt_of(0.0335)


def test_a_bolt_is_let_go_over_its_nest(cell):
    fixture = cell.fixture("right fixture")
    nest = fixture.hole("M8")
    above, low, opened, raised, home = insert_waypoints(cell, fixture, 0.018)
    assert above[:3] == pytest.approx((nest.x, nest.y, 0.20))
    assert low[:3] == pytest.approx((nest.x, nest.y, nest.z + 0.002 + 0.001))  # an M8 is held 2 mm over its axis
    assert (above[6], low[6], opened[6], raised[6], home[6]) == (0.0, 0.0, 0.030, 0.030, 0.08)


def test_a_part_is_let_go_just_over_the_belt(cell):
    belt = cell.places["conveyor belt"]
    rows = place_waypoints(cell, belt)
    assert rows[1, :3] == pytest.approx((*belt.drop, belt.height + 0.032))
