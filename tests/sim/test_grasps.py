"""Grasp candidates: as the policy was taught where there is room, else the roomiest, else a cause."""

from dataclasses import replace

import numpy as np
import pytest

from sim.grasps import SAFE, Grasp, NoGrasp, choose_grasp, choose_pick, half_turn, taught_grasp
from sim.layout import draw_look, lay_out
from sim.lying import Lying, buried, lying_parts, surface_points, thing_points
from sim.parts.catalogue import ALL_SHAPES, shape_of
from sim.parts.spawn import PartSpec
from sim.world import World


def laid(cell, kind, size, x, y, yaw=0.0, z=None) -> Lying:
    """A part that lies flat at x, y [m] from the tray's centre."""
    spec = PartSpec(kind, size, "silver", "ok", (x, y), yaw)
    turn = np.array([[np.cos(yaw), -np.sin(yaw), 0], [np.sin(yaw), np.cos(yaw), 0], [0, 0, 1]])
    origin = np.array([*np.add(cell.tray.centre, (x, y)), spec.shape.height / 2 if z is None else z])
    return Lying(spec, surface_points(kind, size) @ turn.T + origin, origin, turn)


@pytest.mark.parametrize(("kind", "size"), ALL_SHAPES)
def test_a_part_that_lies_alone_is_grasped_as_taught(cell, kind, size):
    part = laid(cell, kind, size, 0.02, -0.03, 0.7)
    found = choose_grasp(cell, part, [])
    assert replace(found, room=0.0) == taught_grasp(cell, part)
    assert found.room == pytest.approx(0.009, abs=0.0015)  # half of the opening beyond the part, and a corner's slant


def test_what_is_taught(cell):
    bolt, gear = laid(cell, "bolt", "M8", 0.02, -0.03, 2.0), laid(cell, "gear", "large", 0.02, -0.03, 2.0)
    assert taught_grasp(cell, bolt) == Grasp((0.52, -0.03, 0.0125), half_turn(2.0), 0.034)
    assert taught_grasp(cell, gear) == Grasp((0.52, -0.03, 0.0125), 0.0, 0.064)


def test_separated_parts_keep_the_taught_grasp(cell):
    world, rng = World(cell, 1), np.random.default_rng(3)
    for _ in range(5):
        world.reset(lay_out([draw_look(rng) for _ in range(8)], rng, "separated"))
        parts = lying_parts(world)
        for index, part in enumerate(parts):
            found = choose_grasp(cell, part, parts[:index] + parts[index + 1 :])
            assert replace(found, room=0.0) == taught_grasp(cell, part)
    world.close()


def test_a_neighbour_beside_a_gear_turns_the_grasp(cell):
    gear = laid(cell, "gear", "small", 0.0, 0.0)
    found = choose_grasp(cell, gear, [laid(cell, "gear", "small", 0.0, 0.033)])
    assert abs(found.yaw) == pytest.approx(np.pi / 2)
    assert found.at[:2] == pytest.approx((0.5, 0.0), abs=1e-6)
    assert found.room >= SAFE


def test_a_wall_beside_a_gear_turns_the_grasp(cell):
    found = choose_grasp(cell, laid(cell, "gear", "large", 0.0, 0.12), [])
    assert abs(found.yaw) == pytest.approx(np.pi / 2)


def test_a_thing_beside_the_middle_of_a_bolt_moves_the_grasp_along_it(cell):
    bolt, thing = laid(cell, "bolt", "M10", 0.0, 0.0), np.array([[0.5, 0.02, 0.03]])
    found = choose_grasp(cell, bolt, [], thing)
    assert found.yaw == 0.0
    assert abs(found.at[0] - 0.5) == pytest.approx(0.021, abs=0.001)


def test_a_thing_is_kept_clear_of(cell):
    gear = laid(cell, "gear", "small", 0.0, 0.0)
    thing = np.array([[0.5, 0.03, 0.02]])
    assert abs(choose_grasp(cell, gear, [], thing).yaw) == pytest.approx(np.pi / 2)


def test_a_part_under_another_is_buried(cell):
    gear, bolt = laid(cell, "gear", "large", 0.0, 0.0), laid(cell, "bolt", "M6", 0.0, 0.0, z=0.022)
    assert buried(gear, [bolt])
    assert not buried(bolt, [gear])
    assert choose_grasp(cell, gear, [bolt]) == NoGrasp("buried")
    number, found = choose_pick(cell, [gear, bolt], [0, 1])
    assert number == 1
    assert found.at[2] > 0.022


def test_a_taller_part_that_touches_does_not_bury(cell):
    gear, nut = laid(cell, "gear", "small", 0.0, 0.0), laid(cell, "nut", "M10", 0.033, 0.0)
    assert not buried(gear, [nut])


def test_a_part_in_a_crowd_has_no_room(cell):
    crowd = [laid(cell, "gear", "large", 0.041 * np.cos(a), 0.041 * np.sin(a)) for a in np.arange(6) * np.pi / 3]
    assert choose_grasp(cell, laid(cell, "gear", "small", 0.0, 0.0), crowd) == NoGrasp("no_room")


def test_no_part_can_be_taken(cell):
    assert choose_pick(cell, [], []) == NoGrasp("no_room")


def test_every_grasp_in_a_heap_fits_the_gripper_and_has_room(cell):
    world, rng = World(cell, 1), np.random.default_rng(4)
    world.reset(lay_out([draw_look(rng) for _ in range(12)], rng, "heaped"))
    parts = lying_parts(world)
    found = [choose_grasp(cell, part, [other for other in parts if other is not part]) for part in parts]
    grasps = [grasp for grasp in found if isinstance(grasp, Grasp)]
    assert len(grasps) >= 3
    assert all(grasp.room >= SAFE and grasp.opening <= cell.robot.gripper.max_width for grasp in grasps)
    assert all(grasp.at[2] >= 0.0125 for grasp in grasps)
    world.close()


def test_points_lie_all_over_a_part():
    points, shape = surface_points("bracket", "large"), shape_of("bracket", "large")
    assert np.ptp(points, axis=0) == pytest.approx((0.062, 0.030, shape.height))
    assert len(points) > 500
    with pytest.raises(ValueError, match="read-only"):
        points[0] = 0.0


def test_things_on_the_tray_are_points(cell):
    world = World(cell, 1)
    world.wear(replace(world.appearance, things=()))
    assert thing_points(world).shape == (0, 3)
    world.close()
