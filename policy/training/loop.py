"""One optimization loop for every stage: resumable exactly, kept by average, reported as events.

A stage's loss at a step depends on the weights and on the step's number alone (its randomness is drawn
from the seed and that number), so that weights, averages and optimizer are all that has to be saved.
"""

import math
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from policy.training.config import Schedule
from skills.errors import BadInput

SAVE_SECONDS = 120.0
REPORT_STEPS = 50
CLIP_NORM = 1.0


@dataclass(frozen=True)
class StageProgress:
    """`step` of `steps` are done after `seconds` of training in all processes; figures are running means."""

    stage: str
    step: int
    steps: int
    seconds: float
    figures: Mapping[str, float]


@dataclass(frozen=True)
class ParameterGroup:
    """Parameters that learn at `share` of the schedule's rate."""

    parameters: tuple[Tensor, ...]
    share: float


Loss = Callable[[int], tuple[Tensor, dict[str, float]]]
Report = Callable[[StageProgress], None]


class Stage:
    """Optimizes `model` on `loss`; its whole state lives in `state_file` between processes."""

    def __init__(
        self, name: str, model: nn.Module, groups: tuple[ParameterGroup, ...], schedule: Schedule, state_file: Path
    ) -> None:
        self.name, self.model, self.groups, self.schedule, self.state_file = name, model, groups, schedule, state_file
        options = [{"params": list(group.parameters), "share": group.share} for group in groups]
        self.optimizer = torch.optim.AdamW(options, schedule.learning_rate, betas=(0.9, 0.98), weight_decay=0.01)
        self.weights = [weight for group in groups for weight in group.parameters]
        self.averages = [weight.detach().clone() for weight in self.weights]
        self.step = 0
        self.seconds = 0.0

    def run(self, loss: Loss, report: Report) -> float:
        """Go on from the state file if there is one; at the end the model holds the averaged weights.

        Returns the seconds of training in all processes.
        """
        if self.state_file.exists():
            self._restore()
        self.model.train()
        saved = time.monotonic()
        begun = saved - self.seconds
        means: dict[str, float] = {}
        while self.step < self.schedule.steps:
            figures = self._advance(loss)
            self.seconds = time.monotonic() - begun
            means = {key: _mix(means.get(key, value), value, 0.05) for key, value in figures.items()}
            if self.step % REPORT_STEPS == 0 or self.step == self.schedule.steps:
                report(StageProgress(self.name, self.step, self.schedule.steps, self.seconds, means))
            if time.monotonic() - saved > SAVE_SECONDS:
                self.save()
                saved = time.monotonic()
        self.save()
        self._copy(self.averages, self.weights)
        self.model.eval()
        return self.seconds

    def _advance(self, loss: Loss) -> dict[str, float]:
        for group in self.optimizer.param_groups:
            group["lr"] = group["share"] * self.schedule.learning_rate * rate_at(self.schedule, self.step)
        value, figures = loss(self.step)
        self.optimizer.zero_grad(set_to_none=True)
        value.backward()
        torch.nn.utils.clip_grad_norm_(self.weights, CLIP_NORM)
        self.optimizer.step()
        self.step += 1
        decay = min(self.schedule.average, (1 + self.step) / (10 + self.step))
        torch._foreach_lerp_(self.averages, [weight.detach() for weight in self.weights], 1 - decay)
        return {"loss": float(value.detach()), **figures}

    def save(self) -> None:
        """Write the state whole or not at all."""
        state = {
            "step": self.step,
            "steps": self.schedule.steps,
            "seconds": self.seconds,
            "model": self.model.state_dict(),
            "averages": self.averages,
            "optimizer": self.optimizer.state_dict(),
        }
        draft = self.state_file.with_suffix(".draft")
        torch.save(state, draft)
        draft.replace(self.state_file)

    def _restore(self) -> None:
        try:
            state: dict[str, Any] = torch.load(self.state_file, weights_only=True)
        except Exception:  # the unpickler raises whatever it stumbles over
            raise BadInput("training state", str(self.state_file), "readable; it is damaged: start over") from None
        if state["steps"] != self.schedule.steps:
            raise BadInput("steps", self.schedule.steps, f"{state['steps']}, as the run was begun with")
        self.model.load_state_dict(state["model"])
        self._copy(state["averages"], self.averages)
        self.optimizer.load_state_dict(state["optimizer"])
        self.step, self.seconds = state["step"], state["seconds"]

    @staticmethod
    def _copy(source: list[Tensor], target: list[Tensor]) -> None:
        with torch.no_grad():
            for new, old in zip(source, target, strict=True):
                old.copy_(new)


def rate_at(schedule: Schedule, step: int) -> float:
    """The learning rate at a step, of its peak."""
    cosine = 0.5 * (1 + math.cos(math.pi * step / schedule.steps))
    return min(1.0, (step + 1) / schedule.warmup) * (cosine * (1 - schedule.floor) + schedule.floor)


def trained(model: nn.Module) -> Iterator[Tensor]:
    """The parameters of `model` that learn."""
    return (weight for weight in model.parameters() if weight.requires_grad)


def _mix(old: float, new: float, share: float) -> float:
    return (1 - share) * old + share * new
