"""Where a parallel gripper can take hold of a part: candidates, scored by the room round the fingers.

Ground truth, for training data and measurements only. A part that lies alone is grasped as the small policy
was taught: at its middle, a bolt or bracket across its axis, round parts across y. Only where the fingers
find no room for that are other yaws, offsets along the part, openings and heights tried.
"""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

import numpy as np

from sim.fingers import Surroundings, from_walls
from sim.lying import Lying, buried
from sim.parts.catalogue import ALL_SHAPES, TIP, shape_of
from sim.robot import heading
from skills.base import FloatArray
from skills.cell import Cell
from skills.words import ELONGATED, Kind, Size

CLEARANCES: Final = (0.018, 0.010, 0.006)
"""Openings beyond the part's width on approach [m]: wide open fingers hit neighbours and walls."""
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

NARROWER: Final = 0.001
"""So much more room a narrower opening needs to be chosen, each step [m] …"""
HIGHER_UP: Final = 0.1
"""… and a grasp higher up than fingers that stand on what the part stands on, for each metre [m]."""
NEAR: Final = 0.25
"""Parts whose middles are farther apart than this can't be in a grasp's way [m]."""
RESTS: Final = 0.003
"""A part whose middle is not this far over its place on the floor lies on the floor [m]."""

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
    room: float = 0.0


@dataclass(frozen=True)
class NoGrasp:
    """Why a part can't be taken hold of."""

    cause: NoGraspCause


def half_turn(yaw: float, around: float = 0.0) -> float:
    """The same axis with an angle from a quarter turn before `around` to one after it: a parallel gripper can't tell a
    half turn.
    """
    return float((yaw - around + np.pi / 2) % np.pi - np.pi / 2) + around


def taught_grasp(cell: Cell, part: Lying) -> Grasp:
    """How a part that lies flat and alone is grasped; its `room` is not looked at."""
    shape, (x, y, _) = part.shape, part.origin
    ahead = heading(cell.robot)
    yaw = half_turn(part.yaw, ahead) if part.spec.kind in ELONGATED else ahead
    opening = float(min(shape.grasp_width + CLEARANCES[0], cell.robot.gripper.max_width))
    return Grasp((float(x), float(y), shape.grasp_height), yaw, opening)


def graspable(cell: Cell) -> tuple[tuple[Kind, Size], ...]:
    """The parts that the gripper opens wide enough for."""
    most = cell.robot.gripper.max_width - CLEARANCES[-1]
    return tuple((kind, size) for kind, size in ALL_SHAPES if shape_of(kind, size).grasp_width <= most)


NO_THINGS: Final[FloatArray] = np.empty((0, 3))


def choose_grasp(cell: Cell, part: Lying, others: Sequence[Lying], things: FloatArray = NO_THINGS) -> Grasp | NoGrasp:
    """The best grasp of `part` among `others`: as it is taught where there is room, else the roomiest.

    Args:
        things: (N, 3) points on what else stands on the tray, robot base frame [m].
    """
    near = [other for other in others if _distance(part, other) < NEAR]
    if buried(part, near):
        return NoGrasp("buried")
    obstacles = np.concatenate([things, *(other.points for other in near)])
    if part.is_flat and part.origin[2] < part.shape.height / 2 + RESTS:
        taught = taught_grasp(cell, part)
        around = Surroundings.seen(np.array(taught.at), taught.yaw, part.points, obstacles)
        taught = _measured(cell, taught, around, 0.0)
        if taught.room >= SAFE:
            return taught
    return _roomiest(cell, part, obstacles)


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


def _roomiest(cell: Cell, part: Lying, obstacles: FloatArray) -> Grasp | NoGrasp:
    best, best_score, too_wide = None, -np.inf, True
    for grasp, cost in _candidates(cell, part, obstacles):
        too_wide = False
        score = min(grasp.room, ENOUGH) - cost
        if grasp.room >= SAFE and score > best_score:
            best, best_score = grasp, score
    if best is not None:
        return best
    return NoGrasp("too_wide" if too_wide else "no_room")


def _candidates(cell: Cell, part: Lying, obstacles: FloatArray) -> Iterator[tuple[Grasp, float]]:
    """Grasps that fit the fingers, each with what it loses against the best [m of room]."""
    bottom, hand = float(part.points[:, 2].min()), cell.robot.description.tool.room
    ahead = heading(cell.robot)
    for yaw, offset, cost in _holds(part, ahead):
        along, across = np.array([np.cos(yaw), np.sin(yaw)]), np.array([-np.sin(yaw), np.cos(yaw)])
        middle = part.origin[:2] + offset * along
        around = Surroundings.seen(middle, yaw, part.points, obstacles)
        band = around.mine[np.abs(around.mine[:, 0]) <= hand.finger_half]
        for z in _heights(part, band[:, 2], hand.tip_below):
            held = band[band[:, 2] >= z - hand.tip_below, 1]
            aside, width = float(held.min() + held.max()) / 2, float(np.ptp(held))
            x, y = middle + aside * across
            for number, clearance in enumerate(CLEARANCES):
                if width + clearance <= cell.robot.gripper.max_width:
                    grasp = Grasp((float(x), float(y), z), half_turn(yaw, ahead), width + clearance)
                    extra = NARROWER * number + HIGHER_UP * abs(z - TIP - bottom)
                    yield _measured(cell, grasp, around, aside), cost + extra


def _measured(cell: Cell, grasp: Grasp, around: Surroundings, aside: float) -> Grasp:
    """The grasp with its room."""
    hand = cell.robot.description.tool.room
    walls = from_walls(hand, cell.tray, grasp.at, grasp.yaw, grasp.opening)
    return replace(grasp, room=min(walls, around.room(hand, aside, grasp.at[2], grasp.opening)))


def _holds(part: Lying, ahead: float) -> Iterator[tuple[float, float, float]]:
    """(yaw, offset along it, cost): long parts across their axis, round ones across y or x, then all round."""
    axis = part.rotation[:, 0]
    level = float(np.hypot(axis[0], axis[1]))
    if part.spec.kind in ELONGATED and level > 0.5:
        length = float(np.ptp(part.points @ axis)) * level
        for share in OFFSETS:
            yield part.yaw, share * length, 0.002 * (share != 0)
    else:
        yield ahead, 0.0, 0.0
        yield np.pi / 2 + ahead, 0.0, 0.0
    for turn in np.arange(YAWS) * np.pi / YAWS:
        yield part.yaw + turn, 0.0, TURNED


def _heights(part: Lying, band: FloatArray, tip_below: float) -> Iterator[float]:
    """Heights of the tool centre point at which the fingers reach down beside points of these heights [m]."""
    if not len(band):
        return
    low, high = float(band.min()), float(band.max())
    middle = (low + high) / 2
    highest = PAD_BELOW + (middle - 0.0005 if part.spec.kind == "bolt" else high - ENGAGED)
    lowest = max(TIP, low + tip_below + 0.0005, min(middle, float(part.points[:, 2].min()) + 0.02))
    for raised in (-0.003, 0.0, 0.004):
        if TIP <= lowest + raised <= highest:
            yield lowest + raised


def _distance(one: Lying, other: Lying) -> float:
    return float(np.hypot(*(one.origin - other.origin)[:2]))
