"""Nodes between a look and a verdict. `act` is the only one that calls a skill."""

from collections.abc import Iterable, Sequence

from langgraph.runtime import Runtime

from agent import events
from agent.approving import outgrown
from agent.execution import WATCHED, Execution
from agent.grounding import PUT_BACK, Grounded, Ungrounded
from agent.holes import insertable, misfit, no_room
from agent.ledger import reconcile, standing, still_missing
from agent.looking.difference import Difference, compare
from agent.looking.looker import Blocked, Look
from agent.nodes.plan import new_skills
from agent.nodes.recover import take_back
from agent.state import FORGIVEN, RunState, Update, key_of
from agent.verifying.evidence import witnessed
from agent.verifying.explained import explained
from agent.verifying.judging import Judged
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
    fresh: Update = {"outcome": None, "blocked": None, "trouble": None, "judged": None, "after": None, **FORGIVEN}
    if record is None:
        take_back(state, workcell)  # it may have been cut off just before the journal held the call
        return {**fresh, "call": None, "target": None, "execution": None}
    return {**fresh, "execution": record.execution or Execution(status="already", text="it was cut off")}


def look(state: RunState, runtime: Runtime[Workcell]) -> Update:
    """A fresh look: what is on the tray, what is in the gripper, how the account stands."""
    workcell = runtime.context
    seen = workcell.looker.settled(state.look)
    if isinstance(seen, Blocked):
        return {"blocked": seen}
    if state.look is None and (picture := workcell.looker.picture_of(seen)) is not None:
        workcell.journal.pictures.keep(state.run_id, "before", picture)
    change = compare(state.look.scene, seen.scene) if state.look else Difference()
    found: Update = {"blocked": None, "look": seen}
    if seen.grip.holding:
        lost = (*still_missing(state.lost, change), *change.gone)
        return {**found, "lost": lost, **_holding(state, undisturbed=change.is_empty and not seen.disputed)}
    return {**found, **_empty_handed(state, seen, change, workcell)}


def _holding(state: RunState, *, undisturbed: bool) -> Update:
    """What is held is believed to be what it was where nothing has changed meanwhile; else it goes back on the tray."""
    trusted = state.held is not None and undisturbed and state.task != PUT_BACK
    return {"held": state.held if undisturbed else None, "task": "bring" if trusted else PUT_BACK}


def _empty_handed(state: RunState, seen: Look, change: Difference, workcell: Workcell) -> Update:
    """The account after the look; what was to be in the gripper and lies nowhere is lost."""
    dropped = still_missing((state.held,) if state.held else (), change)
    lost = (*still_missing(state.lost, change), *change.gone, *dropped)
    full = no_room(state.account.step, workcell.journal.table.filled())
    half = workcell.cell.tray.half
    account = reconcile(state.account, seen.scene, full, disputed=seen.disputed, lost=lost, half=half)
    workcell.tell(state.run_id, events.Looked(look=seen, account=account))
    accounts, stands = state.with_account(account), standing(account, workcell.cell.agent.looks)
    return {
        "lost": lost,
        "held": None,
        "task": state.first_task,
        "accounts": accounts,
        "standing": stands,
        "outgrown": stands == "open" and _outgrown(state, seen, [one.moved for one in accounts], workcell),
    }


def _outgrown(state: RunState, seen: Look, moved: Sequence[int], workcell: Workcell) -> bool:
    assert state.understanding is not None
    assert state.understanding.plan is not None
    plan = state.understanding.plan
    return outgrown(plan, seen.scene, workcell.cell, moved, state.agreed, new_skills(plan, workcell))


def ground(state: RunState, runtime: Runtime[Workcell]) -> Update:
    """The next call, with its exact phrase, or the reason why there is none. Nothing is picked up for a full place."""
    if (reason := runtime.context.pause.take()) is not None:
        runtime.context.tell(state.run_id, events.Paused(reason=reason))
        return {"outcome": Outcome(outcome="stopped", reason=reason)}
    grounded = _next_call(state, runtime.context)
    if isinstance(grounded, Ungrounded):
        return {"outcome": Outcome(outcome="incomplete", reason=grounded.text)}
    if state.empty_handed and (full := _full(state.account.step.destination, runtime.context)):
        return {"trouble": Verdict(judgement="failure", reason=full, confidence=1.0, cause="place_full")}
    chosen: Update = {"call": grounded.call, "calls": state.calls + 1, "execution": None, "judged": None}
    return {**chosen, "target": grounded.target} if state.empty_handed else chosen


def act(state: RunState, runtime: Runtime[Workcell]) -> Update:
    """Make the call, at most once: the journal holds its id before anything moves."""
    assert state.call is not None
    workcell, call = runtime.context, state.call
    if (hole := state.hole) is not None:
        workcell.journal.table.fill(hole, state.run_id, sure=False)
    if call.destination in workcell.cell.capacities:
        workcell.journal.table.bring(call.id, call.destination)
    workcell.tell(state.run_id, events.Calling(call=call))
    execution = workcell.executor.run(
        state.run_id,
        call,
        lambda ruling: workcell.tell(state.run_id, events.Ruled(call_id=call.id, ruling=ruling)),
        lambda share: workcell.tell(state.run_id, events.Moving(share=share)),
        state.target if state.empty_handed else None,
    )
    if workcell.gate.latched:
        latched = Verdict(judgement="uncertain", reason=workcell.gate.latched, confidence=0.0, cause="latched")
        return {"execution": execution, "trouble": latched}
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
    told = explained(seen.judged, card, call, state.execution, state.held, workcell.cell)
    judged = measure(told, seen.after, state, workcell)
    workcell.journal.attempts.judge(call.id, judged.verdict, workcell.cell.agent.flag_below)
    evidence = witnessed(judged.evidence, state.execution.rulings)
    workcell.tell(state.run_id, events.Verified(call_id=call.id, verdict=judged.verdict, evidence=evidence))
    attempt = Attempt(
        call=call,
        rulings=state.execution.rulings,
        verdict=judged.verdict,
        chunks=state.execution.chunks,
        seconds=state.execution.seconds,
    )
    workcell.journal.verdicts.keep(state.run_id, [attempt])
    return {"blocked": None, "judged": judged, "after": seen.after}


def measure(judged: Judged, after: Look, state: RunState, workcell: Workcell) -> Judged:
    """The verdict on a pick for a fixture with how the part is held: the gripper's width chooses the hole, so it must
    be that of the bolt that was seen; and a bolt that is held off its middle does not slip in.
    """
    wanted = state.task == "pick" and state.account.step.destination in workcell.cell.fixtures
    if not wanted or judged.held is None or judged.verdict.judgement != "success":
        return judged
    found = misfit(judged.held, after.width, judged.evidence.off_centre if judged.evidence else None)
    if found is None:
        return judged
    cause, reason = found
    verdict = Verdict(judgement="failure", reason=reason, confidence=judged.verdict.confidence, cause=cause)
    return judged.model_copy(update={"verdict": verdict})


def _next_call(state: RunState, workcell: Workcell) -> Grounded | Ungrounded:
    assert state.look is not None
    match state.task:
        case "pick" | "shift":
            grounded = _begun(state, workcell, (*state.account.set_aside, *state.postponed))
            if isinstance(grounded, Ungrounded) and state.postponed:
                grounded = _begun(state, workcell, state.account.set_aside)
            return grounded
        case "bring":
            return workcell.grounder.bring(state.account.step, _call_id(state))
        case "put_back":
            return workcell.grounder.put_back(state.held, state.look.scene, _call_id(state))


def _begun(state: RunState, workcell: Workcell, left_out: Iterable[PerceivedPart]) -> Grounded | Ungrounded:
    """The call for the next part but those; each failure at it begins from another of the data's starts."""
    assert state.look is not None
    step, scene, call_id = state.account.step, state.look.scene, _call_id(state)
    if state.task == "shift":
        grounded = workcell.grounder.shift(step, scene, call_id, left_out)
    else:
        open_to = insertable(step, no_room(step, workcell.journal.table.filled()))
        grounded = workcell.grounder.pick(open_to, scene, call_id, left_out)
    if isinstance(grounded, Ungrounded) or grounded.target is None:
        return grounded
    failures = state.tries.get(key_of(state.task, grounded.target), 0)
    return grounded.model_copy(update={"call": grounded.call.model_copy(update={"start": failures})})


def _call_id(state: RunState) -> str:
    return f"{state.run_id}/{state.calls + 1}"


def _full(place: str, workcell: Workcell) -> str | None:
    """Why nothing more may go there, by what runs have brought; None where there is room or no bound is known."""
    capacity, brought = workcell.cell.capacities.get(place), workcell.journal.table.brought(place)
    if capacity is None or brought < capacity:
        return None
    return f"the {place} is full: {brought} of {capacity}"
