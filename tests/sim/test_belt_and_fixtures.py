"""Belt and fixtures: what lies on the belt is carried away and counted, a bolt is in a hole only when it lies in it."""

from dataclasses import replace

import numpy as np
import pytest

from sim.judge import judge
from sim.parts.catalogue import ALL_SHAPES, shape_of
from sim.parts.spawn import PartSpec, draw_paint, spawn
from sim.scenario import Expectation, Moved
from sim.world import STEP, World
from skills.place import Belt
from skills.scene import PartQuery

SECOND = round(1 / STEP)


@pytest.fixture
def world(cell):
    world = World(cell, seed=1)
    world.reset([])
    yield world
    world.close()


def lay(world, kind, size, position, yaw=0.0, roll=0.0, lean=0.0):
    spec = PartSpec(kind, size, "blue", "ok", (0.0, 0.0), yaw)
    body = spawn(world.bullet, spec, position, draw_paint("blue", world.rng))
    turn = world.bullet.getQuaternionFromEuler([roll, lean, yaw])
    world.bullet.resetBasePositionAndOrientation(body.id, position, turn)
    world.bodies.append(body)
    return body


def on_belt(world, kind="gear", size="small", yaw=0.0):
    belt = world.cell.places["conveyor belt"]
    assert isinstance(belt, Belt)
    height = belt.height + shape_of(kind, size).height / 2 + 0.002
    return lay(world, kind, size, (*belt.release, height), yaw)


def y_of(world, body):
    return world.bullet.getBasePositionAndOrientation(body.id)[0][1]


def into(world, size, dy=0.0, dx=0.0, **turned):
    nest = world.cell.fixture("left fixture").hole(size)
    body = lay(world, "bolt", size, (nest.x + dx, nest.y + dy, nest.z + 0.006), **turned)
    world.advance(SECOND)
    return body


@pytest.mark.parametrize(("kind", "size"), ALL_SHAPES)
def test_every_part_rides_at_the_belts_speed(world, kind, size):
    body = on_belt(world, kind, size, yaw=0.3)
    world.advance(SECOND)
    begin = y_of(world, body)
    world.advance(2 * SECOND)
    assert (y_of(world, body) - begin) / 2 == pytest.approx(0.08, abs=0.001)
    assert world.where(body) == "conveyor belt"


def test_a_belt_may_run_the_other_way(cell):
    belt = cell.places["conveyor belt"].model_copy(update={"towards": "right"})
    world = World(cell.model_copy(update={"places": {**cell.places, "conveyor belt": belt}}), seed=1)
    world.reset([])
    body = on_belt(world)
    world.advance(7 * SECOND)
    assert y_of(world, body) < -0.3
    assert (world.where(body), world.in_chute()) == ("conveyor belt", 1)
    world.close()


def test_the_chute_counts_what_has_left_the_belt(world):
    bodies = []
    for number in range(3):
        kind, size = ALL_SHAPES[number]
        bodies.append(on_belt(world, kind, size, yaw=0.2 * number))
        world.advance(2 * SECOND)
    assert 0 < world.in_chute() < 3
    world.advance(4 * SECOND)
    assert world.in_chute() == 3
    assert {world.where(body) for body in bodies} == {"conveyor belt"}


def test_the_belt_itself_stays(cell, world):
    before = [world.bullet.getBasePositionAndOrientation(body)[0] for body in range(world.bullet.getNumBodies())]
    world.advance(SECOND)
    after = [world.bullet.getBasePositionAndOrientation(body)[0] for body in range(world.bullet.getNumBodies())]
    assert np.abs(np.subtract(after, before)).max() <= cell.places["conveyor belt"].speed * STEP + 1e-9


@pytest.mark.parametrize("size", ["M6", "M8", "M10"])
@pytest.mark.parametrize("off", [0.0, 0.003, 0.005, -0.005])
@pytest.mark.parametrize("yaw", [0.0, np.pi])
def test_a_bolt_that_is_a_little_off_slides_into_its_hole(world, size, off, yaw):
    body = into(world, size, dy=off, dx=0.002, yaw=yaw + 0.03, roll=0.4, lean=0.04)
    assert world.where(body) == "left fixture"


@pytest.mark.parametrize(
    ("size", "turned"),
    [
        ("M8", {"dy": 0.023}),
        ("M8", {"yaw": np.pi / 2}),
        ("M8", {"dx": 0.03}),
        ("M6", {"dy": 0.048}),
        ("M8", {"dy": 0.048}),
    ],
    ids=["on the rails", "across", "on one rail", "in the hole of M8", "in the hole of M10"],
)
def test_a_bolt_that_lies_otherwise_is_not_in_the_fixture(world, size, turned):
    assert world.where(into(world, size, **turned)) == "table"


def test_only_bolts_are_in_fixtures(world):
    nest = world.cell.fixture("left fixture").hole("M8")
    assert world.where(lay(world, "nut", "M8", (nest.x, nest.y, nest.z))) == "table"


def test_three_bolts_share_a_fixture(world):
    bodies = [into(world, size) for size in ("M6", "M8", "M10")]
    assert [world.where(body) for body in bodies] == ["left fixture"] * 3


def test_the_judge_knows_both(world):
    into(world, "M8")
    on_belt(world, "gear", "large")
    world.advance(SECOND)
    moved = (
        Moved(part=PartQuery(kind="bolt"), to="left fixture", count=1),
        Moved(part=PartQuery(kind="gear"), to="conveyor belt", count=1),
    )
    judged = judge(world, Expectation(outcome="done", moved=moved))
    assert judged.faults == ()
    assert judged.moved == {"ok M8 blue bolt → left fixture": 1, "ok large blue gear → conveyor belt": 1}
    wrong = judge(world, Expectation(outcome="done", moved=(replace_to(moved[0], "right fixture"), moved[1])))
    assert wrong.faults == (
        "0 × bolt in the right fixture, 1 expected",
        "ok M8 blue bolt → left fixture",
    )


def replace_to(moved, place):
    return moved.model_copy(update={"to": place})


def test_neither_is_in_the_overhead_picture(cell, world):
    bare = {name: place for name, place in cell.places.items() if place.kind in ("tray", "bin")}
    other = World(cell.model_copy(update={"places": bare}), seed=1)
    other.reset([])
    pictures = []
    for one in (world, other):
        one.wear(replace(world.appearance))
        one.rng = np.random.default_rng(0)
        pictures.append(one.photograph("overhead").astype(int))
    assert np.abs(pictures[0] - pictures[1]).max() <= 1
    other.close()
