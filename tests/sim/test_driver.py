"""The twin's driver: time passes with motion, joints go where they are sent, a stop holds."""

import numpy as np
import pytest

from sim.driver import SimDriver
from sim.world import World
from skills.chunk import GripperCommand, JointSlice
from skills.protocols import Clock, Driver


@pytest.fixture
def driver(cell):
    world = World(cell, seed=1)
    world.reset([])
    yield SimDriver(world)
    world.close()


def test_is_a_driver_and_a_clock(driver):
    assert isinstance(driver, Driver)
    assert isinstance(driver, Clock)


def test_observation_holds_every_camera_of_the_cell_at_its_size(cell, driver):
    shapes = {name: image.shape for name, image in driver.observe().images.items()}
    assert shapes == {name: (camera.size, camera.size, 3) for name, camera in cell.cameras.items()}


def test_sequence_and_time_rise_with_every_observation(driver):
    first, second = driver.observe(), driver.observe()
    assert second.sequence > first.sequence
    assert second.time_ns > first.time_ns


def test_slice_moves_the_joints_in_its_own_time(cell, driver):
    start = np.array(cell.robot.home)
    path = start + np.linspace(0.004, 0.2, 50)[:, None] * np.eye(7)[3]
    before = driver.now_ns()
    driver.command(JointSlice(path, np.gradient(path, 0.01, axis=0), 0.01))
    assert driver.now_ns() - before == pytest.approx(0.5e9, abs=5e6)
    assert driver.measure().joints == pytest.approx(path[-1], abs=0.02)


def test_fingers_reach_their_width(driver):
    driver.command(GripperCommand(0.03, 40.0))
    assert driver.measure().gripper_width == pytest.approx(0.03, abs=0.001)


def test_stop_leaves_the_arm_standing(cell, driver):
    path = np.array(cell.robot.home) + np.linspace(0.01, 0.5, 50)[:, None] * np.eye(7)[0]
    driver.command(JointSlice(path, np.full_like(path, 0.0) + np.eye(7)[0], 0.01))
    driver.stop()
    assert np.abs(driver.measure().joint_speeds).max() < 0.02
