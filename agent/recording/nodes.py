"""A node of the graph that is written down: what it was told, and what it decided."""

from collections.abc import Callable
from dataclasses import fields, replace
from inspect import signature
from typing import Any, Final

from langgraph.runtime import Runtime

from agent import events
from agent.recording.keeper import Around
from agent.state import RunState, Update
from agent.workcell import Workcell
from skills.base import Value

Node = Callable[..., Update]
WIRED: Final = frozenset(
    {"catalogue", "gate", "clock", "planner", "looker", "grounder", "executor", "verifier", "recorder"}
)
"""Parts of a workcell that were wrapped when it was put together, or that know nothing but those and the cell file.
Whatever else is there, nodes ask themselves.
"""


def recorded(node: Node) -> Node:
    """`node`, written down."""

    def visited(state: RunState, runtime: Runtime[Workcell]) -> Update:
        workcell = runtime.context
        recorder = workcell.recorder
        around = Around(
            seen=workcell.looker.memory,
            told=values(workcell),
            tell=lambda why: workcell.listener(events.Unrecorded(reason=why)),
        )
        with recorder.visit(node.__name__, state, around) as end:
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
    asked = {name: part for name, part in _others(workcell) if not isinstance(part, Value) and not callable(part)}
    return replace(workcell, **{name: wrapped(name, part) for name, part in asked.items()})


def values(workcell: Workcell) -> dict[str, Value]:
    """What a workcell is told beside its cell file, such as who stands before it."""
    return {name: part for name, part in _others(workcell) if isinstance(part, Value) and name != "cell"}


def _others(workcell: Workcell) -> list[tuple[str, Any]]:
    return [(one.name, getattr(workcell, one.name)) for one in fields(workcell) if one.name not in WIRED]
