"""Things that stand still in the physics world: boxes and convex prisms, drawn as they collide."""

from typing import Any

import numpy as np
from shapely import Polygon
from trimesh.creation import extrude_polygon

from sim.engine import pybullet
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
    prism = extrude_polygon(Polygon(outline), high - low)
    triangles = np.roll(prism.triangles, 1, axis=-1) + np.array([low, 0.0, 0.0])
    normals = np.repeat(np.roll(prism.face_normals, 1, axis=-1), 3, axis=0)
    corners = triangles.reshape(-1, 3).tolist()
    collision = world.createCollisionShape(pybullet.GEOM_MESH, vertices=np.unique(corners, axis=0).tolist())
    visual = world.createVisualShape(
        pybullet.GEOM_MESH,
        vertices=corners,
        indices=list(range(len(corners))),
        normals=normals.tolist(),
        rgbaColor=[*rgb, 1],
    )
    return int(world.createMultiBody(0, collision, visual, (0, 0, 0)))
