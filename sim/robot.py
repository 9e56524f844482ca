"""The Panda in the physics world: joints, fingers, hand frame."""

from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pybullet_data
from numpy.typing import NDArray

from skills.base import FloatArray, Value
from skills.cell import Cell
from skills.chunk import GripperCommand

URDF = Path(pybullet_data.getDataPath()) / "franka_panda" / "panda.urdf"
ARM_JOINTS = tuple(range(7))
FINGERS = (9, 10)
HAND_LINK, TCP_LINK = 8, 11
ARM_FORCE = (87.0, 87.0, 87.0, 87.0, 12.0, 12.0, 12.0)
"""Joint torque limits [Nm]: FRANKA Robotics, Panda limits."""
FINGER_SPEED = 0.1
"""[m/s], each finger."""
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


class Panda:
    """The arm, standing at the world's origin, at the cell's home pose with open fingers."""

    def __init__(self, bullet: Any, cell: Cell) -> None:
        self._bullet = bullet
        self._cell = cell
        self.body = int(bullet.loadURDF(str(URDF), [0, 0, 0], useFixedBase=True))
        for finger in FINGERS:
            bullet.changeDynamics(
                self.body,
                finger,
                lateralFriction=1.5,
                rollingFriction=0.01,
                spinningFriction=0.05,
                contactStiffness=PAD_STIFFNESS,
                contactDamping=PAD_DAMPING,
            )
        self._couple_fingers()
        self._told = GripperCommand(cell.robot.gripper.max_width, cell.robot.gripper.force)
        self.place(cell.robot.home, cell.robot.gripper.max_width)

    def place(self, joints: tuple[float, ...], width: float) -> None:
        """Put the arm there without moving through the space between (set-up only)."""
        for joint, angle in zip(ARM_JOINTS, joints, strict=True):
            self._bullet.resetJointState(self.body, joint, angle)
        for finger in FINGERS:
            self._bullet.resetJointState(self.body, finger, width / 2)
        self.hold(np.array(joints), np.zeros(len(joints)))
        self.grip(GripperCommand(width, self._cell.robot.gripper.force))

    def hold(self, positions: FloatArray, velocities: FloatArray) -> None:
        """Track these joint positions [rad] and velocities [rad/s] from now on."""
        self._held = positions
        self._bullet.setJointMotorControlArray(
            self.body,
            ARM_JOINTS,
            self._bullet.POSITION_CONTROL,
            targetPositions=positions.tolist(),
            targetVelocities=velocities.tolist(),
            forces=ARM_FORCE,
            positionGains=[0.5] * len(ARM_JOINTS),
            velocityGains=[1.0] * len(ARM_JOINTS),
        )

    def told(self) -> FloatArray:
        """(8,) joint positions [rad] that are tracked now, and the width [m] that the fingers were told."""
        return np.append(self._held, self._told.width)

    def state(self) -> ArmState:
        positions, _ = self.joints()
        fingers = tuple(state[0] for state in self._bullet.getJointStates(self.body, FINGERS))
        return ArmState(joints=tuple(positions), fingers=fingers, width=self._told.width, force=self._told.force)

    def restore(self, state: ArmState) -> None:
        """Stand so, at rest, with the fingers still doing what they were told (set-up only)."""
        self.place(state.joints, state.width)
        for finger, position in zip(FINGERS, state.fingers, strict=True):
            self._bullet.resetJointState(self.body, finger, position)
        self.grip(GripperCommand(state.width, state.force))

    def grip(self, command: GripperCommand) -> None:
        self._told = command
        for finger in FINGERS:
            self._bullet.setJointMotorControl2(
                self.body,
                finger,
                self._bullet.POSITION_CONTROL,
                targetPosition=command.width / 2,
                force=command.force,
                maxVelocity=FINGER_SPEED,
            )

    def joints(self) -> tuple[FloatArray, FloatArray]:
        """Measured positions [rad] and velocities [rad/s]."""
        states = self._bullet.getJointStates(self.body, ARM_JOINTS)
        return np.array([s[0] for s in states]), np.array([s[1] for s in states])

    def width(self) -> float:
        """Measured distance between the fingers [m]."""
        return float(sum(state[0] for state in self._bullet.getJointStates(self.body, FINGERS)))

    def tcp(self) -> FloatArray:
        """(7,) tool centre point: x, y, z [m], quaternion x, y, z, w; robot base frame."""
        position, turn = self._frame(TCP_LINK)
        return np.array([*position, *turn])

    def hand(self) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
        """Position of the hand's frame and its rotation matrix (3, 3), for cameras mounted on it."""
        position, turn = self._frame(HAND_LINK)
        return np.array(position), np.array(self._bullet.getMatrixFromQuaternion(turn)).reshape(3, 3)

    def _couple_fingers(self) -> None:
        """One motor drives both fingers of the real hand: each goes as far as the other."""
        one, other = FINGERS
        gear = self._bullet.createConstraint(
            self.body, one, self.body, other, self._bullet.JOINT_GEAR, (1, 0, 0), (0, 0, 0), (0, 0, 0)
        )
        self._bullet.changeConstraint(gear, gearRatio=-1, erp=0.1, maxForce=COUPLING_FORCE)

    def _frame(self, link: int) -> tuple[Any, Any]:
        state = self._bullet.getLinkState(self.body, link, computeForwardKinematics=True)
        return state[4], state[5]


@cache
def home_tcp(cell_home: tuple[float, ...]) -> tuple[float, float, float, float]:
    """x, y, z [m] and yaw [rad] of the tool centre point at the home joints."""
    from sim.engine import BulletClient, pybullet

    bullet = BulletClient(pybullet.DIRECT)
    body = bullet.loadURDF(str(URDF), [0, 0, 0], useFixedBase=True)
    for joint, angle in zip(ARM_JOINTS, cell_home, strict=True):
        bullet.resetJointState(body, joint, angle)
    position, turn = bullet.getLinkState(body, TCP_LINK, computeForwardKinematics=True)[4:6]
    matrix = np.array(bullet.getMatrixFromQuaternion(turn)).reshape(3, 3)
    bullet.disconnect()
    return float(position[0]), float(position[1]), float(position[2]), float(np.arctan2(matrix[1, 0], matrix[0, 0]))
