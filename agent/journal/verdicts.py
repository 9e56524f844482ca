"""Every call that was judged: in a table of the journal, so that the state of a run does not grow with them."""

import sqlite3
import threading
from collections.abc import Callable, Iterable
from typing import Any, Final

from skills.call import Attempt

SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS verdicts (
    call TEXT PRIMARY KEY, run TEXT NOT NULL REFERENCES runs (id), attempt TEXT NOT NULL
);
"""


class Verdicts:
    """The journal's table of judged calls.

    Args:
        parsed: reads a value that was written down.
    """

    def __init__(
        self, database: sqlite3.Connection, lock: threading.Lock, parsed: Callable[[type[Any], str], Any]
    ) -> None:
        self._database, self._lock, self._parsed = database, lock, parsed

    def keep(self, run_id: str, attempts: Iterable[Attempt]) -> None:
        """Write attempts down; one that is judged anew, after a cut, replaces the one before."""
        rows = [(attempt.call.id, run_id, attempt.model_dump_json()) for attempt in attempts]
        with self._lock, self._database as database:
            database.executemany(
                "INSERT INTO verdicts (call, run, attempt) VALUES (?, ?, ?) "
                "ON CONFLICT (call) DO UPDATE SET attempt = excluded.attempt",
                rows,
            )

    def of_run(self, run_id: str) -> tuple[Attempt, ...]:
        """The attempts of a run in their order. Raises: BadInput (another version's)."""
        with self._lock:
            rows = self._database.execute(
                "SELECT attempt FROM verdicts WHERE run = ? ORDER BY rowid", (run_id,)
            ).fetchall()
        return tuple(self._parsed(Attempt, attempt) for (attempt,) in rows)
