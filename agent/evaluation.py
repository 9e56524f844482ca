"""Closed-loop evaluation in the twin: one call a scene, first attempt, judged by ground truth.

A policy sees pictures and the phrase; the scene is drawn, and the result judged, by the twin. The
scenes come from seeds of their own, which no training data uses.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final

import numpy as np

from agent.trial_table import SPLITS, Table
from agent.trials import Actor, Trial
from policy.evaluation.statistics import Tally
from safety.fit import check_fit
from sim.workers import shared_out
from skills.catalogue import catalogue_of
from skills.cell import Cell
from skills.errors import UnknownName

HELD_OUT: Final = 777
"""Mixed into every seed here and nowhere else."""
BLOCK: Final = 5
"""Scenes that a worker is given at a time."""


@dataclass(frozen=True)
class Job:
    """What is measured: who does `skill`, on scenes of `split` drawn from `seed`."""

    cell: Cell
    actor: Actor
    skill: str
    split: str
    seed: int


@dataclass(frozen=True)
class EvalReport:
    """All trials of an evaluation."""

    skill: str
    split: str
    seed: int
    trials: tuple[Trial, ...]

    @property
    def successes(self) -> int:
        return sum(trial.cause == "success" for trial in self.trials)

    def as_json(self) -> dict[str, Any]:
        """What `eval --json` prints."""
        causes: dict[str, int] = defaultdict(int)
        for trial in self.trials:
            causes[trial.cause] += 1
        words = {word for trial in self.trials for word in trial.words}
        return {
            "skill": self.skill,
            "split": self.split,
            "seed": self.seed,
            **_share(self.trials),
            "causes": dict(sorted(causes.items())),
            "phrases": self.by_phrase(),
            "by": {word: self._by(word) for word in sorted(words)},
            "failures": [
                {"phrase": t.phrase, "cause": t.cause, "detail": t.detail} for t in self.trials if t.cause != "success"
            ],
        }

    def by_phrase(self) -> dict[str, tuple[int, int]]:
        """Successes and trials of each phrase, as a contract holds them."""
        counts: dict[str, tuple[int, int]] = {}
        for trial in self.trials:
            hits, trials = counts.get(trial.phrase, (0, 0))
            counts[trial.phrase] = (hits + (trial.cause == "success"), trials + 1)
        return dict(sorted(counts.items()))

    def _by(self, word: str) -> dict[str, Any]:
        groups: dict[str, list[Trial]] = defaultdict(list)
        for trial in self.trials:
            if word in trial.words:
                groups[trial.words[word]].append(trial)
        return {value: _share(tuple(trials)) for value, trials in sorted(groups.items())}


def _share(trials: tuple[Trial, ...]) -> dict[str, Any]:
    good = sum(trial.cause == "success" for trial in trials)
    low, high = Tally(hits=good, trials=len(trials)).wilson95
    return {"n": len(trials), "successes": good, "wilson95": [round(low, 4), round(high, 4)]}


def evaluate(
    job: Job, n: int, workers: int, on_progress: Callable[[int, int], None] = lambda _done, _n: None
) -> EvalReport:
    """Run `n` scenes and judge each.

    Raises: UnknownName (no such skill or split), BadInput (unreadable checkpoint, a robot that does not fit its cell),
    Unavailable (its URDF is not installed).
    """
    catalogue_of(job.cell)[job.skill]
    if job.split not in SPLITS:
        raise UnknownName("--split", job.split, SPLITS)
    check_fit(job.cell)
    if workers == 1:
        numbered = list(_watched(_trials(job, range(n)), n, on_progress))
    else:
        numbered = list(_watched(_merged(job, n, workers), n, on_progress))
    trials = tuple(trial for _, trial in sorted(numbered, key=lambda pair: pair[0]))
    return EvalReport(job.skill, job.split, job.seed, trials)


def _merged(job: Job, n: int, workers: int) -> Iterator[tuple[int, Trial]]:
    blocks = [(job, range(first, min(first + BLOCK, n))) for first in range(0, n, BLOCK)]
    for block in shared_out(_block, blocks, workers):
        yield from block


def _block(block: tuple[Job, range]) -> list[tuple[int, Trial]]:
    return list(_trials(*block))


def _watched(
    trials: Iterator[tuple[int, Trial]], n: int, on_progress: Callable[[int, int], None]
) -> Iterator[tuple[int, Trial]]:
    for done, numbered in enumerate(trials, 1):
        on_progress(done, n)
        yield numbered


def _trials(job: Job, numbers: range) -> Iterator[tuple[int, Trial]]:
    card = catalogue_of(job.cell)[job.skill]
    act = job.actor.ready(card)
    for number in numbers:
        rng = np.random.default_rng([HELD_OUT, job.seed, number])
        with TemporaryDirectory(prefix="smolcell-eval-") as state:
            table = Table(job.cell, card, job.split, rng, f"eval-{job.seed}-{number}", Path(state))
            try:
                yield number, act(table, card)
            finally:
                table.close()
