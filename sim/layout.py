"""Where parts lie: separated, so that every part can be grasped, against each other, or over each other."""

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from sim.parts.catalogue import ALL_SHAPES, shape_of
from sim.parts.mesh import Points
from sim.parts.spawn import PartSpec
from sim.setting import Clutter
from skills.errors import BadInput
from skills.place import Container
from skills.spots import TRAY_HALF
from skills.words import COLOURS, Colour, Kind, Size

WORKING = 0.095
"""Part centres lie within this distance of the tray's centre in x and y [m]: fingers that open for the widest
part (a large gear: 64 mm, and 21 mm of finger on each side) clear the tray's walls."""
TAUGHT = 0.110
"""Training scenes spread a little farther, so that the policy does not work at the edge of what it has seen."""
GAP = 0.025
"""Least distance between two outlines [m]: a finger of 10 mm and its clearance fit between."""
EDGE = 0.147
"""Outlines end here [m from the tray's centre], before the walls."""
TOUCHING = (0.0003, 0.003)
"""Distance between the convex outlines of parts that touch [m]."""
HEAP = 0.07
"""Heaped parts are dropped within this distance of the heap's middle [m]."""
TRIES = 80
FRESH_STARTS = 60
"""How often a whole layout is begun anew before it counts as impossible."""


@dataclass(frozen=True)
class Area:
    """Where parts may lie, as distances from the tray's centre in x and y [m].

    Attributes:
        within: of parts' centres; edge: of the ends of their outlines.
    """

    within: float = WORKING
    edge: float = EDGE

    @classmethod
    def of(cls, tray: Container, within: float = WORKING) -> "Area":
        """The same distances from the walls of a tray of any size."""
        smaller = tray.half - TRAY_HALF
        return cls(within + smaller, EDGE + smaller)


WHOLE = Area()


@dataclass(frozen=True)
class Look:
    """What a part looks like, before it has a place."""

    kind: Kind
    size: Size
    colour: Colour
    failed: bool


def draw_look(
    rng: np.random.Generator, failed_share: float = 0.35, shapes: Sequence[tuple[Kind, Size]] = ALL_SHAPES
) -> Look:
    kind, size = shapes[int(rng.integers(len(shapes)))]
    return Look(kind, size, COLOURS[rng.integers(len(COLOURS))], bool(rng.random() < failed_share))


def outline(kind: Kind, size: Size, at: tuple[float, float], yaw: float) -> Points:
    """Points on the part's outline, in the frame of `at` [m]."""
    return _moved(shape_of(kind, size).footprint, at, yaw)


def _moved(points: Points, at: tuple[float, float], yaw: float) -> Points:
    turn = np.array([[np.cos(yaw), -np.sin(yaw)], [np.sin(yaw), np.cos(yaw)]])
    return np.asarray(points @ turn.T + np.asarray(at))


def distance(one: Points, other: Points) -> float:
    """Least distance between two sets of outline points [m]."""
    return float(np.min(np.linalg.norm(one[:, None] - other[None], axis=-1)))


def outline_of(spec: PartSpec) -> Points:
    """Points on the outline of a part that lies there, in the tray's frame [m]."""
    return outline(spec.kind, spec.size, spec.at, spec.yaw)


def overlapping(parts: Sequence[PartSpec]) -> bool:
    """Whether any two parts would lie in each other."""
    hulls = [_hull(outline_of(spec)) for spec in parts]
    near = [(i, j) for i in range(len(parts)) for j in range(i) if _gap(hulls[i], hulls[j]) == 0]
    return any(_gap(one, other) == 0 for i, j in near for one in _pieces(parts[i]) for other in _pieces(parts[j]))


def gap(one: PartSpec, other: PartSpec) -> float:
    """Distance between the convex outlines of two parts [m]; 0 when those overlap."""
    return _gap(_hull(outline_of(one)), _hull(outline_of(other)))


def _pieces(spec: PartSpec) -> list[NDArray[np.float32]]:
    """The convex outlines that make up the part's own: beside a bolt's shank there is room behind its head."""
    solids = spec.shape.solids
    if len(solids) == 1:
        return [_hull(outline_of(spec))]
    corners = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)])
    return [_hull(_moved(corners * solid.half[:2] + solid.centre[:2], spec.at, spec.yaw)) for solid in solids]


def lay_out(looks: Sequence[Look], rng: np.random.Generator, clutter: Clutter, *, area: Area = WHOLE) -> list[PartSpec]:
    """A random layout of that kind, parts that find no room left out; heaped parts overlap, which makes the world
    drop them.
    """
    if clutter == "separated":
        return place_parts(looks, rng, area=area, strict=False)
    return _touching(looks, rng, area) if clutter == "touching" else _heaped(looks, rng, area)


def place_parts(
    looks: Sequence[Look],
    rng: np.random.Generator,
    *,
    taken: Sequence[PartSpec] = (),
    clear_of: Sequence[Points] = (),
    area: Area = WHOLE,
    strict: bool = True,
) -> list[PartSpec]:
    """A random separated layout around the parts `taken`, which come first in the answer.

    `clear_of` are outlines of what is no part.

    Raises: BadInput when `strict` and a part finds no room; else such parts are left out.
    """
    for _ in range(FRESH_STARTS if strict else 1):
        placed = _try_layout(looks, rng, taken, clear_of, area)
        if len(placed) == len(taken) + len(looks) or not strict:
            return placed
    raise BadInput("parts", len(taken) + len(looks), f"at most what fits on the tray; {len(placed)} found room")


def _try_layout(
    looks: Sequence[Look],
    rng: np.random.Generator,
    taken: Sequence[PartSpec],
    clear_of: Sequence[Points],
    area: Area,
) -> list[PartSpec]:
    placed = list(taken)
    outlines = [*clear_of, *(outline_of(spec) for spec in taken)]
    for look in looks:
        spot = _free_spot(look, outlines, area, rng)
        if spot is not None:
            at, yaw = spot
            placed.append(_spec(look, at, yaw))
            outlines.append(outline_of(placed[-1]))
    return placed


def _free_spot(
    look: Look, taken: Sequence[Points], area: Area, rng: np.random.Generator
) -> tuple[tuple[float, float], float] | None:
    for _ in range(TRIES):
        x, y = rng.uniform(-area.within, area.within, 2)
        yaw = float(rng.uniform(-np.pi / 2, np.pi / 2))
        mine = outline(look.kind, look.size, (x, y), yaw)
        if np.abs(mine).max() < area.edge and all(distance(mine, other) >= GAP for other in taken):
            return (float(x), float(y)), yaw
    return None


def _touching(looks: Sequence[Look], rng: np.random.Generator, area: Area) -> list[PartSpec]:
    """Each part after the first is pushed against one that lies there."""
    placed: list[PartSpec] = []
    for look in looks:
        for _ in range(TRIES):
            spec = _pushed(look, placed, rng, area)
            if spec is not None:
                placed.append(spec)
                break
    return placed


def _pushed(look: Look, placed: Sequence[PartSpec], rng: np.random.Generator, area: Area) -> PartSpec | None:
    """The part beside a random one of those placed, in a random direction; None when there is no room there."""
    yaw, turn = float(rng.uniform(-np.pi / 2, np.pi / 2)), float(rng.uniform(0, 2 * np.pi))
    if not placed:
        return _spec(look, tuple(rng.uniform(-area.within / 2, area.within / 2, 2).tolist()), yaw)
    anchor = placed[int(rng.integers(len(placed)))]
    wanted = float(rng.uniform(*TOUCHING))
    hulls = [_hull(outline_of(spec)) for spec in placed]
    against = _hull(outline_of(anchor))
    near, far = 0.0, 0.15
    for _ in range(14):
        middle = (near + far) / 2
        if _gap(_hull(outline_of(_spec(look, _beside(anchor, turn, middle), yaw))), against) < wanted:
            near = middle
        else:
            far = middle
    spec = _spec(look, _beside(anchor, turn, far), yaw)
    mine = outline_of(spec)
    fits = max(map(abs, spec.at)) <= area.within and float(np.abs(mine).max()) < area.edge
    return spec if fits and all(_gap(_hull(mine), hull) >= TOUCHING[0] for hull in hulls) else None


def _heaped(looks: Sequence[Look], rng: np.random.Generator, area: Area) -> list[PartSpec]:
    """Parts around one point, the closer the fewer; their outlines overlap."""
    reach = HEAP * np.sqrt(len(looks) / 16)
    middle = rng.uniform(-1, 1, 2) * max(area.within - reach - 0.02, 0.0)
    ats = middle + rng.uniform(-reach, reach, (len(looks), 2))
    return [
        _spec(look, (float(at[0]), float(at[1])), float(rng.uniform(-np.pi / 2, np.pi / 2)))
        for look, at in zip(looks, ats, strict=True)
    ]


def _spec(look: Look, at: tuple[float, ...], yaw: float) -> PartSpec:
    return PartSpec(look.kind, look.size, look.colour, "failed" if look.failed else "ok", (at[0], at[1]), yaw)


def _beside(anchor: PartSpec, turn: float, away: float) -> tuple[float, float]:
    return anchor.at[0] + away * float(np.cos(turn)), anchor.at[1] + away * float(np.sin(turn))


def _hull(points: Points) -> NDArray[np.float32]:
    """(N, 1, 2) corners of the convex hull [m]."""
    return np.asarray(cv2.convexHull(np.asarray(points, np.float32)), np.float32)


def _gap(one: NDArray[np.float32], other: NDArray[np.float32]) -> float:
    """Distance between two convex outlines [m]; 0 when they overlap."""
    apart = min(_outside(one, other), _outside(other, one))
    if apart <= 0 or (apart < 0.05 and cv2.intersectConvexConvex(1000 * one, 1000 * other)[0] > 0):
        return 0.0
    return apart


def _outside(corners: NDArray[np.float32], hull: NDArray[np.float32]) -> float:
    """Least distance of the corners from the hull [m], negative inside."""
    return min(-cv2.pointPolygonTest(hull, (float(x), float(y)), True) for x, y in corners[:, 0])
