"""The node that asks a person about trouble within a run: with the arm at home, before anything else moves."""

from typing import Final

from langgraph.runtime import Runtime
from langgraph.types import interrupt

from agent import events
from agent.holes import in_the_way
from agent.ledger import skip
from agent.nodes.plan import answered
from agent.recovery import CONSULTATIONS
from agent.state import FORGIVEN, RunState, Update
from agent.workcell import Workcell
from prompts.loader import render
from skills.call import Outcome, Verdict

TRY_AGAIN: Final = "try again"
LEAVE: Final = "leave it"
EMPTY: Final = "it is empty now"
STOP: Final = "stop"


def consult(state: RunState, runtime: Runtime[Workcell]) -> Update:
    """Put what went wrong to a person. Whatever the answer is, the next thing is a look; without one the run ends."""
    assert state.trouble is not None
    choices = choices_for(state, state.trouble)
    asked = events.Asked(question=render("ask-trouble", reason=state.trouble.reason.rstrip(".")), choices=choices)
    said = answered(choices, str(interrupt(asked.model_dump(mode="json")) or "")).casefold()
    known = {"consultations": state.consultations + 1, "trouble": None}
    if said in choices:
        return {**known, **_followed(state, state.trouble, said, runtime.context)}
    if said and state.consultations + 1 < CONSULTATIONS:
        return {**known, "trouble": state.trouble}
    return {**known, "outcome": Outcome(outcome="incomplete", reason=f"a person is needed: {state.trouble.reason}")}


def choices_for(state: RunState, trouble: Verdict) -> tuple[str, ...]:
    """What may be answered: a full place can be emptied, and a part can be left where the gripper is free of it."""
    if trouble.cause == "place_full":
        return EMPTY, LEAVE, STOP
    left = state.empty_handed and state.target is not None and state.execution is None
    return (TRY_AGAIN, LEAVE, STOP) if left else (TRY_AGAIN, STOP)


def _followed(state: RunState, trouble: Verdict, said: str, workcell: Workcell) -> Update:
    """What the answer does; a node that asks is run again from its start, so all of it comes after the answer."""
    if said == STOP:
        workcell.gate.request_stop("the operator said stop")
        return {"outcome": Outcome(outcome="stopped", reason="the operator said stop")}
    if said == EMPTY:
        _emptied(state, workcell)
    if said == LEAVE and trouble.cause == "place_full":
        return {"outcome": Outcome(outcome="incomplete", reason=trouble.reason)}
    if said == LEAVE and state.target is not None:
        return {**FORGIVEN, "accounts": state.with_account(skip(state.account, state.target)), "target": None}
    return FORGIVEN


def _emptied(state: RunState, workcell: Workcell) -> None:
    """A person says that the step's place is empty again; of a fixture, the holes that were asked about."""
    assert state.look is not None
    table, step = workcell.journal.table, state.account.step
    table.empty([step.destination])
    table.free(one.hole for one in in_the_way(step, state.look.scene, table.filled()))
