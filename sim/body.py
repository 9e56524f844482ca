"""A robot's URDF as a body of the physics world, and the numbers that its joints and links have there."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

import numpy as np

from safety.bodies import prism_corners
from safety.urdf import arm_urdf
from skills.base import FloatArray
from skills.robot import RobotModel
from skills.shapes import Block, Frame, Hull, Prism, Shape

JOINT: Final = 1
LINK: Final = 12
"""Where PyBullet's description of a joint has its name, and that of the link behind it."""


@dataclass(frozen=True)
class Body:
    """A robot in the physics world `bullet`.

    Attributes:
        number: of the body.
        joints: of the arm; fingers: joints that move the fingers; pads: all fingers' links; hand: its link.
        tip: the frame of the tool centre point and the link that it stands in.
    """

    bullet: Any
    number: int
    joints: tuple[int, ...]
    fingers: tuple[int, ...]
    pads: tuple[int, ...]
    hand: int
    tip: tuple[int, Frame]

    def frame(self, link: int) -> tuple[Any, Any]:
        """Position [m] and quaternion of a link's frame; robot base frame."""
        state = self.bullet.getLinkState(self.number, link, computeForwardKinematics=True)
        return state[4], state[5]

    def tcp(self) -> tuple[Any, Any]:
        """Position [m] and quaternion of the tool centre point."""
        link, inside = self.tip
        position, turn = self.frame(link)
        if not any((*inside.position, *inside.turn)):
            return position, turn
        rotation = self.bullet.getQuaternionFromEuler(inside.turn)
        placed: tuple[Any, Any] = self.bullet.multiplyTransforms(position, turn, inside.position, rotation)
        return placed


def numbers(bullet: Any, body: int, column: int) -> dict[str, int]:
    """The numbers of a body's joints (JOINT) or links (LINK), by name."""
    infos = [bullet.getJointInfo(body, number) for number in range(bullet.getNumJoints(body))]
    return {info[column].decode(): info[0] for info in infos}


def load_body(bullet: Any, model: RobotModel) -> Body:
    """Load the robot with its base at the world's origin. Raises: Unavailable."""
    with TemporaryDirectory(prefix="smolcell-urdf-") as folder:
        urdf = _written(model, Path(folder))
        number = int(bullet.loadURDF(str(urdf), [0, 0, 0], useFixedBase=True))
    joints, links = (numbers(bullet, number, column) for column in (JOINT, LINK))
    hand = model.tool
    return Body(
        bullet=bullet,
        number=number,
        joints=tuple(joints[name] for name in model.joints),
        fingers=tuple(joints[str(finger.joint)] for finger in hand.moving),
        pads=tuple(links[finger.link] for finger in hand.fingers),
        hand=links[hand.link],
        tip=(links[hand.tcp.link], hand.tcp),
    )


def _written(model: RobotModel, folder: Path) -> Path:
    """The robot's URDF as a file: PyBullet reads nothing else."""
    robot = arm_urdf(model, model.source)
    for name in model.tool.hollow:
        link = robot.find(f"link[@name='{name}']")
        assert link is not None  # the gate's model was built of the same links
        _reshape(link, list(_shapes_of(model, name)), folder)
    path = folder / "robot.urdf"
    ElementTree.ElementTree(robot).write(path)
    return path


def _shapes_of(model: RobotModel, link: str) -> Iterator[Shape]:
    hand = model.tool
    yield from (body for body in hand.bodies if body.link == link)
    yield from (finger.shape for finger in hand.fingers if finger.link == link)


def _reshape(link: Element, shapes: list[Shape], folder: Path) -> None:
    """Let the link collide as `shapes` do, in place of its meshes."""
    for collision in link.findall("collision"):
        link.remove(collision)
    for number, shape in enumerate(shapes):
        path = folder / f"{link.get('name')}-{number}.obj"
        path.write_text(_obj(_corners(shape)), encoding="ascii")
        geometry = ElementTree.SubElement(ElementTree.SubElement(link, "collision"), "geometry")
        ElementTree.SubElement(geometry, "mesh", filename=str(path))


def _obj(corners: FloatArray) -> str:
    """The corners as a file of which PyBullet takes the convex hull; the faces only name every one of them."""
    points = [f"v {x} {y} {z}" for x, y, z in corners.tolist()]
    return "\n".join([*points, *(f"f {first} {first + 1} {first + 2}" for first in range(1, len(points) - 1)), ""])


def _corners(shape: Shape) -> FloatArray:
    """(N, 3) corners of a convex shape, in its link's frame [m]."""
    match shape:
        case Block():
            signs = np.array(np.meshgrid([-1, 1], [-1, 1], [-1, 1])).reshape(3, -1).T
            return np.asarray(shape.centre + signs * np.array(shape.size) / 2)
        case Prism():
            return np.array(prism_corners(shape)) * ([-1, -1, 1] if shape.turned else [1, 1, 1])
        case Hull():
            return np.array(shape.corners)
    raise TypeError(f"{shape.kind} has no corners")
