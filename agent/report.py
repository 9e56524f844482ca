"""The report of a run: the one value that every door draws, on a screen, as JSON or as a page."""

from collections.abc import Iterable, Iterator, Mapping
from itertools import pairwise
from typing import Any, Final

from agent.exit_codes import OF_OUTCOME, ExitCode
from agent.journal.journal import Journal
from agent.ledger import Account
from agent.looking.disputes import Disputed
from agent.planning.render import step_json
from agent.state import RunState
from skills.base import Value
from skills.call import Attempt, Outcome
from skills.plan import Step, Understanding
from skills.scene import PerceivedPart

COUNTS: Final = ("step", "seen", "moved", "left", "lost")
"""Columns of `account_rows`."""


class PartCount(Value):
    """How many parts that look like this a step has moved, left and lost."""

    part: str
    moved: int = 0
    left: int = 0
    lost: int = 0


class Question(Value):
    """What a person was asked, and what they said; empty where nobody answered."""

    question: str
    answer: str = ""


class Report(Value):
    """How a run ended, and everything that was done in it.

    Attributes:
        paused: a person asked that no further call begins; nothing is latched.
        plan: the steps as they were understood; empty where nothing was planned.
        ledger: one account for each step.
        lost: parts that left the tray without being brought away, whether a step meant them or not.
        held: what is in the gripper at the end, where that is known.
        disputed: what the last looks do not agree on, whether a step means it or not.
        seconds: that it took by the cell's clock, without the time between a cut or a stop and going on [s].
        before, after: the overhead camera's picture at the first and the last look, as PNG; empty without one.
    """

    run_id: str
    instruction: str
    outcome: Outcome
    paused: bool = False
    understanding: Understanding | None
    plan: tuple[Step, ...]
    attempts: tuple[Attempt, ...]
    ledger: tuple[Account, ...]
    lost: tuple[PerceivedPart, ...] = ()
    held: PerceivedPart | None = None
    disputed: tuple[Disputed, ...] = ()
    questions: tuple[Question, ...] = ()
    seconds: float = 0.0
    before: bytes = b""
    after: bytes = b""

    @property
    def exit_code(self) -> ExitCode:
        """A pause is no stop: there is nothing to reset, only something to go on with."""
        return ExitCode.INCOMPLETE if self.paused else OF_OUTCOME[self.outcome.outcome]

    def as_json(self) -> dict[str, Any]:
        """What `run --json` prints, without what the simulator's judge adds."""
        return {
            "outcome": self.outcome.outcome,
            "reason": self.outcome.reason,
            "plan": [step_json(step) for step in self.plan],
            "calls": [_call_as_json(attempt) for attempt in self.attempts],
            "ledger": [_account_as_json(account) for account in self.ledger],
            "lost": [part.describe() for part in self.lost],
            "held": self.held.describe() if self.held else None,
            "disputed": [one.describe() for one in self.disputed],
            "questions": [one.model_dump(mode="json") for one in self.questions],
        }

    def open_ends(self) -> tuple[str, ...]:
        """What the counts do not say of parts: lost, held or disputed, a line each."""
        lost = [f"lost: {part.describe()}" for part in self.lost]
        held = [f"in the gripper: {self.held.describe()}"] if self.held else []
        disputed = [f"the looks disagree: {one.describe()}" for one in self.disputed]
        return (*lost, *held, *disputed)

    def remarks(self) -> tuple[str, ...]:
        """What neither counts nor outcome say, a line each; a question that nobody answered is the outcome."""
        asked = [f"asked: {one.question} – {one.answer}" for one in self.questions if one.answer]
        return (*self.open_ends(), *asked)


def report_of(journal: Journal, state: RunState) -> Report:
    """The report of a run that is over, from its last state and from what the journal kept of it."""
    assert state.outcome is not None
    plan = state.understanding.plan if state.understanding else None
    pictures, told = journal.pictures.of_run(state.run_id), tuple(journal.events(state.run_id))
    return Report(
        run_id=state.run_id,
        instruction=state.instruction,
        outcome=state.outcome,
        paused=journal.was_paused(state.run_id),
        understanding=state.understanding,
        plan=plan.steps if plan else (),
        attempts=journal.verdicts.of_run(state.run_id),
        ledger=state.accounts,
        lost=state.lost,
        held=state.held,
        disputed=state.look.disputed if state.look else (),
        questions=tuple(_questions(content for _, content in told)),
        seconds=_seconds(told),
        before=pictures.get("before", b""),
        after=pictures.get("after", b""),
    )


def part_counts(account: Account) -> tuple[PartCount, ...]:
    """The step's counts, by what the parts look like."""
    lost = [part.describe() for part in account.missing]
    return tuple(
        PartCount(part=name, moved=account.brought.get(name, 0), left=account.lying.get(name, 0), lost=lost.count(name))
        for name in sorted({*account.brought, *account.lying, *lost})
    )


def account_rows(ledger: Iterable[Account]) -> list[tuple[object, ...]]:
    """The ledger as rows under COUNTS; below a step the same by what its parts look like."""
    rows: list[tuple[object, ...]] = []
    for account in ledger:
        rows.append((account.step.describe(), account.seen, account.moved, account.left, account.lost))
        for one in part_counts(account):
            rows.append((f"  {one.part}", one.moved + one.left + one.lost, one.moved, one.left, one.lost))
    return rows


def _questions(events: Iterable[Mapping[str, Any]]) -> Iterator[Question]:
    """The questions in their order; one that a cut left open is asked again, and counts once."""
    asked = ""
    for event in events:
        if event["event"] == "asked":
            asked = str(event["question"])
        elif event["event"] == "replied":
            yield Question(question=asked, answer=str(event["answer"]))


def _seconds(told: Iterable[tuple[int, Mapping[str, Any]]]) -> float:
    """Between a run's events [s]; a process that goes on with it may have another clock."""
    return sum(later - before for (before, _), (later, one) in pairwise(told) if one["event"] != "woken") * 1e-9


def _call_as_json(attempt: Attempt) -> dict[str, Any]:
    return {
        "skill": attempt.call.skill,
        "phrase": attempt.call.phrase,
        "verdict": attempt.verdict.model_dump(mode="json"),
        "chunks": attempt.chunks,
        "rulings": [ruling.model_dump(mode="json") for ruling in attempt.rulings],
        "seconds": attempt.seconds,
    }


def _account_as_json(account: Account) -> dict[str, Any]:
    counts = {"seen": account.seen, "moved": account.moved, "left": account.left, "lost": account.lost}
    return {
        "step": account.step.describe(),
        **counts,
        "skipped": [part.describe() for part in account.skipped],
        "disputed": [one.describe() for one in account.disputed],
        "parts": [count.model_dump(mode="json") for count in part_counts(account)],
    }
