"""Nodes after a verdict: account for a success, recover from anything else, end the run."""

from typing import Final

from langgraph.runtime import Runtime

from agent import events
from agent.difference import alike, compare
from agent.grounding import PUT_BACK
from agent.holes import in_the_way
from agent.judging import Judged
from agent.ledger import Account, closed, delivered, shortfall, skip, standing, still_missing
from agent.recovery import Action, Situation, react
from agent.state import RunState, Task, Update
from agent.workcell import Workcell
from skills.call import Cause, Outcome, Verdict
from skills.plan import GRIPPER
from skills.scene import PerceivedPart

BRING: Final = "bring"
LEFT_OPEN: Update = {"call": None, "execution": None, "judged": None, "after": None}


def account(state: RunState, runtime: Runtime[Workcell]) -> Update:
    """Write a success down and say what comes next."""
    assert state.judged is not None
    done: Update = {**LEFT_OPEN, "look": state.after, "lost": _lost(state)}
    match state.task:
        case "pick":
            return {**done, "held": state.judged.held, "task": "bring"}
        case "bring" | "shift":
            if state.hole is not None:
                runtime.context.journal.table.fill(state.hole, state.run_id, sure=True)
            account = delivered(state.account, state.held or state.target)
            runtime.context.tell(state.run_id, events.Accounted(account=account))
            accounts = state.with_account(account)
            return {**done, "held": None, "task": state.first_task, "accounts": accounts, "tries": {}, "in_a_row": 0}
        case "put_back" if state.account.step.source == GRIPPER:
            account = delivered(state.account)
            runtime.context.tell(state.run_id, events.Accounted(account=account))
            return {**done, "held": None, "task": state.first_task, "accounts": state.with_account(account)}
        case "put_back":
            free: Update = {"held": None, "task": state.first_task, "why": None}
            update = {**done, **free, **_after_put_back(state, runtime.context)}
            return {**update, "tries": {what: n for what, n in state.tries.items() if what != BRING}}


def recover(state: RunState, runtime: Runtime[Workcell]) -> Update:
    """Choose from the table what is done about a call that was no success, or a look that failed."""
    verdict, situation = _trouble(state)
    cause: Cause = verdict.cause or "unclear"
    if state.hole is not None and state.judged is not None and _was_not_let_go(state.judged):
        runtime.context.journal.table.free([state.hole])
    key = _key(state)
    tries = {**state.tries, key: state.tries.get(key, 0) + 1}
    counted: Update = {"tries": tries, "in_a_row": state.in_a_row + 1}
    if runtime.context.gate.latched:
        return {**counted, "outcome": Outcome(outcome="stopped", reason=runtime.context.gate.latched)}
    attempts = runtime.context.cell.agent.attempts
    action = react(situation, cause, tries=tries[key], in_a_row=state.in_a_row + 1, attempts=attempts)
    runtime.context.tell(state.run_id, events.Recovering(verdict=verdict, action=action))
    return {**counted, **_seen_so_far(state), **_follow(state, action, verdict)}


def next_step(state: RunState, runtime: Runtime[Workcell]) -> Update:
    """The step is met or short. With parts of it left on the tray, or what may be such, the run ends here,
    because the next step might take them to another place.
    """
    account = state.account
    if state.standing == "short" and (account.left or account.unclear or account.disputed):
        assert state.look is not None
        full = in_the_way(account.step, state.look.scene, runtime.context.journal.table.filled())
        reason = "; ".join((shortfall(account), *(one.describe() for one in full)))
        return {"outcome": Outcome(outcome="incomplete", reason=reason)}
    return {"step": state.step + 1}


def report(state: RunState, runtime: Runtime[Workcell]) -> Update:
    """End the run: done only when every step is met and nothing was lost."""
    outcome = state.outcome or _conclude(state, runtime.context.cell.agent.looks)
    accounts = _closed(state, runtime.context.cell.tray.half)
    if state.look is not None and (picture := runtime.context.looker.picture_of(state.look)) is not None:
        runtime.context.journal.pictures.keep(state.run_id, "after", picture)
    runtime.context.tell(state.run_id, events.Finished(outcome=outcome, ledger=accounts))
    runtime.context.journal.end_run(state.run_id, outcome)
    return {"outcome": outcome, "accounts": accounts}


def _closed(state: RunState, half: float) -> tuple[Account, ...]:
    """The accounts, that of a step which is still under way reconciled with the last look."""
    if state.look is None or state.step >= len(state.accounts):
        return state.accounts
    return state.with_account(closed(state.account, state.look.scene, lost=state.lost, held=state.held, half=half))


def _trouble(state: RunState) -> tuple[Verdict, Situation]:
    if state.blocked is not None:
        verdict = Verdict(judgement="uncertain", reason=state.blocked.text, confidence=0.0, cause="not_visible")
        return verdict, "free"
    assert state.judged is not None
    if not state.judged.holding:
        return state.judged.verdict, "free"
    return state.judged.verdict, "returning" if state.task == PUT_BACK else "holding"


def _key(state: RunState) -> str:
    """What failed: a look, the pick or shift of a part that looks like this, or a release."""
    if state.blocked is not None:
        return "look"
    return _key_of(state.task, state.target) if state.empty_handed and state.target else state.task


def _key_of(task: Task, part: PerceivedPart) -> str:
    return f"{task} {part.describe()}"


def _was_not_let_go(judged: Judged) -> bool:
    """Whether what was to be inserted is surely not in the hole: still held, on the tray, or never there."""
    return judged.holding or judged.verdict.cause in ("dropped_inside", "gone")


def _seen_so_far(state: RunState) -> Update:
    """A judged call is over and its look is the tray now; after a look that failed all stays open."""
    if state.blocked is not None:
        return {"blocked": None}
    assert state.judged is not None
    held = state.judged.held if state.judged.holding else None
    return {**LEFT_OPEN, "look": state.after, "lost": (*_lost(state), *_let_go(state, state.judged)), "held": held}


def _follow(state: RunState, action: Action, verdict: Verdict) -> Update:
    match action:
        case "retry":
            holding = state.judged is not None and state.judged.holding
            return {} if state.blocked or holding else {"task": state.first_task}
        case "put_back":
            return {"task": "put_back", "why": verdict.cause}
        case "skip":
            return {"task": state.first_task, **_skipped(state, state.target)}
        case "hand_over":
            return {"outcome": Outcome(outcome="incomplete", reason=f"a person is needed: {verdict.reason}")}


def _after_put_back(state: RunState, workcell: Workcell) -> Update:
    """A part lies on the tray again, because it was the wrong one or could not be brought away: another try, or
    the wanted one is left alone.
    """
    if state.why is None or state.target is None:
        return {}
    tries = max(state.tries.get(_key_of(state.first_task, state.target), 0), state.tries.get(BRING, 0))
    attempts = workcell.cell.agent.attempts
    action = react("free", state.why, tries=tries, in_a_row=state.in_a_row, attempts=attempts)
    if action == "skip":
        return _skipped(state, _lies_now(state, state.target))
    if action == "hand_over":
        return {"outcome": Outcome(outcome="incomplete", reason=f"a person is needed: {state.why.replace('_', ' ')}")}
    return {}


def _lies_now(state: RunState, target: PerceivedPart) -> PerceivedPart:
    """Where the wanted part is after a put back: if it was held itself, on its new spot."""
    assert state.look is not None
    assert state.after is not None
    laid = compare(state.look.scene, state.after.scene).appeared
    return next((part for part in laid if alike(part, target)), target)


def _skipped(state: RunState, part: PerceivedPart | None) -> Update:
    if part is None:
        return {}
    return {"accounts": state.with_account(skip(state.account, part)), "target": None}


def _lost(state: RunState) -> tuple[object, ...]:
    """Parts that are lost after this call: less those that turned up, and those it lost."""
    assert state.look is not None
    assert state.after is not None
    assert state.judged is not None
    return (*still_missing(state.lost, compare(state.look.scene, state.after.scene)), *state.judged.lost)


def _let_go(state: RunState, judged: Judged) -> tuple[PerceivedPart, ...]:
    """What was held before a release that failed and is not held now, where neither tray nor verdict shows it."""
    assert state.look is not None
    assert state.after is not None
    if state.held is None or judged.holding or state.held in judged.lost:
        return ()
    return still_missing((state.held,), compare(state.look.scene, state.after.scene))


def _conclude(state: RunState, looks: int) -> Outcome:
    short = [account for account in state.accounts if standing(account, looks) != "met"]
    if short:
        return Outcome(outcome="incomplete", reason="; ".join(shortfall(account) for account in short))
    if state.lost:
        names = ", ".join(part.describe() for part in state.lost)
        return Outcome(outcome="incomplete", reason=f"left the tray without being brought away: {names}")
    if any(account.there for account in state.accounts) and not any(account.moved for account in state.accounts):
        return Outcome(outcome="done", reason="there was nothing to do: all of them lie there already")
    if not any(account.moved for account in state.accounts):
        return Outcome(outcome="done", reason=f"there was nothing to do: none was seen in {looks} looks")
    return Outcome(outcome="done", reason="; ".join(account.describe() for account in state.accounts))
