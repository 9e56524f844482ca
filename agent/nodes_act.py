"""Nodes between a look and a verdict. `act` is the only one that calls a skill."""

from langgraph.runtime import Runtime

from agent import events
from agent.difference import Difference, compare
from agent.executor import WATCHED, Execution
from agent.grounding import Grounded, Ungrounded
from agent.holes import insertable, misfit, no_room
from agent.ledger import reconcile, standing, still_missing
from agent.looking import Blocked, Look
from agent.state import RunState, Update
from agent.verifier import Judged
from agent.workcell import Workcell
from skills.call import Attempt, Outcome, Verdict
from skills.scene import PerceivedPart


def wake(state: RunState, runtime: Runtime[Workcell]) -> Update:
    """A run that was cut off or stopped goes on. A call that was under way is judged by what is seen
    now; one that was only chosen is forgotten, for the tray may have changed. Failures are forgiven,
    because a person has been here.
    """
    workcell = runtime.context
    record = workcell.journal.call(state.call.id) if state.call else None
    workcell.tell(state.run_id, events.Woken(call=record.call if record else None))
    fresh: Update = {"outcome": None, "blocked": None, "tries": {}, "in_a_row": 0, "judged": None, "after": None}
    if record is None:
        return {**fresh, "call": None, "target": None, "execution": None}
    return {**fresh, "execution": record.execution or Execution(status="already", text="it was cut off")}


def look(state: RunState, runtime: Runtime[Workcell]) -> Update:
    """A fresh look: what is on the tray, what is in the gripper, how the account stands."""
    workcell = runtime.context
    seen = workcell.looker.settled(state.look)
    if isinstance(seen, Blocked):
        return {"blocked": seen}
    if state.look is None and (picture := workcell.looker.last_picture) is not None:
        workcell.journal.pictures.keep(state.run_id, "before", picture)
    lost, undisturbed, change = state.lost, not seen.disputed, Difference()
    if state.look is not None:
        change = compare(state.look.scene, seen.scene)
        lost, undisturbed = (*still_missing(lost, change), *change.gone), undisturbed and change.is_empty
    if seen.grip.holding:
        trusted = state.held is not None and undisturbed
        return {
            "blocked": None,
            "look": seen,
            "lost": lost,
            "held": state.held if trusted else None,
            "task": "bring" if trusted else "put_back",
        }
    full = no_room(state.account.step, workcell.journal.table.filled())
    dropped = still_missing((state.held,) if state.held else (), change)
    lost = (*lost, *dropped)
    half = workcell.cell.tray.half
    account = reconcile(state.account, seen.scene, full, disputed=seen.disputed, lost=lost, half=half)
    workcell.tell(state.run_id, events.Looked(look=seen, account=account))
    return {
        "blocked": None,
        "look": seen,
        "lost": lost,
        "held": None,
        "task": state.first_task,
        "accounts": state.with_account(account),
        "standing": standing(account, workcell.cell.agent.looks),
    }


def ground(state: RunState, runtime: Runtime[Workcell]) -> Update:
    """The next call, with its exact phrase, or the reason why there is none."""
    grounded = _next_call(state, runtime.context)
    if isinstance(grounded, Ungrounded):
        return {"outcome": Outcome(outcome="incomplete", reason=grounded.text)}
    chosen: Update = {"call": grounded.call, "calls": state.calls + 1, "execution": None, "judged": None}
    return {**chosen, "target": grounded.target} if state.empty_handed else chosen


def act(state: RunState, runtime: Runtime[Workcell]) -> Update:
    """Make the call, at most once: the journal holds its id before anything moves."""
    assert state.call is not None
    workcell, call = runtime.context, state.call
    if (hole := state.hole) is not None:
        workcell.journal.table.fill(hole, state.run_id, sure=False)
    workcell.tell(state.run_id, events.Calling(call=call))
    execution = workcell.executor.run(
        state.run_id,
        call,
        lambda ruling: workcell.tell(state.run_id, events.Ruled(call_id=call.id, ruling=ruling)),
        lambda share: workcell.tell(state.run_id, events.Moving(share=share)),
        state.target if state.empty_handed else None,
    )
    if workcell.gate.latched:
        return {"execution": execution, "outcome": Outcome(outcome="stopped", reason=workcell.gate.latched)}
    return {"execution": execution}


def verify(state: RunState, runtime: Runtime[Workcell]) -> Update:
    """Look, with the arm out of view, and judge the call by what is seen."""
    assert state.call is not None
    assert state.look is not None
    assert state.execution is not None
    workcell, call = runtime.context, state.call
    card, watched = workcell.catalogue[call.skill], state.execution.status in WATCHED
    seen = workcell.verifier.verify(card, call, state.look, state.held, watched=watched)
    if isinstance(seen, Blocked):
        return {"blocked": seen}
    judged = measure(explain(seen.judged, state.execution, state.held), seen.after, state, workcell)
    workcell.journal.attempts.judge(call.id, judged.verdict, workcell.cell.agent.flag_below)
    workcell.tell(state.run_id, events.Verified(call_id=call.id, verdict=judged.verdict))
    attempt = Attempt(
        call=call,
        rulings=state.execution.rulings,
        verdict=judged.verdict,
        chunks=state.execution.chunks,
        seconds=state.execution.seconds,
    )
    workcell.journal.verdicts.keep(state.run_id, [attempt])
    return {"blocked": None, "judged": judged, "after": seen.after}


def explain(judged: Judged, execution: Execution, held: PerceivedPart | None) -> Judged:
    """The verdict with what the execution knows and the picture does not show: why nothing happened, that a part
    was gone before anything moved, and that what was not in the gripper at the start was not released.
    """
    cause = execution.cause
    if execution.status == "empty" and judged.verdict.judgement == "success":
        verdict = Verdict(judgement="failure", reason=execution.text, confidence=1.0, cause=cause)
        return judged.model_copy(update={"verdict": verdict, "lost": (held,) if held else ()})
    gone_before = execution.status == "absent" and judged.verdict.judgement == "failure"
    if cause is None or not (gone_before or judged.verdict.cause == "missed"):
        return judged
    verdict = judged.verdict.model_copy(update={"cause": cause, "reason": execution.text})
    return judged.model_copy(update={"verdict": verdict})


def measure(judged: Judged, after: Look, state: RunState, workcell: Workcell) -> Judged:
    """The verdict on a pick for a fixture with what the gripper's width says: it chooses the hole, so it must be
    that of the bolt that was seen.
    """
    wanted = state.task == "pick" and state.account.step.destination in workcell.cell.fixtures
    if not wanted or judged.held is None or judged.verdict.judgement != "success":
        return judged
    reason = misfit(judged.held, after.width)
    if reason is None:
        return judged
    verdict = Verdict(judgement="failure", reason=reason, confidence=judged.verdict.confidence, cause="wrong_part")
    return judged.model_copy(update={"verdict": verdict})


def _next_call(state: RunState, workcell: Workcell) -> Grounded | Ungrounded:
    assert state.look is not None
    call_id = f"{state.run_id}/{state.calls + 1}"
    match state.task:
        case "pick":
            step = insertable(state.account.step, no_room(state.account.step, workcell.journal.table.filled()))
            return workcell.grounder.pick(step, state.look.scene, call_id, state.account.set_aside)
        case "shift":
            return workcell.grounder.shift(state.account.step, state.look.scene, call_id, state.account.set_aside)
        case "bring":
            return workcell.grounder.bring(state.account.step, call_id)
        case "put_back":
            return workcell.grounder.put_back(state.held, state.look.scene, call_id)
