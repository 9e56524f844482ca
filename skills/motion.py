"""How chunks move: what the data's did, and whether a policy's do the same."""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from skills.base import FloatArray
from skills.chunk import ActionChunk, Space
from skills.contract import Contract, Moves
from skills.fault import Fault

JUMP_COLUMNS: Final[dict[Space, tuple[str, ...]]] = {
    "tcp_waypoints": ("way [m]", "tilt [rad]", "opening [m]"),
    "joint_positions": ("joint [rad]", "opening [m]"),
}
"""What is measured from one row to the next. Yaw is left out: of a round part every yaw is right, and a policy that is
sure of the place may change its mind about it from row to row.
"""
JUMP_SLACK: Final[dict[Space, tuple[float, ...]]] = {
    "tcp_waypoints": (0.03, 0.05, 0.02),
    "joint_positions": (0.05, 0.02),
}
"""By how much a jump may exceed the largest of the data: a policy aims some millimetres off. For waypoints measured on
3,000 held-out picks, see docs/doctor.md; for joints an estimate.
"""
CLOSED: Final = 0.005
"""A width below this [m] means: close."""
WIDTH_SPREADS: Final = 5.0
"""How many standard deviations of the data a width may lie from the data's mean of its row."""
FEWEST_CHUNKS: Final = 10
SHARE_SLACK: Final = 0.1
"""How far the share of rows with a closed gripper may lie from the data's, over FEWEST_CHUNKS chunks and more."""
UNKNOWN: Final = "unknown: the contract holds no moves of its data; train again to have them"


def jumps(values: NDArray[Any], space: Space) -> FloatArray:
    """(..., T - 1, n) steps from row to row of (..., T, D) chunks, columns as JUMP_COLUMNS."""
    steps = np.abs(np.diff(np.asarray(values, np.float64), axis=-2))
    if space == "joint_positions":
        return np.stack([steps[..., :-1].max(axis=-1), steps[..., -1]], axis=-1)
    way = np.linalg.norm(steps[..., :3], axis=-1)
    tilt = np.abs((steps[..., 3:5] + np.pi) % (2 * np.pi) - np.pi).max(axis=-1)
    return np.stack([way, tilt, steps[..., 6]], axis=-1)


def moves_of(chunks: NDArray[Any], space: Space) -> Moves:
    """What a contract keeps of the data's chunks (n, T, D)."""
    widths = np.asarray(chunks, np.float64)[..., -1]
    return Moves(
        jumps=tuple(map(tuple, jumps(chunks, space).max(axis=0).tolist())), closed=float((widths < CLOSED).mean())
    )


def check_jumps(contract: Contract, chunk: ActionChunk, before: FloatArray | None = None) -> Fault | None:
    """No row of a chunk is further from the one before than ever in the data.

    Args:
        before: (D,) the last row that was executed of the chunk before; only timed rows follow on it.
    """
    if contract.moves is None:
        return None
    rows, most = chunk.values[: contract.executed], np.array(contract.moves.jumps)
    seam = False
    if before is not None and chunk.space == "joint_positions":
        seam = True
        rows, most = np.vstack([before, rows]), np.vstack([most.max(axis=0), most])
    steps = jumps(rows, chunk.space)
    allowed = most[: len(steps)] + JUMP_SLACK[chunk.space]
    too_far = np.argwhere(~(steps <= allowed))
    if not len(too_far):
        return None
    row, column = too_far[0]
    name, unit = JUMP_COLUMNS[chunk.space][column].split()
    at_seam = seam and row == 0
    where = "where two chunks meet" if at_seam else f"from row {row + 1 - seam} to row {row + 2 - seam} of the chunk"
    return Fault(
        check="jumps",
        text=f"the {name} {where} is {steps[row, column]:.3f} {unit[1:-1]}, and at most "
        f"{most[row, column]:.3f} in the data",
        remedy=_at_seam(contract) if at_seam else _inside(contract),
    )


def _at_seam(contract: Contract) -> str:
    more = contract.executed < contract.chunk_size
    return (
        f"execute more of each chunk: n_action_steps {contract.executed} of chunk_size {contract.chunk_size}"
        if more
        else f"execute fewer rows before asking again: n_action_steps below chunk_size {contract.chunk_size}"
    ) + ", or train longer"


def _inside(contract: Contract) -> str:
    if contract.space == "tcp_waypoints":
        return "look afresh and try again; if it stays, train longer or with more data"
    return f"train longer, or with a chunk_size below {contract.chunk_size}"


def check_gripper(contract: Contract, chunk: ActionChunk) -> Fault | None:
    """Each row opens the gripper as far as that row of the data's chunks did."""
    widths = chunk.values[: contract.executed, -1]
    if not contract.action_mean or "width [m]" not in contract.action_names:
        return None
    column = contract.action_names.index("width [m]")
    for row, width in enumerate(widths[: len(contract.action_mean)]):
        mean, spread = contract.action_mean[row][column], contract.action_std[row][column]
        if not abs(width - mean) <= WIDTH_SPREADS * spread:
            return Fault(
                check="gripper",
                text=f"row {row + 1} of the chunk opens the gripper to {width:.3f} m; the data's do to "
                f"{mean:.3f} ± {spread:.3f} m",
                remedy="check the gripper's column and unit (metres, 0 is closed) in data and cell, or train longer",
            )
    return None


def check_chunk_rate(contract: Contract, chunk: ActionChunk) -> Fault | None:
    """The chunk's rows lie as far apart in time as the data's."""
    if chunk.space == contract.space and _same(chunk.period, contract.period):
        return None
    return Fault(
        check="rate",
        text=f"the chunk is {_paced(chunk.space, chunk.period)}, and the data are "
        f"{_paced(contract.space, contract.period)}",
        remedy="let the policy answer in the space and at the rate of its contract",
    )


def check_closed(contract: Contract, chunks: Sequence[NDArray[Any]]) -> Fault | None:
    """Over what was executed, the gripper was closed as often as in the data."""
    if contract.moves is None or len(chunks) < FEWEST_CHUNKS:
        return None
    share, trained = closed_share(chunks), contract.moves.closed
    if abs(share - trained) <= SHARE_SLACK:
        return None
    return Fault(
        check="gripper",
        text=f"the gripper is closed in {share:.0%} of the rows that were executed ({len(chunks)} chunks), and in "
        f"{trained:.0%} of the data's",
        remedy="check the gripper's column and unit (metres, 0 is closed) in data and cell, or train longer",
    )


def closed_share(chunks: Sequence[NDArray[Any]]) -> float:
    """Share of the rows in which the gripper is closed."""
    return float((np.concatenate([chunk[:, -1] for chunk in chunks]) < CLOSED).mean())


def _same(one: float | None, other: float | None) -> bool:
    return one == other or (one is not None and other is not None and abs(one - other) <= 0.01 * other)


def _paced(space: Space, period: float | None) -> str:
    return space if period is None else f"{space} every {period:.4g} s"
