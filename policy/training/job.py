"""What a learner is given, and what it has to be able to do."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Generic, Protocol, TypeVar

from policy.training.config import Training
from policy.training.engine import Engine
from policy.training.loop import Report
from policy.training.run_folder import RunFolder
from policy.training.trackers import NO_TRACKER, Tracker

Config = TypeVar("Config", bound=Training)
Trial = Callable[[Path], tuple[int, int]]
"""Tries the checkpoint in a folder in closed loop; how many trials succeeded, of how many."""


def _silent(_: object) -> None:
    """Nobody listens."""


@dataclass(frozen=True)
class Watch:
    """Who is told how a run goes on.

    Attributes:
        report: told of the progress, now and then.
        warn: told what a person should think about before the run is over.
        trial: tries drafts of the checkpoint; None where there is nothing to try them in.
        tracker: where figures and pictures are drawn over time.
    """

    report: Report = _silent
    warn: Callable[[str], None] = _silent
    trial: Trial | None = None
    tracker: Tracker = NO_TRACKER


UNWATCHED = Watch()


@dataclass(frozen=True)
class Job(Generic[Config]):
    """A run that has been claimed.

    Attributes:
        data: folder of the data set.
        start: folder of the weights that the run begins with; None: random ones.
    """

    config: Config
    data: Path
    start: Path | None
    run: RunFolder
    engine: Engine
    watch: Watch = UNWATCHED

    def once(self, work: Callable[[], object]) -> None:
        """Do `work` in one process; when this returns, it is done for all."""
        if self.engine.processes.leads:
            work()
        self.engine.processes.wait()


class Learner(Protocol[Config]):
    """Trains one kind of network. Everything that is wrong is said before the first step."""

    def data_hash(self, data: Path) -> str:
        """What a data set is known by again. Raises: BadInput."""

    def start_hash(self, start: Path) -> str:
        """What weights to begin with are known by again. Raises: BadInput."""

    def learn(self, job: Job[Config]) -> Path:
        """Train, or go on; returns the folder of the finished checkpoint, `job.run.checkpoint`."""
