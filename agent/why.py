"""Why a run did what it did last: in plain words, with the evidence. Events in, sentences out; total by tables."""

from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby, pairwise
from typing import Final, NamedTuple

from agent import events
from agent.recovery import Action, Situation
from agent.verifying.evidence import Evidence
from skills.call import Cause, Decision, Finding, Judgement, Outcome, Ruling, RunOutcome, SkillCall, Verdict
from skills.plan import PlanOutcome, Understanding

RULES_SAID: Final[Mapping[str, str]] = {
    "latch": "a stop is closed, and a person has to open it first",
    "finite_state": "the robot's own measurements are no numbers",
    "schema": "the policy's answer has not the form of a motion",
    "finite_chunk": "the policy's answer holds something that is no number, or an absurd one",
    "gripper_width": "the gripper can't be opened or closed that far",
    "bound_call": "the motion was for another call than the one under way",
    "bound_checkpoint": "the motion came from other weights than those in force",
    "sequence": "the motion answers no picture that was taken since the arm last moved",
    "replay": "the motion answers a picture that was answered before",
    "age": "the picture that the motion answers is too old",
    "reach": "the arm can't get there in a straight line",
    "joint_position": "a joint would turn farther than it may",
    "start": "the motion would begin too far from where the arm stands",
    "tilt": "the gripper would lean over too far",
    "workspace": "the gripper, or what it holds, would leave the room that it may move in",
    "floor": "the gripper would go too low for what is below it",
    "keep_out": "the motion would enter a zone that is kept free",
    "collision": "the arm, or what it holds, would touch the table or a place",
    "self_collision": "the arm would touch itself",
    "release": "the part would be let go over no place",
    "joint_speed": "a joint would turn too fast",
    "joint_acceleration": "a joint would speed up too fast",
    "joint_jerk": "a joint would jerk",
    "tcp_speed": "the gripper would move too fast",
    "elbow_speed": "the elbow would move too fast",
    "stop_request": "somebody asked for a stop",
    "finite_motion": "the robot reported something that is no number while it moved",
    "tracking": "the arm was not where it was sent: something may have held it, or it touched something",
    "budget": "the motion took longer than its skill may take",
    "release_now": "the part was about to be let go over no place",
    "grasp": "the gripper lost what it held on the way",
}
"""For every rule of the gate, what it found; it goes on from “because”."""

CAUSES_SAID: Final[Mapping[Cause, str]] = {
    "missed": "the fingers closed on nothing, or still hold what they were to let go",
    "wrong_part": "the part in the gripper is not the one that was asked for",
    "dropped_inside": "the part was dropped and lies elsewhere on the tray",
    "dropped_outside": "the part was held, left the tray and is not held any more: look for it around the tray",
    "gone": "the part is no longer where it was seen, and the gripper has not taken it: somebody may have",
    "not_visible": "the camera did not show what has to be seen",
    "unreachable": "the arm can't reach there",
    "refused_by_gate": "the safety gate did not let the motion happen",
    "policy_silent": "the policy gave no motion in time",
    "unclear": "what is seen does not tell what happened: the looks disagree, or more has changed than one call can",
    "place_full": "the place takes no more parts",
    "bad_chunk": "the policy's answer is no motion that can be made",
    "robot_fault": "the robot itself reports something that can't be",
    "latched": "a stop is closed, and nothing moves until a person opens it",
}
ACTIONS_SAID: Final[Mapping[Action, str]] = {
    "retry": "So I look afresh and try it once more.",
    "other_candidate": "So I take the others first and come back to this one last.",
    "put_back": "So I put what is held back on the tray.",
    "skip": "So I leave this part where it lies, report it and go on with the others.",
    "ask": "So I ask you what to do; nothing moves until you answer.",
    "hand_over": "So I end here: trying again would not help, and a person is needed.",
    "stop": "So I stop, and nothing moves until a person has looked at the cell.",
}
SITUATIONS_SAID: Final[Mapping[Situation, str]] = {
    "free": "",
    "holding": " A part is in the gripper.",
    "returning": " A part is in the gripper that could not be laid back.",
}
JUDGED: Final[Mapping[Judgement, str]] = {
    "success": "It worked",
    "failure": "It failed",
    "uncertain": "I can't tell whether it worked, so it does not count",
}
DECIDED: Final[Mapping[Decision, str]] = {
    "allow": "The safety gate let the motion happen as it was proposed.",
    "clamp": "The safety gate let the motion happen, slower than it was proposed",
    "stop": "The safety gate stopped the motion",
}
UNDERSTOOD: Final[Mapping[PlanOutcome, str]] = {
    "planned": "I understood it as a plan.",
    "question": "I asked, because your words leave something open and I do not guess.",
    "refused": "I refused it; nothing has moved.",
    "answer": "It was a question, or something to remember; there was nothing to move.",
    "control": "It was a control word, not something to move.",
}
ENDED: Final[Mapping[RunOutcome, str]] = {
    "done": "It is done: every step is accounted for.",
    "incomplete": "It is not complete, so I do not say done.",
    "stopped": "It was stopped, and goes on only when somebody says so.",
    "refused": "It was refused; nothing has moved.",
}


class Reason(NamedTuple):
    """One line: what it is about, and the words."""

    topic: str
    text: str


class Tried(NamedTuple):
    """A call with everything that followed it."""

    call: SkillCall
    number: int
    told: tuple[events.Event, ...]


def why(told: Sequence[events.Event], attempts: int) -> tuple[Reason, ...]:
    """Why the last thing happened in a run that told these events: the last call if there was one, else what became of
    the instruction; then how the run ended. `attempts` is `cell.agent.attempts`.
    """
    calls = tries(told)
    last = calls[-1] if calls else None
    before = () if last is None else (_called(last, attempts),)
    rest = told if last is None else last.told
    reasons = (reason for earlier, event in zip((None, *rest), rest, strict=False) for reason in _after(earlier, event))
    return tuple(one for one, _ in groupby((*before, *reasons)))


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


def verdict_words(verdict: Verdict) -> str:
    """What is believed of a call, and why it failed."""
    because = f": {CAUSES_SAID[verdict.cause]}" if verdict.cause else ""
    return f"{JUDGED[verdict.judgement]}, {verdict.confidence:.0%} sure{because}."


def ruling_words(ruling: Ruling) -> str:
    """What the gate decided, and by which rules."""
    if not ruling.findings:
        return DECIDED["allow"] if ruling.decision == "allow" else f"{DECIDED[ruling.decision]}."
    found = dict.fromkeys(RULES_SAID.get(one.rule, one.text) for one in ruling.findings)
    return f"{DECIDED[ruling.decision].rstrip('.')}, because {' and '.join(found)}."


def evidence_words(evidence: Evidence) -> tuple[str, ...]:
    """What a verdict rests on, a fact a line."""
    many = "1 look" if evidence.looks == 1 else f"{evidence.looks} looks"
    agree = "" if evidence.looks == 1 else ", which agree" if evidence.agreed else ", which do not agree"
    counts = (evidence.gone, evidence.appeared, evidence.moved, evidence.changed)
    changes = [f"{n} {word}" for n, word in zip(counts, ("gone", "new", "moved", "looking other"), strict=True) if n]
    facts = [
        f"{many} at the tray{agree}: {', '.join(changes) or 'nothing has changed'}",
        f"gripper {1e3 * evidence.width:.0f} mm open",
        "the gate saw the motion to its end" if evidence.watched else "the gate did not see the motion to its end",
        *(f"stopped by the gate's rule {rule}" for rule in evidence.stops),
        *([] if evidence.tidy else ["the tray shows something that the verdict does not explain"]),
        *_of_the_fingers(evidence),
        *_of_the_second(evidence),
    ]
    return tuple(facts)


def _of_the_fingers(evidence: Evidence) -> Iterator[str]:
    if evidence.let_go is not None:
        yield f"the fingers let go over the {evidence.let_go.place}, {1e3 * evidence.let_go.away:.0f} mm beside it"
    if evidence.carried is not None:
        yield f"the gripper {'held a part' if evidence.carried else 'was empty'} when it was to let go"
    if evidence.beside is not None:
        yield f"the fingers closed {1e3 * evidence.beside:.0f} mm beside the part"


def _of_the_second(evidence: Evidence) -> Iterator[str]:
    asked = evidence.consulted
    if asked is None:
        return
    if asked.opinion is None:
        yield f"a second opinion of {asked.model} was asked for and not had: {asked.trouble}"
    else:
        said = asked.opinion
        yield f"second opinion of {asked.model}: {said.judgement}, {said.confidence:.0%} sure: {said.reason}"


def _called(tried: Tried, attempts: int) -> Reason:
    number = f"try {tried.number} of {max(attempts, tried.number)}"
    return Reason("called", f"{tried.call.phrase!r}, meant was: {tried.call.part.describe()}; {number}")


def _after(earlier: events.Event | None, event: events.Event) -> Iterator[Reason]:
    """What `event` says that the one before it has not said already."""
    match earlier, event:
        case events.Planned(understanding=known), events.Finished(outcome=outcome) if known.text == outcome.reason:
            return
        case events.Verified(verdict=known), events.Recovering(verdict=verdict) if known == verdict:
            pass
        case _, events.Recovering(verdict=verdict):
            yield Reason("because", CAUSES_SAID[verdict.cause or "unclear"])
            yield Reason("evidence", verdict.reason)
    yield from _reasons(event)


def _reasons(event: events.Event) -> Iterator[Reason]:
    match event:
        case events.Planned(understanding=understanding):
            yield from _of_words(event.instruction, understanding)
        case events.Proposed() | events.Signed() | events.Asked() | events.Replied():
            yield from _of_people(event)
        case events.Looked(look=look):
            yield from (Reason("disputed", one.describe()) for one in look.disputed)
        case events.Ruled(ruling=ruling):
            yield Reason("gate", ruling_words(ruling))
            yield from (Reason("evidence", _fact(one)) for one in ruling.findings)
        case events.Verified():
            yield Reason("verdict", verdict_words(event.verdict))
            yield Reason("evidence", event.verdict.reason)
            yield from (Reason("evidence", fact) for fact in (evidence_words(event.evidence) if event.evidence else ()))
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


def _fact(finding: Finding) -> str:
    at = f" at {list(finding.index)}" if finding.index else ""
    if finding.value is None or finding.bound is None:
        return f"rule {finding.rule}{at}: {finding.text}"
    return f"rule {finding.rule}{at}: {finding.value:g} {finding.unit}, bound {finding.bound:g}: {finding.text}"
