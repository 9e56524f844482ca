"""A robot and camera with nothing behind them but recorded pictures: no simulator, no ground truth."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
import pinocchio as pin

from safety.kinematics import Arm
from skills.base import FloatArray, Image
from skills.cell import Cell
from skills.chunk import GripperCommand, JointSlice
from skills.errors import BadInput
from skills.observation import Observation

FRAME_NS = 33_000_000
"""Cell time that a picture takes [ns]."""


@dataclass(frozen=True)
class Frame:
    """What the cameras show until the gripper closes the next time, and the width at which it then stops [m]."""

    images: Mapping[str, Image]
    closes_at: float = 0.0


class RecordedDriver:
    """Follows commands perfectly and shows one recorded frame after another: the next when the gripper closes.

    The last frame stays. The blue of a picture's last pixel counts the pictures, so that none is the one before
    to the last bit, as none of a camera is. Implements Driver and Clock.

    Raises: BadInput when there is no frame.
    """

    def __init__(self, cell: Cell, frames: Sequence[Frame]) -> None:
        if not frames:
            raise BadInput("frames", len(frames), "at least one")
        self._frames, self._shown = tuple(frames), 0
        self._arm = Arm(cell)
        self._joints: FloatArray = np.array(cell.robot.home)
        self._width = cell.robot.gripper.max_width
        self._time_ns = 0
        self._sequence = 0

    def now_ns(self) -> int:
        return self._time_ns

    def observe(self) -> Observation:
        self._time_ns += FRAME_NS
        shown = self._frames[self._shown].images
        return self._read({name: _numbered(image, self._sequence) for name, image in shown.items()})

    def measure(self) -> Observation:
        return self._read({})

    def command(self, motion: JointSlice | GripperCommand) -> None:
        if isinstance(motion, JointSlice):
            self._joints = motion.positions[-1]
            self._time_ns += round(len(motion.positions) * motion.period * 1e9)
        elif motion.width > 0:
            self._width = motion.width
        elif self._width > self._frames[self._shown].closes_at:
            self._width = self._frames[self._shown].closes_at
            self._shown = min(self._shown + 1, len(self._frames) - 1)

    def stop(self) -> None:
        """Nothing moves between two commands."""

    def _read(self, images: Mapping[str, Image]) -> Observation:
        self._sequence += 1
        return Observation(
            images=images,
            joints=self._joints,
            joint_speeds=np.zeros_like(self._joints),
            gripper_width=self._width,
            tcp=pin.SE3ToXYZQUAT(self._arm.tcp(self._joints)),
            time_ns=self._time_ns,
            sequence=self._sequence,
        )


def _numbered(image: Image, number: int) -> Image:
    pixels = image.copy()
    pixels[-1, -1, -1] = number % 256
    return pixels
