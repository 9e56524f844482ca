"""Where a checkpoint's episodes began, as a motion: what brings an arm there that does not stand there."""

from functools import partial
from math import atan2, sqrt
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
LEAST: Final = 0.005
"""Starts that differ by less [m or rad] are one."""
PRIMES: Final = (2, 3, 5, 7, 11, 13, 17)


def has_other_starts(contract: Contract) -> bool:
    """Whether the data's episodes began at more places than one."""
    start = contract.start_state
    ways = zip(contract.state_names, start.low, start.high, strict=True)
    return any(high - low > LEAST for name, low, high in ways if _is_place(name))


def start_of(contract: Contract, number: int) -> dict[str, float]:
    """The `number`-th of the starts between the data's lowest and highest, as state column -> value; 0 is their mean.

    Each column goes through its range by its own irrational step (Kronecker's sequence), so that few starts are spread
    widely and none comes twice. What is no place of the arm stays at its mean.
    """
    start = contract.start_state
    columns = zip(contract.state_names, start.mean, start.low, start.high, strict=True)
    return {
        name: low + (high - low) * (number * sqrt(PRIMES[at % len(PRIMES)]) % 1) if number and _is_place(name) else mean
        for at, (name, mean, low, high) in enumerate(columns)
    }


def way_to_start(
    contract: Contract, observation: Observation, call_id: str, *, width: float, number: int = 0
) -> ActionChunk | None:
    """A motion to a state in which the data's episodes began, for the gate to rule on.

    Args:
        width: what the gripper is told there [m]; 0 keeps it closed.
        number: which of them, as `start_of` counts; 0 is their mean.

    Returns: None where the contract's states say neither all joints nor the tool's place.
    """
    start = start_of(contract, number)
    joints = [f"joint {number + 1} [rad]" for number in range(len(observation.joints))]
    chunk = partial(
        ActionChunk, checkpoint=PROPOSER, answers=observation.sequence, observed_ns=observation.time_ns, call_id=call_id
    )
    if all(name in start for name in joints):
        rows = _joint_rows(observation.joints, np.array([start[name] for name in joints]), width)
        return chunk(rows, "joint_positions", period=PERIOD)
    if all(name in start for name in POSITIONS):
        row = np.array([[*(start[name] for name in POSITIONS), np.pi, 0.0, _yaw(start, observation), width]])
        return chunk(row, "tcp_waypoints")
    return None


def _is_place(name: str) -> bool:
    return name in POSITIONS or name.startswith("joint ")


def _joint_rows(here: FloatArray, there: FloatArray, width: float) -> FloatArray:
    steps = max(1, int(np.ceil(np.abs(there - here).max() / STEP)))
    ways = here + (there - here) * np.arange(1, steps + 1)[:, None] / steps
    return np.column_stack([ways, np.full(steps, width)])


def _yaw(start: dict[str, float], observation: Observation) -> float:
    cosine, sine = (start.get(name, MEASURED[name](observation)) for name in ("cos 2yaw", "sin 2yaw"))
    return atan2(sine, cosine) / 2
