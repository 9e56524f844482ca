"""What `smolcell train` was asked for, and how it is done: checks first, then the data, then the run."""

import os
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from agent.doors.cli.errors import Interrupted
from agent.doors.cli.options import CORES
from agent.doors.cli.output import talk
from agent.doors.cli.progress import progress
from agent.doors.settings import configured_cell, usable_folder
from policy.training.config import Recipe, Training
from policy.training.kinds import KINDS
from policy.training.run_folder import DATA_FOLDER, RUN_FILE, check_out
from skills.cell import Cell
from skills.errors import BadInput

if TYPE_CHECKING:
    from policy.training.job import Trial
    from policy.training.loop import StageProgress


@dataclass(frozen=True)
class Order:
    """The command line."""

    named: str
    config: Training
    data: Path | None
    out: Path
    start_from: Path | None
    threads: int
    workers: int
    cell: Path | None
    wandb: bool

    def arguments(self) -> list[str]:
        """The same command again, without --resume."""
        given = {
            "--data": self.data,
            "--out": self.out,
            "--start-from": self.start_from,
            "--threads": None if self.threads == CORES else self.threads,
            "--workers": None if self.workers == CORES else self.workers,
            "--cell": self.cell,
        }
        words = [word for name, value in given.items() if value is not None for word in (name, str(value))]
        return [self.named, *words, *(["--wandb"] if self.wandb else [])]


def carry_out(order: Order, resume: bool) -> Path:
    """Train; returns the checkpoint's folder.

    Raises: BadInput, UnknownName, Unavailable; Interrupted says how to go on after Ctrl-C.
    """
    from agent.training.from_twin import trial_of

    check_out(order.out, resume)
    _check(order)
    trial = trial_of(order.config, configured_cell(order.cell), order.workers)
    try:
        return _trained(order, order.data or _made_data(order), trial, resume)
    except KeyboardInterrupt:
        again = ["--resume"] if (order.out / RUN_FILE).exists() else []
        raise Interrupted(f"smolcell train {' '.join([*order.arguments(), *again])}") from None


def _check(order: Order) -> None:
    """What would end the run at its first step must not wait for the data. Colours are words: where hues can turn one
    into another, a person is told.
    """
    learner = KINDS[order.config.kind].load()
    from agent.training.from_twin import paints
    from policy.training.colour_words import colour_warning
    from policy.training.engine import Engine

    Engine.of(order.config.compute)
    if order.start_from is not None:
        learner.start_hash(order.start_from)
    light = order.config.light.training
    if light.turns_hue and (text := colour_warning(paints(), light)):
        talk(f"warning: {text}")


def _made_data(order: Order) -> Path:
    """The data set that the configuration names, in the run's folder."""
    recipe, folder = order.config.data, order.out / DATA_FOLDER
    if recipe is None:
        raise BadInput("--data", "", f"given: {order.named} names no data set that the twin could make")
    if int(os.environ.get("WORLD_SIZE", "1")) > 1:
        options = f"--out DIR --scenes {recipe.scenes} --seed {recipe.seed} --setting {recipe.setting}"
        raise BadInput("--data", "", f"given to several processes; made by: smolcell data generate {options}")
    usable_folder("--out", folder)
    return data_from_twin(recipe, folder, configured_cell(order.cell), order.workers)


def data_from_twin(recipe: Recipe, folder: Path, cell: Cell, workers: int) -> Path:
    """The data set of a configuration or a study, made or gone on with; returns its folder. Raises: as `make_data`."""
    from agent.training.from_twin import make_data

    with progress("scenes") as update:
        return make_data(recipe, folder, cell, workers, update)


def _trained(order: Order, data: Path, trial: "Trial | None", resume: bool) -> Path:
    from policy.training.job import Watch
    from policy.training.trackers import TensorBoard, Tracker, Trackers, WeightsAndBiases
    from policy.training.train import train

    trackers: list[Tracker] = [TensorBoard(order.out / "tensorboard")]
    trackers += [WeightsAndBiases(order.out, order.config)] if order.wandb else []
    with progress("steps") as update:

        def report(stage: "StageProgress") -> None:
            figures = ", ".join(f"{name} {value:.4g}" for name, value in stage.figures.items())
            update(stage.step, stage.steps, f"{stage.stage} {figures}")

        watch = Watch(report, lambda text: talk(f"warning: {text}"), trial, Trackers(trackers))
        return train(
            order.config,
            data,
            order.out,
            resume=resume,
            threads=order.threads,
            start_from=order.start_from,
            watch=watch,
        )
