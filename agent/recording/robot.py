"""A robot that stands where it was recorded and follows commands perfectly: what today's gate is asked over."""

from collections.abc import Sequence

import numpy as np
import pinocchio as pin

from safety.kinematics import Arm
from skills.base import FloatArray
from skills.cell import Cell
from skills.chunk import GripperCommand, JointSlice
from skills.observation import Observation


class PlayedRobot:
    """Implements Driver and Clock.

    Args:
        widths: opening [m] at each observation of the recording, in their order: its fingers stop where they stopped.
    """

    def __init__(self, cell: Cell, widths: Sequence[float]) -> None:
        self._arm = Arm(cell)
        self._widths = widths
        self._shown = 0
        self._seen: Observation | None = None
        self._joints: FloatArray = np.array(cell.robot.home)
        self._width = cell.robot.gripper.max_width
        self._time_ns = 0

    def show(self, observation: Observation) -> None:
        """The robot stands as it was observed."""
        self._seen, self._shown = observation, self._shown + 1
        self._joints, self._width = observation.joints, observation.gripper_width
        self._time_ns = observation.time_ns

    def begin(self, ns: int | None) -> None:
        """A motion is asked for at this time."""
        self._time_ns = max(self._time_ns, ns or 0)

    def now_ns(self) -> int:
        return self._time_ns

    def observe(self) -> Observation:
        assert self._seen is not None
        return self._seen

    def measure(self) -> Observation:
        return Observation(
            images={},
            joints=self._joints,
            joint_speeds=np.zeros_like(self._joints),
            gripper_width=self._width,
            tcp=pin.SE3ToXYZQUAT(self._arm.tcp(self._joints)),
            time_ns=self._time_ns,
            sequence=self._seen.sequence + 1 if self._seen else 0,
        )

    def command(self, motion: JointSlice | GripperCommand) -> None:
        if isinstance(motion, JointSlice):
            self._joints = motion.positions[-1]
            self._time_ns += round(len(motion.positions) * motion.period * 1e9)
        else:
            self._width = motion.width if motion.width > 0 else min(self._width, self._stopped_at)

    def stop(self) -> None:
        """Nothing moves between two commands."""

    @property
    def _stopped_at(self) -> float:
        """The width of the next observation, which the motion under way leads to."""
        return self._widths[self._shown] if self._shown < len(self._widths) else self._width
