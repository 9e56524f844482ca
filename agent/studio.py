"""The graph of a run as LangGraph's own tools open it (langgraph.json): over a twin, with their checkpoints.

The input of a thread is an instruction; each instruction wants a thread of its own. Cell and state are those of the
command line (SMOLCELL_CELL, SMOLCELL_STATE); the scene of seed 0 lies on the tray. The gate rules here as everywhere.
"""

from collections.abc import Callable
from functools import cache
from inspect import signature

from langgraph.graph import StateGraph
from langgraph.runtime import Runtime

from agent.graph import NODES, Draft, wired
from agent.state import RunState, Update
from agent.workcell import Workcell
from skills.base import Value


class Instruction(Value):
    """What a thread begins with, and nothing beside it: neither a yes beforehand nor accounts of another run."""

    instruction: str


def graph() -> Draft:
    """The graph, without a checkpointer: whoever opens it brings one. The twin is built at its first node."""
    return studio_graph(twin)


def studio_graph(open_cell: Callable[[], Workcell]) -> Draft:
    """The graph whose nodes work with the cell that `open_cell` gives."""
    return wired(StateGraph(RunState, input_schema=Instruction), [_at_cell(node, open_cell) for node in NODES])


@cache
def twin() -> Workcell:
    """The twin of this process, with the person whose account it is at its door. It stays open until that ends.

    Raises: Unavailable, BadInput as `agent.opening.build_twin`.
    """
    from agent.doors.cli.scenes import scenario_of
    from agent.doors.person import person_here
    from agent.doors.settings import configured_cell, state_folder, usable_folder
    from agent.opening import build_twin

    cell = configured_cell()
    folder = usable_folder("SMOLCELL_STATE", state_folder(None, cell))
    return build_twin(cell, scenario_of(None, None), folder).workcell.worked_by(person_here(cell))


def _at_cell(node: Callable[..., Update], open_cell: Callable[[], Workcell]) -> Callable[[RunState], Update]:
    """`node` with the cell as its context; the first one begins the run in the journal."""
    takes_context = "runtime" in signature(node).parameters

    def at_cell(state: RunState) -> Update:
        workcell = open_cell()
        begun = {} if state.run_id else {"run_id": workcell.journal.begin_run(state.instruction)}
        here = state.model_copy(update=begun)
        return {**begun, **(node(here, Runtime(context=workcell)) if takes_context else node(here))}

    at_cell.__name__ = node.__name__
    return at_cell
