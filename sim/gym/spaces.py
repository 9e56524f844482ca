"""What an environment shows and takes: pictures and the tool's state, and a row of the action language."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from gymnasium import spaces
from numpy.typing import NDArray

from sim.data.examples import STATE_NAMES
from skills.base import FloatArray
from skills.cell import Cell
from skills.chunk import WAYPOINT_COLUMNS
from skills.errors import BadInput
from skills.observation import Observation

Shown = dict[str, Any]
Floats = NDArray[np.float32]

FAR: Final = 2.0
"""No tool centre point is farther from the robot's base than this [m]."""
NUMBERS: Final = "biufO"
"""NumPy's kinds of what may be numbers; objects are seen when they are made numbers."""
SLACK: Final = 0.01
"""The measured width may exceed what the fingers were told by this much [m]."""


def action_space(cell: Cell) -> spaces.Space[Floats]:
    """(7,) as WAYPOINT_COLUMNS: x, y, z [m] in the cell's workspace, roll, pitch, yaw [rad], width [m]."""
    limits, turn = cell.limits, (np.pi, np.pi, np.pi)
    low = [*limits.workspace_low, *(-angle for angle in turn), 0.0]
    high = [*limits.workspace_high, *turn, cell.robot.gripper.max_width]
    box: spaces.Space[Any] = spaces.Box(np.array(low, np.float32), np.array(high, np.float32))
    return box


def observation_space(cell: Cell, cameras: Sequence[str]) -> spaces.Dict:
    """`pixels`: uint8 (H, W, 3) RGB by camera; `agent_pos`: (6,) as STATE_NAMES."""
    sizes = {name: cell.cameras[name].size for name in cameras}
    most = np.array([FAR, FAR, FAR, 1.0, 1.0, cell.robot.gripper.max_width + SLACK], np.float32)
    least = np.array([-FAR, -FAR, -FAR, -1.0, -1.0, -SLACK], np.float32)
    pictures: dict[str, spaces.Space[Any]] = {
        name: spaces.Box(0, 255, (size, size, 3), np.uint8) for name, size in sizes.items()
    }
    return spaces.Dict({"pixels": spaces.Dict(pictures), "agent_pos": spaces.Box(least, most)})


def shown(observation: Observation, cameras: Sequence[str]) -> Shown:
    """An observation of the cell as the environment's."""
    pictures = {name: np.array(observation.images[name]) for name in cameras}
    return {"pixels": pictures, "agent_pos": tool_state(observation)}


def tool_state(observation: Observation) -> Floats:
    """(6,) as STATE_NAMES: x, y, z [m] in the robot's base frame, cos 2yaw, sin 2yaw, width [m]."""
    x, y, z, qx, qy, qz, qw = observation.tcp
    yaw = np.arctan2(2 * (qx * qy + qw * qz), 1 - 2 * (qy * qy + qz * qz))
    state = np.array([x, y, z, np.cos(2 * yaw), np.sin(2 * yaw), observation.gripper_width])
    assert len(state) == len(STATE_NAMES)
    return state.astype(np.float32)


def waypoint(action: Any) -> FloatArray:
    """(1, 7) of an action. Raises: BadInput unless it is seven finite numbers."""
    wanted = f"{len(WAYPOINT_COLUMNS)} finite numbers: {', '.join(WAYPOINT_COLUMNS)}"
    try:
        given = np.asarray(action)
        if given.dtype.kind not in NUMBERS:
            raise BadInput("action", action, wanted)
        row = given.astype(np.float64)
    except (TypeError, ValueError):
        raise BadInput("action", action, wanted) from None
    if row.shape != (len(WAYPOINT_COLUMNS),):
        raise BadInput("action", row.shape, f"of shape ({len(WAYPOINT_COLUMNS)},), {wanted}")
    if not np.isfinite(row).all():
        raise BadInput("action", row.tolist(), wanted)
    return row[None]
