"""One training run from configuration and data set to a checkpoint; goes on where it was cut off."""

import os
from contextlib import closing, nullcontext
from dataclasses import replace
from pathlib import Path

os.environ.setdefault("HF_HUB_OFFLINE", "1")

import torch

from policy.training.config import Training
from policy.training.engine import Engine
from policy.training.job import UNWATCHED, Job, Watch
from policy.training.kinds import KINDS
from policy.training.loop import StageProgress
from policy.training.processes import Processes
from policy.training.run_folder import RunFolder, open_run


def train(
    config: Training,
    data: Path,
    out: Path,
    *,
    resume: bool,
    threads: int,
    start_from: Path | None = None,
    watch: Watch = UNWATCHED,
) -> Path:
    """Train by `config`; returns the folder of the finished checkpoint, `out/checkpoint`.

    Args:
        start_from: folder of the weights that the run begins with.

    Raises: BadInput (data set, configuration, folder, checkpoint), UnknownName, Unavailable (another process trains
        in `out`, no CUDA).
    """
    torch.set_num_threads(threads)
    processes = Processes.launched()
    learner = KINDS[config.kind].load()
    engine = Engine.of(config.compute, processes)
    settled = {
        "compute": engine.compute,
        "processes": processes.count,
        "start_from": learner.start_hash(start_from) if start_from else None,
    }
    config = config.model_copy(update=settled)
    run, data_hash = RunFolder(out), learner.data_hash(data)
    if processes.leads:
        open_run(out, config, data_hash, resume)
    processes.wait()
    torch.manual_seed(config.seed)
    with run.alone() if processes.leads else nullcontext(), closing(watch.tracker):
        watched = _tracked(watch) if processes.leads else UNWATCHED
        checkpoint = learner.learn(Job(config, data, start_from, run, engine, watched))
    processes.part()
    return checkpoint


def _tracked(watch: Watch) -> Watch:
    """The same, with the progress in the tracker as well."""

    def report(progress: StageProgress) -> None:
        watch.report(progress)
        watch.tracker.write(progress.stage, progress.step, progress.figures)

    return replace(watch, report=report)
