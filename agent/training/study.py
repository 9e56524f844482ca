"""A study on the twin: each variant trained, then tried on the same scenes; what was cut off goes on where it was.

What is begun twice at the same time shares the work: a variant that another process is at is left to it.
"""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Final

from agent.evaluation.actors import PolicyActor
from agent.evaluation.closed_loop import Job, evaluate
from agent.evaluation.kept import KeptTrials, load_report
from agent.evaluation.report import EvalReport
from agent.evaluation.table import SPLITS
from agent.training.from_twin import DraftActor
from policy.record import TrainingRecord, load_record
from policy.training.dataset import load_index
from policy.training.kinds import KINDS
from policy.training.run_folder import RUN_FILE, RunFolder
from policy.training.study import Study, Variant
from sim.claim import claimed
from skills.cell import Cell
from skills.errors import Unavailable, UnknownName

if TYPE_CHECKING:
    from policy.training.job import Watch

RUN: Final = "run"
TRIALS: Final = "trials.jsonl"


@dataclass(frozen=True)
class Bench:
    """Where a study is made.

    Attributes:
        root: its folder; each variant has one of its own in it.
        data: folder of the data set.
        threads: of torch; workers: processes that try scenes.
    """

    study: Study
    root: Path
    data: Path
    cell: Cell
    threads: int
    workers: int

    def run(self, variant: Variant) -> RunFolder:
        return RunFolder(self.root / variant.name / RUN)

    def trials(self, variant: Variant) -> Path:
        return self.root / variant.name / TRIALS


@dataclass(frozen=True)
class Made:
    """A variant that is done: how it was trained, and its trials."""

    variant: Variant
    record: TrainingRecord
    report: EvalReport


def check_study(study: Study) -> None:
    """Raises: UnknownName (no such split), Unavailable (training is not installed)."""
    if study.trials.split not in SPLITS:
        raise UnknownName("trials.split", study.trials.split, SPLITS)
    KINDS["policy"].load()


def carry_out(bench: Bench, variant: Variant, watch: "Watch", on_trial: Callable[[int, int], None]) -> bool:
    """Train and try a variant that is not done; False where another process is at it.

    Args:
        watch: its training is watched by.
        on_trial: told how many of how many trials are over.

    Raises: BadInput, UnknownName, Unavailable: as `train` and `evaluate` do; BadInput where its folder holds a variant
        of another study or data set.
    """
    with _alone(bench, variant) as mine:
        if mine and not done(bench, variant):
            _train(bench, variant, watch)
            _try(bench, variant, on_trial)
        return mine


def done(bench: Bench, variant: Variant) -> bool:
    return _made(bench, variant) is not None


def _made(bench: Bench, variant: Variant) -> Made | None:
    """None where trials are missing."""
    file = bench.trials(variant)
    report = load_report(file) if file.exists() else None
    if report is None or len(report.trials) < bench.study.trials.scenes:
        return None
    return Made(variant, load_record(bench.run(variant).checkpoint), report)


def made(bench: Bench) -> tuple[Made, ...]:
    """The variants that are done, in the study's order. Raises: BadInput."""
    found = (_made(bench, variant) for variant in bench.study.variants)
    return tuple(one for one in found if one)


@contextmanager
def _alone(bench: Bench, variant: Variant) -> Iterator[bool]:
    """Whether this process has the variant to itself meanwhile."""
    plan = {
        "data": load_index(bench.data).data_hash,
        "config": bench.study.config(variant).model_dump(mode="json"),
        "trials": bench.study.trials.model_dump(mode="json"),
    }
    with ExitStack() as stack:
        try:
            stack.enter_context(claimed(bench.root / variant.name, plan))
        except Unavailable:
            yield False
            return
        yield True


def _train(bench: Bench, variant: Variant, watch: "Watch") -> None:
    from policy.training.train import train

    run = bench.run(variant)
    if run.checkpoint.exists():
        return
    begun = (run.root / RUN_FILE).exists()
    train(bench.study.config(variant), bench.data, run.root, resume=begun, threads=bench.threads, watch=watch)


def _try(bench: Bench, variant: Variant, on_trial: Callable[[int, int], None]) -> None:
    trials, config = bench.study.trials, bench.study.config(variant)
    actor = DraftActor(PolicyActor(bench.cell, bench.run(variant).checkpoint))
    job = Job(bench.cell, actor, config.skills[0], trials.split, trials.seed)
    kept = KeptTrials(bench.trials(variant), job.heading)
    seen = iter(range(1, trials.scenes + 1))
    evaluate(job, trials.scenes, bench.workers, lambda _: on_trial(next(seen), trials.scenes), kept)
