"""The twin's save: what comes back looks the same, lies the same, and a held part is still held."""

import numpy as np
import pinocchio as pin
import pytest

from safety.kinematics import Arm
from sim.demonstrator import pick_waypoints
from sim.driver import SimDriver
from sim.grasps import taught_grasp
from sim.lying import lying
from sim.scenario import Scenario, ScenarioPart, random_scenario
from sim.snapshot import FILE, lasting, load, restore, save, snapshot
from sim.world import World
from skills.chunk import GripperCommand, JointSlice
from skills.errors import BadInput
from skills.protocols import Clock, Driver

NUT = Scenario(
    name="one-nut",
    seed=5,
    parts=(ScenarioPart(kind="nut", size="M10", colour="brass", condition="failed", at=(0.02, 0.03)),),
)


def laid(cell, scenario):
    world = World(cell, scenario.seed)
    world.reset(scenario.layout())
    return world, SimDriver(world)


def reopened(cell, folder):
    saved = load(folder)
    assert saved is not None
    return restore(cell, saved)


def reach(cell, driver, row):
    """Go to a waypoint by inverse kinematics, without any gate."""
    start = driver.measure().joints
    target = pin.SE3(pin.rpy.rpyToMatrix(*row[3:6]), row[:3])
    joints = Arm(cell).reach(target, start)
    assert joints is not None
    path = start + np.linspace(0, 1, 150)[1:, None] * (joints - start)
    driver.command(JointSlice(path, np.gradient(path, 0.01, axis=0), 0.01))


def test_what_comes_back_looks_and_lies_the_same(cell, tmp_path):
    scenario = random_scenario(3)
    world, driver = laid(cell, scenario)
    save(tmp_path, snapshot(scenario, world, driver))
    again, driver_again = reopened(cell, tmp_path)
    for before, after in zip(world.true_parts(), again.true_parts(), strict=True):
        assert after.spec == before.spec
        assert after.at == pytest.approx(before.at, abs=3e-4)
        assert after.yaw == pytest.approx(before.yaw, abs=0.01)
    assert driver_again.now_ns() == driver.now_ns()
    first, second = driver.observe(), driver_again.observe()
    assert second.sequence == first.sequence
    difference = np.abs(first.images["overhead"].astype(int) - second.images["overhead"].astype(int))
    assert difference.mean() < 0.5
    assert np.mean(difference > 8) < 0.005
    world.close()
    again.close()


def test_saving_changes_nothing(cell, tmp_path):
    scenario = random_scenario(4)
    (world, driver), (other, plain) = laid(cell, scenario), laid(cell, scenario)
    kept = lasting(tmp_path, scenario, world, driver)
    assert isinstance(kept, Driver)
    assert isinstance(kept, Clock)
    assert np.array_equal(kept.observe().images["overhead"], plain.observe().images["overhead"])
    world.close()
    other.close()


def test_second_save_of_a_restored_world_is_the_first(cell, tmp_path):
    scenario = random_scenario(6)
    world, driver = laid(cell, scenario)
    world.advance(600)
    first = snapshot(scenario, world, driver)
    again, driver_again = restore(cell, first)
    second = snapshot(scenario, again, driver_again)
    assert second.model_copy(update={"parts": (), "past": first.past}) == first.model_copy(update={"parts": ()})
    assert [(part.spec, part.paint) for part in second.parts] == [(part.spec, part.paint) for part in first.parts]
    world.close()
    again.close()


def test_the_world_is_saved_when_the_fingers_move_and_on_the_way(cell, tmp_path):
    world, driver = laid(cell, NUT)
    kept = lasting(tmp_path, NUT, world, driver)
    home = np.array(cell.robot.home)
    path = home + np.linspace(0.004, 0.24, 60)[:, None] * np.eye(7)[0]
    kept.command(JointSlice(path, np.gradient(path, 0.01, axis=0), 0.01))
    saved = load(tmp_path)
    assert saved is not None
    assert saved.past.arm.joints[0] == pytest.approx(0.24, abs=0.03)
    kept.command(GripperCommand(0.03, 40.0))
    saved = load(tmp_path)
    assert saved is not None
    assert (saved.past.arm.width, saved.past.arm.force) == (0.03, 40.0)
    assert sum(saved.past.arm.fingers) == pytest.approx(0.03, abs=0.002)
    world.close()


def test_nothing_saved_and_a_broken_save(tmp_path):
    assert load(tmp_path) is None
    (tmp_path / FILE).write_text('{"scenario": 1}')
    with pytest.raises(BadInput, match=r"table\.json: scenario: 1 is not allowed; it must be what the twin wrote"):
        load(tmp_path)


def test_a_held_part_is_still_held(cell, tmp_path):
    world, driver = laid(cell, NUT)
    kept = lasting(tmp_path, NUT, world, driver)
    hover, descend, close, lift, _ = pick_waypoints(cell, taught_grasp(cell, lying(world, world.bodies[0])))
    reach(cell, kept, hover)
    kept.command(GripperCommand(float(hover[6]), 40.0))
    reach(cell, kept, descend)
    kept.command(GripperCommand(float(close[6]), 40.0))
    world.close()
    again, driver_again = reopened(cell, tmp_path)
    assert 0.004 < driver_again.measure().gripper_width < 0.05
    reach(cell, driver_again, lift)
    assert again.where(again.bodies[0]) == "air"
    again.close()


def test_of_a_table_that_was_cut_off_the_beginning_is_told(tmp_path):
    (tmp_path / FILE).write_text('{"scenario": {"name": "' + "x" * 5000)
    with pytest.raises(BadInput, match=r"table\.json: table: .{80,120}what the twin wrote \(Invalid JSON") as caught:
        load(tmp_path)
    assert len(str(caught.value)) < 400
