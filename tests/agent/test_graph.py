"""The routes of the graph know every case, and a checkpoint every value of its state."""

from inspect import signature
from pathlib import Path
from typing import get_args, get_type_hints

from langchain_core.runnables import RunnableConfig
from langgraph.checkpoint.memory import InMemorySaver

from agent import graph
from agent.state import SAVED, RunState
from tests.agent.kinematic_tray import Bench, Tray, part, step


def test_every_route_names_its_destinations() -> None:
    nodes = set(graph.build_graph(InMemorySaver()).get_graph().nodes)
    routes = [value for name, value in vars(graph).items() if name.startswith("after_")]
    assert len(routes) == 14
    for route in routes:
        destinations = get_args(get_type_hints(route)["return"])
        assert destinations
        assert set(destinations) <= nodes


def test_routes_are_functions_of_the_state_alone() -> None:
    for name, route in vars(graph).items():
        if name.startswith("after_"):
            assert list(signature(route).parameters) == ["state"]
            assert set(route.__code__.co_names) <= {
                *dir(RunState),
                *RunState.model_fields,
                "verdict",
                "judgement",
                "len",
            }


def test_nodes_return_only_what_they_changed(tmp_path: Path) -> None:
    """Hardly anything: never a whole state, and a field that nothing was done to in few of them."""
    parts = (part("gear", "large", "red", "failed", (-0.09, 0.05)), part("nut", "M8", "brass", "ok", (0.0, -0.05)))
    bench = Bench(tmp_path, Tray(*parts, faults={1: "miss"}), step(condition="failed"))
    drawn = graph.build_graph(InMemorySaver())
    start = RunState(run_id=bench.journal.begin_run("go"), instruction="go")
    config: RunnableConfig = {"configurable": {"thread_id": "1"}, "recursion_limit": 100}
    told = list(drawn.stream(start, config, context=bench.workcell, stream_mode="updates"))
    bench.journal.close()
    updates = [(node, update) for one in told for node, update in one.items()]
    assert {"recover", "account", "report"} <= {node for node, _ in updates}
    for node, update in updates:
        assert set(update or {}) <= set(RunState.model_fields), node
        assert len(update or {}) <= len(RunState.model_fields) / 2, node
        assert not {"run_id", "approved", "past"} & set(update or {}), node


def test_a_checkpoint_may_hold_every_value_of_the_state() -> None:
    def classes(annotation: object) -> set[type]:
        inner = get_args(annotation)
        if not inner:
            return {annotation} if isinstance(annotation, type) and hasattr(annotation, "model_fields") else set()
        return set().union(*map(classes, inner))

    held = set().union(*(classes(field.annotation) for field in RunState.model_fields.values()))
    assert held == set(SAVED)
