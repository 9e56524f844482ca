"""Nodes after a verdict: account for a success, go on with the next step, end the run."""

from langgraph.runtime import Runtime

from agent import events
from agent.holes import in_the_way
from agent.ledger import Account, closed, delivered, shortfall, standing
from agent.nodes.recover import BRING, LEFT_OPEN, after_put_back, lost_after
from agent.recovery import Failures
from agent.state import RunState, Update
from agent.workcell import Workcell
from skills.call import Outcome, Verdict
from skills.plan import GRIPPER


def account(state: RunState, runtime: Runtime[Workcell]) -> Update:
    """Write a success down and say what comes next."""
    assert state.judged is not None
    done: Update = {**LEFT_OPEN, "look": state.after, "lost": lost_after(state)}
    match state.task:
        case "pick":
            return {**done, "held": state.judged.held, "task": "bring"}
        case "bring" | "shift":
            if state.hole is not None:
                runtime.context.journal.table.fill(state.hole, state.run_id, sure=True)
            account = delivered(state.account, state.held or state.target)
            runtime.context.tell(state.run_id, events.Accounted(account=account))
            arrived: Update = {"accounts": state.with_account(account), "tries": {}, "in_a_row": 0, "consultations": 0}
            return {**done, "held": None, "task": state.first_task, **arrived}
        case "put_back" if state.account.step.source == GRIPPER:
            account = delivered(state.account)
            runtime.context.tell(state.run_id, events.Accounted(account=account))
            return {**done, "held": None, "task": state.first_task, "accounts": state.with_account(account)}
        case "put_back":
            free: Update = {"held": None, "task": state.first_task, "why": None}
            update = {**done, **free, **after_put_back(state, runtime.context)}
            failures = Failures(state.tries)
            failures.forget(BRING)
            return {**update, "tries": failures.tries}


def next_step(state: RunState, runtime: Runtime[Workcell]) -> Update:
    """The step is met or short. With parts of it left on the tray, or what may be such, the run ends here,
    because the next step might take them to another place; but where this run has filled the hole that they are for,
    a person is asked first.
    """
    account = state.account
    if state.standing == "short" and (account.left or account.unclear or account.disputed):
        assert state.look is not None
        full = in_the_way(account.step, state.look.scene, runtime.context.journal.table.filled())
        reason = "; ".join((shortfall(account), *(one.describe() for one in full)))
        if any(one.run == state.run_id for one in full):
            return {"trouble": Verdict(judgement="failure", reason=reason, confidence=1.0, cause="place_full")}
        return {"outcome": Outcome(outcome="incomplete", reason=reason)}
    return {"step": state.step + 1, "postponed": ()}


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
