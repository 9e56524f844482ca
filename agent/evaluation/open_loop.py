"""Networks against a data set that they were not trained on: no robot moves.

The data set stands in for the world: for each of its pictures the policy's chunk is held beside the expert's, and what
the perceiver sees beside the labels.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import numpy as np

from policy.evaluation.bleu import corpus_bleu
from policy.evaluation.figures import aim_quantities, aim_shares, perception_quantities, perception_shares
from policy.evaluation.grasps import GRASP_ROW, aim_of, proposed_waypoints
from policy.evaluation.open_loop import ColumnErrors, closed_share, column_errors
from policy.evaluation.perception import compare
from policy.keyframe_policy import KeyframePolicy
from policy.perceiver import OnnxPerceiver
from policy.training.dataset import TrayData, load_data
from sim.data.action_text import to_text
from skills.base import FloatArray
from skills.chunk import WAYPOINT_COLUMNS
from skills.contract import CONTRACT_FILE
from skills.errors import BadInput
from skills.motion import CLOSED

HALF_TURN: Final = {"yaw": np.pi}
"""What a parallel gripper can't tell."""
TRAINED: Final = "train"
"""The split that training takes; the others are kept from it."""
DECIMALS: Final = 2
"""Of the numbers in texts that BLEU compares: centimetres and hundredths of a radian."""

OnProgress = Callable[[int, int], None]


@dataclass(frozen=True)
class Source:
    """A data set's folder; one of its splits, else all of it; only `n` of its examples, pictures or frames."""

    folder: Path
    split: str | None = None
    n: int | None = None

    def load(self, image_size: int, trained_on: str, name: str) -> TrayData:
        """Raises: BadInput (unreadable, or what `name` was trained on), UnknownName (no such split)."""
        data = load_data(self.folder, image_size)
        self.require_unseen(data.data_hash, trained_on, name)
        return data if self.split is None else data.of_split(self.split)

    def require_unseen(self, data_hash: str, trained_on: str, name: str) -> None:
        """Raises: BadInput (`name` was trained on these data, and no split is named that was kept from it)."""
        if data_hash == trained_on and self.split in (None, TRAINED):
            allowed = f"another one than {name} was trained on, or with --split one that was kept from it"
            raise BadInput("data set", str(self.folder), allowed)

    def count(self, there: int) -> int:
        return there if self.n is None else min(self.n, there)


@dataclass(frozen=True)
class Measured:
    """A checkpoint, and the skills of the data set that it carries out (none for a perceiver)."""

    name: str
    folder: Path
    skills: tuple[str, ...]


def open_loop(
    source: Source, networks: Sequence[Measured], opened: Callable[[Path], KeyframePolicy], told: OnProgress
) -> dict[str, Any]:
    """Figures of each network, by name.

    Raises: BadInput (unreadable, data that were trained on or that have nothing for a network), UnknownName.
    """
    return {
        one.name: _policy(source, opened(one.folder), one, told)
        if (one.folder / CONTRACT_FILE).is_file()
        else _perceiver(source, one, told)
        for one in networks
    }


def _policy(source: Source, policy: KeyframePolicy, one: Measured, told: OnProgress) -> dict[str, Any]:
    ((_, camera),) = policy.contract.cameras.items()
    whole = source.load(camera.size, policy.contract.data_hash, one.name)
    data = whole.of_skills(tuple(skill for skill in one.skills if skill in whole.index.skills))
    count = source.count(len(data.examples))
    if not count:
        raise BadInput("data set", str(source.folder), f"one with examples for {one.name}: {', '.join(one.skills)}")
    proposed = np.empty((count, *data.examples.waypoints.shape[1:]))
    for number in range(count):
        proposed[number] = proposed_waypoints(policy, data, number)
        told(number + 1, count)
    judged = [aim_of(data, number, proposed[number, GRASP_ROW]) for number in range(count)]
    expert = np.asarray(data.examples.waypoints[:count], np.float64)
    columns = column_errors(proposed, expert, WAYPOINT_COLUMNS, HALF_TURN)
    widths = WAYPOINT_COLUMNS.index("width")
    return {
        "weights_hash": policy.checkpoint,
        "examples": count,
        "shares": {name: share.as_json() for name, share in aim_shares(judged).items()},
        "quantities": {name: quantity.model_dump() for name, quantity in aim_quantities(judged).items()},
        **chunk_figures(columns, proposed[..., widths], expert[..., widths]),
        "bleu": round(corpus_bleu([(_text(mine), _text(its)) for mine, its in zip(proposed, expert, strict=True)]), 4),
    }


def chunk_figures(columns: Mapping[str, ColumnErrors], mine: FloatArray, its: FloatArray) -> dict[str, Any]:
    """What a report tells of chunks: each column, and how often the policy's and the data's widths [m] are closed."""
    return {
        "columns": {name: errors.as_json() for name, errors in columns.items()},
        "closed": {
            "policy": closed_share(mine, CLOSED).as_json(),
            "data": closed_share(its, CLOSED).as_json(),
        },
    }


def _perceiver(source: Source, one: Measured, told: OnProgress) -> dict[str, Any]:
    perceiver = OnnxPerceiver(one.folder)
    data = source.load(perceiver.card.image_size, perceiver.card.data_hash, one.name)
    count = source.count(len(data.images))
    seen = []
    for number in range(count):
        seen.append(compare(perceiver.see(data.images[number]).parts, data.parts[number]))
        told(number + 1, count)
    return {
        "weights_hash": perceiver.card.weights_hash,
        "pictures": count,
        "shares": {name: share.as_json() for name, share in perception_shares(seen).items()},
        "quantities": {name: quantity.model_dump() for name, quantity in perception_quantities(seen).items()},
    }


def _text(waypoints: FloatArray) -> str:
    """The action language, with numbers as exact as they have to be."""
    return to_text(np.round(waypoints, DECIMALS).astype(np.float32) + np.float32(0))  # -0.0 is 0.0
