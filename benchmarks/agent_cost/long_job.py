"""What a job of many calls costs as it grows: the cell's own graph over a kinematic tray that is fed a part
at a time.
"""

import sqlite3
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import numpy as np

from agent_cost.stopwatch import CELL, POLICY, Claimed, Stopwatch


class Job(NamedTuple):
    """A job on the kinematic tray.

    Attributes:
        own_ms: processor time of the agent, a call.
        wall_ms: the same by the wall clock.
        resident, written: bytes of memory, and on disk, after each tenth of the calls.
    """

    own_ms: float
    wall_ms: float
    resident: list[int]
    written: list[int]
    moved: int

    def growth(self) -> tuple[float, float]:
        """Memory, and bytes on disk a call, in the last fifth of the job over the second."""
        written = np.diff([0, *self.written])
        return self.resident[-1] / self.resident[3], float(written[-2:].sum() / written[2:4].sum())


class Meter:
    """Memory and bytes on disk, as the calls go by."""

    def __init__(self, folder: Path, calls: int) -> None:
        self._folder, self._every, self._made = folder, max(1, calls // 10), 0
        self.resident: list[int] = []
        self.written: list[int] = []

    def called(self) -> None:
        self._made += 1
        if self._made % self._every == 0:
            self.resident.append(int(Path("/proc/self/statm").read_text().split()[1]) * 4096)
            self.written.append(self._pages())

    def _pages(self) -> int:
        """Bytes of the database: the file's own size lags behind by what waits in its write-ahead log."""
        with closing(sqlite3.connect(self._folder / "journal.db")) as database:
            (pages,), (size,) = (
                database.execute("PRAGMA page_count").fetchone(),
                database.execute("PRAGMA page_size").fetchone(),
            )
        return int(pages * size)


def fed_tray(calls: int) -> Any:
    """A tray with one failed part and two good ones; with each pick but the last the next failed part is laid there."""
    import kinematic_tray as little

    def failed(number: int) -> Any:
        kind, size = (("gear", "large"), ("nut", "M8"))[number % 2]
        return little.part(kind, size, "red", "failed", ((-0.08, 0.06), (0.06, -0.08))[number % 2])

    good = [little.part("bolt", "M6", "silver", at=(0.0, 0.0)), little.part("nut", "M10", "black", at=(0.08, 0.08))]
    world = little.Tray(failed(0), *good)
    world.surprises = {2 * number: failed(number) for number in range(1, calls // 2)}
    return world


def ours(calls: int) -> Job:
    """The cell's own graph, over a fed tray."""
    import kinematic_tray as little

    from agent.events import Event, Verified
    from agent.run import run

    watch, world = Stopwatch(), fed_tray(calls)
    with TemporaryDirectory(prefix="smolcell-agent-") as folder:
        meter = Meter(Path(folder), calls)
        gate: Any = Claimed(little.TrayGate(world), watch, CELL)
        bench = little.Bench(Path(folder), world, little.step(condition="failed"), gate=gate)
        for policy in bench.policies.values():
            policy.act = Claimed(policy, watch, POLICY).act  # type: ignore[method-assign]

        def listen(event: Event) -> None:
            if isinstance(event, Verified):
                meter.called()

        report = run(bench.workcell.heard_by(listen), "go", approved=True)
        own = watch.own
        bench.journal.close()
        assert report.outcome.outcome == "done", report.outcome
        assert len(report.attempts) == calls
    return Job(*(own * 1e3 / calls), meter.resident, meter.written, len(world.bins["rejection bin"]))
