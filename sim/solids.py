"""Things that stand still in the physics world: boxes and convex prisms, drawn as they collide."""

from functools import cache
from typing import Any

import numpy as np
from shapely import Polygon
from trimesh.creation import extrude_polygon

from sim.engine import pybullet
from sim.parts.mesh import Mesh
from skills.base import FloatArray

RGB = tuple[float, float, float]


def stand_box(world: Any, low: tuple[float, float, float], high: tuple[float, float, float], rgb: RGB) -> int:
    """An upright box between two corners [m]. Returns its body id."""
    half = (np.subtract(high, low) / 2).tolist()
    collision = world.createCollisionShape(pybullet.GEOM_BOX, halfExtents=half)
    visual = world.createVisualShape(pybullet.GEOM_BOX, halfExtents=half, rgbaColor=[*rgb, 1])
    return int(world.createMultiBody(0, collision, visual, (np.add(high, low) / 2).tolist()))


def stand_prism(world: Any, outline: FloatArray, low: float, high: float, rgb: RGB) -> int:
    """A convex outline (N, 2) of y and z, drawn out along x from `low` to `high` [m]. Returns its body id."""
    mesh, corners = _prism(tuple(map(tuple, outline.tolist())), low, high)
    collision = world.createCollisionShape(pybullet.GEOM_MESH, vertices=corners)
    visual = world.createVisualShape(pybullet.GEOM_MESH, **mesh.as_lists, rgbaColor=[*rgb, 1])
    return int(world.createMultiBody(0, collision, visual, (0, 0, 0)))


@cache
def _prism(outline: tuple[tuple[float, float], ...], low: float, high: float) -> tuple[Mesh, list[list[float]]]:
    """What is drawn, and the corners of the hull that collides; made once, for PyBullet keeps the lists."""
    prism = extrude_polygon(Polygon(outline), high - low)
    triangles = np.roll(prism.triangles, 1, axis=-1) + np.array([low, 0.0, 0.0])
    normals = np.repeat(np.roll(prism.face_normals, 1, axis=-1), 3, axis=0)
    corners = triangles.reshape(-1, 3)
    return Mesh(corners, np.arange(len(corners)), normals), np.unique(corners, axis=0).tolist()
