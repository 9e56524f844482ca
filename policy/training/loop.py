"""One optimization loop for every stage: resumable exactly, kept by average, reported as events.

A stage's loss at a step depends on the weights and on the numbers of the step's batches alone (its randomness is
drawn from the seed and such a number), so that weights, averages and optimizer are all that has to be saved.
"""

import math
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import torch
from torch import Tensor, nn

from policy.training.config import Schedule
from policy.training.engine import Engine
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
"""The loss of the batch with that number, and what else is to be told of it."""
Report = Callable[[StageProgress], None]


class Evaluator(Protocol):
    """Tries the network while it is trained."""

    def due(self, step: int) -> bool:
        """Whether the network is to be tried after that step, and has not been."""

    def evaluate(self, step: int, seconds: float) -> None:
        """Try it; the model holds its averaged weights and is in its evaluation mode."""


class Stage:
    """Optimizes `model` on `loss`; its whole state lives in `state_file` between processes."""

    def __init__(
        self,
        name: str,
        model: nn.Module,
        groups: tuple[ParameterGroup, ...],
        schedule: Schedule,
        state_file: Path,
        engine: Engine,
    ) -> None:
        self.name, self.schedule, self.state_file, self.engine = name, schedule, state_file, engine
        self.model = model.to(engine.device)
        options = [{"params": list(group.parameters), "share": group.share} for group in groups]
        self.optimizer = engine.optimizer(options, schedule.learning_rate)
        self.weights = [weight for group in groups for weight in group.parameters]
        averaged = schedule.average is not None
        self.averages = [weight.detach().clone() for weight in self.weights] if averaged else []
        self.step = 0
        self.seconds = 0.0

    def run(self, loss: Loss, report: Report, evaluator: Evaluator | None = None) -> float:
        """Go on from the state file if there is one; at the end the model holds the averaged weights.

        Returns the seconds of training in all processes; evaluations are not counted.
        """
        if self.state_file.exists():
            self._restore()
        self._try(evaluator)
        self.model.train()
        saved = time.monotonic()
        means: dict[str, float] = {}
        while self.step < self.schedule.steps:
            begun = time.monotonic()
            figures = self._advance(loss)
            self.seconds += time.monotonic() - begun
            means = {key: _mix(means.get(key, value), value, 0.05) for key, value in figures.items()}
            if self.engine.processes.leads and (self.step % REPORT_STEPS == 0 or self.step == self.schedule.steps):
                report(StageProgress(self.name, self.step, self.schedule.steps, self.seconds, means))
            if time.monotonic() - saved > SAVE_SECONDS:
                self.save()
                saved = time.monotonic()
            self._try(evaluator)
        self.save()
        _copy(self.averages, self.weights)
        self.model.eval()
        return self.seconds

    def _advance(self, loss: Loss) -> dict[str, float]:
        rate = self.schedule.learning_rate * rate_at(self.schedule, self.step)
        for group in self.optimizer.param_groups:
            group["lr"] = group["share"] * rate
        self.optimizer.zero_grad(set_to_none=True)
        batches = self.engine.batches(self.step)
        told = [self._backward(loss, number, len(batches)) for number in batches]
        self.engine.processes.average([weight.grad for weight in self.weights if weight.grad is not None])
        torch.nn.utils.clip_grad_norm_(self.weights, CLIP_NORM)
        self.optimizer.step()
        self.step += 1
        if self.schedule.average is not None:
            decay = min(self.schedule.average, (1 + self.step) / (10 + self.step))
            torch._foreach_lerp_(self.averages, [weight.detach() for weight in self.weights], 1 - decay)
        return {"rate": rate} | {key: sum(one[key] for one in told) / len(told) for key in told[0]}

    @staticmethod
    def _backward(loss: Loss, number: int, batches: int) -> dict[str, float]:
        value, figures = loss(number)
        (value if batches == 1 else value / batches).backward()
        return {"loss": float(value.detach()), **figures}

    def _try(self, evaluator: Evaluator | None) -> None:
        """Evaluate where it is due. The state is saved first: a run that is killed meanwhile evaluates again."""
        if evaluator is None or not evaluator.due(self.step):
            return
        self.save()
        if self.engine.processes.leads:
            with self._averaged():
                evaluator.evaluate(self.step, self.seconds)
        self.engine.processes.wait()

    @contextmanager
    def _averaged(self) -> Iterator[None]:
        """Inside it the model holds its averaged weights."""
        kept = [weight.detach().clone() for weight in self.weights] if self.averages else []
        _copy(self.averages, self.weights)
        self.model.eval()
        try:
            yield
        finally:
            _copy(kept, self.weights)
            self.model.train()

    def save(self) -> None:
        """Write the state whole or not at all."""
        if not self.engine.processes.leads:
            return
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
            state: dict[str, Any] = torch.load(self.state_file, self.engine.device, weights_only=True)
        except Exception:  # the unpickler raises whatever it stumbles over
            raise BadInput("training state", str(self.state_file), "readable; it is damaged: start over") from None
        if state["steps"] != self.schedule.steps:
            raise BadInput("steps", self.schedule.steps, f"{state['steps']}, as the run was begun with")
        self.model.load_state_dict(state["model"])
        _copy(state["averages"], self.averages)
        self.optimizer.load_state_dict(state["optimizer"])
        self.step, self.seconds = state["step"], state["seconds"]


def _copy(source: list[Tensor], target: list[Tensor]) -> None:
    """Into each of `target`; an empty `source` leaves all as it is."""
    with torch.no_grad():
        for new, old in zip(source, target, strict=bool(source)):
            old.copy_(new)


def rate_at(schedule: Schedule, step: int) -> float:
    """The learning rate of the step after `step` others, of its peak."""
    cosine = 0.5 * (1 + math.cos(math.pi * step / schedule.steps))
    return min(1.0, (step + 1) / schedule.warmup) * (cosine * (1 - schedule.floor) + schedule.floor)


def trained(model: nn.Module) -> Iterator[Tensor]:
    """The parameters of `model` that learn."""
    return (weight for weight in model.parameters() if weight.requires_grad)


def _mix(old: float, new: float, share: float) -> float:
    return (1 - share) * old + share * new
