"""Nodes before anything moves: understanding, asking, approval. Within a run only `consult` asks."""

import math
from collections.abc import Sequence
from typing import Final

from langgraph.runtime import Runtime
from langgraph.types import interrupt

from agent import events
from agent.holes import Filled, needed_by
from agent.ledger import open_accounts
from agent.looking import Blocked, Look
from agent.remaining import remaining
from agent.state import RunState, Update
from agent.workcell import Workcell
from prompts.loader import render
from skills.call import Outcome
from skills.plan import Hole, Plan, Understanding

QUESTIONS: Final = 3
"""A person is asked at most this often about one instruction."""
YES: Final = "yes"


def understand(state: RunState, runtime: Runtime[Workcell]) -> Update:
    """Text becomes a plan, a question, an answer, a refusal or a control word. Nothing moves."""
    workcell = runtime.context
    glance = workcell.looker.glance()
    scene = None if isinstance(glance, Blocked) else glance.scene
    understanding = workcell.planner.understand(state.instruction, scene, state.past)
    workcell.tell(state.run_id, events.Planned(instruction=state.instruction, understanding=understanding))
    return {"understanding": understanding, **_settle(workcell, understanding)}


def clarify(state: RunState) -> Update:
    """Ask what was meant; the answer is understood in the instruction's place."""
    assert state.understanding is not None
    question = state.understanding.text
    if state.questions >= QUESTIONS:
        return {"outcome": Outcome(outcome="incomplete", reason=f"asked {QUESTIONS} times; still open: {question}")}
    asked = events.Asked(question=question, choices=state.understanding.choices)
    answer = interrupt(asked.model_dump(mode="json"))
    if not answer:
        return {"outcome": Outcome(outcome="incomplete", reason=f"a question is open: {question}")}
    return {"instruction": answered(asked.choices, str(answer)), "questions": state.questions + 1}


def inquire(state: RunState, runtime: Runtime[Workcell]) -> Update:
    """Ask whether full holes that the plan needs are free again: no camera sees them. Of a hole that is not, the
    run leaves the bolts on the tray and says so.
    """
    assert state.understanding is not None
    assert state.understanding.plan is not None
    workcell = runtime.context
    glance = workcell.looker.patient_glance()
    if isinstance(glance, Blocked):
        return {}
    freed: list[Hole] = []  # written down when all is answered: a node that asks is run again from its start
    for full in needed_by(state.understanding.plan, glance.scene, workcell.journal.table.filled()):
        answer = _is_free(full)
        if answer is None:
            return {"outcome": Outcome(outcome="incomplete", reason=f"a question is open: {_question(full)}")}
        freed += [full.hole] if answer else []
    workcell.journal.table.free(freed)
    return {}


def _is_free(full: Filled) -> bool | None:
    asked = events.Asked(question=_question(full), choices=(YES, "no"))
    said = answered(asked.choices, str(interrupt(asked.model_dump(mode="json")))).lower()
    return {YES: True, "y": True, "no": False, "n": False}.get(said)


def _question(full: Filled) -> str:
    return render("ask-hole-free", hole=full.describe())


def approve(state: RunState, runtime: Runtime[Workcell]) -> Update:
    """Ask before more parts are moved than `cell.agent.approve_above`."""
    assert state.understanding is not None
    assert state.understanding.plan is not None
    plan = state.understanding.plan
    accounts = {"accounts": open_accounts(plan)}
    most, blocked = _most(plan, runtime.context.looker.patient_glance(), runtime.context.cell.tray.half)
    if state.approved or most <= runtime.context.cell.agent.approve_above:
        return accounts
    question = (
        f"{blocked}. How many parts will be moved is unknown." if blocked else f"Up to {most} parts will be moved."
    )
    asked = events.Asked(question=f"{question} Go on?", choices=(YES, "no"))
    answer = interrupt(asked.model_dump(mode="json"))
    if str(answer).strip().lower() in (YES, "y"):
        return accounts
    why = f"a person is needed: {blocked}" if blocked else f"moving {most} parts was not approved"
    return {"outcome": Outcome(outcome="incomplete", reason=why)}


def answered(choices: Sequence[str], answer: str) -> str:
    """The instruction that an answer means: the choice of this number, the only choice that holds these
    words, or else the answer itself, for whoever is asked may as well say it anew.
    """
    said = answer.strip()
    if said.isdecimal() and 1 <= int(said) <= len(choices):
        return choices[int(said) - 1]
    holding = [choice for choice in choices if said.casefold() in choice.casefold()]
    exact = [choice for choice in holding if said.casefold() == choice.casefold()]
    meant = exact or holding
    return meant[0] if len(meant) == 1 else said


def _settle(workcell: Workcell, understanding: Understanding) -> Update:
    """How a run ends that moves nothing; empty where it goes on."""
    workcell.journal.table.free(understanding.freed)
    workcell.journal.table.empty(understanding.emptied)
    match understanding.outcome:
        case "answer":
            return {"outcome": Outcome(outcome="done", reason=understanding.text)}
        case "refused":
            return {"outcome": Outcome(outcome="refused", reason=understanding.text)}
        case "control" if understanding.command == "stop":
            workcell.gate.request_stop("the operator said stop")
            return {"outcome": Outcome(outcome="stopped", reason="the operator said stop")}
        case "control":
            return {"outcome": Outcome(outcome="refused", reason=f"nothing is under way to {understanding.command}")}
        case "planned" if understanding.plan and (refusal := workcell.grounder.refusal(understanding.plan)):
            return {"outcome": Outcome(outcome="refused", reason=refusal)}
        case _:
            return {}


def _most(plan: Plan, glance: Look | Blocked, half: float) -> tuple[float, str]:
    """How many of the parts in view, on a tray of that inner half width [m], the plan may move; infinitely many, and
    why, where "all" can't be counted.
    """
    wanted = [math.inf if step.quantity == "all" else step.quantity for step in plan.steps]
    if isinstance(glance, Blocked):
        return sum(wanted), glance.text if math.inf in wanted else ""
    counts = [len(remaining(step, glance.scene.parts, half)) for step in plan.steps]
    return sum(map(min, counts, wanted)), ""
