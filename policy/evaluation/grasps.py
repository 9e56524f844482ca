"""How well a policy aims: its keyframes against the expert's, on pictures that it has not seen."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from policy.evaluation.perception import spacing_of, turn_between
from policy.keyframe_policy import KeyframePolicy
from policy.keyframes import chunk_normalization, state_normalization, to_waypoints
from policy.training.dataset import TrayData
from skills.base import FloatArray
from skills.words import KINDS

GRASP_ROW = 1
"""The keyframe that goes down to the part, or into the place."""


@dataclass(frozen=True)
class Aim:
    """One proposal beside the expert's.

    Attributes:
        phrase: what was asked.
        kind: of the part that was meant; None where no part of the picture is.
        spacing: smallest distance of two parts in the picture [m].
        right: the nearest part to the aim is the one that was meant; for a place, the aim is within 10 mm.
        error: distance [m] on the tray between aim and expert.
        turn: angle [rad] between the two grasps.
    """

    phrase: str
    kind: str | None
    spacing: float
    right: bool
    error: float
    turn: float


def aims(policy: KeyframePolicy, data: TrayData, count: int) -> Iterator[Aim]:
    """Aims for the first `count` examples; pictures of `data` have the size of the policy's."""
    for number in range(min(count, len(data.examples))):
        yield aim_of(data, number, proposed_grasp(policy, data, number))


def proposed_waypoints(policy: KeyframePolicy, data: TrayData, number: int) -> FloatArray:
    """(K, 7) waypoints that the policy proposes in an example, from the noise of that number."""
    chunks, states = chunk_normalization(policy.contract), state_normalization(policy.contract)
    noise = np.random.default_rng(number).standard_normal(chunks.mean.shape, np.float32)
    phrase = data.index.phrases[data.examples.phrase[number]]
    state = states.apply(data.examples.state[number])
    picture = data.images[data.examples.image[number]]
    return to_waypoints(chunks.undo(policy.propose(picture, phrase, state, noise)))


def proposed_grasp(policy: KeyframePolicy, data: TrayData, number: int) -> FloatArray:
    """(7,) the waypoint at which the policy would grasp, or release, in an example."""
    return np.asarray(proposed_waypoints(policy, data, number)[GRASP_ROW])


def aim_of(data: TrayData, number: int, proposed: FloatArray) -> Aim:
    """How far a proposed grasp is from the expert's of that example."""
    expert = data.examples.waypoints[number, GRASP_ROW]
    parts = data.parts[data.examples.image[number]]
    parts = parts[parts[:, 3] >= 0]
    target = int(data.examples.target[number])
    error = float(np.linalg.norm(proposed[:2] - expert[:2]))
    nearest = np.linalg.norm(parts[:, :2] + data.index.tray_centre - proposed[:2], axis=1).argmin()
    return Aim(
        phrase=data.index.phrases[data.examples.phrase[number]],
        kind=None if target < 0 else KINDS[int(parts[target, 3])],
        spacing=spacing_of(parts),
        right=error < 0.010 if target < 0 else int(nearest) == target,
        error=error,
        turn=turn_between(float(proposed[5]), float(expert[5])),
    )
