"""What runs have left where no camera looks, until the table is laid anew: tables of the journal."""

from collections.abc import Iterable
from typing import Final

from agent.holes import Filled
from agent.journal.database import Database
from skills.plan import Hole
from skills.words import SIZES

SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS holes (
    fixture TEXT, size TEXT, run TEXT NOT NULL REFERENCES runs (id), sure INTEGER NOT NULL,
    PRIMARY KEY (fixture, size)
);
CREATE TABLE IF NOT EXISTS tables (
    number INTEGER PRIMARY KEY, after_run INTEGER NOT NULL
);
CREATE TABLE IF NOT EXISTS contents (
    call TEXT PRIMARY KEY, place TEXT NOT NULL
);
"""


class CellTable:
    """The fixtures' holes, what was brought to places of bounded capacity, and since which run everything else lies
    where runs have brought it.
    """

    def __init__(self, database: Database) -> None:
        self._database = database

    def fill(self, hole: Hole, run_id: str, *, sure: bool) -> None:
        """A bolt of this run lies in the hole, or, unless `sure`, may lie there."""
        with self._database.transaction() as database:
            database.execute(
                "INSERT OR REPLACE INTO holes (fixture, size, run, sure) VALUES (?, ?, ?, ?)",
                (hole.fixture, hole.size, run_id, sure),
            )

    def free(self, holes: Iterable[Hole]) -> None:
        """These holes are empty: a person said so, or nothing was let go there."""
        with self._database.transaction() as database:
            pairs = [(hole.fixture, hole.size) for hole in holes]
            database.executemany("DELETE FROM holes WHERE fixture = ? AND size = ?", pairs)

    def filled(self) -> tuple[Filled, ...]:
        """The holes that are not known to be empty, in the order of their names."""
        rows = self._database.rows("SELECT fixture, size, run, sure FROM holes")
        found = (Filled(hole=Hole(fixture=at, size=size), run=run, sure=bool(sure)) for at, size, run, sure in rows)
        return tuple(sorted(found, key=lambda one: (one.hole.fixture, SIZES.index(one.hole.size))))

    def bring(self, call_id: str, place: str) -> None:
        """A part is brought to a place of bounded capacity by this call, or may be: written down before it moves."""
        with self._database.transaction() as database:
            database.execute("INSERT OR IGNORE INTO contents (call, place) VALUES (?, ?)", (call_id, place))

    def take_back(self, call_id: str) -> None:
        """What the call was to bring does not lie there."""
        with self._database.transaction() as database:
            database.execute("DELETE FROM contents WHERE call = ?", (call_id,))

    def brought(self, place: str) -> int:
        """How many parts were brought there since it was emptied."""
        ((count,),) = self._database.rows("SELECT COUNT(*) FROM contents WHERE place = ?", place)
        return int(count)

    def empty(self, places: Iterable[str]) -> None:
        """Nothing lies there any more: a person said so."""
        with self._database.transaction() as database:
            database.executemany("DELETE FROM contents WHERE place = ?", [(place,) for place in places])

    def lay_anew(self) -> None:
        """The table is as in a fresh scene: no hole is filled, and nothing lies where a run has brought it."""
        with self._database.transaction() as database:
            (last,) = database.execute("SELECT MAX(number) FROM runs").fetchone()
            if last is None:
                return  # nothing was ever done here
            database.execute("DELETE FROM holes")
            database.execute("DELETE FROM contents")
            database.execute("INSERT INTO tables (after_run) VALUES (?)", (last,))

    def is_laid_anew(self, run_id: str) -> bool:
        """Whether the table was laid anew since this run began."""
        return bool(
            self._database.rows("SELECT 1 FROM tables JOIN runs ON runs.number <= after_run WHERE runs.id = ?", run_id)
        )
