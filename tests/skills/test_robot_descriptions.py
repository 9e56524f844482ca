"""What a robot's description must hold, and what is said of one that does not."""

from typing import Any

import pytest

from safety.urdf import arm_urdf, mesh_points, path_of
from skills.errors import BadInput
from skills.hand import HANDS, Hand, Source
from skills.robot import ROBOTS, RobotModel, robot_model, robot_names
from skills.yamlfile import parse_model, read_yaml

LINE = [[0.0, 0.0], [1.0, 0.0], [2.0, 0.0]]
FLAT = [[0.0, 0.0, 0.0], [1.0, 0.0, 0.0], [0.0, 1.0, 0.0], [1.0, 1.0, 0.0]]
CORNERED = "a link whose shapes are described here, as box, hull, prism"


def with_field(content: Any, *path: Any) -> Any:
    """The content with the value that ends `path` in the field that the path leads to."""
    *way, field, value = path
    found = content
    for name in way:
        found = found[name]
    found[field] = value
    return content


def refusal(model: type, content: Any) -> str:
    with pytest.raises(BadInput) as refused:
        parse_model(content, model, "f")
    return str(refused.value)


@pytest.mark.parametrize(
    ("path", "said"),
    [
        (("source", "package", ""), "f: source.package: '' is not allowed; it must be String should match pattern"),
        (("source", "package", "a.b"), "f: source.package: 'a.b' is not allowed"),
        (("source", "file", ""), "f: source.file: '' is not allowed"),
        (("joints", []), "f: joints: [] is not allowed"),
        (("effort", [1.0, 2.0]), "effort: 2 is not allowed; it must be 5 numbers, one for each joint."),
        (("effort", 0, float("inf")), "f: effort.0: inf is not allowed"),
        (("elbow", 6), "elbow: 6 is not allowed; it must be one of the 5 joints, from 1."),
        (("bodies", []), "f: bodies: [] is not allowed"),
        (("meets", {}), "f: meets: {} is not allowed"),
        (("meets", "base_link", []), "f: meets.base_link: [] is not allowed"),
        (
            ("bodies", 0, {"kind": "hull", "link": "base_link", "corners": FLAT}),
            f"corners of base_link: {tuple(map(tuple, FLAT))} is not allowed; it must be corners that do not all lie "
            "in one plane.",
        ),
        (
            ("bodies", 0, {"kind": "prism", "link": "base_link", "width": 0.1, "outline": LINE}),
            f"outline of base_link: {tuple(map(tuple, LINE))} is not allowed; it must be corners that do not all lie "
            "in one line.",
        ),
    ],
)
def test_arms_that_are_none_are_refused(path: tuple[Any, ...], said: str) -> None:
    assert refusal(RobotModel, with_field(read_yaml(ROBOTS / "so101.yaml"), *path)).startswith(said)


@pytest.mark.parametrize(
    ("path", "said"),
    [
        (
            ("fingers", 0, "joint", None),
            "share of moving_jaw_so101_v1_link: 1.0 is not allowed; it must be more than 0 where the finger has a "
            "joint, and else 0.",
        ),
        (("fingers", 1, "joint", "gripper"), "share of gripper_link: 0.0 is not allowed"),
        (("fingers", 0, "share", 0.5), "fingers: share: [0.5, 0.0] is not allowed; it must be shares that make 1"),
        (
            ("fingers", 0, "travel", [[0.0, 1.0], [0.05, 0.5]]),
            "travel of moving_jaw_so101_v1_link: ((0.0, 1.0), (0.05, 0.5)) is not allowed; it must be two pairs or "
            "more, both of their numbers rising.",
        ),
        (("fingers", 0, "travel", [[0.0, 1.0]]), "travel of moving_jaw_so101_v1_link: ((0.0, 1.0),) is not allowed"),
        (("fingers", 0, "speed", 0), "f: fingers.0.speed: 0 is not allowed"),
        (("bodies", []), "f: bodies: [] is not allowed"),
        (("tip_below", -1), "f: tip_below: -1 is not allowed"),
        (("hollow", ["wrist_link"]), f"hollow: 'wrist_link' is not allowed; it must be {CORNERED}."),
        (
            ("bodies", 0, {"kind": "meshes", "link": "gripper_link"}),
            f"hollow: 'gripper_link' is not allowed; it must be {CORNERED}.",
        ),
    ],
)
def test_hands_that_are_none_are_refused(path: tuple[Any, ...], said: str) -> None:
    assert refusal(Hand, with_field(read_yaml(HANDS / "so101.yaml"), *path)).startswith(said)


@pytest.mark.parametrize("name", robot_names())
def test_every_link_that_is_named_is_in_the_urdfs(name: str) -> None:
    model = robot_model(name)
    for source in {model.source, model.gate or model.source}:
        assert arm_urdf(model, source).findall("link")


@pytest.mark.parametrize(
    ("path", "said"),
    [
        (("bodies", 0, "link", "base_lnk"), "bodies: 'base_lnk' is not known; .* Nearest: 'base_link'"),
        (("fixed", ["base_lnk"]), "fixed: 'base_lnk' is not known"),
        (("meets", "base_link", 0, "wrst_3_link"), "meets: 'wrst_3_link' is not known; .* Nearest: 'wrist_3_link'"),
        (("flange", "link", "tool1"), "flange.link: 'tool1' is not known; .* Nearest: 'tool0'"),
    ],
)
def test_a_link_that_the_urdf_has_not_is_refused_with_the_nearest(path: tuple[Any, ...], said: str) -> None:
    model = RobotModel.model_validate(with_field(read_yaml(ROBOTS / "ur5.yaml"), *path))
    with pytest.raises(BadInput, match=said):
        arm_urdf(model, model.source)


def test_a_flange_for_a_hand_that_the_urdf_holds_is_refused() -> None:
    content = with_field(read_yaml(ROBOTS / "so101.yaml"), "flange", {"link": "wrist_link"})
    with pytest.raises(BadInput) as refused:
        arm_urdf(RobotModel.model_validate(content), robot_model("so101").source)
    assert str(refused.value) == (
        "flange: 'wrist_link' is not allowed; it must be left out: hand so101 is part of its arm's URDF."
    )


def test_a_hands_link_that_the_urdf_has_not_is_refused_too() -> None:
    model = RobotModel.model_validate(read_yaml(ROBOTS / "so101.yaml"))
    hand = with_field(read_yaml(HANDS / "so101.yaml"), "tcp", "link", "griper_link")
    model.__dict__["tool"] = Hand.model_validate(hand)
    with pytest.raises(BadInput, match=r"so101: tcp.link: 'griper_link' is not known; .* Nearest: 'gripper_link'"):
        arm_urdf(model, model.source)


def test_a_link_without_meshes_can_not_be_described_by_them() -> None:
    source = robot_model("so101").source
    with pytest.raises(BadInput) as refused:
        mesh_points(source, "base")
    assert str(refused.value) == (
        f"kind: 'meshes' is not allowed; it must be another kind of shape: base has no meshes in {source.file}."
    )


def test_a_file_that_is_no_urdf_is_refused() -> None:
    with pytest.raises(BadInput) as refused:
        path_of(Source(package="pybullet_data", file="no/such.urdf"))
    assert str(refused.value) == (
        "source.file: 'no/such.urdf' is not allowed; it must be a URDF in the package pybullet_data."
    )
    with pytest.raises(BadInput, match=r"source.file: 'cube.obj' is not allowed; it must be a URDF \(not well-formed"):
        arm_urdf(robot_model("panda"), Source(package="pybullet_data", file="cube.obj"))
