"""Where a checkpoint's episodes began, as a motion: what brings an arm there that does not stand there."""

from math import atan2
from typing import Final

import numpy as np

from skills.base import FloatArray
from skills.chunk import ActionChunk
from skills.columns import MEASURED, POSITIONS
from skills.contract import Contract
from skills.observation import Observation

PROPOSER: Final = "start state"
"""What the chunk names in place of weights: no policy has proposed it."""
STEP: Final = 0.03
"""Largest step of a joint from row to row [rad] …"""
PERIOD: Final = 0.1
"""… and the time between rows [s]: 0.3 rad/s."""


def way_to_start(contract: Contract, observation: Observation, call_id: str, *, width: float) -> ActionChunk | None:
    """A motion to the mean of the states in which the data's episodes began, for the gate to rule on.

    Args:
        width: what the gripper is told there [m]; 0 keeps it closed.

    Returns: None where the contract's states say neither all joints nor the tool's place.
    """
    start = dict(zip(contract.state_names, contract.start_state.mean, strict=True))
    joints = [f"joint {number + 1} [rad]" for number in range(len(observation.joints))]
    answers = (observation.sequence, observation.time_ns, call_id, PROPOSER)
    if all(name in start for name in joints):
        rows = _joint_rows(observation.joints, np.array([start[name] for name in joints]), width)
        return ActionChunk(rows, "joint_positions", *answers, period=PERIOD)
    if all(name in start for name in POSITIONS):
        row = np.array([[*(start[name] for name in POSITIONS), np.pi, 0.0, _yaw(start, observation), width]])
        return ActionChunk(row, "tcp_waypoints", *answers)
    return None


def _joint_rows(here: FloatArray, there: FloatArray, width: float) -> FloatArray:
    steps = max(1, int(np.ceil(np.abs(there - here).max() / STEP)))
    ways = here + (there - here) * np.arange(1, steps + 1)[:, None] / steps
    return np.column_stack([ways, np.full(steps, width)])


def _yaw(start: dict[str, float], observation: Observation) -> float:
    cosine, sine = (start.get(name, MEASURED[name](observation)) for name in ("cos 2yaw", "sin 2yaw"))
    return atan2(sine, cosine) / 2
