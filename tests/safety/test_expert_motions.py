"""What the gate must let through: the expert's motions, everywhere and at every angle. False stops: none."""

from collections.abc import Callable
from itertools import product
from typing import Any

import numpy as np
import pytest

from safety.collision import Collider, Postures
from safety.kinematics import Arm
from skills.base import FloatArray
from skills.cell import Cell
from skills.chunk import JointSlice
from tests.safety.ideal_robot import KinematicDriver

REACH = 0.095
"""Furthest that a part lies from the tray's centre so that fingers 64 mm apart clear the walls [m]."""
OFFSETS = (-REACH, 0.0, REACH)
YAWS = np.linspace(-np.pi / 2, np.pi / 2, 5)


@pytest.mark.parametrize(("dx", "dy"), list(product(OFFSETS, OFFSETS)))
def test_picks_everywhere_at_every_angle(cell: Cell, bench: Any, dx: float, dy: float) -> None:
    x, y = np.add(cell.tray.centre, (dx, dy))
    for yaw in YAWS:
        bench.driver.part_width = 0.02
        bench.bind()
        ruling = bench.waypoints(bench.pick(x, y, yaw, opening=0.064))
        assert ruling.describe() == "allow"
        assert ruling.seconds < 7.0
        assert np.linalg.norm(bench.arm.tcp(bench.driver.joints).translation - bench.home[:3]) < 1e-3
        bench.lose()
        assert bench.gate.go_home(open_gripper=True).describe() == "allow"
        assert np.abs(bench.driver.joints - cell.robot.home).max() < 1e-9


@pytest.mark.parametrize("side", [-0.13, 0.13])
def test_narrow_grasps_reach_to_130_mm(cell: Cell, bench: Any, side: float) -> None:
    """A bolt along the wall, or any part across it, with the fingers 30 mm apart."""
    x, y = np.add(cell.tray.centre, (side, 0.0))
    assert bench.waypoints(bench.pick(x, y, 0.0, opening=0.03)).describe() == "allow"
    bench.gate.go_home(open_gripper=True)
    x, y = np.add(cell.tray.centre, (0.0, side))
    assert bench.waypoints(bench.pick(x, y, np.pi / 2, opening=0.03)).describe() == "allow"


@pytest.mark.parametrize("height", [0.0085, 0.0125, 0.016])
def test_grasp_heights(bench: Any, height: float) -> None:
    rows = bench.pick(0.5, 0.05)
    rows[1][2] = rows[2][2] = height
    assert bench.waypoints(rows).describe() == "allow"


def test_places_in_every_bin(cell: Cell, bench: Any) -> None:
    for name in cell.destinations:
        bench.grasp()
        bench.bind()
        ruling = bench.waypoints(bench.place(*cell.places[name].centre))
        assert ruling.describe() == "allow", name
        assert ruling.seconds < 8.0
        bench.driver.part_width = None
        assert bench.gate.go_home(open_gripper=True).describe() == "allow"


@pytest.mark.parametrize(("dx", "dy"), list(product((-0.09, 0.0, 0.09), repeat=2)))
def test_puts_back_on_every_spot(cell: Cell, bench: Any, dx: float, dy: float) -> None:
    bench.grasp()
    x, y = np.add(cell.tray.centre, (dx, dy))
    assert bench.waypoints(bench.place(x, y, above=0.16, low=0.0165)).describe() == "allow"


def test_the_aim_of_a_policy_may_be_off(cell: Cell, bench: Any) -> None:
    """Noise of 2 mm, 2° and 1 mm of width on every row stops nothing."""
    rng = np.random.default_rng(7)
    for _ in range(20):
        x, y = cell.tray.centre + rng.uniform(-0.085, 0.085, 2)
        rows = np.array(bench.pick(x, y, rng.uniform(-np.pi / 2, np.pi / 2)))
        rows[:, :2] += rng.normal(0, 0.002, (5, 2))
        rows[:, 2] += rng.normal(0, 0.001, 5)
        rows[:, 3:6] += rng.normal(0, 0.02, (5, 3))
        rows[:, 6] = np.clip(rows[:, 6] + rng.normal(0, 0.0004, 5), -0.002, 0.08)
        bench.driver.part_width = 0.02
        bench.bind()
        assert bench.waypoints(rows).describe() == "allow"
        bench.lose()
        assert bench.gate.go_home(open_gripper=True).describe() == "allow"


def test_a_half_turn_of_the_grasp_is_the_same_grasp(bench: Any, benches: Callable[..., Any]) -> None:
    other = benches()
    bench.waypoints(bench.pick(0.55, 0.05, 0.7))
    other.waypoints(other.pick(0.55, 0.05, 0.7 - np.pi))

    assert np.allclose(bench.sent(), other.sent(), atol=1e-9)


def test_noise_about_a_quarter_turn_does_not_turn_the_wrist_round(bench: Any) -> None:
    rows = bench.pick(0.55, 0.05, np.pi / 2)
    rows[1][5] += 0.05
    rows[2][5] -= 0.05
    assert bench.waypoints(rows).describe() == "allow"

    wrist = bench.sent()[:, 6]
    assert np.ptp(wrist) < np.pi / 2 + 0.3


def test_lines_are_straight(bench: Any) -> None:
    """Between two waypoints the tool keeps within half a millimetre of the line."""
    bench.waypoints(bench.pick(0.58, -0.08, 1.1))
    tcp = bench.arm.trace(bench.sent()).tcp
    here, there = tcp[0], np.array([0.58, -0.08, 0.12])
    first = tcp[: int(np.argmin(np.linalg.norm(tcp - there, axis=1)))]
    along = (there - here) / np.linalg.norm(there - here)
    off = (first - here) - np.outer((first - here) @ along, along)
    assert np.linalg.norm(off, axis=1).max() < 5e-4


def test_what_arrives_keeps_every_limit(cell: Cell, bench: Any) -> None:
    bench.driver.part_width = 0.02
    bench.waypoints(bench.pick(0.58, -0.08, 1.1))
    bench.bind()
    bench.waypoints(bench.place(0.15, 0.5))

    for path, velocities, period in stretches(bench.driver):
        speed = np.diff(path, axis=0) / period
        acceleration = np.diff(speed, axis=0) / period
        jerk = np.diff(acceleration, axis=0) / period
        limits = cell.limits
        assert np.all(np.abs(speed).max(axis=0) <= limits.joint_speed)
        assert np.all(np.abs(velocities).max(axis=0) <= limits.joint_speed)
        assert np.all(np.abs(acceleration).max(axis=0) <= limits.joint_acceleration)
        assert np.all(np.abs(jerk).max(axis=0) <= limits.joint_jerk)
        tcp = bench.arm.trace(path).tcp
        assert np.linalg.norm(np.diff(tcp, axis=0), axis=1).max() / period <= limits.tcp_speed


def test_home_is_reached_from_a_low_pose(cell: Cell, bench: Any) -> None:
    rows = bench.pick(0.6, 0.08, 0.5)[:2]
    assert bench.waypoints(rows).decision == "allow"
    assert bench.gate.go_home(open_gripper=False).describe() == "allow"
    assert np.abs(bench.driver.joints - cell.robot.home).max() < 1e-9
    assert bench.driver.width == pytest.approx(0.05)


def test_a_check_of_the_home_pose_is_clear(cell: Cell) -> None:
    arm = Arm(cell)
    for width, holding in ((0.08, False), (0.03, True)):
        assert Collider(cell, arm).hits(Postures.alike(arm.home[None], width, holding=holding)) == {}


def stretches(driver: KinematicDriver) -> list[tuple[FloatArray, FloatArray, float]]:
    """The motions between gripper commands: path with the rest it began at, velocities, period."""
    found: list[list[JointSlice]] = [[]]
    for command in driver.commands:
        if isinstance(command, JointSlice):
            found[-1].append(command)
        else:
            found.append([])
    return [
        (np.vstack([part.positions for part in run]), np.vstack([part.velocities for part in run]), run[0].period)
        for run in found
        if run
    ]
