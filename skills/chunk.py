"""What a policy proposes: action chunks. And what the gate sends: joint slices and gripper commands."""

from dataclasses import dataclass
from typing import Literal

from skills.base import FloatArray, frozen_array
from skills.errors import BadInput

Space = Literal["tcp_waypoints", "joint_positions"]

WAYPOINT_COLUMNS = ("x", "y", "z", "roll", "pitch", "yaw", "width")
"""Columns of `tcp_waypoints`: metres and radians (extrinsic x-y-z) in the robot's base frame, and the
opening [m] that the gripper takes *after* the pose is reached; a width of 0 closes it."""


@dataclass(frozen=True)
class ActionChunk:
    """What a policy proposes in answer to one observation.

    Attributes:
        values: (T, D) float64, read-only. `tcp_waypoints`: D = 7, see WAYPOINT_COLUMNS.
            `joint_positions`: D = DOF + 1, joints [rad] and the gripper's width [m].
        space: names the columns.
        period: time between rows [s] in the timed space `joint_positions`; None for waypoints.
        answers: sequence number of the observation that it was computed from.
        observed_ns: cell time of that observation [ns].
        call_id: the skill call that it belongs to.
        checkpoint: hash of the weights that proposed it.
        done: the policy says that the skill ends with this chunk.
        confidence: probability [0..1] that the call succeeds by this chunk, where that was calibrated.

    Raises: BadInput.
    """

    values: FloatArray
    space: Space
    answers: int
    observed_ns: int
    call_id: str
    checkpoint: str
    period: float | None = None
    done: bool = False
    confidence: float | None = None

    def __post_init__(self) -> None:
        columns = len(WAYPOINT_COLUMNS) if self.space == "tcp_waypoints" else None
        object.__setattr__(self, "values", frozen_array("values", self.values, (None, columns)))
        if (self.period is None) != (self.space == "tcp_waypoints"):
            raise BadInput("period", self.period, "None for tcp_waypoints and seconds for joint_positions")
        if self.confidence is not None and not 0 <= self.confidence <= 1:
            raise BadInput("confidence", self.confidence, "a probability, from 0 to 1, or None")


@dataclass(frozen=True)
class JointSlice:
    """A short piece of motion that the gate has ruled on: the only way in which joints move.

    Attributes:
        positions: (N, DOF) joint positions [rad], one row each `period` seconds, first row one
            period after now.
        velocities: (N, DOF) joint velocities [rad/s] at the same instants.
        period: time between rows [s].
    """

    positions: FloatArray
    velocities: FloatArray
    period: float

    def __post_init__(self) -> None:
        object.__setattr__(self, "positions", frozen_array("positions", self.positions, (None, None)))
        object.__setattr__(self, "velocities", frozen_array("velocities", self.velocities, self.positions.shape))


@dataclass(frozen=True)
class GripperCommand:
    """Move the fingers to `width` [m] apart, pressing with at most `force` [N]."""

    width: float
    force: float
