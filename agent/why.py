"""Why a run did what it did last: in plain words, with the evidence. Events in, sentences out."""

from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise
from typing import NamedTuple

from agent import events
from agent.said import (
    ACTIONS_SAID,
    CAUSES_SAID,
    ENDED,
    SITUATIONS_SAID,
    UNDERSTOOD,
    cause_words,
    evidence_words,
    finding_words,
    ruling_words,
    verdict_words,
)
from skills.call import Outcome, SkillCall
from skills.plan import Understanding


class Reason(NamedTuple):
    """One line: what it is about, and the words."""

    topic: str
    text: str


class Tried(NamedTuple):
    """A call with everything that followed it."""

    call: SkillCall
    number: int
    told: tuple[events.Event, ...]

    @property
    def rulings(self) -> tuple[events.Ruled, ...]:
        """What the gate ruled on each motion; the first is that on going home, where every call begins."""
        return tuple(one for one in self.told if isinstance(one, events.Ruled))


def why(told: Sequence[events.Event], attempts: int) -> tuple[Reason, ...]:
    """Why the last thing happened in a run that told these events: the last call if there was one, else what became of
    the instruction; then how the run ended. `attempts` is `cell.agent.attempts`.
    """
    calls = tries(told)
    last = calls[-1] if calls else None
    before = () if last is None else (_called(last, attempts),)
    rest = told if last is None else last.told
    reasons = (
        reason for earlier, event in zip((None, *rest), rest, strict=False) for reason in _after(earlier, event, last)
    )
    return tuple(one for one, _ in groupby((*before, *reasons)))


def cut_off(told: Sequence[events.Event]) -> frozenset[str]:
    """The ids of the calls during whose motion the process ended: they were looked at when the run went on."""
    woken = {one.call.id for one in told if isinstance(one, events.Woken) and one.call is not None}
    seen_to_its_end = {
        one.call_id for one in told if isinstance(one, events.Verified) and one.evidence and one.evidence.watched
    }
    return frozenset(woken - seen_to_its_end)


def tries(told: Sequence[events.Event]) -> tuple[Tried, ...]:
    """The calls of a run in their order; each with the number of its try at this part, place or look."""
    starts = [at for at, event in enumerate(told) if isinstance(event, events.Calling)]
    found: list[Tried] = []
    failed: dict[str, int] = {}
    for start, end in pairwise((*starts, len(told))):
        event = told[start]
        assert isinstance(event, events.Calling)
        since = tuple(told[start + 1 : end])
        phrase = event.call.phrase
        found.append(Tried(event.call, max(event.call.start, failed.get(phrase, 0)) + 1, since))
        worked = any(isinstance(one, events.Verified) and one.verdict.judgement == "success" for one in since)
        failed[phrase] = 0 if worked else failed.get(phrase, 0) + 1
        if any(isinstance(one, events.Woken) for one in since):
            failed.clear()
    return tuple(found)


def _called(tried: Tried, attempts: int) -> Reason:
    number = f"try {tried.number} of {max(attempts, tried.number)}"
    return Reason("called", f"{tried.call.phrase!r}, meant was: {tried.call.part.describe()}; {number}")


def _after(earlier: events.Event | None, event: events.Event, last: Tried | None) -> Iterator[Reason]:
    """What `event` says that the one before it has not said already."""
    match earlier, event:
        case events.Planned(understanding=known), events.Finished(outcome=outcome) if known.text == outcome.reason:
            return
        case events.Verified(verdict=known), events.Recovering(verdict=verdict) if known == verdict:
            pass
        case _, events.Recovering(verdict=verdict):
            yield Reason("because", cause_words(verdict) or CAUSES_SAID["unclear"])
            yield Reason("evidence", verdict.reason)
    if last is not None and isinstance(event, events.Ruled | events.Verified):
        yield from _of_the_call(event, last)
    else:
        yield from _reasons(event)


def _of_the_call(event: events.Ruled | events.Verified, tried: Tried) -> Iterator[Reason]:
    match event:
        case events.Ruled(ruling=ruling) if ruling.findings or event is tried.rulings[-1] is not tried.rulings[0]:
            home = " That was on the way home, where each call begins." if event is tried.rulings[0] else ""
            yield Reason("gate", f"{ruling_words(ruling)}{home}")
            yield from (Reason("evidence", finding_words(one)) for one in ruling.findings)
        case events.Verified(verdict=verdict, evidence=evidence):
            yield Reason("verdict", verdict_words(verdict, tried.call, cut_off=tried.call.id in cut_off(tried.told)))
            if verdict.reason not in {one.ruling.describe() for one in tried.rulings}:
                yield Reason("evidence", verdict.reason)
            yield from (Reason("evidence", fact) for fact in (evidence_words(evidence) if evidence else ()))
        case _:
            return


def _reasons(event: events.Event) -> Iterator[Reason]:
    match event:
        case events.Planned(understanding=understanding):
            yield from _of_words(event.instruction, understanding)
        case events.Proposed() | events.Signed() | events.Asked() | events.Replied():
            yield from _of_people(event)
        case events.Looked(look=look):
            yield from (Reason("disputed", one.describe()) for one in look.disputed)
        case events.Recovering():
            yield Reason("then", f"{ACTIONS_SAID[event.action]}{SITUATIONS_SAID[event.situation]}")
        case events.Woken() | events.Paused() | events.Finished():
            yield from _of_the_run(event)
        case _:
            return


def _of_people(event: events.Proposed | events.Signed | events.Asked | events.Replied) -> Iterator[Reason]:
    match event:
        case events.Proposed(proposal=proposal) if proposal.reasons:
            yield Reason("approval", f"It needs a person's yes: {proposal.why}")
        case events.Signed(approved=approved):
            yield Reason("approval", f"The answer was {approved.describe()}, to: {approved.proposal.why}")
        case events.Asked(proposal=None):
            yield Reason("asked", event.question)
        case events.Replied(answer=answer):
            yield Reason("answer", answer or "nobody answered")


def _of_words(instruction: str, understanding: Understanding) -> Iterator[Reason]:
    yield Reason("heard", repr(instruction))
    yield Reason(understanding.outcome, UNDERSTOOD[understanding.outcome])
    if said := understanding.text or understanding.command:
        yield Reason("because" if understanding.outcome == "refused" else "said", said)
    if understanding.choices:
        yield Reason("choices", " / ".join(understanding.choices))


def _of_the_run(event: events.Woken | events.Paused | events.Finished) -> Iterator[Reason]:
    match event:
        case events.Woken():
            yield Reason("woken", "It goes on after a break, from what is seen now.")
        case events.Paused(reason=reason):
            yield Reason("paused", f"No further call begins: {reason}. Nothing is latched.")
        case events.Finished(outcome=outcome):
            yield from _ended(outcome)


def _ended(outcome: Outcome) -> Iterator[Reason]:
    yield Reason("ended", ENDED[outcome.outcome])
    yield Reason("evidence", f"{outcome.outcome}: {outcome.reason}")
