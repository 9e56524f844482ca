"""What the overhead camera saw at the first and at the last look of a run: in a table of the journal."""

from typing import Final, Literal

from agent.journal.database import Database
from skills.base import Image

SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS run_pictures (
    run TEXT NOT NULL REFERENCES runs (id), moment TEXT NOT NULL, picture BLOB NOT NULL, PRIMARY KEY (run, moment)
);
"""
MOST: Final = 50
"""Runs whose pictures are kept, about 200 kB each; the oldest go first."""

Moment = Literal["before", "after"]


class RunPictures:
    """The journal's table of pictures, of the last `most` runs."""

    def __init__(self, database: Database, most: int = MOST) -> None:
        self._database, self._most = database, most

    def keep(self, run_id: str, moment: Moment, picture: Image) -> None:
        """Write a picture down; a later one of the same moment takes its place."""
        from policy.pictures import png

        with self._database.transaction() as database:
            database.execute(
                "INSERT OR REPLACE INTO run_pictures (run, moment, picture) VALUES (?, ?, ?)",
                (run_id, moment, png(picture)),
            )
            database.execute(
                "DELETE FROM run_pictures WHERE run NOT IN (SELECT id FROM runs WHERE id IN "
                "(SELECT run FROM run_pictures) ORDER BY number DESC LIMIT ?)",
                (self._most,),
            )

    def of_run(self, run_id: str) -> dict[str, bytes]:
        """PNG by moment, of those that are kept."""
        return dict(self._database.rows("SELECT moment, picture FROM run_pictures WHERE run = ?", run_id))
