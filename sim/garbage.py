"""Chunks that are spoilt: what the fault `garbage` makes of a policy's answer."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Final

from sim.faults import Form
from skills.chunk import ActionChunk

FILLED: Final[Mapping[Form, tuple[int, float]]] = {"nan": (2, float("nan")), "far": (0, 2.5), "floor": (2, -0.1)}
"""Column of the rows after the first, and what stands in it [m]."""
SHIFTED: Final[Mapping[Form, tuple[int, float]]] = {"beyond": (0, 0.5), "aside": (1, 0.012), "low": (2, -0.05)}
"""Column of all rows, and what is added to it [m]: the whole way away from the robot, to the left, or lower; no step
of it is longer than before."""
OTHERWISE: Final[Mapping[Form, Callable[[ActionChunk], ActionChunk]]] = {
    "empty": lambda chunk: replace(chunk, values=chunk.values[:0]),
    "other_call": lambda chunk: replace(chunk, call_id=f"{chunk.call_id}-other"),
    "other_weights": lambda chunk: replace(chunk, checkpoint="0" * 64),
    "old_picture": lambda chunk: replace(chunk, answers=chunk.answers - 1),
}


def spoilt(chunk: ActionChunk, form: Form) -> ActionChunk:
    """The chunk in that form."""
    if form in OTHERWISE:
        return OTHERWISE[form](chunk)
    values = chunk.values.copy()
    if form in FILLED:
        column, value = FILLED[form]
        values[1:, column] = value
    else:
        column, by = SHIFTED[form]
        values[:, column] += by
    return replace(chunk, values=values)
