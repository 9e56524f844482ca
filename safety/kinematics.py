"""Where the arm is: forward and inverse kinematics of the cell's robot, from its URDF by pinocchio.

Frames: the robot's base. The tool centre point (TCP) lies between the finger tips; its z axis points along
the fingers. Joint vectors hold the arm's joints only; the fingers are set by the gripper's width.
"""

from dataclasses import dataclass
from typing import Any, Final
from xml.etree import ElementTree

import numpy as np
import pinocchio as pin

from safety.urdf import arm_urdf
from skills.base import FloatArray
from skills.cell import Cell
from skills.errors import BadInput
from skills.robot import RobotModel
from skills.shapes import Frame

TCP_FRAME: Final = "tool centre point"

POSITION_TOLERANCE: Final = 5e-4
"""A pose counts as reached within this distance [m] …"""
ANGLE_TOLERANCE: Final = np.radians(0.2)
"""… and this angle [rad]."""
_CONVERGED: Final = 1e-7
_ITERATIONS: Final = 12
_DAMPING: Final = 1e-6
_LARGEST_STEP: Final = 0.3


@dataclass(frozen=True)
class Trace:
    """Where the arm's points are along a path of N rows, in the base frame.

    Attributes:
        tcp, elbow: (N, 3) positions [m].
        approach: (N, 3) unit vectors along the fingers, pointing out of the hand.
        along: (N, 3) unit vectors across the closing direction: the long axis of a part that is held.
    """

    tcp: FloatArray
    elbow: FloatArray
    approach: FloatArray
    along: FloatArray


class Arm:
    """Kinematics of `cell.robot`; not thread-safe, for pinocchio writes into shared data.

    Raises: Unavailable (the package with its URDF is not there), BadInput (not the joints that are described).
    """

    def __init__(self, cell: Cell) -> None:
        self.description = cell.robot.description
        self.model: Any = _model_of(self.description)
        self.home = np.array(cell.robot.home)
        self._data: Any = self.model.createData()
        self._low, self._high = np.array(cell.limits.joint_low), np.array(cell.limits.joint_high)
        self._tcp = self.model.getFrameId(TCP_FRAME)
        self._dof = len(self.home)
        self._steps = _steps(self.model, self._dof)
        tool = self.model.frames[self._tcp].placement
        last = _from_z(self.model, self._dof).T
        self._tool = last @ tool.rotation, last @ tool.translation

    def configuration(self, joints: FloatArray, width: float = 0.0) -> FloatArray:
        """The model's whole vector: arm joints [rad], then the position of each finger's joint."""
        return np.concatenate([joints, [float(finger.position(width)) for finger in self.description.tool.moving]])

    def configurations(self, joints: FloatArray, widths: FloatArray) -> FloatArray:
        """(N, all joints) the same for `joints` (N, DOF) and `widths` (N,)."""
        return np.column_stack([joints, *(finger.position(widths) for finger in self.description.tool.moving)])

    def tcp(self, joints: FloatArray) -> Any:
        """Pose of the TCP as pinocchio's SE3."""
        pin.framesForwardKinematics(self.model, self._data, self.configuration(joints))
        return self._data.oMf[self._tcp].copy()

    def trace(self, path: FloatArray) -> Trace:
        """Points along `path` (N, DOF) [rad], all rows at once: each joint turns about an axis of its frame."""
        turn, place = np.broadcast_to(np.eye(3), (len(path), 3, 3)), np.zeros((len(path), 3))
        elbow = place
        for joint, (angles, (rotation, translation)) in enumerate(zip(path.T, self._steps, strict=True), start=1):
            place = place + turn @ translation
            turn = turn @ rotation @ _about_z(angles)
            if joint == self.description.elbow:
                elbow = place
        rotation, translation = self._tool
        turn, place = turn @ rotation, place + turn @ translation
        return Trace(tcp=place, elbow=elbow, approach=turn[:, :, 2], along=turn[:, :, 0])

    def reach(self, target: Any, start: FloatArray, homing: float = 0.1) -> FloatArray | None:
        """Joints that put the TCP at `target` (SE3), near `start`.

        Damped least squares; in the null space they go the share `homing` of the way to the home joints.
        Returns None when no configuration inside the joint limits reaches the pose
        to POSITION_TOLERANCE and ANGLE_TOLERANCE from there.
        """
        joints = start + homing * self._null_step(start)
        for _ in range(_ITERATIONS):
            error, jacobian = self._error(target, joints)
            if np.abs(error).max() < _CONVERGED:
                break
            step = self._pseudo_inverse(jacobian) @ error
            joints = joints + step * min(1.0, _LARGEST_STEP / float(np.abs(step).max()))
        error, _ = self._error(target, joints)
        near = np.linalg.norm(error[:3]) <= POSITION_TOLERANCE and np.linalg.norm(error[3:]) <= ANGLE_TOLERANCE
        inside = bool(np.all(joints >= self._low) and np.all(joints <= self._high))
        return joints if near and inside else None

    def _error(self, target: Any, joints: FloatArray) -> tuple[FloatArray, FloatArray]:
        """The twist [m, rad] from here to `target` in the tool's frame, and the (6, DOF) Jacobian there."""
        jacobian = self._jacobian(joints)
        return pin.log6(self._data.oMf[self._tcp].actInv(target)).vector, jacobian

    def _jacobian(self, joints: FloatArray) -> FloatArray:
        """(6, DOF), in the tool's frame; leaves the TCP's placement up to date."""
        pin.computeJointJacobians(self.model, self._data, self.configuration(joints))
        pin.updateFramePlacement(self.model, self._data, self._tcp)
        full = pin.getFrameJacobian(self.model, self._data, self._tcp, pin.ReferenceFrame.LOCAL)
        return np.asarray(full[:, : self._dof])

    def _null_step(self, joints: FloatArray) -> FloatArray:
        jacobian = self._jacobian(joints)
        free = np.eye(self._dof) - self._pseudo_inverse(jacobian) @ jacobian
        return np.asarray(free @ (self.home - joints))

    @staticmethod
    def _pseudo_inverse(jacobian: FloatArray) -> FloatArray:
        return np.asarray(jacobian.T @ np.linalg.inv(jacobian @ jacobian.T + _DAMPING * np.eye(6)))


def _model_of(description: RobotModel) -> Any:
    """The pinocchio model, with the tool centre point as a frame. Raises: Unavailable, BadInput."""
    urdf = arm_urdf(description, description.gate or description.source)
    model = pin.buildModelFromXML(ElementTree.tostring(urdf, encoding="unicode"))
    wanted = [*description.joints, *(finger.joint for finger in description.tool.moving)]
    if (have := list(model.names)[1:]) != wanted:
        raise BadInput(f"joints of the {description.maker}", wanted, f"those of its URDF, in their order: {have}")
    _add_frame(model, TCP_FRAME, description.tool.tcp)
    return model


def _add_frame(model: Any, name: str, frame: Frame) -> None:
    link = model.getFrameId(frame.link)
    on = model.frames[link]
    inside = pin.SE3(pin.rpy.rpyToMatrix(*frame.turn), np.array(frame.position))
    model.addFrame(pin.Frame(name, on.parentJoint, link, on.placement * inside, pin.FrameType.OP_FRAME))


def _steps(model: Any, dof: int) -> list[tuple[FloatArray, FloatArray]]:
    """Rotation and translation from each joint to the next, with every joint's axis turned into z."""
    before, steps = np.eye(3), []
    for joint in range(1, dof + 1):
        fixed, axis = model.jointPlacements[joint], _from_z(model, joint)
        steps.append((before.T @ fixed.rotation @ axis, before.T @ fixed.translation))
        before = axis
    return steps


def _from_z(model: Any, joint: int) -> FloatArray:
    """The rotation that turns z into the axis of `joint`, (3, 3)."""
    axis = np.asarray(model.joints[joint].createData().S).ravel()[3:]
    return np.asarray(pin.Quaternion.FromTwoVectors(np.array([0.0, 0.0, 1.0]), axis).toRotationMatrix())


def _about_z(angles: FloatArray) -> FloatArray:
    """(N, 3, 3) rotations about z."""
    turns = np.zeros((len(angles), 3, 3))
    turns[:, 0, 0] = turns[:, 1, 1] = np.cos(angles)
    turns[:, 1, 0] = np.sin(angles)
    turns[:, 0, 1] = -turns[:, 1, 0]
    turns[:, 2, 2] = 1.0
    return turns
