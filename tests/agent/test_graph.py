"""The routes of the graph know every case, and a checkpoint every value of its state."""

from typing import get_args, get_type_hints

from langgraph.checkpoint.memory import InMemorySaver

from agent import graph
from agent.state import SAVED, RunState


def test_every_route_names_its_destinations() -> None:
    nodes = set(graph.build_graph(InMemorySaver()).get_graph().nodes)
    routes = [value for name, value in vars(graph).items() if name.startswith("after_")]
    assert len(routes) == 13
    for route in routes:
        destinations = get_args(get_type_hints(route)["return"])
        assert destinations
        assert set(destinations) <= nodes


def test_a_checkpoint_may_hold_every_value_of_the_state() -> None:
    def classes(annotation: object) -> set[type]:
        inner = get_args(annotation)
        if not inner:
            return {annotation} if isinstance(annotation, type) and hasattr(annotation, "model_fields") else set()
        return set().union(*map(classes, inner))

    held = set().union(*(classes(field.annotation) for field in RunState.model_fields.values()))
    assert held == set(SAVED)
