"""Who said yes or no to what: a table of the journal that only grows."""

import sqlite3
import threading
from collections.abc import Callable
from typing import Any, Final, Literal

from agent.approving import Proposal
from skills.approval import subject_of
from skills.base import Value
from skills.call import Attempt
from skills.roles import Person

SCHEMA: Final = """
CREATE TABLE IF NOT EXISTS approvals (
    number INTEGER PRIMARY KEY, run TEXT NOT NULL REFERENCES runs (id), time_ns INTEGER NOT NULL, approval TEXT NOT NULL
);
"""

Answer = Literal["yes", "yes beforehand", "no"]


class Approved(Value):
    """One answer.

    Attributes:
        person: whose answer it is, by the account that the process runs under.
        proposal: what it answers, as it was shown.
    """

    answer: Answer
    person: Person
    proposal: Proposal

    def describe(self) -> str:
        return f"{self.answer}, by {self.person.name} ({self.person.role})"

    @property
    def is_yes(self) -> bool:
        return self.answer != "no"


class Approvals:
    """The journal's table of answers.

    Args:
        parsed: reads a value that was written down.
    """

    def __init__(
        self, database: sqlite3.Connection, lock: threading.Lock, parsed: Callable[[type[Any], str], Any]
    ) -> None:
        self._database, self._lock, self._parsed = database, lock, parsed

    def keep(self, run_id: str, time_ns: int, approved: Approved) -> None:
        """Write an answer down, with the cell's time [ns]."""
        row = (run_id, time_ns, approved.model_dump_json())
        with self._lock, self._database as database:
            database.execute("INSERT INTO approvals (run, time_ns, approval) VALUES (?, ?, ?)", row)

    def of_run(self, run_id: str) -> tuple[Approved, ...]:
        """The answers of a run in their order. Raises: BadInput (another version's)."""
        with self._lock:
            rows = self._database.execute(
                "SELECT approval FROM approvals WHERE run = ? ORDER BY number", (run_id,)
            ).fetchall()
        return tuple(self._parsed(Approved, approval) for (approval,) in rows)

    def has_succeeded(self, skill: str, weights: str) -> bool:
        """Whether a first run of this skill with these weights was agreed to, and the skill succeeded in it.

        Raises: BadInput (another version's).
        """
        subject = subject_of(skill, weights)
        with self._lock:
            rows = self._database.execute(
                "SELECT approval, attempt FROM approvals JOIN verdicts USING (run) WHERE instr(approval, ?)", (subject,)
            ).fetchall()
        return any(self._parsed(Approved, said).is_yes and self._succeeded(skill, attempt) for said, attempt in rows)

    def _succeeded(self, skill: str, attempt: str) -> bool:
        tried: Attempt = self._parsed(Attempt, attempt)
        return tried.call.skill == skill and tried.verdict.judgement == "success"
