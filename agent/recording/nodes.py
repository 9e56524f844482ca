"""A node of the graph that is written down: what it was told, and what it decided."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from inspect import signature
from typing import Any, Final

from langgraph.runtime import Runtime

from agent import events
from agent.state import RunState, Update
from agent.workcell import Workcell

Node = Callable[..., Update]
ASKED: Final = ("journal", "pause")
"""Parts of a workcell that nodes ask themselves; the others were wrapped when the cell was put together."""


def recorded(node: Node) -> Node:
    """`node`, written down."""

    def visited(state: RunState, runtime: Runtime[Workcell]) -> Update:
        workcell = runtime.context
        recorder = workcell.recorder
        with recorder.visit(
            node.__name__,
            state,
            workcell.looker.memory,
            lambda why: workcell.listener(events.Unrecorded(reason=why)),
        ) as end:
            update = call(node, state, overheard(workcell, recorder.overhear), runtime)
            end(update)
        return update

    visited.__name__ = node.__name__
    return visited


def call(node: Node, state: RunState, workcell: Workcell, runtime: Runtime[Workcell]) -> Update:
    """Run `node` with that workcell; one that needs none takes the state alone."""
    if "runtime" in signature(node).parameters:
        return node(state, runtime.override(context=workcell))
    return node(state)


def overheard(workcell: Workcell, wrapped: Callable[[str, Any], Any]) -> Workcell:
    """The workcell with what nodes ask of it wrapped."""
    parts: Mapping[str, Any] = {name: getattr(workcell, name) for name in ASKED if hasattr(workcell, name)}
    return replace(workcell, **{name: wrapped(name, part) for name, part in parts.items()})
