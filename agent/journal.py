"""What must survive: runs, calls, events and checkpoints, in one SQLite file for each cell.

WAL with synchronous FULL: what was committed is there after a power cut. A lock on a file beside it
keeps a second process away from the same cell.
"""

import fcntl
import json
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from types import TracebackType
from typing import IO, TYPE_CHECKING, ClassVar, Final, Self, TypeVar

from pydantic import ValidationError

from agent.approvals import SCHEMA as APPROVALS
from agent.approvals import Approvals
from agent.attempts import SCHEMA as ATTEMPTS
from agent.attempts import Attempts
from agent.cell_table import SCHEMA as CELL_TABLE
from agent.cell_table import CellTable
from agent.checkpoints import keep_last, saver_over
from agent.events import Event, Moving
from agent.execution import Execution
from agent.run_pictures import SCHEMA as RUN_PICTURES
from agent.run_pictures import RunPictures
from agent.verdicts import SCHEMA as VERDICTS
from agent.verdicts import Verdicts
from skills.base import Value
from skills.call import Outcome, SkillCall
from skills.errors import BadInput, Unavailable

if TYPE_CHECKING:
    from langgraph.checkpoint.sqlite import SqliteSaver

FILE: Final = "journal.db"
NO_JOURNAL: Final = ("SQLITE_NOTADB", "SQLITE_CORRUPT", "SQLITE_ERROR")
"""What SQLite says of a file that is something else; whatever else it says is about the disk."""
Kept = TypeVar("Kept")
Parsed = TypeVar("Parsed", bound=Value)

_SCHEMA: Final = """
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
_TABLES: Final = _SCHEMA + CELL_TABLE + ATTEMPTS + VERDICTS + RUN_PICTURES + APPROVALS
"""A journal that an earlier version made may lack a table, which is then added."""


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

    Attributes:
        attempts: what calls saw and proposed, of those that are worth a second look.
        verdicts: every call that was judged.
        pictures: what the overhead camera saw at the first and the last look of a run.
        approvals: who said yes or no to which plan.
        table: what runs have left in the cell.

    Raises: Unavailable when another process has it open or it can't be opened, BadInput when the file is none.
    """

    connection: ClassVar[type[sqlite3.Connection]] = sqlite3.Connection

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._path = folder / FILE
        self._lock_file = _lock(folder / "journal.lock")
        self._lock = threading.Lock()
        try:
            self._database = self._connect()
            with self._database:
                self._database.executescript(_TABLES)
            self._check_layout()
        except sqlite3.DatabaseError as error:
            self._lock_file.close()
            if error.sqlite_errorcode == sqlite3.SQLITE_FULL:
                raise
            if error.sqlite_errorname in NO_JOURNAL:
                raise self._foreign(str(error)) from None
            told = f"the journal {self._path} can't be opened ({error})."
            raise Unavailable(told, "Look at the file, its permissions and its disk.") from None
        except BadInput:
            self._database.close()
            self._lock_file.close()
            raise
        self._saver_database: sqlite3.Connection | None = None
        self.attempts = Attempts(self._database, self._lock, self._parsed)
        self.verdicts = Verdicts(self._database, self._lock, self._parsed)
        self.pictures = RunPictures(self._database, self._lock)
        self.approvals = Approvals(self._database, self._lock, self._parsed)
        self.table = CellTable(self._database, self._lock)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        self._database.close()
        if self._saver_database:
            self._saver_database.close()
        self._lock_file.close()

    @property
    def folder(self) -> Path:
        """The folder of the cell's state."""
        return self._path.parent

    def begin_run(self, instruction: str) -> str:
        """Write a new run down; its id."""
        with self._lock, self._database as database:
            (last,) = database.execute("SELECT COALESCE(MAX(number), 0) FROM runs").fetchone()
            run_id = f"run-{last + 1:05d}"
            database.execute("INSERT INTO runs (id, instruction) VALUES (?, ?)", (run_id, instruction))
        return run_id

    def end_run(self, run_id: str, outcome: Outcome) -> None:
        """Write down how the run ended; of its checkpoints only the last can still be wanted."""
        with self._lock, self._database as database:
            database.execute("UPDATE runs SET outcome = ? WHERE id = ?", (outcome.model_dump_json(), run_id))
            keep_last(database, run_id)

    def reopen_run(self, run_id: str) -> None:
        """A person has said that the run goes on; until it ends again it counts as cut off."""
        with self._lock, self._database as database:
            database.execute("UPDATE runs SET outcome = NULL WHERE id = ?", (run_id,))

    def runs(self) -> tuple[RunRecord, ...]:
        """All runs, the latest first."""
        with self._lock:
            rows = self._database.execute("SELECT id, instruction, outcome FROM runs ORDER BY number DESC").fetchall()
        return tuple(
            RunRecord(id=run, instruction=said, outcome=self._parsed(Outcome, end) if end else None)
            for run, said, end in rows
        )

    def unfinished(self) -> RunRecord | None:
        """The latest run where it was cut off or stopped; it can be resumed. A run that was stopped before
        its first call, as one that only said "stop", has nothing to resume; one that was paused there has.
        """
        for run in self.runs():
            stopped = run.outcome is not None and run.outcome.outcome == "stopped"
            if not stopped or self.calls(run.id) or self._was_paused(run.id):
                return run if stopped or run.outcome is None else None
        return None

    def _was_paused(self, run_id: str) -> bool:
        return any(event["event"] == "paused" for _, event in self.events(run_id))

    def begin_call(self, run_id: str, call: SkillCall) -> bool:
        """Write the call down before anything moves; False when its id is there already. Of the run's checkpoints
        only the last is kept, so that the file does not grow by them.
        """
        with self._lock, self._database as database:
            keep_last(database, run_id)
            added = database.execute(
                "INSERT OR IGNORE INTO calls (id, run, call) VALUES (?, ?, ?)",
                (call.id, run_id, call.model_dump_json()),
            )
            return added.rowcount == 1

    def end_call(self, call_id: str, execution: Execution) -> None:
        with self._lock, self._database as database:
            database.execute("UPDATE calls SET execution = ? WHERE id = ?", (execution.model_dump_json(), call_id))

    def call(self, call_id: str) -> CallRecord | None:
        with self._lock:
            row = self._database.execute("SELECT call, execution FROM calls WHERE id = ?", (call_id,)).fetchone()
        if row is None:
            return None
        execution = self._parsed(Execution, row[1]) if row[1] else None
        return CallRecord(call=self._parsed(SkillCall, row[0]), execution=execution)

    def calls(self, run_id: str) -> tuple[CallRecord, ...]:
        """The calls of a run in their order."""
        with self._lock:
            ids = self._database.execute("SELECT id FROM calls WHERE run = ? ORDER BY rowid", (run_id,)).fetchall()
        found = (self.call(call_id) for (call_id,) in ids)
        return tuple(record for record in found if record)

    def note(self, run_id: str, time_ns: int, event: Event) -> None:
        """Keep an event; progress of a motion is not kept."""
        if isinstance(event, Moving):
            return
        with self._lock, self._database as database:
            database.execute(
                "INSERT INTO events (run, time_ns, event) VALUES (?, ?, ?)", (run_id, time_ns, event.model_dump_json())
            )

    def events(self, run_id: str) -> Iterator[tuple[int, dict[str, object]]]:
        """Cell time [ns] and content of each event of a run, in their order. Raises: BadInput (damaged)."""
        with self._lock:
            rows = self._database.execute(
                "SELECT time_ns, event FROM events WHERE run = ? ORDER BY number", (run_id,)
            ).fetchall()
        for time_ns, event in rows:
            try:
                content = json.loads(event)
            except ValueError as error:
                raise self._foreign(f"an event: {error}") from None
            yield time_ns, content

    def checkpointer(self) -> "SqliteSaver":
        """LangGraph's checkpoints in the same file; it loads the state's own values and nothing else."""
        self._saver_database = self._saver_database or self._connect()
        return saver_over(self._saver_database)

    def _check_layout(self) -> None:
        """Raises: BadInput where a table has other columns than here, as one that another version made."""
        with closing(sqlite3.connect(":memory:")) as fresh:
            fresh.executescript(_TABLES)
            for (table,) in fresh.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
                found, meant = _columns(self._database, table), _columns(fresh, table)
                if found != meant:
                    raise self._foreign(f"its table {table} has {', '.join(found)} instead of {', '.join(meant)}")

    def _parsed(self, kind: type[Parsed], text: str) -> Parsed:
        return self.known(kind, lambda: kind.model_validate_json(text))

    def known(self, kind: type[Value], read: Callable[[], Kept]) -> Kept:
        """What `read` makes of something that was written down. Raises: BadInput (another version wrote it)."""
        try:
            return read()
        except ValidationError as error:
            first = error.errors()[0]
            what = ".".join(map(str, first["loc"])) or kind.__name__
            raise self._foreign(f"{kind.__name__}: {what}: {first['msg']}") from None

    def _foreign(self, reason: str) -> BadInput:
        wanted = f"a journal of this version of smolcell ({reason}); move it away, and a new one begins"
        return BadInput("journal", str(self._path), wanted)

    def _connect(self) -> sqlite3.Connection:
        database = sqlite3.connect(self._path, check_same_thread=False, timeout=10, factory=self.connection)
        database.execute("PRAGMA journal_mode=WAL")
        database.execute("PRAGMA synchronous=FULL")
        database.execute("PRAGMA foreign_keys=ON")
        return database


def _columns(database: sqlite3.Connection, table: str) -> list[str]:
    return [row[1] for row in database.execute(f"PRAGMA table_info({table})")]


def _lock(path: Path) -> IO[str]:
    """An exclusive lock that the system releases when the process ends, however it ends."""
    file = path.open("w")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        raise Unavailable(
            f"the cell of {path.parent} is open in another process.",
            "End that one, or give this one another state folder.",
        ) from None
    return file
