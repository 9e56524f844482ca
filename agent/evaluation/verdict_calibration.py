"""Fitting how sure a verdict may be: attempts of the cell's policies, what was said of them, and what was true.

The scenes come from seeds of their own, which neither training nor any evaluation uses.
"""

import math
from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import numpy as np

from agent.cell_weights import PERCEIVER, checkpoint_folder
from agent.evaluation.attempts_trials import Attempting, Judgment, actors_in
from agent.evaluation.closed_loop import EACH
from agent.evaluation.kept import KeptSamples
from agent.evaluation.report import Heading
from agent.evaluation.samples import samples
from agent.evaluation.seeds import Purpose
from agent.evaluation.table import Table
from agent.verifying.sureness import Sureness, doubt, name_of, save_sureness
from agent.verifying.verifier import Verified
from policy.confidence import FEWEST, Call, Curve, fit
from policy.perceiver import OnnxPerceiver
from safety.fit import check_fit
from skills.card import SkillCard
from skills.catalogue import catalogue_of
from skills.cell import Cell
from skills.errors import BadInput

SPLITS: Final = ("new-scenes", "varied", "touching")
"""What a tray is like, in turn."""
LEAST: Final = 20
"""Verdicts of a kind below which it gets no curve."""
SKILLS: Final = ("pick", "place", "put_back", "insert")


@dataclass(frozen=True)
class Said:
    """One verdict: of which kind, how doubtful, how sure it said that it was, and whether it was right."""

    name: str
    doubt: float
    confidence: float
    right: bool


@dataclass(frozen=True)
class VerdictCalibration:
    """What is fitted: the verifier of that cell, on scenes of `seed`."""

    cell: Cell
    seed: int

    @property
    def heading(self) -> Heading:
        """Raises: BadInput (unreadable weights)."""
        return Heading.of(
            self.cell, actor=actors_in(self.cell), skill=EACH.join(SKILLS), split=EACH.join(SPLITS), seed=self.seed
        )

    @property
    def cards(self) -> tuple[SkillCard, ...]:
        catalogue = catalogue_of(self.cell)
        return tuple(catalogue[name] for name in SKILLS)


def calibrate_verdicts(
    job: VerdictCalibration,
    scenes: int,
    workers: int,
    on_progress: Callable[[int, int], None] = lambda _done, _n: None,
    results: Path | None = None,
) -> Sureness:
    """Judge `scenes` attempts, fit the curves, and write them beside the perceiver's weights.

    Args:
        results: file that keeps the verdicts as they come; those in it are not judged again.

    Raises: UnknownName, BadInput (unreadable, too few verdicts to fit anything to), Unavailable (its robot's URDF is
    not installed).
    """
    check_fit(job.cell)
    root = checkpoint_folder(job.cell, PERCEIVER)
    kept = KeptSamples(results, job.heading, Said) if results else None
    said = [one for _, one in samples(Station(job), scenes, workers, on_progress, kept)]
    found = fitted(said, OnnxPerceiver(root).card.weights_hash, job.seed)
    save_sureness(found, root)
    return found


def fitted(said: Sequence[Said], weights_hash: str, seed: int) -> Sureness:
    """A curve for every kind of verdict of which there are enough. Raises: BadInput where there is none."""
    kinds: dict[str, list[Said]] = defaultdict(list)
    for one in said:
        kinds[one.name].append(one)
    curves = {name: curve_of(verdicts) for name, verdicts in sorted(kinds.items()) if len(verdicts) >= LEAST}
    if not curves:
        most = max(map(len, kinds.values()), default=0)
        raise BadInput("verdicts", f"{most} of a kind at most", f"{LEAST} or more of one kind, from more scenes: --n")
    known = [one for one in said if one.name in curves]
    errors = [(curves[one.name].of(one.doubt / 1000) - one.right) ** 2 for one in known]
    return Sureness(
        weights_hash=weights_hash,
        curves=curves,
        seed=seed,
        scenes=len(said),
        right={name: (sum(one.right for one in kinds[name]), len(kinds[name])) for name in curves},
        brier=round(float(np.mean(errors)), 4),
        brier_before=round(float(np.mean([(one.confidence - one.right) ** 2 for one in known])), 4),
    )


def curve_of(verdicts: Sequence[Said]) -> Curve:
    """Probability of being right over doubt. With too few mistakes for a slope, or too few verdicts that were right,
    the share by Laplace's rule of succession: n right verdicts of n are no certainty.
    """
    right = sum(one.right for one in verdicts)
    wrong = len(verdicts) - right
    if min(right, wrong) < FEWEST:
        return Curve(intercept=math.log((right + 1) / (wrong + 1)), slope=0.0)
    return fit([Call(one.doubt / 1000, one.right) for one in verdicts])


def said_of(judgment: Judgment, card: SkillCard) -> Said | None:
    """What a judged attempt adds; None for one that was called uncertain or whose pictures were spoilt."""
    seen = judgment.seen
    if judgment.drawn.blinds or not isinstance(seen, Verified) or judgment.judgement == "uncertain":
        return None
    verdict, evidence = seen.judged.verdict, seen.judged.evidence
    if evidence is None:
        return None
    name = name_of(card.done_check, verdict)
    return Said(name, doubt(evidence), verdict.confidence, judgment.cause == "success")


class Station:
    """Where scenes are tried, one after another: in each process one, which loads everything once."""

    def __init__(self, job: VerdictCalibration) -> None:
        self._job = job

    @cached_property
    def _attempting(self) -> Attempting:
        return Attempting(self._job.cell, calibrated=False)

    def __call__(self, number: int) -> tuple[int, Said | None]:
        cards = self._job.cards
        card, split = cards[number % len(cards)], SPLITS[number // len(cards) % len(SPLITS)]
        rng = np.random.default_rng([Purpose.VERDICTS, self._job.seed, number])
        call_id = f"calibrate-{self._job.seed}-{number}"
        with (
            TemporaryDirectory(prefix="smolcell-calibrate-") as state,
            closing(Table(self._job.cell, card, split, rng, call_id, Path(state))) as table,
        ):
            found = self._attempting.attempt(table, card, Path(state) / "attempt")
        return number, None if found is None else said_of(found[0], card)
