"""The detector's stage: batches of moved, flipped and relit pictures; the same for policy and perceiver."""

from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from policy.training.config import DetectorStage
from policy.training.dataset import TrayData
from policy.training.detector import CELLS, DetectorLoss, PartDetector
from policy.training.light import relight, to_pixels
from policy.training.loop import ParameterGroup, Report, Stage, trained
from policy.training.moves import flip, move_parts, shift

STREAM = 1
"""Which of the seed's random streams this stage draws from."""


def train_detector(
    detector: PartDetector, data: TrayData, stage: DetectorStage, seed: int, state_file: Path, report: Report
) -> float:
    """Train `detector` in place, going on from `state_file` if it is there. Returns the seconds that it took."""
    loss_of = DetectorLoss(detector.side * CELLS, data.index.camera.view)

    def loss(step: int) -> tuple[Tensor, dict[str, float]]:
        pixels, parts = draw_batch(data, stage.images, np.random.default_rng([seed, STREAM, step]))
        return loss_of(detector(pixels), parts)

    groups = (ParameterGroup(tuple(trained(detector)), 1.0),)
    return Stage("detector", detector, groups, stage.schedule, state_file).run(loss, report)


def draw_batch(data: TrayData, count: int, rng: np.random.Generator) -> tuple[Tensor, Tensor]:
    """`count` varied pictures (B, 3, size, size) in [-1, 1] and their parts (B, P, 7)."""
    rows = rng.integers(0, len(data.images), count)
    moved = shift(data.images[rows], data.pitch, rng)
    images, parts = flip(moved.images, move_parts(data.parts[rows], moved.offset), rng)
    return relight(to_pixels(images), rng) * 2 - 1, torch.from_numpy(parts)
