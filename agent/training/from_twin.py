"""What training needs of the twin, which it does not know: a data set made for it, and trials in closed loop."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final

from agent.evaluation.actors import Act, PolicyActor
from agent.evaluation.closed_loop import Job, evaluate
from agent.evaluation.table import SPLITS, Split, Table
from agent.evaluation.trial import Trial
from policy.training.config import Recipe, Training
from policy.training.networks import PolicyTraining
from skills.card import SkillCard
from skills.cell import Cell
from skills.errors import UnknownName
from skills.words import COLOURS

if TYPE_CHECKING:
    from policy.training.job import Trial as Tried

PAINTS: Final = 100
TRIAL_SEED: Final = 31_415
"""Scenes that checkpoints are chosen on: no report uses them."""


def make_data(recipe: Recipe, folder: Path, cell: Cell, workers: int, on_progress: Callable[[int, int], None]) -> Path:
    """Make the data set of a configuration, or go on with it; returns its folder.

    Raises: BadInput (the folder holds something else), UnknownName (no such setting), Unavailable.
    """
    from sim.data.generate import generate, local_hands
    from sim.data.plan import DataPlan
    from sim.setting import load_setting

    plan = DataPlan(folder, folder.name, recipe.seed, recipe.scenes, load_setting(recipe.setting).name)
    return generate(plan, cell, local_hands(workers), on_progress).parent


def paints() -> dict[str, list[tuple[float, float, float]]]:
    """Red, green, blue in [0, 1] of parts that each colour word names, as the twin paints them."""
    import numpy as np

    from sim.parts.spawn import draw_paint

    rng = np.random.default_rng(0)
    return {colour: [draw_paint(colour, rng).rgb for _ in range(PAINTS)] for colour in COLOURS}


def trial_of(config: Training, cell: Cell, workers: int) -> "Tried | None":
    """Tries a draft on the twin: its skills in turn, on scenes that are always the same.

    None for a kind that the twin has no trials for. Raises: UnknownName (no such split).
    """
    evaluation = config.evaluation
    if evaluation is None or not isinstance(config, PolicyTraining):
        return None
    if evaluation.split not in SPLITS:
        raise UnknownName("evaluation.split", evaluation.split, SPLITS)
    return partial(_tried, cell, config.skills, evaluation.split, evaluation.scenes, workers)


def _tried(cell: Cell, skills: tuple[str, ...], split: str, scenes: int, workers: int, folder: Path) -> tuple[int, int]:
    actor = DraftActor(PolicyActor(cell, folder))
    shares = [len(range(number, scenes, len(skills))) for number in range(len(skills))]
    reports = [
        evaluate(Job(cell, actor, skill, split, TRIAL_SEED), share, workers)
        for skill, share in zip(skills, shares, strict=True)
        if share
    ]
    return sum(report.successes for report in reports), sum(len(report.trials) for report in reports)


@dataclass(frozen=True)
class DraftActor:
    """A policy whose data may have been too few for every phrase: one that it was not taught counts as a failure."""

    actor: PolicyActor

    def label(self, skill: str) -> str:
        return self.actor.label(skill)

    def ready(self, card: SkillCard, split: Split) -> Act:
        return partial(_judged, self.actor.ready(card, split))


def _judged(act: Act, table: Table, card: SkillCard) -> Trial | None:
    try:
        return act(table, card)
    except UnknownName as error:
        return Trial(phrase=str(error.value), words={}, cause="refused", detail=str(error))
