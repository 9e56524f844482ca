"""Things that lie on a tray and are no parts: a pen, a screwdriver, a coin, swarf, a roll of tape, a card.

They stand fast: whoever touches one has erred, and none of them can be carried away.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import numpy as np

from sim.engine import pybullet
from sim.parts.mesh import Mesh, Points, along_x, box, prism, regular
from sim.parts.spawn import mesh_visual
from sim.setting import ThingKind, ThingRanges
from skills.spots import TRAY_HALF

EDGE: Final = 0.147
"""Outlines end here [m from the centre of the default cell's tray], before the walls."""
RIM: Final = 0.105
"""Centres of things at the rim lie at least so far from the tray's centre, in x or in y [m]."""
CLEAR: Final = 0.025
"""Distance between a thing and any part [m]: room for a finger."""
TRIES: Final = 40

Colour3 = tuple[float, float, float]
COLOURS: Final[dict[ThingKind, tuple[Colour3, ...]]] = {
    "pen": ((0.90, 0.90, 0.88), (0.35, 0.20, 0.50), (0.90, 0.45, 0.10)),
    "screwdriver": ((0.95, 0.70, 0.05), (0.90, 0.40, 0.05), (0.30, 0.30, 0.32)),
    "coin": ((0.60, 0.36, 0.22), (0.55, 0.54, 0.50)),
    "swarf": ((0.50, 0.50, 0.52), (0.42, 0.38, 0.34)),
    "tape": ((0.80, 0.72, 0.55), (0.88, 0.88, 0.84), (0.30, 0.55, 0.58)),
    "card": ((0.92, 0.92, 0.90), (0.95, 0.90, 0.60)),
}
STEEL: Final[Colour3] = (0.52, 0.53, 0.55)


@dataclass(frozen=True)
class Thing:
    """`at` is x, y [m] from the tray's centre."""

    kind: ThingKind
    at: tuple[float, float]
    yaw: float
    rgb: Colour3


def draw_things(
    rng: np.random.Generator, ranges: ThingRanges, outlines: Sequence[Points], half: float = TRAY_HALF
) -> tuple[Thing, ...]:
    """Things on a tray of that inner half width [m] that keep clear of the parts' `outlines` ((N, 2) each, tray frame
    [m]); what finds no room is left out.
    """
    if rng.random() >= ranges.share:
        return ()
    things: list[Thing] = []
    taken = list(outlines)
    for _ in range(int(rng.integers(ranges.count[0], ranges.count[1] + 1))):
        kind = ranges.kinds[rng.integers(len(ranges.kinds))]
        rgb = COLOURS[kind][rng.integers(len(COLOURS[kind]))]
        found = _free(kind, rgb, ranges, taken, half - TRAY_HALF, rng)
        if found is not None:
            things.append(found)
            taken.append(thing_outline(found))
    return tuple(things)


def _free(
    kind: ThingKind,
    rgb: Colour3,
    ranges: ThingRanges,
    taken: Sequence[Points],
    wider: float,
    rng: np.random.Generator,
) -> Thing | None:
    """`wider`: than the default cell's is the tray on each side [m]."""
    edge, rim = EDGE + wider, RIM + wider
    for _ in range(TRIES):
        x, y = rng.uniform(-edge, edge, 2)
        thing = Thing(kind, (float(x), float(y)), float(rng.uniform(-np.pi, np.pi)), rgb)
        mine = thing_outline(thing)
        if np.abs(mine).max() > edge or (ranges.zone == "rim" and max(abs(x), abs(y)) < rim):
            continue
        if all(np.linalg.norm(mine[:, None] - other[None], axis=-1).min() >= CLEAR for other in taken):
            return thing
    return None


def thing_outline(thing: Thing) -> Points:
    """(N, 2) points along the thing's bounding rectangle, tray frame [m]."""
    length, width, _ = extent(thing.kind)
    along, across = np.linspace(-length / 2, length / 2, 9), np.linspace(-width / 2, width / 2, 5)
    xs, ys = np.meshgrid(along, across)
    local = np.stack([xs.ravel(), ys.ravel()], axis=1)
    turn = np.array([[np.cos(thing.yaw), -np.sin(thing.yaw)], [np.sin(thing.yaw), np.cos(thing.yaw)]])
    return np.asarray(local @ turn.T + np.array(thing.at))


def extent(kind: ThingKind) -> tuple[float, float, float]:
    """Length, width, height [m]."""
    corners = np.concatenate([mesh.vertices for mesh, _ in _meshes(kind)])
    length, width, height = np.ptp(corners, axis=0)
    return float(length), float(width), float(height)


def lay_down(world: Any, thing: Thing, centre: tuple[float, float]) -> list[int]:
    """Put it on the tray that stands at `centre`; its body ids."""
    length, width, height = extent(thing.kind)
    position = (centre[0] + thing.at[0], centre[1] + thing.at[1], height / 2 + 0.0005)
    turn = world.getQuaternionFromEuler([0, 0, thing.yaw])
    solid = world.createCollisionShape(pybullet.GEOM_BOX, halfExtents=(length / 2, width / 2, height / 2))
    bodies = []
    for index, (mesh, rgb) in enumerate(_meshes(thing.kind)):
        visual = mesh_visual(world, mesh, rgb or thing.rgb)
        bodies.append(int(world.createMultiBody(0, solid if index == 0 else -1, visual, position, turn)))
    return bodies


@cache
def _meshes(kind: ThingKind) -> tuple[tuple[Mesh, Colour3 | None], ...]:
    """Meshes around the thing's middle, each with its own colour or the thing's."""
    builders = {"pen": _pen, "screwdriver": _screwdriver, "coin": _coin, "swarf": _swarf, "tape": _tape, "card": _card}
    return tuple((Mesh.of(triangles), rgb) for triangles, rgb in builders[kind]())


Piece = tuple[Points, Colour3 | None]


def _rod(radius: float, start: float, stop: float, corners: int = 12) -> Points:
    return along_x(prism(regular(corners, radius), start, stop))


def _pen() -> list[Piece]:
    return [(_rod(4.5, -48, 40), None), (_rod(4.8, 16, 48), (0.12, 0.12, 0.14))]


def _screwdriver() -> list[Piece]:
    return [(_rod(10, -60, 0, 6), None), (_rod(2.5, 0, 60), STEEL)]


def _coin() -> list[Piece]:
    return [(prism(regular(24, 11.5), -1, 1), None)]


def _swarf() -> list[Piece]:
    turn = np.linspace(0, 5 * np.pi, 26)
    spine = np.stack([1.4 * turn - 11, 4 * np.cos(turn), 2.5 * np.sin(turn)], axis=1)
    return [(np.concatenate([box(point, (1.4, 0.9, 0.5)) for point in spine]), None)]


def _tape() -> list[Piece]:
    return [(prism(regular(28, 22), -6, 6, bore=15), None)]


def _card() -> list[Piece]:
    return [(box((0, 0, 0), (20, 12, 0.3)), None), (box((0, 4, 0.4), (14, 0.8, 0.1)), (0.25, 0.25, 0.28))]
