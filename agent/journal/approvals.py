"""Who said yes or no to what: a table of the journal that only grows."""

from typing import Final, Literal

from agent.approving import Proposal
from agent.journal.database import Database
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
    """The journal's table of answers."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def keep(self, run_id: str, time_ns: int, approved: Approved) -> None:
        """Write an answer down, with the cell's time [ns]."""
        row = (run_id, time_ns, approved.model_dump_json())
        with self._database.transaction() as database:
            database.execute("INSERT INTO approvals (run, time_ns, approval) VALUES (?, ?, ?)", row)

    def of_run(self, run_id: str) -> tuple[Approved, ...]:
        """The answers of a run in their order. Raises: BadInput (another version's)."""
        rows = self._database.rows("SELECT approval FROM approvals WHERE run = ? ORDER BY number", run_id)
        return tuple(self._database.parsed(Approved, approval) for (approval,) in rows)

    def has_succeeded(self, skill: str, weights: str) -> bool:
        """Whether a first run of this skill with these weights was agreed to, and the skill succeeded in it.

        Raises: BadInput (another version's).
        """
        rows = self._database.rows(
            "SELECT approval, attempt FROM approvals JOIN verdicts USING (run) WHERE instr(approval, ?)",
            subject_of(skill, weights),
        )
        parsed = self._database.parsed
        return any(parsed(Approved, said).is_yes and self._succeeded(skill, attempt) for said, attempt in rows)

    def _succeeded(self, skill: str, attempt: str) -> bool:
        tried = self._database.parsed(Attempt, attempt)
        return tried.call.skill == skill and tried.verdict.judgement == "success"
