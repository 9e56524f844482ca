"""Putting parts into a physics world: body, collision shape, mark."""

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from functools import cache
from typing import Any
from weakref import WeakKeyDictionary

import numpy as np

from sim.engine import pybullet
from sim.parts.catalogue import Shape, Solid, shape_of
from sim.parts.marks import Where, draw_where, mark_of
from sim.parts.mesh import Mesh, Points
from skills.words import Colour, Condition, Kind, Size, finish_of

Colour3 = tuple[float, float, float]

RGB: dict[Colour, tuple[float, float, float]] = {
    "silver": (0.74, 0.75, 0.78),
    "brass": (0.80, 0.60, 0.22),
    "black": (0.07, 0.07, 0.08),
    "red": (0.75, 0.10, 0.10),
    "blue": (0.10, 0.22, 0.75),
    "green": (0.10, 0.50, 0.18),
}
WHITE = (1.0, 1.0, 1.0)
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
class Paint:
    """How one part is painted: its body's colour and, on a failed part, the mark's colour and place (see `mark_of`)."""

    rgb: Colour3
    mark_rgb: Colour3
    mark_at: Where


@dataclass(frozen=True)
class Body:
    """A part in the world: its PyBullet id, what it is, and how it was painted."""

    id: int
    spec: PartSpec
    paint: Paint

    @property
    def rgb(self) -> Colour3:
        return self.paint.rgb

    @property
    def polished(self) -> bool:
        return finish_of(self.spec.colour) == "shiny"


def draw_paint(colour: Colour, rng: np.random.Generator) -> Paint:
    """Shades vary a little; the mark may be anywhere."""
    base = np.array(RGB[colour]) * (1 + rng.uniform(-0.1, 0.1)) + rng.uniform(-0.04, 0.04, 3)
    magenta = np.array(MARK_RGB) * rng.uniform(0.85, 1.0)
    return Paint(_colour(np.clip(base, 0, 1)), _colour(magenta), draw_where(rng))


def spawn(world: Any, spec: PartSpec, position: tuple[float, float, float], paint: Paint) -> Body:
    """Create the part at `position` (of its origin, world frame [m])."""
    shape = spec.shape
    marks = []
    if spec.condition == "failed":
        marks.append(mesh_visual(world, mark_of(spec.kind, spec.size, paint.mark_at), WHITE))
    body = world.createMultiBody(
        baseMass=shape.mass,
        baseCollisionShapeIndex=_kept(world, shape.solids, lambda: _collision(world, shape.solids)),
        baseVisualShapeIndex=mesh_visual(world, shape.body, WHITE),
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
    world.changeVisualShape(body, -1, rgbaColor=[*paint.rgb, 1])
    for link in range(len(marks)):
        world.changeVisualShape(body, link, rgbaColor=[*paint.mark_rgb, 1])
    world.changeDynamics(body, -1, lateralFriction=1.0, rollingFriction=0.002, spinningFriction=0.01)
    return Body(body, spec, paint)


def mesh_visual(world: Any, mesh: Mesh, rgb: Colour3) -> int:
    """A visual shape of `mesh` in one colour; a world makes it once, for it never gives one back."""
    return _kept(world, (mesh, rgb), lambda: _make_visual(world, mesh, rgb))


_SHAPES: WeakKeyDictionary[Any, dict[Hashable, int]] = WeakKeyDictionary()
"""What each world has made."""


def _kept(world: Any, key: Hashable, make: Callable[[], int]) -> int:
    made = _SHAPES.setdefault(world, {})
    if key not in made:
        made[key] = make()
    return made[key]


def _make_visual(world: Any, mesh: Mesh, rgb: Colour3) -> int:
    return int(world.createVisualShape(pybullet.GEOM_MESH, **mesh.as_lists, rgbaColor=[*rgb, 1]))


def _colour(channels: Points) -> Colour3:
    red, green, blue = (float(channel) for channel in channels)
    return red, green, blue


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
