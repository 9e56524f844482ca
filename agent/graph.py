"""The way of one instruction as a LangGraph: nodes, and the pure routes between them.

A node returns only what it changed. A route knows every case; loops are bounded by the counters in
the state (questions, tries, failures in a row, empty looks). Nothing is retried by the framework.
"""

from collections.abc import Callable, Iterable
from typing import Any, Final, Literal, TypeAlias

from langgraph.checkpoint.base import BaseCheckpointSaver
from langgraph.graph import END, START, StateGraph
from langgraph.graph.state import CompiledStateGraph

from agent.nodes.account import account, next_step, report
from agent.nodes.act import act, ground, look, verify, wake
from agent.nodes.consult import consult
from agent.nodes.plan import approve, clarify, inquire, propose, understand
from agent.nodes.recover import recover
from agent.recording.nodes import recorded
from agent.state import RunState
from agent.workcell import Workcell

NODES: Final = (
    understand, clarify, inquire, propose, approve, wake, look, ground, act, verify, account, recover, consult,
    next_step,
    report,
)  # fmt: skip

Graph: TypeAlias = CompiledStateGraph[RunState, Workcell, RunState, RunState]
Draft: TypeAlias = StateGraph[Any, Any, Any, Any]


def build_graph(checkpointer: "BaseCheckpointSaver[Any]") -> Graph:
    """The compiled graph; its state survives in `checkpointer`."""
    draft = StateGraph(RunState, context_schema=Workcell)
    return wired(draft, [recorded(node) for node in NODES]).compile(checkpointer=checkpointer)


def wired(graph: Draft, nodes: Iterable[Callable[..., Any]]) -> Draft:
    """The empty `graph` with `nodes`, named as in NODES, and every route between them."""
    for node in nodes:
        graph.add_node(node.__name__, node)
    graph.add_conditional_edges(START, after_start)
    graph.add_conditional_edges("understand", after_understand)
    graph.add_conditional_edges("clarify", after_clarify)
    graph.add_conditional_edges("inquire", after_inquire)
    graph.add_edge("propose", "approve")
    graph.add_conditional_edges("approve", after_approve)
    graph.add_conditional_edges("wake", after_wake)
    graph.add_conditional_edges("look", after_look)
    graph.add_conditional_edges("ground", after_ground)
    graph.add_conditional_edges("act", after_act)
    graph.add_conditional_edges("verify", after_verify)
    graph.add_conditional_edges("account", after_account)
    graph.add_conditional_edges("recover", after_recover)
    graph.add_conditional_edges("consult", after_consult)
    graph.add_conditional_edges("next_step", after_next_step)
    graph.add_edge("report", END)
    return graph


def drawing() -> tuple[str, dict[str, Any]]:
    """The graph as a Mermaid diagram, and as its nodes and edges."""
    drawn = wired(StateGraph(RunState, context_schema=Workcell), NODES).compile().get_graph()
    edges = [{"from": one.source, "to": one.target, "conditional": one.conditional} for one in drawn.edges]
    return drawn.draw_mermaid(with_styles=False), {"nodes": list(drawn.nodes), "edges": edges}


def after_start(state: RunState) -> Literal["understand", "wake"]:
    """A run that has accounts was cut off after its approval."""
    return "wake" if state.accounts else "understand"


def after_understand(state: RunState) -> Literal["clarify", "inquire", "report"]:
    if state.outcome is not None or state.understanding is None:
        return "report"
    return "clarify" if state.understanding.outcome == "question" else "inquire"


def after_clarify(state: RunState) -> Literal["understand", "report"]:
    return "report" if state.outcome else "understand"


def after_inquire(state: RunState) -> Literal["propose", "report"]:
    return "report" if state.outcome else "propose"


def after_approve(state: RunState) -> Literal["look", "report"]:
    return "report" if state.outcome else "look"


def after_wake(state: RunState) -> Literal["verify", "look", "report"]:
    """A run that was cut off between its last step and its report has only that left."""
    if state.step >= len(state.accounts):
        return "report"
    return "verify" if state.execution else "look"


def after_look(state: RunState) -> Literal["recover", "ground", "propose", "look", "next_step"]:
    if state.blocked:
        return "recover"
    if not state.empty_handed:
        return "ground"
    match state.standing:
        case "open":
            return "propose" if state.outgrown else "ground"
        case "again":
            return "look"
        case "met" | "short":
            return "next_step"


def after_ground(state: RunState) -> Literal["act", "recover", "report"]:
    if state.outcome:
        return "report"
    return "recover" if state.trouble else "act"


def after_act(state: RunState) -> Literal["verify", "recover"]:
    """With the latch closed nothing moves any more, not even out of the camera's view."""
    return "recover" if state.trouble else "verify"


def after_verify(state: RunState) -> Literal["account", "recover"]:
    if state.blocked or state.judged is None:
        return "recover"
    return "account" if state.judged.verdict.judgement == "success" else "recover"


def after_account(state: RunState) -> Literal["consult", "ground", "look", "report"]:
    """After a part was put back, a person may have to be asked what is to become of it."""
    if state.outcome:
        return "report"
    if state.trouble:
        return "consult"
    return "look" if state.empty_handed else "ground"


def after_recover(state: RunState) -> Literal["consult", "verify", "look", "ground", "report"]:
    """After a look that failed, the same look again; else what the table chose."""
    if state.outcome:
        return "report"
    if state.trouble:
        return "consult"
    if state.execution:
        return "verify"
    return "look" if state.empty_handed else "ground"


def after_consult(state: RunState) -> Literal["consult", "verify", "look", "report"]:
    """An answer that was not understood is asked for again; else nothing is done without a fresh look."""
    if state.outcome:
        return "report"
    if state.trouble:
        return "consult"
    return "verify" if state.execution else "look"


def after_next_step(state: RunState) -> Literal["look", "recover", "report"]:
    if state.trouble:
        return "recover"
    return "report" if state.outcome or state.step >= len(state.accounts) else "look"
