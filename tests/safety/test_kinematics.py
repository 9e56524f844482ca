"""The arm's model against PyBullet's, which shares no line of code or data with it."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pinocchio as pin
import pybullet
import pybullet_data
import pytest
from pybullet_utils.bullet_client import BulletClient

from safety.bodies import arm_shapes, finger_shapes
from safety.kinematics import Arm
from skills.base import FloatArray
from skills.cell import Cell
from skills.robot import robot_model

MODEL = Path(pybullet_data.getDataPath()) / "franka_panda"
GRASP_TARGET = 11
PANDA = robot_model("panda")
FINGERS = ("panda_leftfinger", "panda_rightfinger")


@pytest.fixture(scope="module")
def arm(cell: Cell) -> Arm:
    return Arm(cell)


@pytest.fixture(scope="module")
def bullet() -> Iterator[Any]:
    client = BulletClient(pybullet.DIRECT)
    client.panda = client.loadURDF(str(MODEL / "panda.urdf"), useFixedBase=True)
    yield client
    client.disconnect()


def random_joints(cell: Cell, count: int, seed: int = 0) -> FloatArray:
    rng = np.random.default_rng(seed)
    return rng.uniform(cell.limits.joint_low, cell.limits.joint_high, (count, 7))


def test_tool_stands_where_pybullet_says(cell: Cell, arm: Arm, bullet: Any) -> None:
    for joints in (np.array(cell.robot.home), *random_joints(cell, 200)):
        for joint, angle in enumerate(joints):
            bullet.resetJointState(bullet.panda, joint, angle)
        position, turn = bullet.getLinkState(bullet.panda, GRASP_TARGET, computeForwardKinematics=True)[4:6]
        mine = arm.tcp(joints)
        other = np.array(bullet.getMatrixFromQuaternion(turn)).reshape(3, 3)

        assert np.linalg.norm(mine.translation - position) <= 1e-4
        assert np.linalg.norm(pin.log3(mine.rotation.T @ other)) <= 1e-4


def test_trace_agrees_with_the_single_poses(cell: Cell, arm: Arm) -> None:
    path = random_joints(cell, 20)
    trace = arm.trace(path)

    poses = [arm.tcp(joints) for joints in path]
    assert np.allclose(trace.tcp, [pose.translation for pose in poses], atol=1e-12)
    assert np.allclose(trace.approach, [pose.rotation[:, 2] for pose in poses], atol=1e-12)
    assert np.allclose(trace.along, [pose.rotation[:, 0] for pose in poses], atol=1e-12)


def test_the_way_back_reaches_the_pose(cell: Cell, arm: Arm) -> None:
    rng = np.random.default_rng(1)
    for joints in random_joints(cell, 200) * 0.8:
        near = np.clip(joints + rng.normal(0, 0.05, 7), cell.limits.joint_low, cell.limits.joint_high)
        target = arm.tcp(near)
        found = arm.reach(target, near + rng.normal(0, 0.01, 7), homing=0.0)
        if found is not None:
            assert np.linalg.norm(arm.tcp(found).translation - target.translation) <= 5e-4
            assert np.all(found >= cell.limits.joint_low)
            assert np.all(found <= cell.limits.joint_high)


@pytest.mark.parametrize("away", [(2.0, 0.0, 0.3), (0.0, 0.0, 2.0)])
def test_out_of_reach_is_none(cell: Cell, arm: Arm, away: tuple[float, float, float]) -> None:
    home = np.array(cell.robot.home)
    target = pin.SE3(arm.tcp(home).rotation, np.array(away))

    assert arm.reach(target, home) is None


def test_a_joint_limit_is_out_of_reach(cell: Cell, arm: Arm) -> None:
    turned = np.array([*cell.robot.home[:6], 3.0])

    assert arm.reach(arm.tcp(turned), turned, homing=0.0) is None


def mesh(name: str) -> FloatArray:
    lines = (MODEL / "meshes" / name).read_text(encoding="utf-8").splitlines()
    return np.array([[float(x) for x in line.split()[1:4]] for line in lines if line.startswith("v ")])


MESH_OF = {
    "panda_link0": "collision/link0.obj",
    **{f"panda_link{i}": f"visual/link{i}.obj" for i in range(1, 7)},
    "panda_link7": "collision/link7.obj",
    "panda_hand": "collision/hand.obj",
    **dict.fromkeys(FINGERS, "collision/finger.obj"),
}


@pytest.mark.parametrize("name", MESH_OF)
def test_a_shape_contains_its_link(name: str) -> None:
    """No corner of the maker's mesh stands out of the shape that collisions are checked with."""
    import coal

    link, shape, placement = next(entry for entry in (*arm_shapes(PANDA), *finger_shapes(PANDA)) if entry[0] == name)
    corners = np.unique(mesh(MESH_OF[name]).round(4), axis=0)
    corners = corners[:: max(1, len(corners) // 1500)]
    if link == FINGERS[1]:
        corners = corners * [-1, -1, 1]
    point, pose = coal.Sphere(1e-6), coal.Transform3s(placement.rotation, placement.translation)
    request, swept = coal.DistanceRequest(), shape.getSweptSphereRadius()
    shape.setSweptSphereRadius(0.0)
    outside = [
        coal.distance(shape, pose, point, coal.Transform3s(np.eye(3), corner), request, coal.DistanceResult())
        for corner in corners
    ]
    assert max(outside) <= swept + 2e-4


def test_every_link_of_the_arm_has_a_shape() -> None:
    shaped = {link for link, _, _ in (*arm_shapes(PANDA), *finger_shapes(PANDA))}

    assert shaped == set(MESH_OF)
