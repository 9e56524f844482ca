"""The places of a cell, by kind: trays and bins, conveyor belts, fixtures. Lengths in metres, robot base frame.

Every kind has `centre`, `extent` (half lengths in x and y of the ground that it takes), `release` (where a part is
let go over it), `top` (its highest point) and `colour`.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Final, Literal, Self

import numpy as np
from numpy.typing import ArrayLike, NDArray
from pydantic import Discriminator, Field, Tag, model_validator

from skills.base import Finite
from skills.errors import BadInput, UnknownName
from skills.words import SHANK, Size

Positive = Annotated[float, Field(gt=0)]
Colour3 = tuple[float, float, float]
Point = tuple[float, float]
Capacity = Annotated[int, Field(ge=1)] | None


class Container(Finite):
    """A tray or a bin: a square with low walls.

    Attributes:
        half: inner half width.
        floor: height of its floor.
        capacity: of a bin, how many parts it takes until a person empties it; None: no bound is known.
    """

    kind: Literal["tray", "bin"]
    centre: Point
    half: Positive
    wall: Positive
    colour: Colour3
    floor: Annotated[float, Field(ge=0)] = 0.0
    capacity: Capacity = None

    @property
    def extent(self) -> Point:
        return self.half, self.half

    @property
    def release(self) -> Point:
        return self.centre

    @property
    def top(self) -> float:
        return self.floor + self.wall

    @model_validator(mode="after")
    def _is_emptied_if_bounded(self) -> Self:
        if self.kind == "tray" and self.capacity is not None:
            raise BadInput("capacity", self.capacity, "given to a bin or a belt; on the tray every look counts")
        return self


class Belt(Finite):
    """A conveyor belt along y that carries parts `towards` its end, where they fall into a chute that counts them.

    Attributes:
        centre: middle of the belt, without the chute.
        length: of the belt along y; width: along x, inside its rails.
        height: of its surface; rail: height of the rails over the surface.
        speed: of the surface [m/s].
        towards: the operator's left is +y.
        drop: x, y where parts are let go; on the belt.
        chute: length of the chute along y, behind the belt's end; as wide as the belt.
        capacity: how many parts its end takes until a person empties it; None: no bound is known.
    """

    kind: Literal["belt"]
    centre: Point
    length: Positive
    width: Positive
    height: Positive
    rail: Positive
    speed: Positive
    towards: Literal["left", "right"]
    drop: Point
    chute: Positive
    colour: Colour3
    capacity: Capacity = None

    @property
    def extent(self) -> Point:
        return self.width / 2, self.length / 2

    @property
    def release(self) -> Point:
        return self.drop

    @property
    def top(self) -> float:
        return self.height + self.rail

    @property
    def sign(self) -> int:
        """+1 where it runs towards +y."""
        return 1 if self.towards == "left" else -1

    @property
    def chute_centre(self) -> Point:
        return self.centre[0], self.centre[1] + self.sign * (self.length + self.chute) / 2

    @model_validator(mode="after")
    def _drops_on_itself(self) -> Self:
        if (
            abs(self.drop[0] - self.centre[0]) >= self.width / 2
            or abs(self.drop[1] - self.centre[1]) >= self.length / 2
        ):
            raise BadInput("drop", self.drop, "a point on the belt")
        return self


class Nest(Finite):
    """Where a bolt lies in a fixture.

    Attributes:
        x, y, z: middle of the bolt and of the nest; z is the height of the shank's axis when it lies in it.
        yaw: direction of the shank's axis [rad]; either way round.
        width: of the slot.
    """

    x: float
    y: float
    z: float
    yaw: float
    width: float


class Fixture(Finite):
    """A rack that takes one bolt of each size, lying along x: two rails across, with a notch for each shank.

    Between the rails the fingers reach down past the shank; beyond them there is room for a head at either end, since
    a parallel gripper can't tell a half turn.

    Attributes:
        holes: y of each size's notch, from the centre.
        clearance: width of a notch beyond the shank's diameter.
        height: of the axis of a shank that lies in its notch; the notch's upright sides end there …
        chamfer: … and widen by this on either side, at 45°, up to the rails' top.
        gap: half of the distance between the rails.
        rail: thickness of each rail.
    """

    kind: Literal["fixture"]
    centre: Point
    holes: Annotated[dict[Size, float], Field(min_length=1)]
    clearance: Positive
    height: Positive
    chamfer: Positive
    gap: Positive
    rail: Positive
    colour: Colour3

    @property
    def extent(self) -> Point:
        """Far enough to hold the longest bolt and the outer notches with their walls."""
        return BOLT_HALF, max(map(abs, self.holes.values())) + EDGE

    @property
    def release(self) -> Point:
        return self.centre

    @property
    def top(self) -> float:
        return self.height + self.chamfer

    def hole(self, size: str) -> Nest:
        """Where a bolt of this size goes. Raises: UnknownName."""
        for name, y in self.holes.items():
            if name == size:
                width = SHANK[name] + self.clearance
                return Nest(x=self.centre[0], y=self.centre[1] + y, z=self.height, yaw=0.0, width=width)
        raise UnknownName("hole", size, self.holes)

    def nests(self) -> tuple[Nest, ...]:
        """Every hole, from the right (-y) to the left."""
        return tuple(self.hole(size) for size in sorted(self.holes, key=lambda size: self.holes[size]))

    def lands(self) -> tuple[tuple[float, float], ...]:
        """(low, high) in y of each full stretch of the rails: beside and between the notches' upright sides."""
        ends = self.centre[1] - self.extent[1], self.centre[1] + self.extent[1]
        notches = [edge for nest in self.nests() for edge in (nest.y - nest.width / 2, nest.y + nest.width / 2)]
        edges = (ends[0], *notches, ends[1])
        return tuple(zip(edges[::2], edges[1::2], strict=True))

    @model_validator(mode="after")
    def _takes_bolts(self) -> Self:
        for size in self.holes:
            if size not in SHANK:
                raise UnknownName("holes", size, SHANK)
        return self


BOLT_HALF: Final = 0.045
"""Half of the longest bolt, and a little."""
EDGE: Final = 0.026
"""From the middle of a fixture's outer notch to the rail's end."""


def kind_tag(content: Any) -> str:
    """Which kind of place the mapping (or value) means, as a tag. Raises: UnknownName, BadInput."""
    kind = content.get("kind") if isinstance(content, Mapping) else getattr(content, "kind", None)
    if kind is None:
        raise BadInput("places: kind", kind, f"given: one of {', '.join(_TAGS)}")
    if kind not in _TAGS:
        raise UnknownName("places: kind", str(kind), _TAGS)
    return _TAGS[kind]


_TAGS: Final = {"tray": "[container]", "bin": "[container]", "belt": "[belt]", "fixture": "[fixture]"}

Place = Container | Belt | Fixture
AnyPlace = Annotated[
    Annotated[Container, Tag("[container]")] | Annotated[Belt, Tag("[belt]")] | Annotated[Fixture, Tag("[fixture]")],
    Discriminator(kind_tag),
]


def is_over(place: Place, at: ArrayLike) -> NDArray[np.bool_]:
    """(N,) whether the ground that the place takes, its edge included, is below each of the points `at` (N, 2 or 3) [m]
    in the robot's base frame; () of one point (2 or 3,).
    """
    return np.asarray(np.all(np.abs(np.asarray(at)[..., :2] - place.centre) <= place.extent, axis=-1))
