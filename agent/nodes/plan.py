"""Nodes before anything moves: understanding, asking, approval. Within a run only `consult` asks."""

import re
from collections.abc import Sequence
from typing import Final

from langgraph.runtime import Runtime
from langgraph.types import interrupt

from agent import events
from agent.approving import Proposal
from agent.approving import propose as proposal_of
from agent.holes import Filled, needed_by
from agent.journal.approvals import Answer, Approved
from agent.ledger import open_accounts
from agent.looking.looker import Blocked
from agent.state import RunState, Update
from agent.workcell import Workcell
from prompts.loader import render
from skills.call import Outcome
from skills.errors import NotAllowed
from skills.plan import Hole, Plan, Understanding
from skills.roles import barred

QUESTIONS: Final = 3
"""A person is asked at most this often about one instruction."""
YES: Final = "yes"


def understand(state: RunState, runtime: Runtime[Workcell]) -> Update:
    """Text becomes a plan, a question, an answer, a refusal or a control word. Nothing moves."""
    workcell = runtime.context
    glance = workcell.looker.patient_glance()
    scene = None if isinstance(glance, Blocked) else glance.scene
    understanding = _heeded(workcell, workcell.planner.understand(state.instruction, scene, state.past))
    workcell.tell(state.run_id, events.Planned(instruction=state.instruction, understanding=understanding))
    plan, filled = understanding.plan, workcell.journal.table.filled()
    full = needed_by(plan, scene, filled) if plan and scene else ()
    return {"understanding": understanding, "full": full, **_settle(workcell, understanding)}


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
    freed: list[Hole] = []  # written down when all is answered: a node that asks is run again from its start
    for full in state.full:
        answer = _is_free(full)
        if answer is None:
            return {"outcome": Outcome(outcome="incomplete", reason=f"a question is open: {_question(full)}")}
        freed += [full.hole] if answer else []
    runtime.context.journal.table.free(freed)
    return {}


def _is_free(full: Filled) -> bool | None:
    asked = events.Asked(question=_question(full), choices=(YES, "no"))
    said = answered(asked.choices, str(interrupt(asked.model_dump(mode="json")))).lower()
    return {YES: True, "y": True, "no": False, "n": False}.get(said)


def _question(full: Filled) -> str:
    return render("ask-hole-free", hole=full.describe())


def propose(state: RunState, runtime: Runtime[Workcell]) -> Update:
    """Say what the plan comes to over what lies there now, and what of it needs a yes. Nothing moves. Within a run it
    is the look by which the plan has outgrown its yes that is shown.
    """
    assert state.understanding is not None
    assert state.understanding.plan is not None
    workcell, plan = runtime.context, state.understanding.plan
    proposal = proposal_of(
        plan,
        state.look if state.accounts and state.look else workcell.looker.patient_glance(),
        workcell.cell,
        new_skills(plan, workcell),
        by_model=state.understanding.by_model,
        moved=[account.moved for account in state.accounts],
    )
    workcell.tell(state.run_id, events.Proposed(proposal=proposal))
    return {"proposal": proposal}


def approve(state: RunState, runtime: Runtime[Workcell]) -> Update:
    """Ask for the yes that the cell file wants, of a person who may give it, and write down who gave it."""
    assert state.understanding is not None
    assert state.understanding.plan is not None
    assert state.proposal is not None
    workcell, proposal = runtime.context, state.proposal
    accounts = state.accounts or open_accounts(state.understanding.plan)
    approved_of: Update = {"accounts": accounts, "agreed": proposal.reasons, "outgrown": False}
    if not proposal.reasons:
        return approved_of
    if short := _short_of(workcell, proposal):
        return {"outcome": Outcome(outcome="incomplete", reason=f"a person is needed: {proposal.why}. {short}")}
    answer: Answer | None = "yes beforehand" if state.approved else _yes_or_no(proposal)
    if answer is None:
        why = proposal.blocked or proposal.why
        return {"outcome": Outcome(outcome="incomplete", reason=f"a person is needed: {why}")}
    approved = Approved(answer=answer, person=workcell.person, proposal=proposal)
    workcell.journal.approvals.keep(state.run_id, workcell.clock.now_ns(), approved)
    workcell.tell(state.run_id, events.Signed(approved=approved))
    if approved.is_yes:
        return approved_of
    return {"outcome": Outcome(outcome="incomplete", reason=f"not approved by {workcell.person.name}: {proposal.why}")}


def _yes_or_no(proposal: Proposal) -> Answer | None:
    """A person's answer; None where nobody answers. Whatever is no yes is a no."""
    asked = events.Asked(question=proposal.question, choices=(YES, "no"), proposal=proposal)
    said = answered(asked.choices, str(interrupt(asked.model_dump(mode="json")))).casefold()
    if not said:
        return None
    return "yes" if said in (YES, "y") else "no"


def _short_of(workcell: Workcell, proposal: Proposal) -> NotAllowed | None:
    """Why the person at the door can't say yes to all of it; None where they can."""
    approval, people = workcell.cell.approval, workcell.cell.people
    short = (barred(workcell.person, approval.deed(reason.rule), people) for reason in proposal.reasons)
    return next(filter(None, short), None)


def new_skills(plan: Plan, workcell: Workcell) -> dict[str, str]:
    """The cell's own skills that the plan needs and that have not yet succeeded here, with their weights."""
    succeeded = workcell.journal.approvals.has_succeeded
    own = workcell.grounder.own_skills_of(plan)
    return {skill: weights for skill, weights in own.items() if not succeeded(skill, weights)}


def answered(choices: Sequence[str], answer: str) -> str:
    """The instruction that an answer means: the choice of this number, the only choice that has these words or their
    beginnings in it, or else the answer itself, for whoever is asked may as well say it anew.
    """
    said = answer.strip()
    if said.isdecimal() and 1 <= int(said) <= len(choices):
        return choices[int(said) - 1]
    begun = re.compile(rf"(?<!\w){re.escape(said.casefold())}")  # the s of a "stop" is no "yes"
    holding = [choice for choice in choices if begun.search(choice.casefold())]
    exact = [choice for choice in holding if said.casefold() == choice.casefold()]
    meant = exact or holding
    return meant[0] if len(meant) == 1 else said


def _heeded(workcell: Workcell, understanding: Understanding) -> Understanding:
    """The same, but a refusal where it takes the word of a person who may not give it."""
    word = understanding.freed or understanding.emptied
    if word and (error := barred(workcell.person, "run instructions", workcell.cell.people)):
        return Understanding(outcome="refused", text=str(error), consulted=understanding.consulted)
    return understanding


def _settle(workcell: Workcell, understanding: Understanding) -> Update:
    """How a run ends that moves nothing; empty where it goes on."""
    if understanding.plan and (error := barred(workcell.person, "run instructions", workcell.cell.people)):
        return {"outcome": Outcome(outcome="refused", reason=str(error))}
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
