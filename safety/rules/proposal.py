"""Rules on a chunk as such: its form, its numbers, where it comes from. Nothing is computed from it yet."""

from typing import Final

import numpy as np

from safety.cases import Proposal, State
from safety.grip import RESOLUTION
from skills.call import Finding
from skills.chunk import WAYPOINT_COLUMNS

MOST_ROWS: Final = 200
"""A longer chunk is not a step of a policy but a programme."""
LARGEST: Final = 100.0
"""No metre and no radian of a cell is greater."""
LONGEST_PERIOD: Final = 1.0


def schema(case: Proposal) -> Finding | None:
    """Rows, columns, dtype and period are those of a space that the gate knows."""
    chunk = case.chunk
    columns = {"tcp_waypoints": len(WAYPOINT_COLUMNS), "joint_positions": len(case.cell.robot.home) + 1}
    wanted = columns.get(chunk.space)
    if wanted is None:
        return Finding(rule="schema", text=f"the space {chunk.space!r} is none of {', '.join(columns)}")
    rows, have = chunk.values.shape
    if have != wanted:
        return Finding(
            rule="schema",
            value=have,
            bound=wanted,
            unit="columns",
            text=f"{chunk.space} has {wanted} columns, not {have}",
        )
    if not 1 <= rows <= MOST_ROWS:
        return Finding(
            rule="schema",
            value=rows,
            bound=MOST_ROWS,
            unit="rows",
            text=f"a chunk has 1 to {MOST_ROWS} rows, not {rows}",
        )
    timed = chunk.space == "joint_positions"
    if timed and not (chunk.period is not None and 0 < chunk.period <= LONGEST_PERIOD):
        return Finding(
            rule="schema", value=chunk.period, bound=LONGEST_PERIOD, unit="s", text="the period is no time step"
        )
    return None


def finite_chunk(case: Proposal) -> Finding | None:
    """No NaN, no infinity and no absurd number in the chunk."""
    bad = np.argwhere(~(np.abs(case.chunk.values) <= LARGEST))
    if not len(bad):
        return None
    row, column = (int(i) for i in bad[0])
    value = float(case.chunk.values[row, column])
    return Finding(
        rule="finite_chunk",
        index=(row, column),
        value=value,
        bound=LARGEST,
        text=f"row {row}, column {column} holds {value:g}; no number of a chunk is greater than {LARGEST:g}",
    )


def gripper_width(case: Proposal) -> Finding | None:
    """Each row's opening within what the gripper can do, give or take its resolution."""
    widths, most = case.chunk.values[:, -1], case.cell.robot.gripper.max_width
    beyond = np.argwhere(~((widths >= -RESOLUTION) & (widths <= most + RESOLUTION)))
    if not len(beyond):
        return None
    row = int(beyond[0, 0])
    return Finding(
        rule="gripper_width",
        index=(row,),
        value=float(widths[row]),
        bound=most,
        unit="m",
        text=f"row {row} opens the gripper to {widths[row] * 1e3:.1f} mm; it goes from 0 to {most * 1e3:.0f} mm",
    )


def bound_call(case: Proposal) -> Finding | None:
    """The chunk belongs to the call that is being made."""
    if case.call_id is not None and case.chunk.call_id == case.call_id:
        return None
    bound = "none" if case.call_id is None else repr(case.call_id)
    return Finding(
        rule="bound_call", text=f"the chunk is of call {case.chunk.call_id!r}; the call under way is {bound}"
    )


def bound_checkpoint(case: Proposal) -> Finding | None:
    """The weights that propose are those that the call was bound to."""
    if case.checkpoint is None or case.chunk.checkpoint == case.checkpoint:
        return None
    return Finding(
        rule="bound_checkpoint",
        text=f"the chunk comes from checkpoint {case.chunk.checkpoint!r}, not from {case.checkpoint!r}",
    )


def sequence(case: Proposal) -> Finding | None:
    """The chunk answers an observation that the gate handed out since the arm last moved."""
    answers = case.chunk.answers
    if answers in case.answered or case.seen.get(answers) == case.chunk.observed_ns:
        return None
    return Finding(
        rule="sequence",
        value=answers,
        text=f"the chunk answers observation {answers}, which was not handed out since the arm last moved",
    )


def replay(case: Proposal) -> Finding | None:
    """One chunk for one observation."""
    if case.chunk.answers not in case.answered:
        return None
    return Finding(
        rule="replay", value=case.chunk.answers, text=f"observation {case.chunk.answers} was answered before"
    )


def age(case: Proposal) -> Finding | None:
    """The observation that the chunk answers is no older than the cell allows, and not from the future."""
    seconds, most = (case.now_ns - case.chunk.observed_ns) * 1e-9, case.cell.limits.observation_age
    if 0 <= seconds <= most:
        return None
    return Finding(
        rule="age",
        value=seconds,
        bound=most,
        unit="s",
        text=f"the chunk answers an observation {seconds:.2f} s old; at most {most:g} s are allowed",
    )


def latch(case: State) -> Finding | None:
    """Nothing moves while the stop latch is closed."""
    if case.latched is None:
        return None
    return Finding(rule="latch", text=f"stopped before: {case.latched}; a person has to reset it")


def finite_state(case: State) -> Finding | None:
    """No NaN and no infinity in what was measured: joints, speeds, gripper, tool."""
    measured = case.measured
    parts = {
        "joint positions": measured.joints,
        "joint speeds": measured.joint_speeds,
        "gripper's width": np.array([measured.gripper_width]),
        "tool's pose": measured.tcp,
    }
    for name, values in parts.items():
        bad = np.argwhere(~np.isfinite(values))
        if len(bad):
            return Finding(rule="finite_state", index=(int(bad[0, 0]),), text=f"the measured {name} hold no number")
    return None
