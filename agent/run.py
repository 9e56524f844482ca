"""Running an instruction, and going on with one that was cut off. Returns a report, never prints."""

from collections.abc import Callable, Iterable
from itertools import islice
from typing import Any, Final

from agent.events import Asked, Replied
from agent.report import Report, report_of
from agent.state import RunState
from agent.workcell import Workcell
from skills.errors import BadInput
from skills.plan import Past, Plan
from skills.roles import check

Answer = Callable[[Asked], str | None]
"""Puts a question to a person; None where nobody answers."""

STEPS: Final = 10_000
"""Bound of LangGraph's own counter; the loops of a run are bounded by their budgets long before it."""
LOOKED_BACK: Final = 20
"""Runs among which the last plan is looked for."""


def run(
    workcell: Workcell,
    instruction: str,
    *,
    answer: Answer = lambda _: None,
    approved: bool = False,
    past: Past | None = None,
) -> Report:
    """Do what `instruction` says.

    Args:
        approved: the yes, beforehand, of the person at the cell's door.
        past: what the instruction points back to, where that is not the run before.
    """
    run_id = workcell.journal.begin_run(instruction)
    before = past or past_of(workcell, run_id)
    start = RunState(run_id=run_id, instruction=instruction, approved=approved, past=before)
    return _drive(workcell, run_id, start, answer)


def resume(workcell: Workcell, *, answer: Answer = lambda _: None) -> Report:
    """Go on with the run that was cut off or stopped: by a person's word only, from what is seen now.

    Raises: NotAllowed (whoever is at the door may not), BadInput where there is none.
    """
    check(workcell.person, "resume a run", workcell.cell.people)
    record = workcell.journal.unfinished()
    if record is None:
        raise BadInput("resume", None, "said where a run was cut off or stopped; none was")
    workcell.journal.reopen_run(record.id)
    _adopt(workcell, record.id)
    state = saved_state(workcell, record.id)
    if state is not None:
        state = state.model_copy(update={"approved": False})  # who goes on need not be who said yes beforehand
    start = state or RunState(run_id=record.id, instruction=record.instruction, past=past_of(workcell, record.id))
    return _drive(workcell, record.id, start, answer)


def saved_state(workcell: Workcell, run_id: str) -> RunState | None:
    """The state that a run was cut off in; None where it was cut off before its first checkpoint.

    Raises: BadInput (another version's, which can't be read).
    """
    return _saved_in(_graph(workcell), workcell, run_id)


def past_of(workcell: Workcell, run_id: str) -> Past | None:
    """What an instruction of this run can point back to: the run before it that planned something. What was answered
    or refused in between is passed over; a question that was left open is not, nor a run that can't be read.
    """
    runs = iter(workcell.journal.runs())
    earlier = runs if any(run.id == run_id for run in runs) else ()
    return latest_past(workcell, (run.id for run in earlier))


def latest_past(workcell: Workcell, runs: Iterable[str]) -> Past | None:
    """The same of these runs, the latest first; of the last LOOKED_BACK."""
    graph = _graph(workcell)
    for number, run_id in enumerate(islice(runs, LOOKED_BACK)):
        try:
            state = _saved_in(graph, workcell, run_id)
        except BadInput:
            return None
        if state is None or state.understanding is None:
            return None
        if state.understanding.plan is not None:
            return _as_past(workcell, state, state.understanding.plan, asked_since=number > 0)
        if state.understanding.outcome == "question":
            return None
    return None


def _as_past(workcell: Workcell, state: RunState, plan: Plan, *, asked_since: bool) -> Past:
    """Where the table was laid anew since, its plan is all that is left of a run."""
    nothing = (0,) * len(plan.steps)
    if workcell.journal.table.is_laid_anew(state.run_id):
        return Past(plan=plan, moved=nothing, asked_since=asked_since)
    moved = tuple(account.moved for account in state.accounts) or nothing
    holding = workcell.looker.grip(workcell.gate.observe().gripper_width).holding
    return Past(plan=plan, moved=moved, target=state.target, holding=holding, asked_since=asked_since)


def _adopt(workcell: Workcell, run_id: str) -> None:
    """Earlier versions kept a run's judged calls in its state: of one that they cut off, move them to the journal."""
    saved = workcell.journal.checkpointer().get_tuple({"configurable": {"thread_id": run_id}})
    if saved is not None:
        workcell.journal.verdicts.keep(run_id, saved.checkpoint["channel_values"].get("attempts", ()))


def _drive(workcell: Workcell, run_id: str, start: RunState, answer: Answer) -> Report:
    """Run the graph to its end, putting its questions to whoever answers."""
    from langgraph.types import Command

    graph, config = _graph(workcell), _config(run_id)
    feed: Any = start
    while True:
        result = graph.invoke(feed, config, context=workcell, durability="sync")
        pending = result.get("__interrupt__")
        if not pending:
            return report_of(workcell.journal, RunState.model_validate(result))
        asked = Asked.model_validate(pending[0].value)
        workcell.tell(run_id, asked)
        said = answer(asked)
        workcell.recorder.said(said)
        workcell.tell(run_id, Replied(answer=said or ""))
        feed = Command(resume=said or "")


def _saved_in(graph: Any, workcell: Workcell, run_id: str) -> RunState | None:
    with workcell.journal.known():
        values = graph.get_state(_config(run_id)).values
        return RunState.model_validate(values) if values else None


def _graph(workcell: Workcell) -> Any:
    from agent.graph import build_graph

    return build_graph(workcell.journal.checkpointer())


def _config(run_id: str) -> dict[str, Any]:
    return {"configurable": {"thread_id": run_id}, "recursion_limit": STEPS}
