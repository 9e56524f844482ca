"""What the rules look at: frozen views of a proposal, a route, its timing and a moment of the motion."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from safety.collision import Collider, Hit, Kind, Postures
from safety.grip import Grip
from safety.kinematics import Arm, Trace
from safety.route import Route, checkpoints
from safety.timing import Leg
from skills.base import FloatArray
from skills.cell import Cell
from skills.chunk import ActionChunk
from skills.observation import Observation

CHECK_STEP = 0.02
"""No joint moves further than this between two configurations of a path that are checked [rad]."""


@dataclass(frozen=True)
class Proposal:
    """A chunk and what is known of where it comes from.

    Attributes:
        call_id, checkpoint: what the gate is bound to; None where it is bound to no call.
        seen: sequence number -> time [ns] of the observations handed out since the arm last moved.
        answered: sequence numbers that a chunk has answered before.
        now_ns: the cell's time.
    """

    chunk: ActionChunk
    cell: Cell
    call_id: str | None
    checkpoint: str | None
    seen: Mapping[int, int]
    answered: frozenset[int]
    now_ns: int


@dataclass(frozen=True)
class State:
    """The robot as it stands before a motion, and the latch."""

    measured: Observation
    latched: str | None


@dataclass(frozen=True)
class Change:
    """A gripper command at the end of a stretch: at the row, at the point `tcp` (3,) [m]."""

    row: int
    tcp: FloatArray
    width: float
    grip: Grip


@dataclass(frozen=True)
class Passage:
    """A route as points to check, dense enough that nothing fits between.

    Attributes:
        joints: (N, DOF) [rad]; rows: (N,) the chunk's row under way; holding: (N,) whether a part is held.
        trace: the arm's points at each.
        measured: (DOF,) where the arm stands [rad]; target: (DOF,) the first row of a timed chunk, else the same.
        changes: the gripper commands on the way.
        unreached: the row that can't be reached, if there is one.
        hits: first collision of each kind.
    """

    cell: Cell
    joints: FloatArray
    rows: FloatArray
    holding: FloatArray
    trace: Trace
    measured: FloatArray
    target: FloatArray
    changes: tuple[Change, ...]
    unreached: int | None
    hits: Mapping[Kind, Hit]

    @classmethod
    def of(cls, route: Route, cell: Cell, arm: Arm, collider: Collider, measured: FloatArray) -> "Passage":
        parts: list[Postures] = []
        rows: list[FloatArray] = []
        changes: list[Change] = []
        for stretch in route.stretches:
            where, joints = checkpoints(stretch, CHECK_STEP)
            parts.append(Postures.alike(joints, stretch.grip.width, holding=stretch.grip.holding))
            rows.append(stretch.row_of(where))
            if stretch.width_after is not None:
                tcp = arm.tcp(joints[-1]).translation
                changes.append(Change(int(rows[-1][-1]), tcp, stretch.width_after, stretch.grip))
        path = Postures.chained(parts, len(measured))
        timed = [stretch for stretch in route.stretches if stretch.timed]
        return cls(
            cell=cell,
            joints=path.joints,
            rows=np.concatenate([np.empty(0), *rows]),
            holding=path.holding.astype(np.float64),
            trace=arm.trace(path.joints),
            measured=measured,
            target=timed[0].spline.knots[1] if timed else measured,
            changes=tuple(changes),
            unreached=route.unreached,
            hits=collider.hits(path),
        )


@dataclass(frozen=True)
class Timed:
    """The legs of a motion with their timing."""

    cell: Cell
    legs: tuple[Leg, ...]


@dataclass(frozen=True)
class Moment:
    """One look at the arm while it moves.

    Attributes:
        commanded: (DOF,) where it should be [rad].
        carrying: a part was in the gripper when the stretch began.
        stop: reason of a stop that was asked for.
        until_ns: the cell's time at which the call's budget is spent; None where it has none.
        change: the gripper command that is due now, with the grip and the point that were measured.
    """

    cell: Cell
    measured: Observation
    commanded: FloatArray
    carrying: bool
    stop: str | None
    until_ns: int | None
    change: Change | None
