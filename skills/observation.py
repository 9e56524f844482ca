"""What the robot and its cameras report at one moment."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from skills.base import FloatArray, Image, frozen_array, frozen_image


@dataclass(frozen=True)
class Observation:
    """One moment of the cell.

    Attributes:
        images: camera name -> uint8 (H, W, 3) RGB, read-only.
        joints: (DOF,) measured joint positions [rad].
        joint_speeds: (DOF,) measured joint velocities [rad/s].
        gripper_width: distance between the fingers [m].
        tcp: (7,) tool centre point in the robot's base frame: x, y, z [m], quaternion x, y, z, w.
        time_ns: the cell clock's time of the exposure [ns].
        sequence: rises by at least one with every observation of a driver.
        wrench: (6,) force [N] and torque [Nm] at the tool centre point, where there is a sensor.
    """

    images: Mapping[str, Image]
    joints: FloatArray
    joint_speeds: FloatArray
    gripper_width: float
    tcp: FloatArray
    time_ns: int
    sequence: int
    wrench: FloatArray | None = field(default=None)

    def __post_init__(self) -> None:
        images = {name: frozen_image(f"images.{name}", image) for name, image in self.images.items()}
        set_field = object.__setattr__
        set_field(self, "images", MappingProxyType(images))
        set_field(self, "joints", frozen_array("joints", self.joints, (None,)))
        set_field(self, "joint_speeds", frozen_array("joint_speeds", self.joint_speeds, self.joints.shape))
        set_field(self, "tcp", frozen_array("tcp", self.tcp, (7,)))
        if self.wrench is not None:
            set_field(self, "wrench", frozen_array("wrench", self.wrench, (6,)))
