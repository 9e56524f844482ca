"""An ideal robot without a simulator: it is at once where it is sent."""

import numpy as np

from safety.kinematics import Arm
from skills.base import FloatArray, Image
from skills.cell import Cell
from skills.chunk import GripperCommand, JointSlice
from skills.observation import Observation

GRIPPER_SECONDS = 0.4
"""Time that a gripper command takes [s]."""
MEASURE_NS = 1_000_000


class KinematicDriver:
    """Driver and Clock of a robot that follows every slice exactly, in a time of its own.

    Attributes:
        part_width: width of a part between the fingers [m], where they meet one; None for nothing.
        commands: everything that it was told, in order.
    """

    def __init__(self, cell: Cell) -> None:
        self._cell, self._arm = cell, Arm(cell)
        self.joints: FloatArray = np.array(cell.robot.home)
        self.width = cell.robot.gripper.max_width
        self.part_width: float | None = None
        self.commands: list[JointSlice | GripperCommand] = []
        self._time_ns, self._sequence = 0, 0

    def now_ns(self) -> int:
        return self._time_ns

    def observe(self) -> Observation:
        """Grey pictures of every camera of the cell, in its size."""
        sizes = {name: camera.size for name, camera in self._cell.cameras.items()}
        return self._observation({name: np.full((n, n, 3), 128, dtype=np.uint8) for name, n in sizes.items()})

    def measure(self) -> Observation:
        return self._observation({})

    def command(self, motion: JointSlice | GripperCommand) -> None:
        self.commands.append(motion)
        if isinstance(motion, JointSlice):
            self.joints = motion.positions[-1]
            self._time_ns += round(len(motion.positions) * motion.period * 1e9)
        else:
            self.width = max(motion.width, self.part_width or 0.0)
            self._time_ns += round(GRIPPER_SECONDS * 1e9)

    def stop(self) -> None:
        """It stands between commands anyway."""

    def _observation(self, images: dict[str, Image]) -> Observation:
        self._time_ns += MEASURE_NS
        self._sequence += 1
        pose = self._arm.tcp(self.joints)
        return Observation(
            images=images,
            joints=self.joints,
            joint_speeds=np.zeros_like(self.joints),
            gripper_width=self.width,
            tcp=np.concatenate([pose.translation, _quaternion(pose.rotation)]),
            time_ns=self._time_ns,
            sequence=self._sequence,
        )


def _quaternion(rotation: FloatArray) -> FloatArray:
    """x, y, z, w of a rotation matrix."""
    import pinocchio

    return np.asarray(pinocchio.Quaternion(rotation).coeffs())
