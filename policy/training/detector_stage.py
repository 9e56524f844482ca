"""The detector's stage: batches of moved, flipped and relit pictures; the same for policy and perceiver."""

from typing import Any, Final

import numpy as np
import torch
from torch import Tensor

from policy.training.augmentation import Light
from policy.training.dataset import TrayData
from policy.training.detector import CELLS, DetectorLoss, PartDetector
from policy.training.job import Job
from policy.training.light import relight, to_pixels
from policy.training.loop import Evaluator, ParameterGroup, Stage, trained
from policy.training.moves import flip, move_parts, shift
from policy.training.networks import DetectorStage

STAGE: Final = "detector"
STREAM = 1
"""Which of the seed's random streams this stage draws from."""


def train_detector(
    detector: PartDetector, data: TrayData, stage: DetectorStage, job: Job[Any], evaluator: Evaluator | None = None
) -> float:
    """Train `detector` in place, going on from the run's state if there is one. Returns the seconds that it took."""
    engine, seed, light = job.engine, job.config.seed, job.config.light.training
    loss_of = DetectorLoss(detector.side * CELLS, data.index.camera.view).to(engine.device)

    def loss(batch: int) -> tuple[Tensor, dict[str, float]]:
        pixels, parts = draw_batch(data, stage, light, np.random.default_rng([seed, STREAM, batch]))
        return loss_of(detector(pixels.to(engine.device), engine.autocast), parts.to(engine.device))

    groups = (ParameterGroup(tuple(trained(detector)), 1.0),)
    loop = Stage(STAGE, detector, groups, stage.schedule, job.run.state(STAGE), engine)
    return loop.run(loss, job.watch.report, evaluator)


def draw_batch(data: TrayData, stage: DetectorStage, light: Light, rng: np.random.Generator) -> tuple[Tensor, Tensor]:
    """`stage.images` varied pictures (B, 3, size, size) in [-1, 1] and their parts (B, P, 7)."""
    rows = rng.integers(0, len(data.images), stage.images)
    moved = shift(data.images[rows], data.pitch, stage.moved, rng)
    images, parts = flip(moved.images, move_parts(data.parts[rows], moved.offset), rng)
    return relight(to_pixels(images), rng, light) * 2 - 1, torch.from_numpy(parts)
