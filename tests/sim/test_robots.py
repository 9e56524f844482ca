"""Robots by cell file: each shipped cell's robot is the same to the gate and to the twin, and clears its scene."""

from pathlib import Path
from typing import Any

import coal
import numpy as np
import pinocchio as pin
import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.evaluation.demonstration import demonstrate
from safety.bodies import arm_shapes, finger_shapes
from safety.collision import Collider, Postures, meetings
from safety.fit import check_fit
from safety.kinematics import Arm
from safety.urdf import mesh_points, path_of
from sim.body import load_body
from sim.data.generate import generate, local_hands
from sim.data.plan import DataPlan
from sim.engine import connect
from sim.robot import TwinArm, home_tcp
from sim.scenario import load_scenario
from skills.cell import Cell, load_cell
from skills.errors import BadInput, Unavailable
from skills.hand import Source
from skills.robot import ROBOTS, RobotModel, robot_model, robot_names
from skills.spots import SPOTS, spot_at
from skills.yamlfile import read_yaml

NAMES = ("ur5", "so101")
FILES = {"panda": "default", "ur5": "ur5", "so101": "so101"}


@pytest.fixture(params=NAMES)
def other(request: pytest.FixtureRequest, root: Path) -> Cell:
    """A cell with another robot than the Panda."""
    return load_cell(root / "cells" / f"{request.param}.yaml")


def random_joints(cell: Cell, count: int) -> Any:
    rng = np.random.default_rng(0)
    return rng.uniform(cell.limits.joint_low, cell.limits.joint_high, (count, len(cell.robot.home)))


def test_every_robot_has_a_cell(root):
    cells = [load_cell(path) for path in sorted((root / "cells").glob("*.yaml"))]
    assert {cell.robot.model: cell.name for cell in cells} == FILES
    assert set(robot_names()) == set(FILES)


def test_the_gate_and_the_twin_have_the_tool_in_the_same_place(other):
    arm, bullet = Arm(other), connect()
    body = load_body(bullet, other.robot.description)
    for joints in (np.array(other.robot.home), *random_joints(other, 50)):
        for joint, angle in zip(body.joints, joints, strict=True):
            bullet.resetJointState(body.number, joint, angle)
        position, turn = body.tcp()
        mine = arm.tcp(joints)
        seen = np.array(bullet.getMatrixFromQuaternion(turn)).reshape(3, 3)
        assert np.linalg.norm(mine.translation - position) <= 1e-4
        assert np.linalg.norm(pin.log3(mine.rotation.T @ seen)) <= 1e-3
    bullet.disconnect()


def test_the_trace_agrees_with_single_poses(other):
    arm, path = Arm(other), random_joints(other, 20)
    trace, poses = arm.trace(path), [arm.tcp(joints) for joints in path]
    assert np.allclose(trace.tcp, [pose.translation for pose in poses], atol=1e-12)
    assert np.allclose(trace.approach, [pose.rotation[:, 2] for pose in poses], atol=1e-12)
    assert np.allclose(trace.along, [pose.rotation[:, 0] for pose in poses], atol=1e-12)
    joint = arm.description.elbow
    for place, joints in zip(trace.elbow, path, strict=True):
        data = arm.model.createData()
        pin.forwardKinematics(arm.model, data, arm.configuration(joints))
        assert np.allclose(place, data.oMi[joint].translation, atol=1e-12)


def test_the_maker_says_how_far_the_joints_go(other):
    model = Arm(other).model
    dof = len(other.robot.home)
    assert np.all(np.array(other.limits.joint_low) >= model.lowerPositionLimit[:dof] - 1e-4)
    assert np.all(np.array(other.limits.joint_high) <= model.upperPositionLimit[:dof] + 1e-4)


def test_home_is_where_the_tool_points_down_in_the_twin(other):
    x, y, z, _ = home_tcp(other.robot)
    assert np.allclose((x, y, z), Arm(other).tcp(np.array(other.robot.home)).translation, atol=1e-4)


def test_the_hand_goes_where_it_is_told(other):
    bullet = connect()
    arm = TwinArm(bullet, other)
    for width in (0.01, 0.02, other.robot.gripper.max_width):
        arm.place(other.robot.home, width)
        assert arm.width() == pytest.approx(width, abs=1e-9)
    bullet.disconnect()


def test_shapes_contain_their_links(other):
    """No corner of a mesh stands out of what the gate checks, but for a millimetre of a jaw."""
    model = other.robot.description
    source = model.tool.source or model.source
    for shapes, of, slack in (
        (arm_shapes(model)[: len(model.bodies)], model.source, 1e-4),
        (finger_shapes(model)[:1], source, 1e-3),
    ):
        for link, shape, placement in shapes:
            pose = coal.Transform3s(placement.rotation, placement.translation)
            corners = mesh_points(of, link)
            assert max(_outside(shape, pose, corner) for corner in corners[:: max(1, len(corners) // 300)]) <= slack


def _outside(shape: Any, pose: Any, corner: Any) -> float:
    there = coal.Transform3s(np.eye(3), corner)
    return float(coal.distance(shape, pose, coal.Sphere(1e-6), there, coal.DistanceRequest(), coal.DistanceResult()))


@pytest.mark.parametrize(
    ("name", "joints", "said"),
    [
        ("ur5", (0.0, -1.2, 2.9, 0.0, -1.57, 0.0), {"self": ("shoulder", "forearm")}),
        (
            "ur5",
            (-0.45, -1.57, 3.0, -1.15, -1.57, 0.0),
            {"environment": ("wrist 2", "table"), "self": ("base", "wrist 2")},
        ),
        (
            "so101",
            (0.0, -1.7, 1.69, 1.6, 0.0),
            {"environment": ("moving jaw", "wall of the tray"), "self": ("base", "gripper")},
        ),
        ("so101", (0.0, -1.7, 1.6, -1.6, 0.0), {}),
    ],
)
def test_arms_that_run_into_something_are_caught(root, name, joints, said):
    cell = load_cell(root / "cells" / f"{name}.yaml")
    hits = Collider(cell, Arm(cell)).hits(Postures.alike(np.array([joints]), 0.03, holding=False))
    spoken = cell.robot.description.spoken
    assert {kind: tuple(map(spoken, hit.bodies)) for kind, hit in hits.items()} == said


def test_data_for_a_gripper_that_is_too_small_is_refused(root, tmp_path):
    cell = load_cell(root / "cells" / "so101.yaml")
    with pytest.raises(BadInput) as caught:
        generate(DataPlan(tmp_path / "data", "data", seed=0, scenes=1), cell, local_hands(1))
    assert str(caught.value) == (
        "robot.gripper.max_width: 0.04 is not allowed; it must be at least 0.052 m: data sets hold every kind and size "
        "of part."
    )
    assert not (tmp_path / "data").exists()


def test_spots_stay_within_a_smaller_tray(root):
    cell = load_cell(root / "cells" / "so101.yaml")
    far = max(abs(number) for spot in SPOTS for number in spot_at(spot, cell.tray.half))
    assert far == pytest.approx(0.08 * 0.045 / 0.095)
    assert {spot: spot_at(spot, 0.15) for spot in SPOTS} == SPOTS


def test_links_that_can_meet_exist(other):
    arm = Arm(other)
    frames = {frame.name for frame in arm.model.frames} | {"held part"}
    for link, others in meetings(arm.description).items():
        assert {link, *others} <= frames
    assert set(arm.description.fixed) <= frames


@given(width=st.floats(-0.01, 0.1))
@pytest.mark.parametrize("name", FILES)
def test_a_joint_and_its_fingers_way_are_inverse(name, width):
    for finger in robot_model(name).tool.moving:
        assert finger.way(float(finger.position(width))) == pytest.approx(width * finger.share, abs=1e-12)


@pytest.mark.parametrize("name", NAMES)
def test_the_expert_clears_the_scene(root, name):
    cell = load_cell(root / "cells" / f"{name}.yaml")
    report = demonstrate(cell, load_scenario(root / "sim" / "demos" / f"{name}.yaml"))
    assert [move for move in report.moves if move.cause] == []
    assert report.faults == ()
    assert report.as_json()["passed"]
    assert len(report.moves) == {"ur5": 4, "so101": 3}[name]


def test_the_panda_clears_its_scene_and_shows_each_step(root, cell):
    shown = []
    report = demonstrate(cell, load_scenario(root / "sim" / "scenarios" / "demo.yaml"), shown.append)
    parts = {"failed M8 silver bolt", "failed large brass gear", "failed M10 blue nut"}
    assert {move.part for move in report.moves} == parts
    assert {(move.to, move.cause) for move in report.moves} == {("rejection bin", None)}
    assert (report.robot, report.faults, len(shown)) == ("panda", (), 5)


def changed(cell: Cell, **fields: Any) -> Cell:
    return Cell.model_validate({**cell.model_dump(), **fields})


def test_a_home_that_touches_is_refused(cell):
    low = (0.0, 0.9, 0.0, -1.6, 0.0, 2.5, 0.7854)
    with pytest.raises(BadInput) as caught:
        check_fit(changed(cell, robot={**cell.robot.model_dump(), "home": low}))
    assert str(caught.value) == (
        f"robot.home: {low} is not allowed; it must be a pose in which the hand is clear of the conveyor belt."
    )


def test_a_home_that_leans_is_refused(cell):
    leaning = (*cell.robot.home[:5], 2.2, 0.7854)
    with pytest.raises(BadInput, match=r"a pose with the tool pointing down; there it leans by 0\.75 rad"):
        check_fit(changed(cell, robot={**cell.robot.model_dump(), "home": leaning}))


@pytest.mark.parametrize(
    ("name", "width", "said"),
    [
        ("panda", 0.1, "joint panda_finger_joint1 would stand at 0.050, and its URDF ends at 0.040"),
        ("so101", 0.3, "joint gripper would stand at "),
    ],
)
def test_a_hand_that_does_not_open_so_far_is_refused(root, name, width, said):
    cell = load_cell(root / "cells" / f"{FILES[name]}.yaml")
    robot = cell.robot.model_dump()
    robot["gripper"]["max_width"] = width
    with pytest.raises(BadInput, match=rf"robot.gripper.max_width: {width} is not allowed; it must be less: {said}"):
        check_fit(changed(cell, robot=robot))


def test_a_place_out_of_reach_is_refused(cell):
    places = cell.model_dump()["places"]
    places["left bin"]["centre"] = (0.9, 0.4)
    with pytest.raises(BadInput) as caught:
        check_fit(changed(cell, places=places))
    assert str(caught.value) == (
        "places.left bin: (0.9, 0.4) is not allowed; it must be where the panda reaches, its tool pointing down, "
        "0.2 m over the table."
    )


def test_a_tray_out_of_reach_is_refused(root):
    cell = load_cell(root / "cells" / "so101.yaml")
    places = cell.model_dump()["places"]
    places["tray"]["centre"] = (0.3, 0.0)
    with pytest.raises(BadInput, match=r"places.tray: \(0.3, 0.0\) is not allowed; it must be where the so101 reaches"):
        check_fit(changed(cell, places=places))


def test_a_robot_whose_package_is_not_there_says_how_to_get_it():
    with pytest.raises(Unavailable) as caught:
        path_of(Source(package="no-such-robots", file="arm.urdf"))
    assert str(caught.value) == (
        "the robot's URDF is in the package 'no-such-robots', which is not installed. "
        "Install it: pip install 'smolcell[robots]'"
    )


def test_a_scene_that_is_too_wide_for_the_tray_is_refused(root):
    cell = load_cell(root / "cells" / "so101.yaml")
    scenario = load_scenario(root / "sim" / "demos" / "so101.yaml")
    first = scenario.parts[0].model_copy(update={"at": (0.09, 0.0)})
    with pytest.raises(BadInput) as caught:
        demonstrate(cell, scenario.model_copy(update={"parts": (first, *scenario.parts[1:])}))
    allowed = "within ±0.045 m of the centre of this cell's tray"
    assert str(caught.value) == f"parts.0.at: (0.09, 0.0) is not allowed; it must be {allowed}."


def test_a_place_that_the_cell_has_not_is_refused(root):
    cell = load_cell(root / "cells" / "so101.yaml")
    with pytest.raises(BadInput) as caught:
        demonstrate(cell, load_scenario(root / "sim" / "demos" / "ur5.yaml"))
    assert str(caught.value) == (
        "expect.moved.to: 'rejection bin' is not allowed; it must be a place of cell so101: left bin, right bin."
    )


def test_a_description_names_the_joints_of_its_urdf(cell, monkeypatch):
    content = read_yaml(ROBOTS / "panda.yaml")
    content["joints"] = [*content["joints"][:6], "panda_joint8"]
    wrong = RobotModel.model_validate(content)
    monkeypatch.setattr(type(cell.robot), "description", property(lambda _: wrong))
    with pytest.raises(BadInput, match=r"joints of the Franka Emika Panda: .*'panda_joint8', .* those of its URDF"):
        Arm(cell)
