"""Where the fingers closed and let go, as the policy proposed and the gate carried it out.

No camera sees what falls into a bin. Where it was let go is known all the same: from the motion, not from the policy's
word for it.
"""

import math
from dataclasses import replace
from typing import Final

import numpy as np

from agent.executor import Checkpoint
from skills.base import FloatArray, Value
from skills.cell import Cell
from skills.chunk import ActionChunk
from skills.observation import Observation
from skills.protocols import Policy
from skills.words import Size

KEPT: Final = 16
"""Calls whose motions are remembered; only the last one's is asked for."""

Point = tuple[float, float]


class Aim(Value):
    """Where the fingers last closed and last let go in a call, x and y in the robot's base frame [m]; None where they
    did not. `width` is between them [m] when the policy proposed to let go.
    """

    closed: Point | None = None
    opened: Point | None = None
    width: float | None = None


class LetGo(Value):
    """The place, and in a fixture the hole, over which the fingers let go, and how far beside it [m]."""

    place: str
    hole: Size | None = None
    away: float


class Motion(Value):
    """What a verdict may know of a call's motion: where the fingers closed, x, y [m] from the tray's centre, over what
    they let go, and whether they held anything when that was proposed.
    """

    closed: Point | None = None
    let_go: LetGo | None = None
    carried: bool | None = None


UNKNOWN: Final = Motion()
"""Of a call from before a restart, or one that was told in joints."""


class Aims:
    """The last calls' aims, by call id. In memory only: after a restart nothing is known of a call's motion."""

    def __init__(self) -> None:
        self._aims: dict[str, Aim] = {}

    def note(self, call_id: str, rows: FloatArray, width: float) -> None:
        """Add rows (T, 7) of tcp_waypoints that are carried out, proposed when the fingers stood `width` [m] apart."""
        known = self._aims.pop(call_id, Aim())
        closed, opened = _turns(rows)
        self._aims[call_id] = Aim(
            closed=closed or known.closed, opened=opened or known.opened, width=width if opened else known.width
        )
        for old in list(self._aims)[:-KEPT]:
            del self._aims[old]

    def of(self, call_id: str) -> Aim:
        return self._aims.get(call_id, Aim())


class Aiming:
    """A policy whose motions are noted. Implements Policy."""

    def __init__(self, policy: Policy, aims: Aims, executed: int) -> None:
        self._policy, self._aims, self._executed = policy, aims, executed

    def act(self, observation: Observation, phrase: str, call_id: str) -> ActionChunk:
        """Raises: what the policy raises."""
        chunk = self._policy.act(observation, phrase, call_id)
        if chunk.space == "tcp_waypoints":
            self._aims.note(call_id, chunk.values[: self._executed], observation.gripper_width)
        return chunk


def motion_of(aim: Aim, cell: Cell) -> Motion:
    """That aim in the words of the cell."""
    (x, y), closed = cell.tray.centre, aim.closed
    return Motion(
        closed=(closed[0] - x, closed[1] - y) if closed else None,
        let_go=let_go_over(cell, aim.opened) if aim.opened else None,
        carried=None if aim.width is None else aim.width > cell.robot.gripper.holding_width,
    )


def aiming(checkpoint: Checkpoint, aims: Aims) -> Checkpoint:
    """`checkpoint` with its motions noted."""
    return replace(checkpoint, policy=Aiming(checkpoint.policy, aims, checkpoint.contract.executed))


def let_go_over(cell: Cell, at: Point) -> LetGo:
    """The place of `cell` whose point of release is the nearest to `at`; in a fixture, its nearest hole."""
    spots: list[tuple[Point, str, Size | None]] = [
        (place.release, name, None) for name, place in cell.places.items() if name not in cell.fixtures
    ]
    for name, fixture in cell.fixtures.items():
        spots += [((nest.x, nest.y), name, size) for size in fixture.holes for nest in (fixture.hole(size),)]
    away, place, hole = min((math.dist(at, spot), name, size or "") for spot, name, size in spots)
    return LetGo(place=place, hole=hole or None, away=away)


def _turns(rows: FloatArray) -> tuple[Point | None, Point | None]:
    """Where the fingers last close in these rows, and where they last open."""
    wide = rows[:, -1] > 0
    found: list[Point | None] = []
    for turn in (~wide[1:] & wide[:-1], wide[1:] & ~wide[:-1]):
        where = np.flatnonzero(turn)
        found.append((float(rows[where[-1] + 1, 0]), float(rows[where[-1] + 1, 1])) if len(where) else None)
    return found[0], found[1]
