"""What the arm, its hand and a held part would touch along a path: coal's shapes, moved by pinocchio.

The parts on the tray are not in it: grasping them is contact. Floors are a rule of their own, since the
finger tips have to come nearer to the tray's floor than any margin.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

import coal
import numpy as np
import pinocchio as pin
from numpy.typing import NDArray

from safety.bodies import arm_shapes, finger_shapes, held_shape
from safety.kinematics import TCP_FRAME, Arm
from safety.obstacles import Box, blocks, obstacles
from skills.base import FloatArray
from skills.cell import Cell
from skills.robot import RobotModel

Kind = Literal["environment", "keep_out", "self"]

FINGER_MARGIN: Final = -0.002
"""Fingers and a held part work between low walls: there the margin is what a policy's aim may be off, a touch
of 2 mm, in place of the arm's clearance [m]."""
TABLE_DEPTH, TABLE_REACH = 0.1, 2.0
HELD: Final = "held part"


@dataclass(frozen=True)
class Postures:
    """Configurations to check.

    Attributes:
        joints: (N, DOF) [rad]; widths: (N,) opening of the fingers [m]; holding: (N,) whether a part is held.
    """

    joints: FloatArray
    widths: FloatArray
    holding: NDArray[np.bool_]

    @classmethod
    def alike(cls, joints: FloatArray, width: float, *, holding: bool) -> "Postures":
        """All with the same gripper."""
        return cls(joints, np.full(len(joints), width), np.full(len(joints), holding))

    @classmethod
    def chained(cls, parts: Sequence["Postures"], dof: int) -> "Postures":
        """One after the other; none where there is no part."""
        return cls(
            np.concatenate([np.empty((0, dof)), *(part.joints for part in parts)]),
            np.concatenate([np.empty(0), *(part.widths for part in parts)]),
            np.concatenate([np.empty(0, dtype=np.bool_), *(part.holding for part in parts)]),
        )


@dataclass(frozen=True)
class Hit:
    """The first configuration of a path in which two bodies are nearer than their margin [m]."""

    kind: Kind
    index: int
    bodies: tuple[str, str]
    margin: float


class Collider:
    """Checks configurations of `arm` against `cell`; not thread-safe."""

    def __init__(self, cell: Cell, arm: Arm) -> None:
        self._arm = arm
        self._inside = [(name, np.array(place.centre), place.extent) for name, place in cell.places.items()]
        self._bare = _Bodies(cell, arm, holding=False)
        self._laden = _Bodies(cell, arm, holding=True)

    def hits(self, path: Postures) -> dict[Kind, Hit]:
        """The first hit of each kind along `path`."""
        found: dict[Kind, Hit] = {}
        for index, configuration in enumerate(self._arm.configurations(path.joints, path.widths)):
            bodies = self._laden if path.holding[index] else self._bare
            for hit in bodies.touching(configuration, index):
                if hit.kind not in found and not self._is_at_home(hit, path.joints[index]):
                    found[hit.kind] = hit
        return found

    def _is_at_home(self, hit: Hit, joints: FloatArray) -> bool:
        """Whether the hit is a held part's, with a wall of the very place that the tool is in.

        Its real length is not known; there it lay before, or is about to lie.
        """
        if HELD not in hit.bodies:
            return False
        x_y = self._arm.tcp(joints).translation[:2]
        return any(
            hit.bodies[1] == _wall(name) and np.all(np.abs(x_y - centre) <= extent)
            for name, centre, extent in self._inside
        )


class _Bodies:
    """The geometry model with one choice of held part, and its pairs with their margins."""

    def __init__(self, cell: Cell, arm: Arm, *, holding: bool) -> None:
        self._model, self._arm = arm.model, pin.GeometryModel()
        self._names: list[str] = []
        self._kinds: list[Kind] = []
        self._margins: list[float] = []
        margin, description = cell.limits.collision_margin, arm.description
        self._fixed = description.fixed
        links = self._add_links(arm_shapes(description))
        tools = self._add_links(finger_shapes(description))
        if holding:
            tools.append(self._add(HELD, TCP_FRAME, *held_shape()))
        for name, shape, placement in _solids(cell):
            self._pair(links, self._add(name, None, shape, placement), "environment", margin)
        for name, shape, placement in _walls(cell):
            self._pair(tools, self._add(name, None, shape, placement), "environment", FINGER_MARGIN)
        for name, shape, placement in _keep_outs(cell):
            self._pair([*links, *tools], self._add(name, None, shape, placement), "keep_out", margin)
        self._pair_self([*links, *tools], meetings(description), margin)
        self._data, self._found = arm.model.createData(), self._arm.createData()
        for request, pair_margin in zip(self._found.collisionRequests, self._margins, strict=True):
            request.security_margin = pair_margin

    def touching(self, configuration: FloatArray, index: int) -> Iterator[Hit]:
        if not pin.computeCollisions(self._model, self._data, self._arm, self._found, configuration, False):
            return
        for number, result in enumerate(self._found.collisionResults):
            if result.isCollision():
                pair = self._arm.collisionPairs[number]
                names = self._names[pair.first], self._names[pair.second]
                yield Hit(self._kinds[number], index, names, self._margins[number])

    def _add_links(self, shapes: list[tuple[str, Any, Any]]) -> list[int]:
        return [self._add(link, link, shape, placement) for link, shape, placement in shapes]

    def _add(self, name: str, frame: str | None, shape: Any, placement: Any) -> int:
        parent, inside = 0, pin.SE3.Identity()
        if frame is not None:
            link = self._model.frames[self._model.getFrameId(frame)]
            parent, inside = link.parentJoint, link.placement
        self._names.append(name)
        unique = f"{len(self._names)} {name}"
        return int(self._arm.addGeometryObject(pin.GeometryObject(unique, parent, inside * placement, shape)))

    def _pair(self, movers: list[int], other: int, kind: Kind, margin: float) -> None:
        for mover in movers:
            if self._names[mover] not in self._fixed:
                self._add_pair(mover, other, kind, margin)

    def _pair_self(self, bodies: list[int], meets: Mapping[str, Sequence[str]], margin: float) -> None:
        for one in bodies:
            for other in bodies:
                if self._names[other] in meets.get(self._names[one], ()):
                    self._add_pair(one, other, "self", margin)

    def _add_pair(self, one: int, other: int, kind: Kind, margin: float) -> None:
        self._arm.addCollisionPair(pin.CollisionPair(one, other))
        self._kinds.append(kind)
        self._margins.append(margin)


def meetings(description: RobotModel) -> dict[str, list[str]]:
    """Which links can meet which, by their names in the URDF."""
    tool = description.tool
    groups = {"hand": [tool.link], "fingers": [finger.link for finger in tool.fingers]}
    return {
        link: [name for other in others for name in groups.get(other, [other])]
        for link, others in description.meets.items()
    }


def _solids(cell: Cell) -> Iterator[tuple[str, Any, Any]]:
    """The table, and each place as a solid block up to its top: links have no business in it."""
    table = np.array([TABLE_REACH, TABLE_REACH, TABLE_DEPTH])
    yield "table", coal.Box(*table), _at((0.0, 0.0, -TABLE_DEPTH / 2))
    for name, place in cell.places.items():
        for box in blocks(place):
            yield name, *_placed(box)


def _walls(cell: Cell) -> Iterator[tuple[str, Any, Any]]:
    """What fingers work between."""
    for name, place in cell.places.items():
        for box in obstacles(place):
            yield _wall(name), *_placed(box)


def _keep_outs(cell: Cell) -> Iterator[tuple[str, Any, Any]]:
    for box in cell.keep_outs:
        yield box.name, *_placed(Box(box.low, box.high))


def _placed(box: Box) -> tuple[Any, Any]:
    low, high = np.array(box.low), np.array(box.high)
    return coal.Box(*(high - low)), _at((low + high) / 2)


def _wall(place: str) -> str:
    return f"wall of the {place}"


def _at(position: Any) -> Any:
    return pin.SE3(np.eye(3), np.array(position, dtype=np.float64))
