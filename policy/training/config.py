"""What every training run is told, whatever it trains; `networks.py` and the kinds beside it add their own."""

from typing import Annotated, Final, Literal, Self

from pydantic import Field, model_validator

from policy.training.augmentation import Augmentation
from skills.base import Finite
from skills.errors import BadInput

Device = Literal["auto", "cpu", "cuda"]
Precision = Literal["bf16", "fp32"]
Optimizer = Literal["adamw", "adamw-8bit"]

Count = Annotated[int, Field(ge=1)]
Share = Annotated[float, Field(ge=0, le=1)]
Rate = Annotated[float, Field(ge=0)]

SET_BY_THE_RUN: Final = ("start_from", "processes")
"""Fields that no file may give: the run finds them out."""


class Schedule(Finite):
    """Learning rate over a stage: linear warm-up, then a cosine down to `floor` of the peak at its last step.

    Attributes:
        steps: of the optimizer, all of them: warm-up and decay are over just these.
        learning_rate: the peak.
        warmup: steps of warm-up.
        average: decay of the moving average of the weights, which is what is kept; None keeps the last weights.
    """

    steps: Count
    learning_rate: Rate
    warmup: Count
    floor: Share = 0.01
    average: Annotated[float, Field(ge=0, lt=1)] | None = 0.999

    @model_validator(mode="after")
    def _warms_up_in_time(self) -> Self:
        if self.warmup > self.steps:
            raise BadInput("schedule.warmup", self.warmup, f"at most steps, {self.steps}")
        return self


class Compute(Finite):
    """On what, and how exactly.

    Attributes:
        device: `auto` takes CUDA where it is there; a run goes on only on the device that it began on.
        precision: of the matrix products; weights and optimizer are float32 either way.
        accumulate: batches that make one step of the optimizer.
        optimizer: `adamw-8bit` needs CUDA and the package bitsandbytes.
    """

    device: Device = "auto"
    precision: Precision = "bf16"
    accumulate: Count = 1
    optimizer: Optimizer = "adamw"


class Evaluation(Finite):
    """What is tried while training goes on.

    Attributes:
        every: steps of the main stage between two evaluations; the last step has one in any case.
        scenes: how many closed-loop trials each time; 0: none, and no checkpoint is the best one.
        split: where these scenes come from, as for `smolcell eval --split`.
        examples: held-out examples in the picture sheet.
    """

    every: Count
    scenes: Annotated[int, Field(ge=0)] = 100
    split: str = "new-scenes"
    examples: Annotated[int, Field(ge=1, le=64)] = 12


class Recipe(Finite):
    """The data set that the twin makes where none is given: `smolcell data generate` with these options."""

    scenes: Count
    seed: Annotated[int, Field(ge=0, lt=2**32)]
    setting: str = "training"


class Training(Finite):
    """What all kinds of training share.

    Attributes:
        kind: which learner; a name of `policy.training.kinds.KINDS`.
        name: of what comes out, as its contract and card say it.
        summary: one sentence for `smolcell train --list`.
        data: None where a data set has to be given.
        evaluation: None: nothing is tried before the end.
        start_from: `weights_hash` of the checkpoint whose weights the run begins with; else random ones.
        processes: that train together, each on batches of its own.
    """

    kind: str
    name: str
    summary: str = ""
    seed: Annotated[int, Field(ge=0, lt=2**32)] = 0
    compute: Compute = Compute()
    evaluation: Evaluation | None = None
    data: Recipe | None = None
    light: Augmentation = Augmentation()
    start_from: str | None = None
    processes: Count = 1

    @property
    def batches_a_step(self) -> int:
        """How many batches, of all processes, make one step of the optimizer."""
        return self.compute.accumulate * self.processes
