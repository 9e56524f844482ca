"""Where a parallel gripper can take hold of a part: candidates, scored by the room round the fingers.

Ground truth, for training data and measurements only. A part that lies alone is grasped as the small policy
was taught: at its middle, a bolt or bracket across its axis, round parts across y. Only where the fingers
find no room for that are other yaws, offsets along the part, openings and heights tried.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from sim.lying import Lying, buried
from sim.parts.catalogue import TIP
from skills.base import FloatArray
from skills.cell import Cell

CLEARANCES: Final = (0.018, 0.010, 0.006)
"""Openings beyond the part's width on approach [m]: wide open fingers hit neighbours and walls."""
FINGER_HALF: Final = 0.0106
"""Half of a finger's width, along the part's axis [m]."""
TIP_DEPTH: Final = 0.0146
"""How far a finger's tip reaches outward from its inner face [m] …"""
ROOT_DEPTH: Final = 0.0265
"""… and, from ROOT_FROM above the tool centre point, its root [m]."""
ROOT_FROM: Final = 0.028
TIP_BELOW: Final = 0.011
"""The finger tips reach this far below the tool centre point [m]."""
PALM_HALF: Final = (0.032, 0.103)
"""Half extents of the hand along and across the part's axis [m] …"""
PALM_ABOVE: Final = 0.038
"""… and its underside over the tool centre point [m]."""
SAFE: Final = 0.0005
"""Least room round the fingers [m]."""
ENOUGH: Final = 0.008
"""More room than this makes a grasp no better [m]."""
PAD_BELOW: Final = 0.007
"""The fingers' flat faces reach this far below the tool centre point [m] …"""
ENGAGED: Final = 0.003
"""… and at least this far down beside a part [m]; beside a round shank at least to its axis."""
OFFSETS: Final = (0.0, -0.25, 0.25)
"""Grasps along the axis of bolts and brackets, as shares of their length."""
HIGHER: Final = 0.1
"""What a part's height over the table is worth against room: a heap is taken from its top."""
YAWS: Final = 12
TURNED: Final = 0.004
"""So much more room a grasp in another direction needs to be chosen [m]."""

NoGraspCause = Literal["buried", "too_wide", "no_room"]


@dataclass(frozen=True)
class Grasp:
    """A top grasp.

    Attributes:
        at: x, y, z of the tool centre point, robot base frame [m].
        yaw: direction of the tool's x axis, across which the fingers close [rad].
        opening: of the fingers on approach [m].
        room: least distance of the fingers from what they must not touch [m].
    """

    at: tuple[float, float, float]
    yaw: float
    opening: float
    room: float


@dataclass(frozen=True)
class NoGrasp:
    """Why a part can't be taken hold of."""

    cause: NoGraspCause


def half_turn(yaw: float) -> float:
    """The same axis with an angle in [-pi/2, pi/2): a parallel gripper can't tell a half turn."""
    return float((yaw + np.pi / 2) % np.pi - np.pi / 2)


def taught_grasp(cell: Cell, part: Lying) -> Grasp:
    """How a part that lies flat and alone is grasped; its `room` is not looked at."""
    shape, (x, y, _) = part.shape, part.origin
    yaw = half_turn(part.yaw) if part.spec.kind in ("bolt", "bracket") else 0.0
    opening = min(shape.grasp_width + CLEARANCES[0], cell.robot.gripper.max_width)
    return Grasp((float(x), float(y), shape.grasp_height), yaw, opening, 0.0)


NO_THINGS: Final[FloatArray] = np.empty((0, 3))


def choose_grasp(cell: Cell, part: Lying, others: Sequence[Lying], things: FloatArray = NO_THINGS) -> Grasp | NoGrasp:
    """The best grasp of `part` among `others`: as it is taught where there is room, else the roomiest.

    Args:
        things: (N, 3) points on what else stands on the tray, robot base frame [m].
    """
    near = [other for other in others if _distance(part, other) < 0.25]
    if buried(part, near):
        return NoGrasp("buried")
    space = _Space(cell, part, near, things)
    if part.is_flat and part.origin[2] < part.shape.height / 2 + 0.003:
        taught = taught_grasp(cell, part)
        room = space.room(taught)
        if room >= SAFE:
            return _with_room(taught, room)
    return _roomiest(cell, part, space)


def choose_pick(
    cell: Cell, parts: Sequence[Lying], among: Collection[int], things: FloatArray = NO_THINGS
) -> tuple[int, Grasp] | NoGrasp:
    """Which of the parts `among` is the easiest to take of all, and how: the one to begin a heap with."""
    found: list[tuple[float, int, Grasp]] = []
    causes: list[NoGraspCause] = []
    for index in among:
        others = [other for number, other in enumerate(parts) if number != index]
        grasp = choose_grasp(cell, parts[index], others, things)
        if isinstance(grasp, NoGrasp):
            causes.append(grasp.cause)
        else:
            found.append((min(grasp.room, ENOUGH) + HIGHER * parts[index].top, index, grasp))
    if not found:
        return NoGrasp(max(set(causes), key=causes.count) if causes else "no_room")
    _, index, grasp = max(found, key=lambda entry: entry[0])
    return index, grasp


def _roomiest(cell: Cell, part: Lying, space: "_Space") -> Grasp | NoGrasp:
    best, best_score, too_wide = None, -np.inf, True
    for grasp, cost in _candidates(cell, part):
        too_wide = False
        room = space.room(grasp)
        score = min(room, ENOUGH) - cost
        if room >= SAFE and score > best_score:
            best, best_score = _with_room(grasp, room), score
    if best is not None:
        return best
    return NoGrasp("too_wide" if too_wide else "no_room")


def _candidates(cell: Cell, part: Lying) -> Iterator[tuple[Grasp, float]]:
    """Grasps that fit the fingers, each with what it loses against the best [m of room]."""
    for yaw, offset, cost in _holds(part):
        along = np.array([np.cos(yaw), np.sin(yaw)])
        across = np.array([-along[1], along[0]])
        flat = part.points[:, :2] - part.origin[:2]
        band = np.abs(flat @ along - offset) <= FINGER_HALF
        if not band.any():
            continue
        heights = part.points[band, 2]
        for z in _heights(part, float(heights.min()), float(heights.max())):
            held = band & (part.points[:, 2] >= z - TIP_BELOW)
            if not held.any():
                continue
            reach = flat[held] @ across
            low, high = float(reach.min()), float(reach.max())
            x, y = part.origin[:2] + offset * along + (low + high) / 2 * across
            for number, clearance in enumerate(CLEARANCES):
                if high - low + clearance <= cell.robot.gripper.max_width:
                    extra = 0.001 * number + 0.1 * abs(z - TIP - part.points[:, 2].min())
                    yield Grasp((float(x), float(y), z), half_turn(yaw), high - low + clearance, 0.0), cost + extra


def _holds(part: Lying) -> Iterator[tuple[float, float, float]]:
    """(yaw, offset along it, cost): long parts across their axis, round ones across y or x, then all round."""
    axis = part.rotation[:, 0]
    level = float(np.hypot(axis[0], axis[1]))
    if part.spec.kind in ("bolt", "bracket") and level > 0.5:
        length = float(np.ptp(part.points @ axis)) * level
        for share in OFFSETS:
            yield part.yaw, share * length, 0.002 * (share != 0)
    else:
        yield 0.0, 0.0, 0.0
        yield np.pi / 2, 0.0, 0.0
    for turn in np.arange(YAWS) * np.pi / YAWS:
        yield part.yaw + turn, 0.0, TURNED


def _heights(part: Lying, low: float, high: float) -> Iterator[float]:
    """Heights of the tool centre point at which the fingers reach down beside what is `low` to `high` there [m]."""
    middle = (low + high) / 2
    highest = PAD_BELOW + (middle - 0.0005 if part.spec.kind == "bolt" else high - ENGAGED)
    lowest = max(TIP, low + TIP_BELOW + 0.0005, min(middle, float(part.points[:, 2].min()) + 0.02))
    for raised in (-0.003, 0.0, 0.004):
        if TIP <= lowest + raised <= highest:
            yield lowest + raised


class _Space:
    """What the fingers must not touch round one part: its neighbours, the tray's walls, the part itself."""

    def __init__(self, cell: Cell, part: Lying, others: Sequence[Lying], things: FloatArray) -> None:
        self._tray, self._part = cell.tray, part
        self._others = np.concatenate([things, *(other.points for other in others)])

    def room(self, grasp: Grasp) -> float:
        """Least distance of the open gripper from anything [m]; negative where it would touch."""
        mine, theirs = self._seen(grasp, self._part.points), self._seen(grasp, self._others)
        everything = np.concatenate([mine, theirs])
        inner = grasp.opening / 2
        return min(
            _outside(everything, FINGER_HALF, inner, inner + TIP_DEPTH, -TIP_BELOW, ROOT_FROM),
            _outside(everything, FINGER_HALF, inner, inner + ROOT_DEPTH, ROOT_FROM, np.inf),
            _outside(everything, PALM_HALF[0], 0.0, PALM_HALF[1], PALM_ABOVE, np.inf),
            _outside(theirs, FINGER_HALF, 0.0, inner, -TIP_BELOW, np.inf),
            self._from_walls(grasp),
        )

    @staticmethod
    def _seen(grasp: Grasp, points: FloatArray) -> FloatArray:
        """|along|, |across| and height over the tool centre point of each point."""
        away = points - np.array(grasp.at)
        cos, sin = np.cos(grasp.yaw), np.sin(grasp.yaw)
        along, across = cos * away[:, 0] + sin * away[:, 1], cos * away[:, 1] - sin * away[:, 0]
        return np.stack([np.abs(along), np.abs(across), away[:, 2]], axis=1)

    def _from_walls(self, grasp: Grasp) -> float:
        """Distance of the fingers' corners from the walls; infinite where the tips stay above them."""
        if grasp.at[2] - TIP_BELOW > self._tray.floor + self._tray.wall:
            return np.inf
        along = FINGER_HALF * np.array([np.cos(grasp.yaw), np.sin(grasp.yaw)])
        across = (grasp.opening / 2 + TIP_DEPTH) * np.array([-np.sin(grasp.yaw), np.cos(grasp.yaw)])
        reach = np.max(np.abs(np.array([along + across, along - across])), axis=0)
        away = np.abs(np.array(grasp.at[:2]) - self._tray.centre)
        return float(np.min(self._tray.half - away - reach))


def _outside(seen: FloatArray, along: float, inner: float, outer: float, low: float, high: float) -> float:
    """Least horizontal distance from a pair of boxes beside the tool of the points at their height [m]."""
    at_height = seen[(seen[:, 2] > low) & (seen[:, 2] < high)]
    if not len(at_height):
        return np.inf
    beside = np.maximum(inner - at_height[:, 1], at_height[:, 1] - outer)
    return float(np.min(np.maximum(at_height[:, 0] - along, beside)))


def _with_room(grasp: Grasp, room: float) -> Grasp:
    return Grasp(grasp.at, grasp.yaw, grasp.opening, room)


def _distance(one: Lying, other: Lying) -> float:
    return float(np.hypot(*(one.origin - other.origin)[:2]))
