"""The faults of a scenario around a twin's parts: driver, policies, journal and audit, each from its outside."""

import errno
import os
import sqlite3
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Final

from agent.execution import Execution
from agent.executor import CallLog, Checkpoint
from agent.journal.database import Connect, connect
from agent.journal.journal import Journal
from safety.audit import Audit
from safety.gate import SafetyGate
from safety.latch import Latch
from safety.state import AUDIT_FILE, LATCH_FILE
from sim.driver import SimDriver
from sim.faults import Fault, FullDisk
from sim.injection import FaultyDriver, FaultyPolicy, Robot
from sim.schedule import Schedule
from sim.world import World
from skills.call import SkillCall
from skills.cell import Cell

WRITES: Final = ("INSERT", "UPDATE", "CREATE", "DELETE")

Full = Callable[[], bool]
"""Whether the disk is full now."""


class FaultyCell:
    """The parts of a twin with `faults` done to them; with none they are as they were.

    Args:
        driver: the simulator's own.
        robot: `driver` as the gate is to see it, before any fault.
    """

    def __init__(self, faults: Iterable[Fault], world: World, driver: SimDriver, robot: Robot) -> None:
        self._schedule = Schedule(faults, robot)
        self.driver = FaultyDriver(robot, world, driver.arm, self._schedule)

    def checkpoints(self, checkpoints: Mapping[str, Checkpoint]) -> dict[str, Checkpoint]:
        return {
            name: replace(checkpoint, policy=FaultyPolicy(checkpoint.policy, self._schedule, self.driver.wait))
            for name, checkpoint in checkpoints.items()
        }

    def gate(self, cell: Cell, state: Path) -> SafetyGate:
        audit = TwinAudit(state / AUDIT_FILE, self._full)
        return SafetyGate(cell, self.driver, self.driver, Latch(state / LATCH_FILE), audit)

    def journal(self, state: Path) -> Journal:
        return Journal(state, on_disk(self._full))

    def counted(self, log: CallLog) -> CallLog:
        return CountedCalls(log, self._schedule)

    def _full(self) -> bool:
        return bool(self._schedule.active(FullDisk))


@dataclass
class CountedCalls:
    """A call log that tells the schedule of every call that begins."""

    log: CallLog
    schedule: Schedule

    def begin_call(self, run_id: str, call: SkillCall) -> bool:
        begun = self.log.begin_call(run_id, call)
        if begun:
            self.schedule.call_begins()
        return begun

    def end_call(self, call_id: str, execution: Execution) -> None:
        self.log.end_call(call_id, execution)


class TwinAudit(Audit):
    """An audit whose disk may be full."""

    def __init__(self, path: Path, full: Full) -> None:
        self._full = full
        super().__init__(path)

    def record(self, kind: str, **content: Any) -> str:
        if self._full():
            raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC), str(self._path))
        return super().record(kind, **content)


class Connection(sqlite3.Connection):
    """Every statement of a connection goes through a cursor of its kind."""

    full: Full = staticmethod(lambda: False)

    def cursor(self, *_: Any) -> "Cursor":  # type: ignore[override]
        return super().cursor(Cursor)

    def execute(self, statement: str, *values: Any) -> "Cursor":
        return self.cursor().execute(statement, *values)

    def executemany(self, statement: str, values: Iterable[Any]) -> "Cursor":
        return self.cursor().executemany(statement, values)


class Cursor(sqlite3.Cursor):
    """Writes nothing to a full disk."""

    def execute(self, statement: str, *values: Any) -> "Cursor":
        self._refuse(statement)
        super().execute(statement, *values)
        return self

    def executemany(self, statement: str, values: Iterable[Any]) -> "Cursor":
        self._refuse(statement)
        super().executemany(statement, values)
        return self

    def _refuse(self, statement: str) -> None:
        assert isinstance(self.connection, Connection)
        if statement.split(maxsplit=1)[0].upper() in WRITES and self.connection.full():
            error = sqlite3.OperationalError("database or disk is full")
            error.sqlite_errorcode, error.sqlite_errorname = sqlite3.SQLITE_FULL, "SQLITE_FULL"
            raise error


def on_disk(full: Full) -> Connect:
    """What opens a database on a disk that may be full, LangGraph's checkpoints with it."""

    def opened(path: Path) -> sqlite3.Connection:
        connection = connect(path, Connection)
        assert isinstance(connection, Connection)
        connection.full = full
        return connection

    return opened
