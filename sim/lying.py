"""Parts as they really lie: clouds of points on their surfaces, in any pose. Ground truth."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Final

import numpy as np

from sim.parts.catalogue import Shape, shape_of
from sim.parts.spawn import Body, PartSpec
from sim.things import extent, thing_outline
from sim.world import World
from skills.base import FloatArray
from skills.words import Kind, Size

PITCH: Final = 0.003
"""Distance of neighbouring points on a part's surface [m]."""
FLAT: Final = np.cos(np.radians(10.0))
"""A part whose upright axis leans less than 10° from the vertical lies flat."""
CELL: Final = 0.004
"""Grid of the height maps that tell which part lies on which [m]."""


@dataclass(frozen=True)
class Lying:
    """One part where it lies.

    Attributes:
        points: (N, 3) on its surface, robot base frame [m].
        origin: (3,) of the part's frame; rotation: (3, 3) of that frame in the base frame.
    """

    spec: PartSpec
    points: FloatArray
    origin: FloatArray
    rotation: FloatArray

    @property
    def shape(self) -> Shape:
        return self.spec.shape

    @property
    def yaw(self) -> float:
        """Angle of the part's long axis about the vertical [rad]."""
        return float(np.arctan2(self.rotation[1, 0], self.rotation[0, 0]))

    @property
    def is_flat(self) -> bool:
        """It lies as it was laid down, long axis level, rolled or not; round parts on a face."""
        upright = self.rotation[:, 2] if self.spec.kind != "bolt" else _level_of(self.rotation[:, 0])
        return bool(abs(upright[2]) > FLAT) and (self.spec.kind != "bracket" or self.rotation[2, 2] > 0)

    @property
    def top(self) -> float:
        return float(self.points[:, 2].max())


def lying_parts(world: World) -> list[Lying]:
    """Every part of the world, in the order of its bodies."""
    return [lying(world, body) for body in world.bodies]


def lying(world: World, body: Body) -> Lying:
    position, turn = world.bullet.getBasePositionAndOrientation(body.id)
    rotation = np.array(world.bullet.getMatrixFromQuaternion(turn)).reshape(3, 3)
    origin = np.array(position)
    points = surface_points(body.spec.kind, body.spec.size) @ rotation.T + origin
    return Lying(body.spec, points, origin, rotation)


def laid_flat(spec: PartSpec, centre: tuple[float, float]) -> Lying:
    """The part as it would lie flat on the floor of a tray around `centre` [m]: all that a picture tells of it."""
    origin = np.array([centre[0] + spec.at[0], centre[1] + spec.at[1], spec.shape.height / 2])
    cos, sin = np.cos(spec.yaw), np.sin(spec.yaw)
    rotation = np.array([[cos, -sin, 0.0], [sin, cos, 0.0], [0.0, 0.0, 1.0]])
    return Lying(spec, surface_points(spec.kind, spec.size) @ rotation.T + origin, origin, rotation)


def thing_points(world: World) -> FloatArray:
    """(N, 3) points on top of the things on the tray that are no parts, robot base frame [m]."""
    tops = [np.empty((0, 3))]
    for thing in world.appearance.things:
        flat = thing_outline(thing) + np.asarray(world.cell.tray.centre)
        tops.append(np.column_stack([flat, np.full(len(flat), extent(thing.kind)[2])]))
    return np.concatenate(tops)


@cache
def surface_points(kind: Kind, size: Size) -> FloatArray:
    """(N, 3) points all over the part's surface, in the part's frame [m], about PITCH apart."""
    corners = shape_of(kind, size).body.vertices.reshape(-1, 3, 3)
    found = [_filled(triangle) for triangle in corners]
    points = np.concatenate(found)
    _, first = np.unique(np.round(points / (PITCH / 2)).astype(int), axis=0, return_index=True)
    chosen = np.asarray(points[np.sort(first)])
    chosen.setflags(write=False)
    return chosen


def _filled(triangle: FloatArray) -> FloatArray:
    longest = max(float(np.linalg.norm(triangle[i] - triangle[i - 1])) for i in range(3))
    parts = max(1, int(np.ceil(longest / PITCH)))
    weights = [(i, j, parts - i - j) for i in range(parts + 1) for j in range(parts + 1 - i)]
    return np.asarray(np.array(weights) / parts @ triangle)


def buried(part: Lying, others: Sequence[Lying]) -> bool:
    """Whether another part lies on `part`: over one of its points, and higher. One that touches its rim does not."""
    low, heights = _height_map(part)
    for other in others:
        cells = np.floor(other.points[:, :2] / CELL).astype(int) - low
        inside = np.all((cells >= 0) & (cells < heights.shape), axis=1)
        over = heights[tuple(cells[inside].T)]
        if np.any(other.points[inside, 2] > over + CELL):
            return True
    return False


def _height_map(part: Lying) -> tuple[FloatArray, FloatArray]:
    """The grid's first cell, and the part's top in each cell [m]; infinite where it is not, and along its rim."""
    cells = np.floor(part.points[:, :2] / CELL).astype(int)
    low = cells.min(axis=0) - 1
    tops = np.full(cells.max(axis=0) - low + 2, -np.inf)
    np.maximum.at(tops, tuple((cells - low).T), part.points[:, 2])
    there = np.isfinite(tops)
    whole = there.copy()
    for axis in (0, 1):
        for step in (-1, 1):
            whole &= np.roll(there, step, axis)
    return low, np.where(whole, tops, np.inf)


def _level_of(axis: FloatArray) -> FloatArray:
    """A vector whose z is the cosine of the axis's slope."""
    return np.array([0.0, 0.0, np.hypot(axis[0], axis[1])])
