"""Collecting corrections: scene after scene is practised on until so many failures are corrected.

Scene `i` depends on the weights, the seed and `i` alone, and what counts is the first so many corrections in the order
of their scenes: the set is the same for any number of workers and however often it was cut off.
"""

from collections import Counter
from collections.abc import Callable, Generator, Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import cache
from itertools import count
from pathlib import Path
from typing import Final

from agent.corrections.practice import CORRECTED, NOT_ASKED, Practised, practise
from agent.corrections.sitting import EXPERT
from agent.evaluation.actors import ONNX, checkpoint_of, open_policy
from agent.lines import Lines
from policy.keyframe_policy import KeyframePolicy
from safety.fit import check_fit
from sim.claim import claimed
from sim.data.corrections import one_scene, packed, unpacked, write_corrections
from sim.data.shards import write_whole
from sim.setting import load_setting
from sim.workers import worked_off
from skills.catalogue import catalogue_of
from skills.cell import Cell

LOG: Final = "practice.jsonl"
SKILL: Final = "pick"
"""What is corrected: a release goes where its phrase says, so there is nothing to point at."""


@dataclass(frozen=True)
class Practice:
    """Who practises where: the policy in `checkpoint`, on scenes of `setting` drawn from `seed`."""

    cell: Cell
    checkpoint: Path
    setting: str
    seed: int


@dataclass(frozen=True)
class Collected:
    """A data set's index, and how the scenes ended that it was chosen from, by outcome."""

    index: Path
    outcomes: dict[str, int]

    @property
    def tried(self) -> int:
        """Scenes in which the policy was asked."""
        return sum(number for outcome, number in self.outcomes.items() if outcome not in NOT_ASKED)


def practice_of(cell: Cell, checkpoint: Path | None, setting: str, seed: int) -> Practice:
    """Raises: UnknownName (no such setting, the cell names no weights), BadInput (no such folder)."""
    return Practice(cell, checkpoint or checkpoint_of(cell, SKILL), load_setting(setting).name, seed)


def collect(
    practice: Practice,
    out: Path,
    wanted: int,
    workers: int,
    on_progress: Callable[[int, int, int], None] = lambda *_: None,
) -> Collected:
    """Fill `out` with the first `wanted` corrections; what is there already is not made again.

    Args:
        on_progress: told how many corrections of how many there are, after how many scenes.

    Raises: BadInput (unreadable weights, a folder of something else), Unavailable (another process fills it, a worker
        was killed, the disk is full: what is there stays, and the same call goes on).
    """
    check_fit(practice.cell)
    weights = _policy(practice.checkpoint).checkpoint
    source = {"by": EXPERT, "weights": weights, "setting": practice.setting, "seed": practice.seed}
    with claimed(out, {"corrections": source}):
        log = Log(out / LOG)
        with closing(_practised(practice, log, wanted, workers)) as found:
            on_progress(log.first(wanted)[0], wanted, len(log.outcomes))
            for number, done in found:
                if done.scene is not None:
                    scene = one_scene(done.scene, practice.cell, catalogue_of(practice.cell))
                    write_whole(_file(out, number), packed(scene))
                log.add(number, done.outcome)
                on_progress(log.first(wanted)[0], wanted, len(log.outcomes))
        _, outcomes = log.first(wanted)
        kept = [unpacked(_file(out, number)) for number, outcome in enumerate(outcomes) if outcome == CORRECTED]
        counted = dict(Counter(outcomes))
        index = write_corrections(
            out, kept, practice.cell, catalogue_of(practice.cell), {**source, "outcomes": counted}
        )
    return Collected(index, counted)


class Log:
    """How each scene ended, in the order in which they ended."""

    def __init__(self, path: Path) -> None:
        self._lines = Lines(path)
        self.outcomes: dict[int, str] = {entry["scene"]: entry["outcome"] for entry in self._lines.entries}

    def add(self, number: int, outcome: str) -> None:
        """Write down, to stay, how a scene ended."""
        self._lines.add(scene=number, outcome=outcome)
        self.outcomes[number] = outcome

    def first(self, wanted: int) -> tuple[int, list[str]]:
        """Outcomes of the scenes from the first on, up to the one that gives the `wanted`-th correction or the first
        that has not ended; and how many corrections are among them.
        """
        outcomes: list[str] = []
        corrections = 0
        for number in count():
            if corrections == wanted or number not in self.outcomes:
                return corrections, outcomes
            outcomes.append(self.outcomes[number])
            corrections += outcomes[-1] == CORRECTED
        raise AssertionError


def _practised(practice: Practice, log: Log, wanted: int, workers: int) -> Generator[tuple[int, Practised], None, None]:
    """Scenes that have not ended yet, until there are enough corrections."""

    def numbers() -> Iterator[tuple[Practice, int]]:
        for number in count():
            if log.first(wanted)[0] == wanted:
                return
            if number not in log.outcomes:
                yield practice, number

    return worked_off(_one, numbers(), workers)


def _one(job: tuple[Practice, int]) -> tuple[int, Practised]:
    practice, number = job
    card, setting = catalogue_of(practice.cell)[SKILL], load_setting(practice.setting)
    policy = _policy(practice.checkpoint)
    return number, practise(practice.cell, card, policy, setting, practice.seed, number)


@cache
def _policy(checkpoint: Path) -> KeyframePolicy:
    """Loaded once a process."""
    return open_policy(ONNX, checkpoint)


def _file(out: Path, number: int) -> Path:
    return out / f"scene-{number:06d}.npz"
