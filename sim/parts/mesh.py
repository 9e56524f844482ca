"""Small triangle meshes: extruded outlines, boxes, discs. Millimetres in, metres out at `Mesh.of`."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float64]


@dataclass(frozen=True)
class Mesh:
    """Flat-shaded triangles: (3·N, 3) vertices [m], (3·N,) indices, (3·N, 3) unit normals."""

    vertices: Points
    indices: NDArray[np.int64]
    normals: Points

    @classmethod
    def of(cls, triangles_mm: Points) -> "Mesh":
        """From (N, 3, 3) corners [mm], counter-clockwise seen from outside."""
        corners = np.asarray(triangles_mm) / 1000.0
        normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
        normals /= np.linalg.norm(normals, axis=1, keepdims=True) + 1e-15
        return cls(corners.reshape(-1, 3), np.arange(3 * len(corners)), np.repeat(normals, 3, axis=0))


def prism(outline: Points, low: float, high: float, bore: float = 0.0) -> Points:
    """An (N, 2) star-shaped outline around the origin, extruded from z = low to high, with a round bore."""
    count = len(outline)
    angle = np.arctan2(outline[:, 1], outline[:, 0])
    inner = bore * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    triangles = []
    for here in range(count):
        there = (here + 1) % count
        a, b, c, d = inner[here], outline[here], outline[there], inner[there]
        triangles += _ring_cap(a, b, c, d, high, bore > 0, up=True) + _ring_cap(a, b, c, d, low, bore > 0, up=False)
        triangles += _wall(b, c, low, high)
        if bore > 0:
            triangles += _wall(d, a, low, high)
    return np.array(triangles)


def _ring_cap(a: Points, b: Points, c: Points, d: Points, z: float, ring: bool, *, up: bool) -> list[list[list[float]]]:
    corners = [[[*a, z], [*b, z], [*c, z]]] + ([[[*a, z], [*c, z], [*d, z]]] if ring else [])
    return corners if up else [triangle[::-1] for triangle in corners]


def _wall(start: Points, end: Points, low: float, high: float) -> list[list[list[float]]]:
    a, b, c, d = [*start, low], [*end, low], [*end, high], [*start, high]
    return [[a, b, c], [a, c, d]]


def hexagon(across_flats: float) -> Points:
    """Corners of a hexagon [mm]."""
    return regular(6, across_flats / 2 / np.cos(np.pi / 6))


def regular(corners: int, radius: float) -> Points:
    angle = np.arange(corners) * 2 * np.pi / corners
    return radius * np.stack([np.cos(angle), np.sin(angle)], axis=1)


def toothed(radius: float, teeth: int) -> Points:
    """Outline of a gear with trapezoid teeth; the root lies at 80 % of the tip radius."""
    profile = [(0.05, 1.0), (0.25, 1.0), (0.40, 0.8), (0.85, 0.8)]
    angle = np.array([(tooth + at) * 2 * np.pi / teeth for tooth in range(teeth) for at, _ in profile])
    radii = radius * np.array([share for _ in range(teeth) for _, share in profile])
    return np.asarray(radii[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1))


def box(centre: Sequence[float], half: Sequence[float]) -> Points:
    corner = np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)]) * half + np.asarray(centre)
    quads = [(0, 1, 3, 2), (4, 6, 7, 5), (0, 4, 5, 1), (2, 3, 7, 6), (0, 2, 6, 4), (1, 5, 7, 3)]
    return np.array([[corner[i] for i in pick] for q in quads for pick in ((q[0], q[1], q[2]), (q[0], q[2], q[3]))])


def disc(centre: tuple[float, float], radius: float, z: float) -> Points:
    """A flat disc that looks up."""
    rim = regular(16, radius) + np.asarray(centre)
    hub = [*centre, z]
    return np.array([[hub, [*rim[i], z], [*rim[(i + 1) % 16], z]] for i in range(16)])


def sector(inner: float, outer: float, start: float, stop: float, z: float) -> Points:
    """A flat piece of a ring between two angles [rad], looking up."""
    edges = np.linspace(start, stop, 13)
    ray = np.stack([np.cos(edges), np.sin(edges)], axis=1)
    quads = [(inner * ray[i], outer * ray[i], outer * ray[i + 1], inner * ray[i + 1]) for i in range(12)]
    return np.array([t for q in quads for t in _ring_cap(*q, z, ring=True, up=True)])


def along_x(triangles: Points) -> Points:
    """Turn a mesh whose axis is z so that its axis is x (a proper rotation)."""
    return np.stack([triangles[..., 2], triangles[..., 0], triangles[..., 1]], axis=-1)
