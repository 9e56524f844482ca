"""What inspection counts: values by name, numbers by column. Plain values that a report shows and a test compares."""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from skills.base import Value

BINS: Final = 12


class Column(Value):
    """How the numbers of one column are spread; `counts` are those of BINS bins from `low` to `high`."""

    name: str
    mean: float
    std: float
    low: float
    high: float
    counts: tuple[int, ...]


class Finding(Value):
    """Something wrong: what kind of fault, and where, with its numbers."""

    fault: str
    text: str


class Inspection(Value):
    """All that was found in a data set.

    Attributes:
        counts: by subject ("phrase", "kind" …), how many examples have each value.
        columns: of start states and actions.
        left_out: by cause, how many parts might have been asked for and could not be grasped.
        closed_share: of the rows of actions, those with closed fingers; None where no column is a width.
        largest_jump: greatest step of a state column between two frames, as a share of its range; None for one frame.
    """

    name: str
    form: str
    scenes: int
    examples: int
    counts: Mapping[str, Mapping[str, int]]
    columns: Mapping[str, tuple[Column, ...]]
    left_out: Mapping[str, int] = {}
    closed_share: float | None
    largest_jump: float | None
    findings: tuple[Finding, ...]


def column(name: str, values: NDArray[np.floating]) -> Column:
    """Of (n,) numbers."""
    counts, edges = np.histogram(values, BINS)
    return Column(
        name=name, mean=float(values.mean()), std=float(values.std()), low=float(edges[0]), high=float(edges[-1]),
        counts=tuple(int(count) for count in counts),
    )  # fmt: skip


def columns(names: Sequence[str], values: NDArray[np.floating]) -> tuple[Column, ...]:
    """Of (n, columns) numbers; none for n = 0."""
    return tuple(column(name, values[:, number]) for number, name in enumerate(names)) if len(values) else ()
