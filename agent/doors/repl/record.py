"""What the journal knows, in plain words: what was left under way, how far the plan is, why it went so."""

from collections.abc import Iterable
from functools import cache
from typing import Any, NamedTuple

from pydantic import TypeAdapter

from agent import events
from agent.doors.cli.narrate import plan_lines
from agent.events import Event
from agent.journal.journal import Journal, RunRecord
from agent.ledger import Account
from agent.why import why
from skills.call import SkillCall, Verdict
from skills.plan import Plan
from skills.scene import PerceivedPart


class LeftOpen(NamedTuple):
    """A run that was cut off or stopped, and its last call; `ended` says whether that one's motion was over, `verdict`
    what is believed of it, None where that was not decided.
    """

    record: RunRecord
    call: SkillCall | None
    ended: bool
    verdict: Verdict | None

    def lines(self) -> tuple[str, ...]:
        record, outcome = self.record, self.record.outcome
        how = f"was stopped ({outcome.reason})" if outcome else "was cut off"
        last = () if self.call is None else (f"  its last call: {self._said_of(self.call)}",)
        return (
            f"{record.id} {how}: {record.instruction!r}",
            *last,
            "  Nothing moves by itself. /resume looks afresh and goes on, /cancel gives it up.",
        )

    def _said_of(self, call: SkillCall) -> str:
        return f"{call.phrase!r} ({call.id}, skill {call.skill}); {self._end}"

    @property
    def _end(self) -> str:
        if self.verdict is not None:
            return f"it was over and its result was looked at: {self.verdict.judgement}, {self.verdict.reason}"
        return "its motion was over, its result was not judged" if self.ended else "it was cut off"


def left_open(journal: Journal) -> LeftOpen | None:
    """The run that can be resumed; None where there is none."""
    record = journal.unfinished()
    if record is None:
        return None
    last = next(reversed(journal.calls(record.id)), None)
    if last is None:
        return LeftOpen(record, None, ended=False, verdict=None)
    judged = [one for one in events_of(journal, record.id) if isinstance(one, events.Verified)]
    verdict = next((one.verdict for one in reversed(judged) if one.call_id == last.call.id), None)
    return LeftOpen(record, last.call, ended=last.execution is not None, verdict=verdict)


def events_of(journal: Journal, run_id: str) -> tuple[Event, ...]:
    """All events of a run that the journal kept."""
    return tuple(_event_type().validate_python(content) for _, content in journal.events(run_id))


@cache
def _event_type() -> TypeAdapter[Any]:
    return TypeAdapter(Event)


def last_seen(journal: Journal) -> tuple[PerceivedPart, ...]:
    """What the latest run saw on the tray in its last look."""
    latest = next(iter(journal.runs()), None)
    looks = [e.look for e in events_of(journal, latest.id) if isinstance(e, events.Looked)] if latest else []
    return looks[-1].scene.parts if looks else ()


def plan_of(journal: Journal) -> tuple[str, ...]:
    """The latest run's steps, each with what is done of it."""
    latest = next(iter(journal.runs()), None)
    if latest is None:
        return ("nothing was planned yet",)
    told = events_of(journal, latest.id)
    planned = [event for event in told if isinstance(event, events.Planned)]
    end = f"{latest.outcome.outcome}: {latest.outcome.reason}" if latest.outcome else "not over"
    head = f"{latest.id} {latest.instruction!r}, {end}"
    if not planned or planned[-1].understanding.plan is None:
        return (head, *(line for event in planned[-1:] for line in plan_lines(event.understanding)))
    return (head, *_steps(planned[-1].understanding.plan, _accounts(told)))


def why_of(journal: Journal, attempts: int) -> tuple[str, ...]:
    """The last call of the latest run in plain words, with its evidence; then how the run ended. `attempts` is
    `cell.agent.attempts`.
    """
    latest = next(iter(journal.runs()), None)
    if latest is None:
        return ("nothing was done yet",)
    reasons = why(events_of(journal, latest.id), attempts)
    lines = (f"{one.topic:9} {one.text}" for one in reasons)
    return (f"{latest.id} {latest.instruction!r}", *lines) if reasons else ("nothing was decided yet",)


def _accounts(told: Iterable[Event]) -> list[Account]:
    """The latest account of each step, in the order of the steps."""
    accounts: list[Account] = []
    for event in told:
        if isinstance(event, events.Looked | events.Accounted):
            if accounts and accounts[-1].step == event.account.step:
                accounts[-1] = event.account
            else:
                accounts.append(event.account)
    return accounts


def _steps(plan: Plan, accounts: list[Account]) -> Iterable[str]:
    for number, step in enumerate(plan.steps, 1):
        if number > len(accounts):
            yield f"{number}. {step.describe()}: not begun"
        else:
            yield f"{number}. {accounts[number - 1].describe()}"
