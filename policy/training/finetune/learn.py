"""One fine-tuning run: base and data set in, checkpoint with its contract out; goes on where it was cut off."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from torch import Tensor

from policy.training.checks import check_epochs
from policy.training.finetune.base import base_hash
from policy.training.finetune.config import FinetuneTraining
from policy.training.finetune.deliver import Tuned, deliver
from policy.training.finetune.episodes import PICTURES, Recording, open_recording, recording_hash
from policy.training.finetune.frames import Frames
from policy.training.finetune.judge import show
from policy.training.finetune.modeling_tuned import Batch, Told
from policy.training.finetune.processors import Pipelines, new_processors
from policy.training.finetune.statistics import measure
from policy.training.finetune.student import Learning, Student, new_student
from policy.training.job import Job
from policy.training.keeper import Keeper
from policy.training.light import relight
from policy.training.loop import ParameterGroup, Stage, trained
from skills.errors import BadInput

STAGE = "finetune"
STREAM = 4
"""Separates this stage's random numbers from those of other stages of the same seed."""


class FinetuneLearner:
    """A `Learner`."""

    def data_hash(self, data: Path) -> str:
        return recording_hash(data)

    def start_hash(self, start: Path) -> str:
        return base_hash(start)

    def learn(self, job: Job[FinetuneTraining]) -> Path:
        """Raises: BadInput, UnknownName, Unavailable; see `open_recording`, `fitted_config` and `new_student`."""
        config = job.config
        if job.start is None:
            raise BadInput("--start-from", None, "a folder in the layout of lerobot/smolvla_base")
        _require_poses(config)
        recording = open_recording(job.data, config)
        training = Frames(recording, recording.split.training)
        samples = config.frames * config.batches_a_step
        check_epochs(config.schedule.steps, samples, len(training), len(recording.split.training), job.watch.warn)
        statistics = measure(recording.numbers(recording.split.training), config.axes, config.floors)
        student = new_student(job.start, recording, statistics)
        pipelines = new_processors(student.policy.config, statistics, config.feeds)
        learnt = _Learnt(job, recording, training, student, pipelines)
        keeper = Keeper(job, config.schedule.steps, learnt)
        return keeper.finish(_optimize(job, student, Batches(training, pipelines), keeper))


def _require_poses(config: FinetuneTraining) -> None:
    """Raises: BadInput: the contract tells where each camera stood, and a cell's has to stand there."""
    for name, camera in config.cameras.items():
        if camera.pose is None:
            allowed = "where it stood in the recording, as a cell file says it: {mount, position, look_at, up, view}"
            raise BadInput(f"cameras.{name}.pose", None, allowed)


@dataclass(frozen=True)
class Batches:
    """Draws batches of frames; the same for the same random generator."""

    frames: Frames
    pipelines: Pipelines

    def draw(self, rng: np.random.Generator, device: torch.device) -> Batch:
        """Normalized, tokenized, under varied light."""
        config = self.frames.recording.config
        raw = self.frames.batch(rng.integers(0, len(self.frames), config.frames).tolist())
        for key in [key for key in raw if key.startswith(PICTURES)]:
            raw[key] = relight(raw[key], rng, config.light.training)
        batch: Batch = self.pipelines[0](raw)
        return {key: value.to(device) if isinstance(value, Tensor) else value for key, value in batch.items()}


def _optimize(job: Job[FinetuneTraining], student: Student, batches: Batches, keeper: Keeper) -> float:
    """Seconds that it took."""
    config, engine = job.config, job.engine

    def loss(number: int) -> tuple[Tensor, Told]:
        rng = np.random.default_rng([config.seed, STREAM, number])
        batch = batches.draw(rng, engine.device)
        with engine.autocast():
            return student.loss(batch, rng)

    group = ParameterGroup(tuple(trained(student.policy)), 1.0)
    stage = Stage(STAGE, Learning(student.policy), (group,), config.schedule, job.run.state(STAGE), engine)
    return stage.run(loss, job.watch.report, keeper)


@dataclass(frozen=True)
class _Learnt:
    """What is tried and delivered."""

    job: Job[FinetuneTraining]
    recording: Recording
    training: Frames
    student: Student
    pipelines: Pipelines

    def deliver(self, folder: Path, step: int, seconds: float) -> None:
        config = self.job.config
        epochs = step * config.frames * config.batches_a_step / len(self.training)
        tuned = Tuned(self.student.whole(), self.pipelines, self.recording, self.training, self.student.learning)
        deliver(tuned, folder, epochs=epochs, seconds=seconds)

    def show(self, folder: Path, sheet: Path, examples: int) -> Mapping[str, float]:
        return show(folder, self.recording, sheet, examples)

    def trial(self, folder: Path) -> tuple[int, int] | None:
        return self.job.watch.trial(folder) if self.job.watch.trial else None


LEARNER = FinetuneLearner()
