"""The graph is the one that the documents draw, and its routes know every case."""

from pathlib import Path
from typing import get_args, get_type_hints

from langgraph.checkpoint.memory import InMemorySaver

from agent import graph
from agent.state import SAVED, RunState


def test_the_documents_draw_this_graph(root: Path) -> None:
    """To draw it anew: write this test's right side between the fences of docs/graph.md."""
    text = (root / "docs" / "graph.md").read_text(encoding="utf-8")
    drawn = text.split("```mermaid\n")[1].split("```")[0]
    assert drawn == graph.build_graph(InMemorySaver()).get_graph().draw_mermaid(with_styles=False)


def test_every_route_names_its_destinations() -> None:
    nodes = set(graph.build_graph(InMemorySaver()).get_graph().nodes)
    routes = [value for name, value in vars(graph).items() if name.startswith("after_")]
    assert len(routes) == 14
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
