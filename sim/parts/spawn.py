"""Putting parts into a physics world: body, collision shape, mark."""

from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np
import pybullet

from sim.parts.catalogue import Shape, Solid, shape_of
from sim.parts.mesh import Mesh
from skills.words import Colour, Condition, Kind, Size, finish_of

RGB: dict[Colour, tuple[float, float, float]] = {
    "silver": (0.74, 0.75, 0.78),
    "brass": (0.80, 0.60, 0.22),
    "black": (0.07, 0.07, 0.08),
    "red": (0.75, 0.10, 0.10),
    "blue": (0.10, 0.22, 0.75),
    "green": (0.10, 0.50, 0.18),
}
MARK_RGB = (1.0, 0.05, 0.80)
"""Magenta: of all paints the farthest from every part colour."""


@dataclass(frozen=True)
class PartSpec:
    """A part to be put on the tray: `at` is x, y [m] from the tray's centre, `yaw` [rad]."""

    kind: Kind
    size: Size
    colour: Colour
    condition: Condition
    at: tuple[float, float]
    yaw: float

    @property
    def shape(self) -> Shape:
        return shape_of(self.kind, self.size)


@dataclass(frozen=True)
class Body:
    """A part in the world: its PyBullet id, what it is, and the colour that its body was painted."""

    id: int
    spec: PartSpec
    rgb: tuple[float, float, float]

    @property
    def polished(self) -> bool:
        return finish_of(self.spec.colour) == "shiny"


def spawn(world: Any, spec: PartSpec, position: tuple[float, float, float], rng: np.random.Generator) -> Body:
    """Create the part at `position` (of its origin, world frame [m]); its paint varies a little with `rng`."""
    shape = spec.shape
    base = np.array(RGB[spec.colour]) * (1 + rng.uniform(-0.1, 0.1)) + rng.uniform(-0.04, 0.04, 3)
    rgb = tuple(float(c) for c in np.clip(base, 0, 1))
    mark_rgb = np.array(MARK_RGB) * rng.uniform(0.85, 1.0)
    marks = [mesh_visual(world, shape.mark, tuple(mark_rgb))] if spec.condition == "failed" else []
    body = world.createMultiBody(
        baseMass=shape.mass,
        baseCollisionShapeIndex=_collision(world, shape.solids),
        baseVisualShapeIndex=mesh_visual(world, shape.body, rgb),
        basePosition=position,
        baseOrientation=world.getQuaternionFromEuler([0, 0, spec.yaw]),
        linkMasses=[1e-4] * len(marks),
        linkCollisionShapeIndices=[-1] * len(marks),
        linkVisualShapeIndices=marks,
        linkPositions=[[0, 0, 0]] * len(marks),
        linkOrientations=[[0, 0, 0, 1]] * len(marks),
        linkInertialFramePositions=[[0, 0, 0]] * len(marks),
        linkInertialFrameOrientations=[[0, 0, 0, 1]] * len(marks),
        linkParentIndices=[0] * len(marks),
        linkJointTypes=[pybullet.JOINT_FIXED] * len(marks),
        linkJointAxis=[[0, 0, 1]] * len(marks),
    )
    world.changeDynamics(body, -1, lateralFriction=1.0, rollingFriction=0.002, spinningFriction=0.01)
    return Body(body, spec, (rgb[0], rgb[1], rgb[2]))


def mesh_visual(world: Any, mesh: Mesh, rgb: tuple[float, ...]) -> int:
    """A visual shape of `mesh` in one colour."""
    vertices, indices, normals = _lists(id(mesh), mesh)
    return int(
        world.createVisualShape(
            pybullet.GEOM_MESH, vertices=vertices, indices=indices, normals=normals, rgbaColor=[*rgb, 1]
        )
    )


_LISTS: dict[int, tuple[list[Any], list[Any], list[Any]]] = {}


def _lists(key: int, mesh: Mesh) -> tuple[list[Any], list[Any], list[Any]]:
    if key not in _LISTS:
        _LISTS[key] = mesh.vertices.tolist(), mesh.indices.tolist(), mesh.normals.tolist()
    return _LISTS[key]


def _collision(world: Any, solids: tuple[Solid, ...]) -> int:
    if solids[0].kind == "hull":
        return int(world.createCollisionShape(pybullet.GEOM_MESH, vertices=_hex_hull(solids[0])))
    upright, lying = (0, 0, 0, 1), world.getQuaternionFromEuler([0, np.pi / 2, 0])
    types = [pybullet.GEOM_BOX if s.kind == "box" else pybullet.GEOM_CYLINDER for s in solids]
    return int(
        world.createCollisionShapeArray(
            shapeTypes=types,
            halfExtents=[list(s.half) for s in solids],
            radii=[s.radius for s in solids],
            lengths=[2 * (s.half[0] if s.kind == "cylinder" else s.half[2]) for s in solids],
            collisionFramePositions=[list(s.centre) for s in solids],
            collisionFrameOrientations=[list(lying if s.kind == "cylinder" else upright) for s in solids],
        )
    )


@cache
def _hex_hull(solid: Solid) -> list[list[float]]:
    flats, _, half_height = solid.half
    angle = np.arange(6) * np.pi / 3
    corners = flats / np.cos(np.pi / 6) * np.stack([np.cos(angle), np.sin(angle)], axis=1)
    return [[*corner, z] for corner in corners.tolist() for z in (-half_height, half_height)]
