"""Where the fingers closed and let go, as the policy proposed and the gate carried it out.

No camera sees what falls into a bin. Where it was let go is known all the same: from the motion, not from the policy's
word for it.
"""

import math
from dataclasses import replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from agent.executor import Checkpoint
from skills.base import FloatArray, Value
from skills.cell import Cell
from skills.chunk import ActionChunk
from skills.motion import CLOSED
from skills.observation import Observation
from skills.place import Fixture, is_over
from skills.protocols import Policy
from skills.scene import PerceivedPart
from skills.words import Size

KEPT: Final = 16
"""Calls whose motions are remembered; only the last one's is asked for."""

TOLERANCE: Final = 0.005
"""Fingers that are told to stand this much further apart [m] than they do are told to open."""

Point = tuple[float, float]


class Aim(Value):
    """Where the fingers last closed and first let go in a call, x and y in the robot's base frame [m]; None where they
    did not. `width` is between them [m] when the policy proposed to let go; `wide`: its last row keeps them apart.
    """

    closed: Point | None = None
    opened: Point | None = None
    width: float | None = None
    wide: bool | None = None


class LetGo(Value):
    """The place, and in a fixture the hole, over which the fingers let go, and how far from where a part is released
    there [m]. No hole: the fingers let go beside them.
    """

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
        if not len(rows):
            return
        known = self._aims.pop(call_id, Aim())
        before = _begins_wide(rows, width) if known.wide is None else known.wide
        wide = rows[:, -1] >= (CLOSED if before else max(CLOSED, width))  # less does not let go of what is held
        closed, opened = _turns(rows, np.concatenate([[before], wide]))
        self._aims[call_id] = Aim(
            closed=closed or known.closed,
            opened=known.opened or opened,
            width=width if opened and not known.opened else known.width,
            wide=bool(wide[-1]),
        )
        for old in list(self._aims)[:-KEPT]:
            del self._aims[old]

    def of(self, call_id: str) -> Aim:
        return self._aims.get(call_id, Aim())


class Aiming:
    """A policy whose motions are noted. Implements Policy."""

    def __init__(self, policy: Policy, aims: Aims) -> None:
        self._policy, self._aims = policy, aims

    def act(self, observation: Observation, phrase: str, call_id: str) -> ActionChunk:
        """Raises: what the policy raises."""
        chunk = self._policy.act(observation, phrase, call_id)
        if chunk.space == "tcp_waypoints":
            self._aims.note(call_id, chunk.values, observation.gripper_width)
        return chunk


def motion_of(aim: Aim, cell: Cell) -> Motion:
    """That aim in the words of the cell."""
    (x, y), closed = cell.tray.centre, aim.closed
    return Motion(
        closed=(closed[0] - x, closed[1] - y) if closed else None,
        let_go=let_go_over(cell, aim.opened) if aim.opened else None,
        carried=None if aim.width is None else aim.width > cell.robot.gripper.holding_width,
    )


def off_centre(part: PerceivedPart, closed: Point) -> float:
    """How far from the part's middle, along it, the fingers closed at `closed`, x, y [m] from the tray's centre."""
    x, y = closed[0] - part.at[0], closed[1] - part.at[1]
    return abs(x * math.cos(part.yaw) + y * math.sin(part.yaw))


def aiming(checkpoint: Checkpoint, aims: Aims) -> Checkpoint:
    """`checkpoint` with its motions noted."""
    return replace(checkpoint, policy=Aiming(checkpoint.policy, aims))


def let_go_over(cell: Cell, at: Point) -> LetGo:
    """The place of `cell` on whose ground `at` lies, or else the one that releases parts nearest to it; in a fixture,
    the hole whose notch a bolt would slide into.
    """
    name, place = min(
        cell.places.items(), key=lambda known: (not is_over(known[1], at), math.dist(at, known[1].release))
    )
    if not isinstance(place, Fixture):
        return LetGo(place=name, away=math.dist(at, place.release))
    nests = {size: place.hole(size) for size in place.holes}
    away, size = min((math.dist(at, (nest.x, nest.y)), size) for size, nest in nests.items())
    nest = nests[size]
    caught = bool(is_over(place, at)) and abs(at[1] - nest.y) <= nest.width / 2 + place.chamfer
    return LetGo(place=name, hole=size if caught else None, away=away)


def _begins_wide(rows: FloatArray, width: float) -> bool:
    """Whether the fingers, `width` [m] apart, are not further apart yet than the first row of a call wants them."""
    return bool(CLOSED <= rows[0, -1] <= width + TOLERANCE)


def _turns(rows: FloatArray, wide: NDArray[np.bool_]) -> tuple[Point | None, Point | None]:
    """Where the fingers last close in these rows, and where they first open: what was held is gone with that.

    Args:
        wide: (T + 1,) whether they are to stand apart before the rows, and after each.
    """
    closing = np.flatnonzero(~wide[1:] & wide[:-1])
    opening = np.flatnonzero(wide[1:] & ~wide[:-1])
    return _at(rows, closing[-1:]), _at(rows, opening[:1])


def _at(rows: FloatArray, index: NDArray[np.intp]) -> Point | None:
    """x, y of the row of that index, where there is one."""
    return (float(rows[index[0], 0]), float(rows[index[0], 1])) if len(index) else None
