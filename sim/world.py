"""The physical world of the twin: table, tray, bins, parts and, where it is wanted, the arm.

Everything here is ground truth. Nothing outside `sim/` reads it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from sim.belt import MovingBelt, lies_on
from sim.cameras import Stage, photograph
from sim.engine import connect, pybullet
from sim.fixture import build_fixture, lies_in
from sim.floor import Floor
from sim.gloss import Finish
from sim.heap import drop
from sim.layout import outline_of, overlapping
from sim.parts.spawn import Body, PartSpec, draw_paint, spawn
from sim.randomize import Appearance, draw_appearance
from sim.setting import Setting, load_setting
from sim.things import lay_down
from sim.view import view_of
from skills.base import FloatArray, Image
from skills.cell import Cell
from skills.place import Belt, Container, Place, is_over
from skills.words import TRAY

STEP = 1 / 300
"""Physics step [s]."""
SETTLE_STEPS = 60
WALL = 0.004
TABLE_AT, TABLE_HALF = (0.3, 0.0), (0.8, 0.9)
TABLE_RGB = (0.55, 0.55, 0.55)


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
        setting: what varies from scene to scene; without one the default's.

    Attributes:
        places: the places as they stand in this scene: a bin may be some millimetres from where the cell file says.
        outside: parts of a heap that came to rest outside the tray, and were taken away.
    """

    def __init__(self, cell: Cell, seed: int, setting: Setting | None = None) -> None:
        self.cell = cell
        self.setting = setting or load_setting()
        self.places: dict[str, Place] = dict(cell.places)
        self.outside: tuple[PartSpec, ...] = ()
        self.rng = np.random.default_rng(seed)
        self.bullet: Any = connect()
        self.bullet.setGravity(0, 0, -9.81)
        self.bullet.setTimeStep(STEP)
        # else the order in which contacts are solved depends on all that was in this world before
        self.bullet.setPhysicsEngineParameter(deterministicOverlappingPairs=1)
        self.bodies: list[Body] = []
        self._things: list[int] = []
        self._of_place: dict[str, dict[int, tuple[float, float, float]]] = {}
        self._build_table()
        self._belts: list[MovingBelt] = []
        for name, place in cell.places.items():
            self._build_place(name, place)
        self.appearance: Appearance
        self.wear(self._draw([]))

    def close(self) -> None:
        self.bullet.disconnect()

    def reset(self, parts: Sequence[PartSpec]) -> None:
        """Clear the tray, draw a new appearance, lay the parts down and let them settle.

        Parts whose outlines overlap can't lie in each other: they are dropped, one after another.
        """
        for body in self.bodies:
            self.bullet.removeBody(body.id)
        self.bodies, self.outside = [], ()
        self.wear(self._draw(parts))
        if overlapping(parts):
            self.bodies, self.outside = drop(self.bullet, self.cell.tray, parts, self.rng)
            return
        self.bodies = [self.add(spec) for spec in parts]
        self.advance(SETTLE_STEPS)

    def wear(self, appearance: Appearance) -> None:
        """Look and stand so from now on: light, shades, things on the tray, shifted bins."""
        self.appearance = appearance
        for body in self._things:
            self.bullet.removeBody(body)
        self._things = [
            body for thing in appearance.things for body in lay_down(self.bullet, thing, self.cell.tray.centre)
        ]
        for name, shift in appearance.shifts.items():
            self._move_place(name, shift)

    def add(self, spec: PartSpec) -> Body:
        x, y = np.add(self.cell.tray.centre, spec.at)
        return spawn(
            self.bullet, spec, (float(x), float(y), spec.shape.height / 2 + 0.001), draw_paint(spec.colour, self.rng)
        )

    def advance(self, steps: int) -> None:
        for _ in range(steps):
            for belt in self._belts:
                belt.turn()
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
        """Name of the place that the part lies in; "table" when it is in none, "air" above the cell's height for that.

        A part is in a fixture only when it is a bolt that lies in the hole of its size, and on the conveyor belt
        also when it has left it for the chute.
        """
        position, turn = self.bullet.getBasePositionAndOrientation(body.id)
        origin, axis = np.array(position), np.array(self.bullet.getMatrixFromQuaternion(turn)).reshape(3, 3)[:, 0]
        if origin[2] > self.cell.heights.air:
            return "air"
        for name, place in self.places.items():
            if _lies(place, body.spec, origin, axis):
                return name
        return "table"

    def in_chute(self) -> int:
        """How many parts have left the belts at their ends."""
        positions = [self.bullet.getBasePositionAndOrientation(body.id)[0] for body in self.bodies]
        return sum(belt.has_left(x, y) for x, y, _ in positions for belt in self._belts)

    def photograph(self, camera: str, frame: tuple[Any, Any] | None = None) -> Image:
        spec = self.cell.cameras[camera]
        view = view_of(spec, frame, self.appearance.cameras[camera])
        return photograph(self.bullet, view, spec.size, self.stage(), self.rng)

    def stage(self) -> Stage:
        """All that a picture shows but the bodies."""
        look, tray = self.appearance, self.cell.tray
        table = Floor(TABLE_AT, TABLE_HALF, look.table.paint(TABLE_RGB), look.table.texture)
        inside = Floor(tray.centre, (tray.half, tray.half), look.tray.paint(tray.colour), look.tray.texture)
        finishes = {body.id: Finish(body.rgb, look.gloss, metal=True) for body in self.bodies if body.polished}
        if look.sheen > 0:
            painted = [body.id for body in self.bodies if not body.polished]
            finishes |= {body: Finish((1.0, 1.0, 1.0), look.sheen, metal=False) for body in painted}
        return Stage(look.light, look.sensor, (table, inside), finishes)

    def _draw(self, parts: Sequence[PartSpec]) -> Appearance:
        outlines = [outline_of(spec) for spec in parts]
        names = tuple(self.cell.cameras), tuple(self._of_place)
        return draw_appearance(self.rng, self.setting, *names, outlines, self.cell.tray.half)

    def _move_place(self, name: str, shift: tuple[float, float]) -> None:
        """Stand a bin `shift` [m] from where the cell file says."""
        meant = self.cell.places[name]
        x, y = meant.centre
        self.places[name] = meant.model_copy(update={"centre": (x + shift[0], y + shift[1])})
        for body, position in self._of_place[name].items():
            self.bullet.resetBasePositionAndOrientation(body, np.add(position, (*shift, 0)).tolist(), (0, 0, 0, 1))

    def _build_table(self) -> None:
        self._box((*TABLE_AT, -0.05), (*TABLE_HALF, 0.05), TABLE_RGB, seen=False)

    def _build_place(self, name: str, place: Place) -> None:
        if isinstance(place, Container):
            self._build_container(name, place)
        elif isinstance(place, Belt):
            self._belts.append(MovingBelt(self.bullet, place))
        else:
            build_fixture(self.bullet, place)

    def _build_container(self, name: str, place: Container) -> None:
        (x, y), half, high = place.centre, place.half, place.wall / 2
        bodies = [] if name == TRAY else [self._box((x, y, 0.0004), (half, half, 0.0004), place.colour, solid=False)]
        for side in (-1, 1):
            offset = side * (half + WALL / 2)
            bodies.append(self._box((x + offset, y, high), (WALL / 2, half + WALL, high), place.colour))
            bodies.append(self._box((x, y + offset, high), (half + WALL, WALL / 2, high), place.colour))
        if name != TRAY:
            self._of_place[name] = {body: self.bullet.getBasePositionAndOrientation(body)[0] for body in bodies}

    def _box(
        self,
        at: tuple[float, ...],
        half: tuple[float, ...],
        rgb: tuple[float, ...],
        *,
        solid: bool = True,
        seen: bool = True,
    ) -> int:
        collision = self.bullet.createCollisionShape(pybullet.GEOM_BOX, halfExtents=half) if solid else -1
        drawn = half if seen else (1e-4, 1e-4, 1e-4)  # without a visual shape the collision shape would be drawn
        visual = self.bullet.createVisualShape(pybullet.GEOM_BOX, halfExtents=drawn, rgbaColor=[*rgb, 1])
        return int(self.bullet.createMultiBody(0, collision, visual, at))


def _lies(place: Place, spec: PartSpec, origin: FloatArray, axis: FloatArray) -> bool:
    """Whether a part of this origin and long axis, both (3,), lies in `place`."""
    if isinstance(place, Belt):
        return lies_on(place, origin)
    if isinstance(place, Container):
        return bool(is_over(place, origin))
    return spec.kind == "bolt" and lies_in(place, spec.size, origin, axis)
