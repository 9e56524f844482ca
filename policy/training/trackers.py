"""Where figures and pictures are drawn over time: TensorBoard, and Weights & Biases where a person asks for it.

A tracker writes nothing before its first figure: by then the run has claimed its folder.
"""

import hashlib
import os
from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from typing import Any, Protocol

import cv2

from policy.training.config import Training
from skills.errors import Unavailable


class Tracker(Protocol):
    """Takes figures of a stage by its step, and pictures."""

    def write(self, stage: str, step: int, figures: Mapping[str, float]) -> None:
        """Figures after that step."""

    def picture(self, name: str, step: int, file: Path) -> None:
        """A PNG after that step."""

    def close(self) -> None:
        """All is written when this returns."""


class TensorBoard:
    """Event files in a folder; look at them with: tensorboard --logdir DIR."""

    def __init__(self, folder: Path) -> None:
        """Raises: Unavailable."""
        try:
            from torch.utils.tensorboard import SummaryWriter
        except ModuleNotFoundError as error:
            raise _missing(error) from None
        self._folder, self._kind = folder, SummaryWriter

    @cached_property
    def _writer(self) -> Any:
        return self._kind(str(self._folder))

    def write(self, stage: str, step: int, figures: Mapping[str, float]) -> None:
        for name, value in figures.items():
            self._writer.add_scalar(f"{stage}/{name}", value, step)

    def picture(self, name: str, step: int, file: Path) -> None:
        picture = cv2.cvtColor(cv2.imread(str(file)), cv2.COLOR_BGR2RGB)
        self._writer.add_image(name, picture, step, dataformats="HWC")

    def close(self) -> None:
        if "_writer" in self.__dict__:  # opened by a first figure
            self._writer.close()


class WeightsAndBiases:
    """A run of project `smolcell`, or of WANDB_PROJECT; it goes on under the same id.

    With WANDB_MODE=offline its files stay in the run's folder; `wandb sync` brings them up later.
    """

    def __init__(self, folder: Path, config: Training) -> None:
        """Raises: Unavailable."""
        try:
            import wandb
        except ModuleNotFoundError as error:
            raise _missing(error) from None
        self._folder, self._config, self._wandb = folder, config, wandb

    @cached_property
    def _run(self) -> Any:
        return self._wandb.init(
            project=os.environ.get("WANDB_PROJECT", "smolcell"),
            name=self._config.name,
            id=hashlib.sha256(str(self._folder.resolve()).encode()).hexdigest()[:12],
            resume="allow",
            dir=str(self._folder),
            config=self._config.model_dump(mode="json"),
        )

    def write(self, stage: str, step: int, figures: Mapping[str, float]) -> None:
        self._run.log({f"{stage}/step": step} | {f"{stage}/{name}": value for name, value in figures.items()})

    def picture(self, name: str, step: int, file: Path) -> None:
        self._run.log({"evaluation/step": step, name: self._wandb.Image(str(file))})

    def close(self) -> None:
        if "_run" in self.__dict__:
            self._run.finish()


class Trackers:
    """Several as one; none where there are none."""

    def __init__(self, trackers: Sequence[Tracker] = ()) -> None:
        self._trackers = tuple(trackers)

    def write(self, stage: str, step: int, figures: Mapping[str, float]) -> None:
        for tracker in self._trackers:
            tracker.write(stage, step, figures)

    def picture(self, name: str, step: int, file: Path) -> None:
        for tracker in self._trackers:
            tracker.picture(name, step, file)

    def close(self) -> None:
        for tracker in self._trackers:
            tracker.close()


NO_TRACKER = Trackers()


def _missing(error: ModuleNotFoundError) -> Unavailable:
    return Unavailable(f"tracking needs the package {error.name!r}.", "Install it: pip install 'smolcell[train]'")
