"""What is tried while training goes on, and which drafts of the checkpoint are kept: the last three and the best."""

import json
import os
import shutil
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final, Protocol

from policy.evaluation.statistics import Tally
from policy.training.job import Job
from policy.training.success_plot import draw_success
from skills.base import Value

LAST: Final = 3
BEST_FILE: Final = "best.json"
LINES: Final = "evaluations.jsonl"


class Evaluated(Value):
    """One evaluation: a line of `evaluations.jsonl`, and `best.json`.

    Attributes:
        step: of the main stage, after which the averaged weights were tried.
        seconds: of training in that stage until then.
        trials: successes in closed loop, of how many; None where nothing was tried.
        figures: by name, with their units: errors of the examples on the sheet.
    """

    step: int
    seconds: float
    trials: Tally | None
    figures: dict[str, float]


class Tried(Protocol):
    """A network that can be tried while it is trained; the learner's own."""

    def deliver(self, folder: Path, step: int, seconds: float) -> None:
        """Write the checkpoint of the model as it is now, after `step` steps, whole or not at all."""

    def show(self, folder: Path, sheet: Path, examples: int) -> Mapping[str, float]:
        """Draw predictions of the checkpoint for held-out examples beside what was right; figures of their errors.

        `sheet` is a PNG; a JSON file of the same name beside it holds each example's error.
        """

    def trial(self, folder: Path) -> tuple[int, int] | None:
        """Successes in closed loop, of how many; None where there is nothing to try it in."""


class Keeper:
    """An `Evaluator` of a job's main stage of `steps` steps. An evaluation that is on record is not made again."""

    def __init__(self, job: Job[Any], steps: int, tried: Tried) -> None:
        self._run, self._evaluation, self._watch = job.run, job.config.evaluation, job.watch
        self._steps, self._tried, self._leads = steps, tried, job.engine.processes.leads
        self._lines = self._run.root / LINES
        self._done = read_evaluations(self._lines)

    def due(self, step: int) -> bool:
        """After every so many steps; after the last one `finish` evaluates what is delivered."""
        inside = self._evaluation is not None and 0 < step < self._steps and step % self._evaluation.every == 0
        return inside and not self._on_record(step)

    def evaluate(self, step: int, seconds: float) -> None:
        """Write a draft, try it, keep it where it is one of the last or the best."""
        folder = self._run.drafts / f"step-{step:08d}"
        self._tried.deliver(folder, step, seconds)
        self._judge(folder, step, seconds)
        for draft in sorted(self._run.drafts.glob("step-*"))[:-LAST]:
            shutil.rmtree(draft)

    def finish(self, seconds: float) -> Path:
        """Deliver the checkpoint and try it like a draft; returns its folder."""
        if self._leads:
            self._tried.deliver(self._run.checkpoint, self._steps, seconds)
            if self._evaluation is not None and not self._on_record(self._steps):
                self._judge(self._run.checkpoint, self._steps, seconds)
        return self._run.checkpoint

    def _on_record(self, step: int) -> bool:
        return any(one.step == step for one in self._done)

    def _judge(self, folder: Path, step: int, seconds: float) -> None:
        sheet = self._run.evaluations / f"step-{step:08d}.png"
        sheet.parent.mkdir(exist_ok=True)
        assert self._evaluation is not None
        figures = dict(self._tried.show(folder, sheet, self._evaluation.examples))
        trials = self._tried.trial(folder) if self._evaluation.scenes else None
        tally = Tally(hits=trials[0], trials=trials[1]) if trials else None
        one = Evaluated(step=step, seconds=round(seconds, 1), trials=tally, figures=figures)
        self._keep_best(folder, one)
        self._done = (*self._done, one)
        with self._lines.open("a", encoding="utf-8") as file:
            file.write(one.model_dump_json() + "\n")
        self._show(one, sheet)

    def _keep_best(self, folder: Path, one: Evaluated) -> None:
        """Of two that are equally good the later is kept."""
        if one.trials is None or any(_share(one) < _share(other) for other in self._done):
            return
        draft = self._run.best.with_name(".best.draft")
        shutil.rmtree(draft, ignore_errors=True)
        shutil.copytree(folder, draft, copy_function=os.link)
        shutil.rmtree(self._run.best, ignore_errors=True)
        draft.replace(self._run.best)
        (self._run.root / BEST_FILE).write_text(one.model_dump_json(indent=1) + "\n", encoding="utf-8")

    def _show(self, one: Evaluated, sheet: Path) -> None:
        figures = dict(one.figures)
        if one.trials is not None:
            figures["success"] = _share(one)
            picture = self._run.root / "success.png"
            draw_success([(other.seconds, other.trials) for other in self._done if other.trials], picture)
            self._watch.tracker.picture("success over time", one.step, picture)
        self._watch.tracker.write("evaluation", one.step, figures)
        self._watch.tracker.picture("examples", one.step, sheet)


def read_evaluations(file: Path) -> tuple[Evaluated, ...]:
    """Those on record; a line that a cut has left half is none."""
    found = []
    for line in file.read_text(encoding="utf-8").splitlines() if file.exists() else ():
        try:
            found.append(Evaluated.model_validate(json.loads(line)))
        except json.JSONDecodeError:
            continue
    return tuple(found)


def _share(one: Evaluated) -> float:
    return one.trials.hits / one.trials.trials if one.trials and one.trials.trials else 0.0
