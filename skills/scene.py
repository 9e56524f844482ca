"""What the camera shows: perceived parts, and the queries that choose among them."""

from collections.abc import Iterable, Sequence
from typing import Annotated, Self

from pydantic import Field, model_validator

from skills.base import Value
from skills.errors import BadInput
from skills.words import (
    EXTENT,
    SIZES_OF,
    Colour,
    Condition,
    Finish,
    Kind,
    Region,
    Size,
    Superlative,
    finish_of,
)


class PerceivedPart(Value):
    """One part as a camera saw it.

    Attributes:
        at: x, y [m] from the tray's centre; +x points away from the robot (up in the overhead
            picture), +y to the operator's left.
        yaw: angle of the part's long axis about the vertical [rad], from +x towards +y.
        confidence: 0 to 1, that this part is there and is what is said.
    """

    kind: Kind
    size: Size
    colour: Colour
    condition: Condition
    at: tuple[float, float]
    yaw: float
    confidence: Annotated[float, Field(ge=0, le=1)]

    @property
    def finish(self) -> Finish:
        return finish_of(self.colour)

    @property
    def extent(self) -> float:
        """Longest horizontal dimension [m]."""
        return EXTENT[self.kind, self.size]

    def describe(self) -> str:
        return f"{self.condition} {self.size} {self.colour} {self.kind}"


class Scene(Value):
    """The tray as seen in one look; `sequence` and `time_ns` are the observation's.

    Attributes:
        unclear: x, y [m from the tray's centre] of what lies there and can't be made out.
    """

    parts: tuple[PerceivedPart, ...]
    unclear: tuple[tuple[float, float], ...] = ()
    sequence: int
    time_ns: int


class PartQuery(Value):
    """Which parts are meant; every field that is None leaves the choice open.

    `region` is the half of the tray as the operator sees it in the overhead picture: back is its
    upper half (away from the robot), front its lower half. `without` excludes what it matches.
    """

    kind: Kind | None = None
    size: Size | None = None
    colour: Colour | None = None
    finish: Finish | None = None
    condition: Condition | None = None
    superlative: Superlative | None = None
    region: Region | None = None
    without: tuple["PartQuery", ...] = ()

    @model_validator(mode="after")
    def _names_something(self) -> Self:
        if self.kind and self.size and self.size not in SIZES_OF[self.kind]:
            raise BadInput(f"size of a {self.kind}", self.size, f"one of {', '.join(SIZES_OF[self.kind])}")
        if self.colour and self.finish and finish_of(self.colour) != self.finish:
            raise BadInput(f"finish of a {self.colour} part", self.finish, finish_of(self.colour))
        return self

    def describe(self) -> str:
        """The query in words, such as 'failed large brass gear on the left'."""
        words = [self.superlative, self.condition, self.size, self.colour or self.finish, self.kind or "part"]
        text = " ".join(word for word in words if word)
        text += f" at the {self.region}" if self.region else ""
        return text + "".join(f" except {query.describe()}" for query in self.without)

    def matches(self, part: PerceivedPart) -> bool:
        """Whether `part` has every named attribute; a superlative needs the others: see `select`."""
        wanted = (
            (self.kind, part.kind),
            (self.size, part.size),
            (self.colour, part.colour),
            (self.finish, part.finish),
            (self.condition, part.condition),
        )
        return (
            all(want is None or want == have for want, have in wanted)
            and (self.region is None or in_region(self.region, part.at))
            and not any(query.matches(part) for query in self.without)
        )


def in_region(region: Region, at: tuple[float, float]) -> bool:
    """Whether the point `at` [m from the tray's centre] lies in that half of the tray."""
    x, y = at
    return {"left": y > 0, "right": y < 0, "back": x > 0, "front": x < 0}[region]


def select(query: PartQuery, parts: Iterable[PerceivedPart]) -> tuple[PerceivedPart, ...]:
    """The parts that `query` means, nearest to the robot first.

    A superlative keeps those whose extent is the greatest (smallest) of the parts that match the
    rest of the query; parts of the same size stay together.
    """
    found: Sequence[PerceivedPart] = [part for part in parts if query.matches(part)]
    if query.superlative and found:
        extreme = max if query.superlative == "largest" else min
        extent = extreme(part.extent for part in found)
        found = [part for part in found if part.extent == extent]
    return tuple(sorted(found, key=lambda part: part.at))
