"""Fitting how sure a policy may be: calls in drawn scenes, how far their answers disagreed, and what came of each.

The scenes come from seeds of their own, which neither training nor evaluation uses.
"""

from collections import Counter
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import numpy as np

from agent.cell_weights import checkpoint_folder
from agent.evaluation.actors import ONNX, acting, open_policy
from agent.evaluation.closed_loop import EACH
from agent.evaluation.kept import KeptSamples
from agent.evaluation.report import Heading
from agent.evaluation.samples import samples
from agent.evaluation.seeds import Purpose
from agent.evaluation.table import Table
from policy.confidence import FEWEST, Call, Confidence, brier, fit, save_confidence
from policy.keyframe_policy import KeyframePolicy
from safety.fit import check_fit
from skills.card import SkillCard
from skills.catalogue import catalogue_of
from skills.cell import Cell
from skills.chunk import ActionChunk
from skills.contract import Contract
from skills.errors import BadInput, UnknownName
from skills.observation import Observation

SPLITS: Final = ("varied", "touching", "heaped")
"""What a tray is like in practice, in turn; without hard scenes there are too few failures to learn from."""


@dataclass(frozen=True)
class Calibration:
    """What is fitted: the checkpoint that the cell calls `name`, or the one in `folder`, on scenes of `seed`."""

    cell: Cell
    name: str
    seed: int
    folder: Path | None = None

    @property
    def cards(self) -> tuple[SkillCard, ...]:
        """The skills that these weights carry out, in turn. Raises: UnknownName."""
        catalogue = catalogue_of(self.cell)
        cards = tuple(card for card in catalogue if card.checkpoint == self.name)
        if not cards:
            raise UnknownName("checkpoint", self.name, sorted({card.checkpoint for card in catalogue}))
        return cards

    def heading(self, weights_hash: str) -> Heading:
        """What is fitted, of those weights. Raises: UnknownName."""
        skill = EACH.join(card.name for card in self.cards)
        return Heading.of(self.cell, actor=weights_hash, skill=skill, split=EACH.join(SPLITS), seed=self.seed)

    def open(self) -> KeyframePolicy:
        """The policy. Raises: UnknownName, BadInput."""
        policy = open_policy(ONNX, self.folder or checkpoint_folder(self.cell, self.name))
        if policy.contract.space != "tcp_waypoints":
            raise BadInput(
                "checkpoint", policy.contract.space, "one that proposes tcp_waypoints, whose answers are compared"
            )
        return policy


def calibrate(
    job: Calibration,
    scenes: int,
    workers: int,
    on_progress: Callable[[int, int], None] = lambda _done, _n: None,
    results: Path | None = None,
) -> Confidence:
    """Try `scenes` calls, fit the curve, and write it beside the weights.

    Args:
        results: file that keeps the calls as they come; those in it are not tried again.

    Raises: UnknownName (no such checkpoint), BadInput (unreadable, too few failures or successes to fit anything to),
    Unavailable (its robot's URDF is not installed).
    """
    if scenes < 2 * FEWEST:
        raise BadInput("--n", scenes, f"at least {2 * FEWEST}")
    check_fit(job.cell)
    policy = job.open()
    kept = KeptSamples(results, job.heading(policy.contract.weights_hash), Call) if results else None
    tried = samples(Station(job), scenes, workers, on_progress, kept)
    calls = [call for _, call in tried]
    curve = fit(calls)
    share = sum(call.success for call in calls) / len(calls)
    found = Confidence(
        weights_hash=policy.contract.weights_hash,
        curve=curve,
        seed=job.seed,
        scenes=dict(Counter(split_of(number) for number, _ in tried)),
        successes=sum(call.success for call in calls),
        brier=round(brier(curve, calls), 4),
        brier_constant=round(share * (1 - share), 4),
    )
    save_confidence(found, policy.folder.root)
    return found


def split_of(number: int) -> str:
    return SPLITS[number % len(SPLITS)]


@dataclass
class Witness:
    """A policy that remembers how far its single answers lay apart [m]. Implements Policy."""

    policy: KeyframePolicy
    disagreement: float | None = field(default=None)

    @property
    def contract(self) -> Contract:
        return self.policy.contract

    def act(self, observation: Observation, phrase: str, call_id: str) -> ActionChunk:
        answer = self.policy.answer(observation, phrase, call_id)
        self.disagreement = answer.disagreement
        return self.policy.chunk(answer, observation, call_id)


class Station:
    """Where scenes are tried, one after another: in each process one, which loads the policy once."""

    def __init__(self, job: Calibration) -> None:
        self._job = job

    @cached_property
    def _witness(self) -> Witness:
        return Witness(self._job.open())

    def __call__(self, number: int) -> tuple[int, Call | None]:
        return number, call_in(self._job, self._witness, number)


def call_in(job: Calibration, witness: Witness, number: int) -> Call | None:
    """The call of the scene of that number; None where it did not come to one."""
    card = job.cards[number // len(SPLITS) % len(job.cards)]
    rng = np.random.default_rng([Purpose.CONFIDENCE, job.seed, number])
    witness.disagreement = None
    with TemporaryDirectory(prefix="smolcell-calibrate-") as state:
        call_id = f"calibrate-{job.seed}-{number}"
        with closing(Table(job.cell, card, split_of(number), rng, call_id, Path(state))) as table:
            trial = acting(witness, card)(table, card)
    if trial is None or witness.disagreement is None:
        return None
    return Call(witness.disagreement, trial.success)
