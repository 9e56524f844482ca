"""Where what was recorded and what today's code decides differ: a path, and the two values there."""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final, NamedTuple

from skills.base import Value

CHUNK: Final = {"position": 0.0005, "angle": math.radians(0.5), "confidence": 0.02}
"""How far a policy's chunk may be off: metres, radians, and its own confidence."""
SCENE: Final = {"at": 0.001, "unclear": 0.001, "yaw": math.radians(2.0), "confidence": 0.02}
"""How far a perceived part may be off: metres, radians, and the confidence."""
ROUNDING: Final = 1e-6
"""How far any other number may be off, which comes from the same numbers by the same arithmetic."""
PASSED_OVER: Final = frozenset({"time_ns", "sequence", "seconds", "sent_rows", "latched"})
"""What the cell's time and the robot's motion say; a recording moves nothing."""


class Difference(Value):
    """One decision that today's code would not take as it was taken.

    Attributes:
        node: where: "planner", "perceiver", "policy", "gate", "route", or the node of the graph.
        call: id of the call that it is about, where it is about one.
        what: the field that differs.
    """

    node: str
    call: str | None
    what: str
    recorded: Any
    today: Any


class Gap(NamedTuple):
    """Where two values differ first."""

    what: str
    recorded: Any
    today: Any


def gaps(recorded: Any, today: Any, off: Mapping[str, float], path: str = "", key: str = "") -> Iterator[Gap]:
    """The leaves in which two JSON values differ; `off` is how far the numbers under a key may lie apart."""
    match recorded, today:
        case Mapping(), Mapping():
            for name in dict.fromkeys((*recorded, *today)):
                if name not in PASSED_OVER:
                    inner = f"{path}.{name}" if path else name
                    yield from gaps(recorded.get(name), today.get(name), off, inner, name)
        case list() | tuple(), list() | tuple():
            yield from _items(recorded, today, off, path, key)
        case bool(), _:
            if recorded is not today:
                yield Gap(path, recorded, today)
        case int() | float(), int() | float():
            if not _near(recorded, today, off.get(key, ROUNDING)):
                yield Gap(path, recorded, today)
        case _ if recorded != today:
            yield Gap(path, recorded, today)
        case _:
            return


def chunk_gaps(recorded: Any, today: Any) -> Iterator[Gap]:
    """Where two chunks differ, column by column in their units; who asked when is no difference."""
    for name in ("space", "done", "checkpoint"):
        if getattr(recorded, name) != getattr(today, name):
            yield Gap(name, getattr(recorded, name), getattr(today, name))
    if recorded.values.shape != today.values.shape:
        yield Gap("rows", recorded.values.shape[0], today.values.shape[0])
        return
    angles = range(3, 6) if recorded.space == "tcp_waypoints" else range(recorded.values.shape[1] - 1)
    for row, (one, other) in enumerate(zip(recorded.values.tolist(), today.values.tolist(), strict=True)):
        for column, (mine, its) in enumerate(zip(one, other, strict=True)):
            if not _near(mine, its, CHUNK["angle" if column in angles else "position"]):
                yield Gap(f"values[{row}][{column}]", mine, its)
    mine, its = recorded.confidence, today.confidence
    if (mine is None) != (its is None) or (mine is not None and not _near(mine, its, CHUNK["confidence"])):
        yield Gap("confidence", mine, its)


def _items(
    recorded: Sequence[Any], today: Sequence[Any], off: Mapping[str, float], path: str, key: str
) -> Iterator[Gap]:
    if len(recorded) != len(today):
        yield Gap(f"{path} (number)", len(recorded), len(today))
        return
    for number, (one, other) in enumerate(zip(recorded, today, strict=True)):
        yield from gaps(one, other, off, f"{path}[{number}]", key)


def _near(one: float, other: float, off: float) -> bool:
    return math.isclose(one, other, rel_tol=ROUNDING, abs_tol=off) or (math.isnan(one) and math.isnan(other))
