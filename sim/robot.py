"""The arm in the physics world: joints, fingers, hand frame."""

from functools import cache
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.body import Body, load_body
from skills.base import FloatArray, Value
from skills.cell import Cell, Robot
from skills.chunk import GripperCommand

PAD_STIFFNESS, PAD_DAMPING = 1e6, 1e3
"""Of the finger pads [N/m, Ns/m]: a bolt that touches them in one line sinks in by 0.1 mm, not 2.5."""
COUPLING_FORCE = 200.0
"""What the gear that couples both fingers can take [N]: well over the grip, so that a part is held in the middle."""


class ArmState(Value):
    """How the arm stands: joints [rad], each finger's way from the middle [m], and what the fingers were told."""

    joints: tuple[float, ...]
    fingers: tuple[float, ...]
    width: float
    force: float


class TwinArm:
    """The cell's robot, standing at the world's origin, at the cell's home pose with open fingers.

    Raises: Unavailable (the package with its URDF is not there).
    """

    def __init__(self, bullet: Any, cell: Cell) -> None:
        self._bullet = bullet
        self._cell = cell
        self._effort = cell.robot.description.effort
        self._hand = cell.robot.description.tool
        self._is: Body = load_body(bullet, cell.robot.description)
        for finger in self._is.pads:
            bullet.changeDynamics(
                self.body,
                finger,
                lateralFriction=1.5,
                rollingFriction=0.01,
                spinningFriction=0.05,
                contactStiffness=PAD_STIFFNESS,
                contactDamping=PAD_DAMPING,
            )
        if len(self._is.fingers) > 1:
            self._couple_fingers()
        self._told = GripperCommand(cell.robot.gripper.max_width, cell.robot.gripper.force)
        self.place(cell.robot.home, cell.robot.gripper.max_width)

    @property
    def body(self) -> int:
        """Its number in the physics world."""
        return self._is.number

    def place(self, joints: tuple[float, ...], width: float) -> None:
        """Put the arm there without moving through the space between (set-up only)."""
        for joint, angle in zip(self._is.joints, joints, strict=True):
            self._bullet.resetJointState(self.body, joint, angle)
        for index, finger in zip(self._is.fingers, self._hand.moving, strict=True):
            self._bullet.resetJointState(self.body, index, float(finger.position(width)))
        self.hold(np.array(joints), np.zeros(len(joints)))
        self.grip(GripperCommand(width, self._cell.robot.gripper.force))

    def hold(self, positions: FloatArray, velocities: FloatArray) -> None:
        """Track these joint positions [rad] and velocities [rad/s] from now on."""
        self._held = positions
        self._bullet.setJointMotorControlArray(
            self.body,
            self._is.joints,
            self._bullet.POSITION_CONTROL,
            targetPositions=positions.tolist(),
            targetVelocities=velocities.tolist(),
            forces=self._effort,
            positionGains=[0.5] * len(self._is.joints),
            velocityGains=[1.0] * len(self._is.joints),
        )

    def told(self) -> FloatArray:
        """(DOF + 1,) joint positions [rad] that are tracked now, and the width [m] that the fingers were told."""
        return np.append(self._held, self._told.width)

    def state(self) -> ArmState:
        positions, _ = self.joints()
        fingers = tuple(state[0] for state in self._bullet.getJointStates(self.body, self._is.fingers))
        return ArmState(joints=tuple(positions), fingers=fingers, width=self._told.width, force=self._told.force)

    def restore(self, state: ArmState) -> None:
        """Stand so, at rest, with the fingers still doing what they were told (set-up only)."""
        self.place(state.joints, state.width)
        for finger, position in zip(self._is.fingers, state.fingers, strict=True):
            self._bullet.resetJointState(self.body, finger, position)
        self.grip(GripperCommand(state.width, state.force))

    def grip(self, command: GripperCommand) -> None:
        self._told = command
        for index, finger in zip(self._is.fingers, self._hand.moving, strict=True):
            self._bullet.setJointMotorControl2(
                self.body,
                index,
                self._bullet.POSITION_CONTROL,
                targetPosition=float(finger.position(command.width)),
                force=command.force * finger.lever,
                maxVelocity=finger.speed,
            )

    def joints(self) -> tuple[FloatArray, FloatArray]:
        """Measured positions [rad] and velocities [rad/s]."""
        states = self._bullet.getJointStates(self.body, self._is.joints)
        return np.array([s[0] for s in states]), np.array([s[1] for s in states])

    def width(self) -> float:
        """Measured distance between the fingers [m]."""
        states = self._bullet.getJointStates(self.body, self._is.fingers)
        return float(sum(finger.way(state[0]) for finger, state in zip(self._hand.moving, states, strict=True)))

    def tcp(self) -> FloatArray:
        """(7,) tool centre point: x, y, z [m], quaternion x, y, z, w; robot base frame."""
        position, turn = self._is.tcp()
        return np.array([*position, *turn])

    def hand(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Position of the hand's frame and its rotation matrix (3, 3), for cameras mounted on it."""
        position, turn = self._is.frame(self._is.hand)
        return np.array(position), np.array(self._bullet.getMatrixFromQuaternion(turn)).reshape(3, 3)

    def _couple_fingers(self) -> None:
        """One motor drives both fingers of the real hand: each goes as far as the other."""
        one, other = self._is.fingers
        gear = self._bullet.createConstraint(
            self.body, one, self.body, other, self._bullet.JOINT_GEAR, (1, 0, 0), (0, 0, 0), (0, 0, 0)
        )
        self._bullet.changeConstraint(gear, gearRatio=-1, erp=0.1, maxForce=COUPLING_FORCE)


def heading(robot: Robot) -> float:
    """Direction of the tool's x axis at home, to a thousandth [rad]: a grasp stays within a quarter turn of it."""
    return round(home_tcp(robot)[3], 3) + 0.0  # no -0.0, which is another number in a file


@cache
def home_tcp(robot: Robot) -> tuple[float, float, float, float]:
    """x, y, z [m] and yaw [rad] of the tool centre point at the home joints. Raises: Unavailable."""
    from sim.engine import connect

    bullet = connect()
    body = load_body(bullet, robot.description)
    for joint, angle in zip(body.joints, robot.home, strict=True):
        bullet.resetJointState(body.number, joint, angle)
    position, turn = body.tcp()
    matrix = np.array(bullet.getMatrixFromQuaternion(turn)).reshape(3, 3)
    bullet.disconnect()
    return float(position[0]), float(position[1]), float(position[2]), float(np.arctan2(matrix[1, 0], matrix[0, 0]))
