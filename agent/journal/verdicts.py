"""Every call that was judged: in a table of the journal, so that the state of a run does not grow with them."""

from collections.abc import Iterable
from typing import Final

from agent.journal.database import Database
from skills.call import Attempt

SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS verdicts (
    call TEXT PRIMARY KEY, run TEXT NOT NULL REFERENCES runs (id), attempt TEXT NOT NULL
);
"""


class Verdicts:
    """The journal's table of judged calls."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def keep(self, run_id: str, attempts: Iterable[Attempt]) -> None:
        """Write attempts down; one that is judged anew, after a cut, replaces the one before."""
        rows = [(attempt.call.id, run_id, attempt.model_dump_json()) for attempt in attempts]
        with self._database.transaction() as database:
            database.executemany(
                "INSERT INTO verdicts (call, run, attempt) VALUES (?, ?, ?) "
                "ON CONFLICT (call) DO UPDATE SET attempt = excluded.attempt",
                rows,
            )

    def of_run(self, run_id: str) -> tuple[Attempt, ...]:
        """The attempts of a run in their order. Raises: BadInput (another version's)."""
        rows = self._database.rows("SELECT attempt FROM verdicts WHERE run = ? ORDER BY rowid", run_id)
        return tuple(self._database.parsed(Attempt, attempt) for (attempt,) in rows)
