"""Random chunks: whatever the gate lets through, independent arithmetic and PyBullet find nothing wrong with.

The oracle takes what the robot was sent, differentiates it, and asks PyBullet's own meshes for distances.
"""

from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import pybullet
import pybullet_data
import pytest
from pybullet_utils.bullet_client import BulletClient

from safety.timing import PERIOD
from sim.belt import MovingBelt
from sim.fixture import build_fixture
from skills.base import FloatArray
from skills.cell import Cell
from skills.chunk import GripperCommand, JointSlice
from skills.place import Belt, Container, Fixture, Place
from tests.safety.ideal_robot import KinematicDriver

TOLERANCE = 0.002
"""PyBullet's distances carry its collision margin [m]."""
WALL = 0.004
DOWN = (np.pi, 0.0)
GRASP_TARGET, HAND, FINGERS = 11, 8, (9, 10)
BASE_LINKS = (-1, 0, 1)
FORE = (4, 5, 6, HAND, *FINGERS)
ALLOWED = dict.fromkeys((2, 3, 4, 5, 6, HAND), TOLERANCE) | dict.fromkeys(FINGERS, 2 * TOLERANCE)
"""How deep a link may be in a wall or the table; fingers work between walls, with a touch allowed [m]."""


class Oracle:
    """The cell in PyBullet: meshes of the arm, boxes for table and walls."""

    def __init__(self, cell: Cell) -> None:
        self.bullet: Any = BulletClient(pybullet.DIRECT)
        urdf = Path(pybullet_data.getDataPath()) / "franka_panda" / "panda.urdf"
        self.arm = self.bullet.loadURDF(str(urdf), useFixedBase=True)
        self.table = self._box((0.0, 0.0, -0.05), (1.0, 1.0, 0.05))
        self.walls = [wall for place in cell.places.values() for wall in self._walls(place)]

    def condemns(self, joints: FloatArray, width: float) -> str | None:
        """What is wrong with this posture, if anything is."""
        for joint, angle in enumerate(joints):
            self.bullet.resetJointState(self.arm, joint, angle)
        for finger in FINGERS:
            self.bullet.resetJointState(self.arm, finger, width / 2)
        self.bullet.performCollisionDetection()
        return self._touches_cell() or self._touches_itself()

    def _touches_cell(self) -> str | None:
        for other in (self.table, *self.walls):
            for contact in self.bullet.getClosestPoints(self.arm, other, 0.0):
                link, depth = contact[3], -contact[8]
                if depth > ALLOWED.get(link, np.inf):
                    return f"link {link} is {depth * 1e3:.1f} mm inside body {other}"
        return None

    def _touches_itself(self) -> str | None:
        for one, fore in product(BASE_LINKS, FORE):
            contacts = self.bullet.getClosestPoints(self.arm, self.arm, 0.0, one, fore)
            if any(-contact[8] > TOLERANCE for contact in contacts):
                return f"link {fore} is inside link {one}"
        return None

    def tool(self, joints: FloatArray) -> tuple[FloatArray, FloatArray]:
        for joint, angle in enumerate(joints):
            self.bullet.resetJointState(self.arm, joint, angle)
        position, turn = self.bullet.getLinkState(self.arm, GRASP_TARGET, computeForwardKinematics=True)[4:6]
        return np.array(position), np.array(self.bullet.getMatrixFromQuaternion(turn)).reshape(3, 3)

    def _walls(self, place: Place) -> Iterator[int]:
        """Boxes of our own round trays and bins; belts and fixtures as they stand in the twin."""
        if not isinstance(place, Container):
            yield from self._stood(place)
            return
        (x, y), half, top = place.centre, place.half, place.wall / 2
        for side in (-1, 1):
            offset = side * (half + WALL / 2)
            yield self._box((x + offset, y, top), (WALL / 2, half + WALL, top))
            yield self._box((x, y + offset, top), (half + WALL, WALL / 2, top))

    def _stood(self, place: Belt | Fixture) -> Iterator[int]:
        before = self.bullet.getNumBodies()
        if isinstance(place, Belt):
            MovingBelt(self.bullet, place)
        else:
            build_fixture(self.bullet, place)
        yield from (self.bullet.getBodyUniqueId(index) for index in range(before, self.bullet.getNumBodies()))

    def _box(self, at: tuple[float, ...], half: tuple[float, ...]) -> int:
        shape = self.bullet.createCollisionShape(pybullet.GEOM_BOX, halfExtents=half)
        return int(self.bullet.createMultiBody(0, shape, basePosition=at))


@pytest.fixture(scope="module")
def oracle(cell: Cell) -> Oracle:
    return Oracle(cell)


def sane_rows(rng: np.random.Generator, cell: Cell) -> FloatArray:
    """Waypoints near what a policy says: in and about the places, low and high, some far too low or outside."""
    rows = np.empty((rng.integers(1, 6), 7))
    for row in rows:
        place = list(cell.places.values())[rng.integers(len(cell.places))]
        row[:2] = place.centre + rng.uniform(-1.3, 1.3, 2) * place.extent
        row[2] = rng.choice([rng.uniform(-0.01, 0.06), rng.uniform(0.0, 0.5)])
        row[3:6] = np.pi + rng.normal(0, 0.1), rng.normal(0, 0.1), rng.uniform(-4, 4)
        row[6] = rng.choice([0.0, rng.uniform(-0.005, 0.085)])
    return rows


def wild_joints(rng: np.random.Generator, cell: Cell) -> tuple[FloatArray, float]:
    """Joint rows from home onwards: a smooth wander, now and then a jump, now and then too fast."""
    count = int(rng.integers(1, 51))
    step = rng.choice([0.003, 0.02, 0.08])
    drift = rng.normal(0, 1, 7) * step
    path = np.array(cell.robot.home) + np.cumsum(drift + rng.normal(0, step / 3, (count, 7)), axis=0)
    widths = np.full((count, 1), 0.08)
    return np.hstack([path, widths]), float(rng.choice([0.01, 0.02, 0.1]))


def check_sent(driver: KinematicDriver, begin: FloatArray, cell: Cell, oracle: Oracle) -> None:
    """Recompute every limit from what arrived."""
    path, width, widths = [begin], 0.08, [0.08]
    for command in driver.commands:
        if isinstance(command, GripperCommand):
            width = max(width, command.width)
            check_motion(np.array(path), cell)
            path = path[-1:]
            widths = [width]
        elif isinstance(command, JointSlice):
            assert command.period == PERIOD
            path += list(command.positions)
            widths += [width] * len(command.positions)
            for joints in command.positions[::8]:
                check_pose(joints, width, cell, oracle)
        width = driver.width if isinstance(command, GripperCommand) and command.width > 0 else width
    check_motion(np.array(path), cell)


def check_motion(path: FloatArray, cell: Cell) -> None:
    limits, still = cell.limits, np.vstack([path[:1], path[:1], path, path[-1:], path[-1:]])
    speed = np.diff(still, axis=0) / PERIOD
    acceleration = np.diff(speed, axis=0) / PERIOD
    jerk = np.diff(acceleration, axis=0) / PERIOD
    slack = 1 + 1e-5
    assert np.all(path >= np.array(limits.joint_low) - 1e-9)
    assert np.all(path <= np.array(limits.joint_high) + 1e-9)
    assert np.all(np.abs(speed) <= np.array(limits.joint_speed) * slack)
    assert np.all(np.abs(acceleration) <= np.array(limits.joint_acceleration) * slack)
    assert np.all(np.abs(jerk) <= np.array(limits.joint_jerk) * slack)


def check_pose(joints: FloatArray, width: float, cell: Cell, oracle: Oracle) -> None:
    position, turn = oracle.tool(joints)
    assert np.all(position >= np.array(cell.limits.workspace_low) - 1e-4)
    assert np.all(position <= np.array(cell.limits.workspace_high) + 1e-4)
    assert np.arccos(np.clip(-turn[2, 2], -1, 1)) <= cell.limits.tilt + 1e-3
    assert position[2] >= 0.0079
    assert oracle.condemns(joints, width) is None


def fuzz(cell: Cell, oracle: Oracle, benches: Any, seeds: range) -> int:
    """How many of the chunks were let through; each of those is checked."""
    passed = 0
    bench = benches()
    for seed in seeds:
        rng = np.random.default_rng(seed)
        bench.driver.commands.clear()
        bench.driver.joints, bench.driver.width = np.array(cell.robot.home), 0.08
        bench.gate._grip = None
        bench.bind()
        if rng.random() < 0.5:
            ruling = bench.waypoints(sane_rows(rng, cell))
        else:
            ruling = bench.gate.execute(bench.chunk(*wild_joints(rng, cell)))
        assert not ruling.latched, (seed, ruling.describe())
        if ruling.decision == "stop":
            assert bench.driver.commands == [], seed
            continue
        passed += 1
        check_sent(bench.driver, np.array(cell.robot.home), cell, oracle)
    return passed


@pytest.mark.timeout(600)
def test_nothing_that_passes_is_condemned(cell: Cell, oracle: Oracle, benches: Any) -> None:
    passed = fuzz(cell, oracle, benches, range(300))

    assert 60 <= passed <= 240


@pytest.mark.heavy
@pytest.mark.timeout(3600)
def test_nothing_that_passes_is_condemned_in_ten_thousand(cell: Cell, oracle: Oracle, benches: Any) -> None:
    assert fuzz(cell, oracle, benches, range(1_000, 11_000)) >= 2_000


def test_the_oracle_condemns_what_collides(cell: Cell, oracle: Oracle) -> None:
    assert oracle.condemns(np.array(cell.robot.home), 0.08) is None
    assert oracle.condemns(np.array([0.0, 1.2, 0.0, -1.5, 0.0, 1.8, 0.8]), 0.08) is not None
