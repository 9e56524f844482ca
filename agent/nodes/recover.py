"""The node after a failure: what is done about it, by the table of `agent.recovery`."""

from typing import Final

from langgraph.runtime import Runtime

from agent import events
from agent.grounding import PUT_BACK
from agent.ledger import skip, still_missing
from agent.looking.difference import alike, compare
from agent.looking.looker import Blocked
from agent.recovery import CONSULTATIONS, GRAVE, LEFT_THE_TRAY, Action, Failures, Situation, Spent, react
from agent.refusal_causes import cause_of
from agent.said import CAUSES_SAID
from agent.state import RunState, Update, key_of
from agent.verifying.judging import Judged
from agent.workcell import Workcell
from skills.call import Cause, Outcome, Verdict
from skills.scene import PerceivedPart

BRING: Final = "bring"
LEFT_OPEN: Final[Update] = {"call": None, "execution": None, "judged": None, "after": None}
"""What is over when a call has been judged."""


def recover(state: RunState, runtime: Runtime[Workcell]) -> Update:
    """Choose from the table what is done about a call that was no success or can't be made, or a look that failed."""
    workcell = runtime.context
    verdict, situation = _trouble(state, workcell)
    cause: Cause = verdict.cause or "unclear"
    if state.judged is not None and _was_not_let_go(state.judged):
        take_back(state, workcell)
    failures, key = Failures(state.tries), _key(state, cause)
    failures.add(key, cause)
    spent = failures.spent(cause, state.in_a_row + 1, key)
    action = _reaction(situation, cause, spent, workcell)
    if action == "ask" and not _may_ask(state):
        action = "hand_over"
    workcell.tell(state.run_id, events.Recovering(verdict=verdict, action=action, situation=situation))
    counted: Update = {"tries": failures.tries, "in_a_row": state.in_a_row + 1, "trouble": None}
    return {**counted, **_seen_so_far(state), **_follow(state, action, verdict, workcell)}


def after_put_back(state: RunState, workcell: Workcell) -> Update:
    """A part lies on the tray again, because it was the wrong one or could not be brought away: another try, or
    the wanted one waits or is left alone.
    """
    if state.why is None or state.target is None:
        return {}
    spent = Failures(state.tries).spent(state.why, state.in_a_row, key_of(state.first_task, state.target), BRING)
    action = _reaction("free", state.why, spent, workcell)
    if action == "ask" and not _may_ask(state):
        action = "hand_over"
    target = _lies_now(state, state.target)
    reason = f"{target.describe()} lies on the tray again: {CAUSES_SAID[state.why]}"
    verdict = Verdict(judgement="failure", reason=reason, confidence=1.0, cause=state.why)
    workcell.tell(state.run_id, events.Recovering(verdict=verdict, action=action))
    match action:
        case "skip":
            return _skipped(state, target)
        case "other_candidate":
            return _postponed(state, target)
        case "ask":
            return {"trouble": verdict, "target": target}
        case "hand_over" | "stop":
            return {"outcome": _handed_over(verdict.reason)}
        case "retry" | "put_back":
            return {}


def _reaction(situation: Situation, cause: Cause, spent: Spent, workcell: Workcell) -> Action:
    return react(situation, cause, spent, workcell.cell.agent.attempts, workcell.cell.recovery)


def lost_after(state: RunState) -> tuple[object, ...]:
    """Parts that are lost after this call: less those that turned up, and those it lost."""
    assert state.look is not None
    assert state.after is not None
    assert state.judged is not None
    return (*still_missing(state.lost, compare(state.look.scene, state.after.scene)), *state.judged.lost)


def _let_go(state: RunState) -> tuple[PerceivedPart, ...]:
    """What was held before a release that failed and is not held now, where neither tray nor verdict shows it."""
    assert state.look is not None
    assert state.after is not None
    assert state.judged is not None
    if state.held is None or state.judged.holding or state.held in state.judged.lost:
        return ()
    return still_missing((state.held,), compare(state.look.scene, state.after.scene))


def _trouble(state: RunState, workcell: Workcell) -> tuple[Verdict, Situation]:
    """What went wrong, and what the gripper is in meanwhile. A closed latch is above whatever it was."""
    verdict, situation = _failed(state)
    if workcell.gate.latched:
        verdict = verdict.model_copy(update={"cause": "latched", "reason": workcell.gate.latched})
    return verdict, situation


def _failed(state: RunState) -> tuple[Verdict, Situation]:
    if state.trouble is not None:
        return state.trouble, _situation(state, holding=not state.empty_handed)
    if state.blocked is not None:
        cause = _of_the_robot(state.blocked) or "not_visible"
        return Verdict(judgement="uncertain", reason=state.blocked.text, confidence=0.0, cause=cause), "free"
    assert state.judged is not None
    return state.judged.verdict, _situation(state, holding=state.judged.holding)


def _situation(state: RunState, *, holding: bool) -> Situation:
    if not holding:
        return "free"
    return "returning" if state.task == PUT_BACK else "holding"


def _of_the_robot(blocked: Blocked) -> Cause | None:
    """Where no look was made because the arm did not move out of view: whether the arm is at fault."""
    cause = cause_of([blocked.ruling]) if blocked.ruling else None
    return cause if cause in GRAVE else None


def _may_ask(state: RunState) -> bool:
    """Whether a person may be asked: not for ever, and not with the arm anywhere but at home."""
    return state.consultations < CONSULTATIONS and (state.blocked is None or state.blocked.ruling is None)


def take_back(state: RunState, workcell: Workcell) -> None:
    """What was to be released surely does not lie where it was to go."""
    if state.hole is not None:
        workcell.journal.table.free([state.hole])
    if state.call is not None:
        workcell.journal.table.take_back(state.call.id)


def _key(state: RunState, cause: Cause) -> str:
    """What failed: a place, a look, the pick or shift of a part that looks like this, or a release. Parts that have
    left the tray count together, for none of them can be tried again.
    """
    if state.trouble is not None:
        return state.account.step.destination
    if state.blocked is not None:
        return "look"
    if cause in LEFT_THE_TRAY:
        return "parts that left the tray"
    return key_of(state.task, state.target) if state.empty_handed and state.target else state.task


def _was_not_let_go(judged: Judged) -> bool:
    """Whether what was to be inserted is surely not in the hole: still held, on the tray, or never there."""
    return judged.holding or judged.verdict.cause in ("dropped_inside", "gone")


def _seen_so_far(state: RunState) -> Update:
    """A judged call is over and its look is the tray now; after a look that failed all stays open."""
    if state.trouble is not None:
        return {}
    if state.blocked is not None:
        return {"blocked": None}
    assert state.judged is not None
    held = state.judged.held if state.judged.holding else None
    return {**LEFT_OPEN, "look": state.after, "lost": (*lost_after(state), *_let_go(state)), "held": held}


def _follow(state: RunState, action: Action, verdict: Verdict, workcell: Workcell) -> Update:
    match action:
        case "retry":
            return _again(state)
        case "ask":
            return {**_again(state), "trouble": verdict}
        case "other_candidate":
            return {"task": state.first_task, **_postponed(state, state.target)}
        case "skip":
            return {"task": state.first_task, **_skipped(state, state.target)}
        case "put_back":
            return {"task": "put_back", "why": verdict.cause or "unclear"}
        case "hand_over":
            return {"outcome": _handed_over(verdict.reason)}
        case "stop":
            if workcell.gate.latched is None:
                workcell.gate.request_stop(verdict.reason)
            return {"outcome": Outcome(outcome="stopped", reason=verdict.reason)}


def _again(state: RunState) -> Update:
    """The same once more: the look that failed, the release of what is still held, or else a part from the tray."""
    holding = state.judged is not None and state.judged.holding
    return {} if state.blocked or holding else {"task": state.first_task}


def _handed_over(reason: str) -> Outcome:
    return Outcome(outcome="incomplete", reason=f"a person is needed: {reason}")


def _lies_now(state: RunState, target: PerceivedPart) -> PerceivedPart:
    """Where the wanted part is after a put back: if it was held itself, on its new spot."""
    assert state.look is not None
    assert state.after is not None
    laid = compare(state.look.scene, state.after.scene).appeared
    return next((part for part in laid if alike(part, target)), target)


def _postponed(state: RunState, part: PerceivedPart | None) -> Update:
    return {"postponed": (*state.postponed, part)} if part else {}


def _skipped(state: RunState, part: PerceivedPart | None) -> Update:
    if part is None:
        return {}
    return {"accounts": state.with_account(skip(state.account, part)), "target": None}
