"""The file that the tables of a journal share, and how they write and read it.

WAL with synchronous FULL: what was committed is there after a power cut.
"""

import json
import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, Final, TypeAlias, TypeVar

from pydantic import ValidationError

from skills.base import Value
from skills.errors import BadInput, Unavailable

NO_JOURNAL: Final = ("SQLITE_NOTADB", "SQLITE_CORRUPT", "SQLITE_ERROR")
"""What SQLite says of a file that is something else; whatever else it says is about the disk."""

Connect: TypeAlias = Callable[[Path], sqlite3.Connection]
Parsed = TypeVar("Parsed", bound=Value)


def connect(path: Path, kind: type[sqlite3.Connection] = sqlite3.Connection) -> sqlite3.Connection:
    """A connection for whichever thread has its turn. Raises: sqlite3.DatabaseError (the file is none)."""
    connection = sqlite3.connect(path, check_same_thread=False, timeout=10, factory=kind)
    connection.execute("PRAGMA journal_mode=WAL")
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA foreign_keys=ON")
    return connection


class Database:
    """One connection to the file, which the threads of this process use in turn.

    Args:
        schema: statements that make its tables; one that an earlier version's file lacks is added.

    Raises: BadInput (the file is none, or its tables have other columns), Unavailable (it can't be opened),
    sqlite3.OperationalError (a full disk).
    """

    def __init__(self, path: Path, schema: str, connect: Connect = connect) -> None:
        self._path, self._lock = path, threading.Lock()
        try:
            self._connection = connect(path)
            with self._connection:
                self._connection.executescript(schema)
            self._check_layout(schema)
        except sqlite3.DatabaseError as error:
            if error.sqlite_errorcode == sqlite3.SQLITE_FULL:
                raise
            if error.sqlite_errorname in NO_JOURNAL:
                raise self._foreign(str(error)) from None
            told = f"the journal {path} can't be opened ({error})."
            raise Unavailable(told, "Look at the file, its permissions and its disk.") from None
        except BadInput:
            self._connection.close()
            raise

    def close(self) -> None:
        self._connection.close()

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """The connection for this thread alone; what is written is committed at the end, or nothing of it."""
        with self._lock, self._connection:
            yield self._connection

    def rows(self, query: str, *values: object) -> list[tuple[Any, ...]]:
        """All that a SELECT finds."""
        with self._lock:
            return self._connection.execute(query, values).fetchall()

    def parsed(self, kind: type[Parsed], text: str) -> Parsed:
        """A value that was written down as JSON. Raises: BadInput (another version's)."""
        with self.known():
            return kind.model_validate_json(text)

    def decoded(self, text: str) -> Any:
        """What was written down as JSON. Raises: BadInput (damaged)."""
        try:
            return json.loads(text)
        except ValueError as error:
            raise self._foreign(f"no JSON: {error}") from None

    @contextmanager
    def known(self) -> Iterator[None]:
        """What was written down is read meanwhile. Raises: BadInput (another version wrote it)."""
        try:
            yield
        except ValidationError as error:
            first = error.errors()[0]
            what = ".".join(map(str, first["loc"])) or error.title
            raise self._foreign(f"{error.title}: {what}: {first['msg']}") from None

    def _check_layout(self, schema: str) -> None:
        """Raises: BadInput where a table has other columns than here, as one that another version made."""
        with closing(sqlite3.connect(":memory:")) as fresh:
            fresh.executescript(schema)
            for (table,) in fresh.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall():
                found, meant = _columns(self._connection, table), _columns(fresh, table)
                if found != meant:
                    raise self._foreign(f"its table {table} has {', '.join(found)} instead of {', '.join(meant)}")

    def _foreign(self, reason: str) -> BadInput:
        wanted = f"a journal of this version of smolcell ({reason}); move it away, and a new one begins"
        return BadInput("journal", str(self._path), wanted)


def _columns(connection: sqlite3.Connection, table: str) -> list[str]:
    return [row[1] for row in connection.execute(f"PRAGMA table_info({table})")]
