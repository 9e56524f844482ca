"""A fine-tuned policy against episodes that it has not seen, open loop: what it says where the data say what was done.

This tells whether training went wrong, not whether the robot succeeds: a policy that is close in every row may still
fail in closed loop.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

from policy.evaluation.open_loop import CLOSE, LEAST, ColumnErrors, column_errors
from policy.evaluation.statistics import Tally
from policy.record import Quantity
from policy.training.augmentation import Light
from policy.training.example_sheet import Example, write_sheet
from policy.training.finetune.episodes import ACTION, PICTURES, Recording
from policy.training.finetune.frames import PADDED, Frames
from policy.training.light import relight
from policy.tuned_runtime import TunedPolicy
from skills.base import FloatArray

TOGETHER = 4
"""Frames that are asked at once."""


@dataclass(frozen=True)
class Judged:
    """What was said and what was done, over N frames.

    Attributes:
        said, done: (N, T, D) [rad] and [m].
        counted: (N, T) rows that lie within their episode.
        ranges: (D,) how far each column moves in the training actions.
    """

    names: tuple[str, ...]
    said: FloatArray
    done: FloatArray
    counted: NDArray[np.bool_]
    ranges: FloatArray

    @cached_property
    def columns(self) -> dict[str, ColumnErrors]:
        """By column, over the rows that count."""
        return column_errors(self.said, self.done, self.names, spans=self.ranges, counted=self.counted)

    def close(self) -> dict[str, Tally]:
        """By column, in how many rows it is close."""
        return {f"{name}, within {CLOSE:.0%} of its range": errors.close for name, errors in self.columns.items()}

    def means(self) -> dict[str, Quantity]:
        """By column, the mean absolute error."""
        return {
            f"mean error, {name.split(' [')[0]}": Quantity(
                value=round(errors.mae, 5), unit=_unit(name), n=errors.close.trials
            )
            for name, errors in self.columns.items()
        }


def judge(
    policy: TunedPolicy,
    frames: Frames,
    numbers: Sequence[int],
    light: Light | None = None,
    told: Callable[[int], None] = lambda _: None,
) -> Judged:
    """Ask for a chunk at each of the frames; under that light, if one is given. The same question, the same answer.

    `told` hears how many frames have been asked.
    """
    rng, contract = np.random.default_rng(0), policy.contract
    shape = (contract.chunk_size, len(contract.action_names))
    said, done, counted = [], [], []
    for start in range(0, len(numbers), TOGETHER):
        batch = frames.batch(numbers[start : start + TOGETHER])
        done.append(batch.pop(ACTION).numpy().astype(np.float64))
        counted.append(~batch.pop(PADDED).numpy())
        if light is not None:
            batch |= {key: relight(batch[key], rng, light) for key in batch if key.startswith(PICTURES)}
        said.append(policy.chunks(batch, rng.standard_normal((len(batch["task"]), *shape), np.float32)))
        told(start + len(batch["task"]))
    ranges = policy.ranges[:, 1] - policy.ranges[:, 0]
    return Judged(contract.action_names, np.concatenate(said), np.concatenate(done), np.concatenate(counted), ranges)


def spread(frames: Frames, most: int) -> list[int]:
    """At most so many frames, evenly over all of them."""
    some = np.linspace(0, len(frames) - 1, min(most, len(frames)))
    return [int(number) for number in some]


def show(folder: Path, recording: Recording, sheet: Path, examples: int) -> Mapping[str, float]:
    """A sheet of examples, and over them the share of rows that are close, as they are and under shifted light."""
    policy, frames = TunedPolicy(folder), Frames(recording, recording.split.validation)
    numbers = spread(frames, examples)
    plain = judge(policy, frames, numbers)
    shifted = judge(policy, frames, numbers, recording.config.light.shifted)
    write_sheet([_tile(plain, frames, place, number) for place, number in enumerate(numbers)], sheet)
    return _told(plain) | {f"{name}, shifted light": value for name, value in _told(shifted).items()}


def _told(judged: Judged) -> dict[str, float]:
    """By column: "joint 1 close"."""
    return {f"{name} close": errors.close.hits / errors.close.trials for name, errors in judged.columns.items()}


def _tile(judged: Judged, frames: Frames, place: int, number: int) -> Example:
    frame = frames[number]
    first = next(key for key in frame if key.startswith(PICTURES))
    errors = np.abs(judged.said - judged.done)[place][judged.counted[place]].mean(axis=0)
    worst = int(np.argmax(errors / np.maximum(judged.ranges, LEAST)))
    name, unit = judged.names[worst].split(" [")[0], _unit(judged.names[worst])
    means = {name: round(float(error), 5) for name, error in zip(judged.names, errors, strict=True)}
    line = f"worst: {name}, {errors[worst]:.3f} {unit} on average"
    record = {"phrase": frame["task"], "episode": int(frames.episode[number]), "mean_error": means}
    return Example(_square(frame[first]), 1.0, (), (), (frame["task"], line), record)


def _square(picture: torch.Tensor) -> NDArray[np.uint8]:
    """The middle of a picture (3, H, W) in [0, 1]."""
    side = min(picture.shape[1:])
    top, left = ((length - side) // 2 for length in picture.shape[1:])
    middle = picture[:, top : top + side, left : left + side]
    return np.ascontiguousarray((middle * 255).round().byte().permute(1, 2, 0).numpy())


def _unit(name: str) -> str:
    return name.rpartition("[")[2].rstrip("]")
