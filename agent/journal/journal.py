"""What must survive: runs, calls, events and checkpoints, in one SQLite file for each cell."""

import sqlite3
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, closing
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self

from agent.events import Event, Moving
from agent.execution import Execution
from agent.journal.approvals import SCHEMA as APPROVALS
from agent.journal.approvals import Approvals
from agent.journal.attempts import SCHEMA as ATTEMPTS
from agent.journal.attempts import Attempts
from agent.journal.cell_table import SCHEMA as CELL_TABLE
from agent.journal.cell_table import CellTable
from agent.journal.checkpoints import keep_last, saver_over
from agent.journal.database import Connect, Database, connect
from agent.journal.lock import locked
from agent.journal.pictures import SCHEMA as PICTURES
from agent.journal.pictures import RunPictures
from agent.journal.verdicts import SCHEMA as VERDICTS
from agent.journal.verdicts import Verdicts
from skills.base import Value
from skills.call import Outcome, SkillCall

if TYPE_CHECKING:
    from langgraph.checkpoint.sqlite import SqliteSaver

FILE: Final = "journal.db"

_OWN: Final = """
CREATE TABLE IF NOT EXISTS runs (
    number INTEGER PRIMARY KEY, id TEXT UNIQUE NOT NULL, instruction TEXT NOT NULL, outcome TEXT
);
CREATE TABLE IF NOT EXISTS calls (
    id TEXT PRIMARY KEY, run TEXT NOT NULL REFERENCES runs (id), call TEXT NOT NULL, execution TEXT
);
CREATE TABLE IF NOT EXISTS events (
    number INTEGER PRIMARY KEY, run TEXT NOT NULL REFERENCES runs (id), time_ns INTEGER NOT NULL, event TEXT NOT NULL
);
"""
_SCHEMA: Final = _OWN + CELL_TABLE + ATTEMPTS + VERDICTS + PICTURES + APPROVALS


class RunRecord(Value):
    """A run as the journal knows it; without an outcome it was cut off."""

    id: str
    instruction: str
    outcome: Outcome | None = None


class CallRecord(Value):
    """A call as the journal knows it; without an execution it was cut off."""

    call: SkillCall
    execution: Execution | None = None


class Journal:
    """The journal of one cell; open in one process at a time.

    Args:
        folder: of the cell's state.

    Attributes:
        attempts: what calls saw and proposed, of those that are worth a second look.
        verdicts: every call that was judged.
        pictures: what the overhead camera saw at the first and the last look of a run.
        approvals: who said yes or no to which plan.
        table: what runs have left in the cell.

    Raises: Unavailable when another process has it open or it can't be opened, BadInput when the file is none.
    """

    def __init__(self, folder: Path, connect: Connect = connect) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self.folder, self._connect = folder, connect
        with ExitStack() as opened:
            opened.enter_context(locked(folder))
            self._database = opened.enter_context(closing(Database(folder / FILE, _SCHEMA, connect)))
            self._opened = opened.pop_all()
        self.attempts = Attempts(self._database)
        self.verdicts = Verdicts(self._database)
        self.pictures = RunPictures(self._database)
        self.approvals = Approvals(self._database)
        self.table = CellTable(self._database)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        self._opened.close()

    def begin_run(self, instruction: str) -> str:
        """Write a new run down; its id."""
        with self._database.transaction() as database:
            (last,) = database.execute("SELECT COALESCE(MAX(number), 0) FROM runs").fetchone()
            run_id = f"run-{last + 1:05d}"
            database.execute("INSERT INTO runs (id, instruction) VALUES (?, ?)", (run_id, instruction))
        return run_id

    def end_run(self, run_id: str, outcome: Outcome) -> None:
        """Write down how the run ended; of its checkpoints only the last can still be wanted."""
        with self._database.transaction() as database:
            database.execute("UPDATE runs SET outcome = ? WHERE id = ?", (outcome.model_dump_json(), run_id))
            keep_last(database, run_id)

    def reopen_run(self, run_id: str) -> None:
        """A person has said that the run goes on; until it ends again it counts as cut off."""
        with self._database.transaction() as database:
            database.execute("UPDATE runs SET outcome = NULL WHERE id = ?", (run_id,))

    def runs(self) -> tuple[RunRecord, ...]:
        """All runs, the latest first. Raises: BadInput (another version's)."""
        rows = self._database.rows("SELECT id, instruction, outcome FROM runs ORDER BY number DESC")
        return tuple(
            RunRecord(id=run, instruction=said, outcome=self._database.parsed(Outcome, end) if end else None)
            for run, said, end in rows
        )

    def unfinished(self) -> RunRecord | None:
        """The latest run where it was cut off or stopped; it can be resumed. A run that was stopped before
        its first call, as one that only said "stop", has nothing to resume; one that was paused there has.
        """
        for run in self.runs():
            stopped = run.outcome is not None and run.outcome.outcome == "stopped"
            if not stopped or self.calls(run.id) or self.was_paused(run.id):
                return run if stopped or run.outcome is None else None
        return None

    def was_paused(self, run_id: str) -> bool:
        """Whether the run ended by a pause, which latches nothing."""
        told = [event["event"] for _, event in self.events(run_id) if event["event"] != "finished"]
        return told[-1:] == ["paused"]

    def begin_call(self, run_id: str, call: SkillCall) -> bool:
        """Write the call down before anything moves; False when its id is there already. Of the run's checkpoints
        only the last is kept, so that the file does not grow by them.
        """
        with self._database.transaction() as database:
            keep_last(database, run_id)
            added = database.execute(
                "INSERT OR IGNORE INTO calls (id, run, call) VALUES (?, ?, ?)",
                (call.id, run_id, call.model_dump_json()),
            )
            return added.rowcount == 1

    def end_call(self, call_id: str, execution: Execution) -> None:
        with self._database.transaction() as database:
            database.execute("UPDATE calls SET execution = ? WHERE id = ?", (execution.model_dump_json(), call_id))

    def call(self, call_id: str) -> CallRecord | None:
        rows = self._database.rows("SELECT call, execution FROM calls WHERE id = ?", call_id)
        return self._record(*rows[0]) if rows else None

    def calls(self, run_id: str) -> tuple[CallRecord, ...]:
        """The calls of a run in their order. Raises: BadInput (another version's)."""
        rows = self._database.rows("SELECT call, execution FROM calls WHERE run = ? ORDER BY rowid", run_id)
        return tuple(self._record(*row) for row in rows)

    def _record(self, call: str, execution: str | None) -> CallRecord:
        done = self._database.parsed(Execution, execution) if execution else None
        return CallRecord(call=self._database.parsed(SkillCall, call), execution=done)

    def note(self, run_id: str, time_ns: int, event: Event) -> None:
        """Keep an event; progress of a motion is not kept."""
        if isinstance(event, Moving):
            return
        row = (run_id, time_ns, event.model_dump_json())
        with self._database.transaction() as database:
            database.execute("INSERT INTO events (run, time_ns, event) VALUES (?, ?, ?)", row)

    def events(self, run_id: str) -> Iterator[tuple[int, dict[str, object]]]:
        """Cell time [ns] and content of each event of a run, in their order. Raises: BadInput (damaged)."""
        rows = self._database.rows("SELECT time_ns, event FROM events WHERE run = ? ORDER BY number", run_id)
        for time_ns, event in rows:
            yield time_ns, self._database.decoded(event)

    def checkpointer(self) -> "SqliteSaver":
        """LangGraph's checkpoints in the same file; it loads the state's own values and nothing else."""
        return saver_over(self._saver_connection)

    @cached_property
    def _saver_connection(self) -> sqlite3.Connection:
        return self._opened.enter_context(closing(self._connect(self.folder / FILE)))

    def known(self) -> AbstractContextManager[None]:
        """A checkpoint is read meanwhile. Raises: BadInput (another version wrote it)."""
        return self._database.known()
