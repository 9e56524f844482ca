"""The physical world of the twin: table, tray, bins, parts and, where it is wanted, the arm.

Everything here is ground truth. Nothing outside `sim/` reads it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pybullet
from pybullet_utils.bullet_client import BulletClient

from sim.cameras import photograph
from sim.parts.spawn import Body, PartSpec, spawn
from sim.randomize import Appearance, draw_appearance
from skills.base import Image
from skills.cell import Cell
from skills.place import Container
from skills.words import TRAY

STEP = 1 / 300
"""Physics step [s]."""
SETTLE_STEPS = 60
WALL = 0.004


@dataclass(frozen=True)
class TruePart:
    """A part as it really lies: `at` [m] from the tray's centre, `height` of its origin above the table."""

    spec: PartSpec
    at: tuple[float, float]
    yaw: float
    height: float


class World:
    """One physics world of a cell.

    Args:
        seed: of everything random: paint, light, noise.
    """

    def __init__(self, cell: Cell, seed: int) -> None:
        self.cell = cell
        self.rng = np.random.default_rng(seed)
        self.bullet: Any = BulletClient(pybullet.DIRECT)
        self.bullet.setGravity(0, 0, -9.81)
        self.bullet.setTimeStep(STEP)
        self.bodies: list[Body] = []
        self._floor_of_tray = -1
        self._build_table()
        for name, place in cell.places.items():
            if isinstance(place, Container):
                self._build_place(name, place)
        self.appearance: Appearance = draw_appearance(self.rng)

    def close(self) -> None:
        self.bullet.disconnect()

    def reset(self, parts: Sequence[PartSpec]) -> None:
        """Clear the tray, draw a new appearance, lay the parts down and let them settle."""
        for body in self.bodies:
            self.bullet.removeBody(body.id)
        self.wear(draw_appearance(self.rng))
        self.bodies = [self.add(spec) for spec in parts]
        self.advance(SETTLE_STEPS)

    def wear(self, appearance: Appearance) -> None:
        """Light and shade the scene so from now on."""
        self.appearance = appearance
        shade = np.clip(np.array(self.cell.tray.colour) * appearance.tray_gain, 0, 1)
        self.bullet.changeVisualShape(self._floor_of_tray, -1, rgbaColor=[*shade, 1])

    def add(self, spec: PartSpec) -> Body:
        x, y = np.add(self.cell.tray.centre, spec.at)
        return spawn(self.bullet, spec, (float(x), float(y), spec.shape.height / 2 + 0.001), self.rng)

    def advance(self, steps: int) -> None:
        for _ in range(steps):
            self.bullet.stepSimulation()

    def true_parts(self) -> list[TruePart]:
        return [self.true_part(body) for body in self.bodies]

    def true_part(self, body: Body) -> TruePart:
        (x, y, z), turn = self.bullet.getBasePositionAndOrientation(body.id)
        axis = np.array(self.bullet.getMatrixFromQuaternion(turn)).reshape(3, 3)[:, 0]
        yaw = float(np.arctan2(axis[1], axis[0]))
        centre = self.cell.tray.centre
        return TruePart(body.spec, (x - centre[0], y - centre[1]), yaw, z)

    def where(self, body: Body) -> str:
        """Name of the place that the part lies in; "table" when it is in none, "air" above 0.12 m."""
        (x, y, z), _ = self.bullet.getBasePositionAndOrientation(body.id)
        if z > 0.12:
            return "air"
        for name, place in self.cell.places.items():
            if abs(x - place.centre[0]) <= place.extent[0] and abs(y - place.centre[1]) <= place.extent[1]:
                return name
        return "table"

    def photograph(self, camera: str, frame: tuple[Any, Any] | None = None) -> Image:
        polished: dict[int, tuple[float, ...]] = {body.id: body.rgb for body in self.bodies if body.polished}
        spec = self.cell.cameras[camera]
        return photograph(self.bullet, spec, self.appearance, polished, self.rng, frame)

    def _build_table(self) -> None:
        self._box((0.3, 0.0, -0.05), (0.8, 0.9, 0.05), (0.55, 0.55, 0.55))

    def _build_place(self, name: str, place: Container) -> None:
        (x, y), half, high = place.centre, place.half, place.wall / 2
        floor = self._box((x, y, 0.0004), (half, half, 0.0004), place.colour, solid=False)
        if name == TRAY:
            self._floor_of_tray = floor
        for side in (-1, 1):
            offset = side * (half + WALL / 2)
            self._box((x + offset, y, high), (WALL / 2, half + WALL, high), place.colour)
            self._box((x, y + offset, high), (half + WALL, WALL / 2, high), place.colour)

    def _box(
        self, at: tuple[float, ...], half: tuple[float, ...], rgb: tuple[float, ...], *, solid: bool = True
    ) -> int:
        collision = self.bullet.createCollisionShape(pybullet.GEOM_BOX, halfExtents=half) if solid else -1
        visual = self.bullet.createVisualShape(pybullet.GEOM_BOX, halfExtents=half, rgbaColor=[*rgb, 1])
        return int(self.bullet.createMultiBody(0, collision, visual, at))
