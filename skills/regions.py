"""Regions of the tray that a part can be brought to without leaving it, as the operator sees them in the picture."""

import math
from collections.abc import Callable, Iterable
from typing import Final

from skills.errors import UnknownName
from skills.scene import PerceivedPart
from skills.words import BREADTH

Point = tuple[float, float]

AGAINST: Final = 0.015
"""A part lies against an edge when its outline is this near to the wall [m]: three times the 95th percentile of the
perceiver's error."""

BESIDE: Final = 0.012
"""How near to the way of a part that is moved along the tray others may lie [m]: it turns a little as it goes, and is
seen with an error of up to 5 mm."""
BEHIND: Final = 0.040
"""Room that the tool takes behind the part [m]."""

_SIDES: Final[dict[str, Point]] = {"left": (0.0, 1.0), "right": (0.0, -1.0), "back": (1.0, 0.0), "front": (-1.0, 0.0)}
_EDGE, _HALF = " edge", " half"

REGIONS: Final = (*(f"{side}{_EDGE}" for side in _SIDES), *(f"{side}{_HALF}" for side in _SIDES))
"""Against an edge of the tray, or with the middle in a half of it."""


def way_to(region: str) -> Point:
    """The direction in which the region lies from the tray's centre: +x away from the robot, +y to the left.

    Raises: UnknownName.
    """
    if region not in REGIONS:
        raise UnknownName("region", region, REGIONS)
    return _SIDES[region.removesuffix(_EDGE).removesuffix(_HALF)]


def reach(part: PerceivedPart, way: Point) -> float:
    """How far the part's outline reaches from its middle along the unit vector `way` [m]."""
    breadth = BREADTH.get((part.kind, part.size))
    if breadth is None:
        return part.extent / 2
    turn = part.yaw - math.atan2(way[1], way[0])
    return (part.extent * abs(math.cos(turn)) + breadth * abs(math.sin(turn))) / 2


def lies_in(region: str, half: float) -> Callable[[PerceivedPart], bool]:
    """Whether a part lies in that region of a tray of that inner half width [m]. Raises: UnknownName."""
    way = way_to(region)

    def lies(part: PerceivedPart) -> bool:
        along = _towards(part, way)
        return along > 0 if region.endswith(_HALF) else half - along - reach(part, way) <= AGAINST

    return lies


def in_the_way(
    region: str, half: float, part: PerceivedPart, others: Iterable[PerceivedPart]
) -> tuple[PerceivedPart, ...]:
    """Which of the others would be touched if the part were moved straight to that region. Raises: UnknownName."""
    way = way_to(region)
    left = (-way[1], way[0])
    along, across = _towards(part, way), _towards(part, left)
    far = half if region.endswith(_EDGE) else max(along, 0.0)
    first, last = along - reach(part, way) - BEHIND, far + reach(part, way)

    def touched(other: PerceivedPart) -> bool:
        beside = reach(part, left) + reach(other, left) + BESIDE
        ahead = _towards(other, way)
        return abs(_towards(other, left) - across) < beside and first < ahead + reach(other, way) and ahead < last

    return tuple(other for other in others if other != part and touched(other))


def _towards(part: PerceivedPart, way: Point) -> float:
    """How far the part's middle lies from the tray's centre in that direction [m]."""
    return part.at[0] * way[0] + part.at[1] * way[1]
