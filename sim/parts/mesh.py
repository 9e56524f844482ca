"""Small triangle meshes from outlines, by trimesh and shapely. Millimetres in, metres out at `Mesh.of`."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from shapely import Polygon
from trimesh.creation import extrude_polygon, triangulate_polygon

Points = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Mesh:
    """Flat-shaded triangles: (3·N, 3) vertices [m], (3·N,) indices, (3·N, 3) unit normals. Equal only to itself."""

    vertices: Points
    indices: NDArray[np.int64]
    normals: Points

    @cached_property
    def as_lists(self) -> dict[str, list[Any]]:
        """As PyBullet takes it, and never gives it back: it keeps a reference to each list that makes a shape, so that
        a list made anew for every shape would stay in memory for ever.
        """
        return {name: getattr(self, name).tolist() for name in ("vertices", "indices", "normals")}

    @classmethod
    def of(cls, triangles_mm: Points) -> "Mesh":
        """From (N, 3, 3) corners [mm], counter-clockwise seen from outside."""
        corners = np.asarray(triangles_mm) / 1000.0
        normals = np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0])
        normals /= np.linalg.norm(normals, axis=1, keepdims=True) + 1e-15
        return cls(corners.reshape(-1, 3), np.arange(3 * len(corners)), np.repeat(normals, 3, axis=0))


def prism(outline: Points, low: float, high: float, bore: float = 0.0) -> Points:
    """(N, 3, 3) triangles of an (N, 2) outline, extruded from z = low to high, with a round bore about the origin."""
    return extruded(Polygon(outline, [regular(BORE_CORNERS, bore)] if bore > 0 else None), low, high)


def extruded(area: Polygon, low: float, high: float) -> Points:
    """(N, 3, 3) triangles of `area`, with its holes, extruded from z = low to high."""
    triangles: Points = np.array(extrude_polygon(area, high - low).triangles)
    triangles[..., 2] += low
    return triangles


def flat(area: Polygon, z: float) -> Points:
    """(N, 3, 3) triangles of `area` as a sheet at height z that looks up."""
    corners, faces = triangulate_polygon(area)
    triangles = np.insert(np.asarray(corners)[faces], 2, z, axis=-1)
    up = np.cross(triangles[:, 1] - triangles[:, 0], triangles[:, 2] - triangles[:, 0])[:, 2] > 0
    return np.asarray(np.where(up[:, None, None], triangles, triangles[:, ::-1]))


def underside(triangles: Points) -> Points:
    """The same sheet on the other side of z = 0, looking down."""
    return triangles[:, ::-1] * (1.0, 1.0, -1.0)


def hexagon(across_flats: float) -> Points:
    """Corners of a hexagon [mm]."""
    return regular(6, across_flats / 2 / np.cos(np.pi / 6))


def regular(corners: int, radius: float, centre: tuple[float, float] = (0.0, 0.0)) -> Points:
    angle = np.arange(corners) * 2 * np.pi / corners
    return np.asarray(radius * np.stack([np.cos(angle), np.sin(angle)], axis=1) + centre)


def sector(inner: float, outer: float, middle: float, half_angle: float) -> Points:
    """Outline of a piece of a ring around the angle `middle` [rad]."""
    angle = np.linspace(middle - half_angle, middle + half_angle, 13)
    ray = np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return np.concatenate([outer * ray, inner * ray[::-1]])


def toothed(radius: float, teeth: int) -> Points:
    """Outline of a gear with trapezoid teeth; the root lies at 80 % of the tip radius."""
    profile = [(0.05, 1.0), (0.25, 1.0), (0.40, 0.8), (0.85, 0.8)]
    angle = np.array([(tooth + at) * 2 * np.pi / teeth for tooth in range(teeth) for at, _ in profile])
    radii = radius * np.array([share for _ in range(teeth) for _, share in profile])
    return np.asarray(radii[:, None] * np.stack([np.cos(angle), np.sin(angle)], axis=1))


def box(centre: Sequence[float], half: Sequence[float]) -> Points:
    (x, y, z), (half_x, half_y, half_z) = centre, half
    corners = [(x + i * half_x, y + j * half_y) for i, j in ((-1, -1), (1, -1), (1, 1), (-1, 1))]
    return extruded(Polygon(corners), z - half_z, z + half_z)


def along_x(triangles: Points) -> Points:
    """Turn a mesh whose axis is z so that its axis is x: its x becomes y, its y becomes z (a proper rotation)."""
    return np.roll(triangles, 1, axis=-1)


BORE_CORNERS = 24
