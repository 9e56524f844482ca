"""Closed-loop evaluation in the twin: one call a scene, first attempt, judged by ground truth.

A policy sees pictures and the phrase; the scene is drawn, and the result judged, by the twin. The
scenes come from seeds of their own, which no training data uses.
"""

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import numpy as np

from agent.evaluation.actors import Act, Actor
from agent.evaluation.kept import KeptTrials
from agent.evaluation.report import EvalReport, Heading
from agent.evaluation.seeds import Purpose
from agent.evaluation.table import Table, split_for
from agent.evaluation.trial import Trial
from safety.fit import check_fit
from sim.workers import worked_off
from skills.card import SkillCard
from skills.catalogue import catalogue_of
from skills.cell import Cell

EACH: Final = "+"
"""Between the names of skills that take turns."""
MOST_SKIPPED: Final = 200
"""Scenes drawn for one trial before its split counts as impossible."""


@dataclass(frozen=True)
class Job:
    """What is measured: who does `skill`, on scenes of `split` drawn from `seed`. Several skills, joined by EACH, take
    turns.
    """

    cell: Cell
    actor: Actor
    skill: str
    split: str
    seed: int

    @property
    def cards(self) -> tuple[SkillCard, ...]:
        """Raises: UnknownName (no such skill)."""
        return tuple(catalogue_of(self.cell)[name] for name in self.skill.split(EACH))

    @property
    def heading(self) -> Heading:
        """Raises: BadInput (unreadable checkpoint)."""
        actor = self.actor.label(self.skill)
        return Heading.of(self.cell, actor=actor, skill=self.skill, split=self.split, seed=self.seed)


def check_job(job: Job) -> None:
    """Raises: UnknownName (no such skill or split), BadInput (a split or a robot that does not fit), Unavailable (its
    URDF is not installed).
    """
    for card in job.cards:
        split_for(job.split, card.name)
    check_fit(job.cell)


def evaluate(
    job: Job,
    n: int,
    workers: int,
    on_trial: Callable[[Trial], None] = lambda _: None,
    kept: KeptTrials | None = None,
) -> EvalReport:
    """Run the scenes 0 to n-1, but for those whose trials are `kept`, and judge each.

    Raises: as check_job; BadInput (unreadable checkpoint), Unavailable (a worker was killed).
    """
    check_job(job)
    trials = {number: trial for number, trial in (kept.trials if kept else {}).items() if number < n}
    for trial in trials.values():
        on_trial(trial)
    for trial in worked_off(Station(job), [number for number in range(n) if number not in trials], workers):
        if kept:
            kept.keep(trial)
        trials[trial.number] = trial
        on_trial(trial)
    return EvalReport(heading=job.heading, trials=tuple(trials[number] for number in range(n)))


class Station:
    """Where scenes are tried, one after another: in each process one, which loads the policy once."""

    def __init__(self, job: Job) -> None:
        self._job = job

    @cached_property
    def _ready(self) -> tuple[tuple[SkillCard, Act], ...]:
        split = self._job.split
        return tuple((card, self._job.actor.ready(card, split_for(split, card.name))) for card in self._job.cards)

    def __call__(self, number: int) -> Trial:
        """The first scene of that number in which there is something to ask for."""
        job, (card, act) = self._job, self._ready[number % len(self._ready)]
        rng = np.random.default_rng([Purpose.EVALUATION, job.seed, number])
        for skipped in range(MOST_SKIPPED):
            with TemporaryDirectory(prefix="smolcell-eval-") as state:
                call_id = f"eval-{job.seed}-{number}"
                with closing(Table(job.cell, card, job.split, rng, call_id, Path(state))) as table:
                    trial = act(table, card)
            if trial is not None:
                return trial.model_copy(update={"number": number, "skipped": skipped})
        raise RuntimeError(f"no scene of split {job.split!r} in {MOST_SKIPPED} draws")
