"""A policy's chunks beside those of a data set, column by column: how near, how closed, how jerky.

None of these says whether a part is picked: a policy may be near and never succeed. They find what is wrong where
one does not succeed.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from policy.evaluation.statistics import Tally
from skills.base import FloatArray, Value
from skills.errors import BadInput

CLOSE: Final = 0.05
"""A value that is not farther from the data's than this share of the column's span is close."""
LEAST: Final = 1e-3
"""A millimetre or a milliradian: less is no difference, in columns that never change in the data either."""


class ColumnErrors(Value):
    """One column over all chunks.

    Attributes:
        span: what CLOSE is a share of, in the column's unit: the greatest value less the smallest, of the actions that
            the policy was trained on where its checkpoint holds them, else of the data.
        close: values within CLOSE of the span, or LEAST.
        mae, mse: mean absolute and mean squared error, in the column's unit and its square.
        jump, data_jump: the greatest step between two rows of a chunk, of the policy and of the data.
        beyond: the policy's steps that are greater than any of the data's by more than LEAST.
    """

    span: float
    close: Tally
    mae: float
    mse: float
    jump: float
    data_jump: float
    beyond: Tally

    def as_json(self) -> dict[str, Any]:
        """For a report."""
        return {**self.model_dump(), "close": self.close.as_json(), "beyond": self.beyond.as_json()}


def column_errors(
    proposed: FloatArray,
    data: FloatArray,
    names: Sequence[str],
    periods: Mapping[str, float] | None = None,
    *,
    spans: FloatArray | None = None,
    counted: NDArray[np.bool_] | None = None,
) -> dict[str, ColumnErrors]:
    """By column name.

    Args:
        proposed, data: (N, T, D) chunks.
        periods: of columns in which values so far apart are the same, as angles are.
        spans: (D,) of the actions that the policy was trained on; None: the data's own.
        counted: (N, T) the rows that count; None: all.

    Raises: BadInput (shapes that differ, no chunks).
    """
    if proposed.shape != data.shape or data.ndim != 3 or data.shape[2] != len(names) or not data.size:
        raise BadInput("chunks", f"{proposed.shape} beside {data.shape}", f"both (N, T, {len(names)}) with N, T > 0")
    rows = np.ones(data.shape[:2], np.bool_) if counted is None else counted
    spans = np.ptp(data[rows], axis=0) if spans is None else spans
    return {
        name: _column(proposed[..., at], data[..., at], rows, float(spans[at]), (periods or {}).get(name))
        for at, name in enumerate(names)
    }


def closed_share(widths: FloatArray, closed: float) -> Tally:
    """How many of the gripper's widths (any shape) [m] are below `closed`."""
    return Tally(hits=int((widths < closed).sum()), trials=widths.size)


def _column(
    proposed: FloatArray, data: FloatArray, rows: NDArray[np.bool_], span: float, period: float | None
) -> ColumnErrors:
    """Of (N, T) values, where `rows` count."""
    errors = np.abs(_wrapped(proposed - data, period))[rows]
    steps = rows[:, 1:] & rows[:, :-1]
    jumps, data_jumps = (np.abs(_wrapped(np.diff(values, axis=1), period))[steps] for values in (proposed, data))
    largest = float(data_jumps.max(initial=0.0))
    return ColumnErrors(
        span=span,
        close=Tally(hits=int((errors <= max(CLOSE * span, LEAST)).sum()), trials=errors.size),
        mae=float(errors.mean()),
        mse=float((errors**2).mean()),
        jump=float(jumps.max(initial=0.0)),
        data_jump=largest,
        beyond=Tally(hits=int((jumps > largest + LEAST).sum()), trials=jumps.size),
    )


def _wrapped(differences: FloatArray, period: float | None) -> FloatArray:
    return differences if period is None else (differences + period / 2) % period - period / 2
