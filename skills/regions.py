"""Regions of the tray that a part can be brought to without leaving it, as the operator sees them in the picture."""

import math
from collections.abc import Callable
from typing import Final

from skills.errors import UnknownName
from skills.scene import PerceivedPart
from skills.words import BREADTH

Point = tuple[float, float]

AGAINST: Final = 0.015
"""A part lies against an edge when its outline is this near to the wall [m]: three times the 95th percentile of the
perceiver's error."""

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
        along = part.at[0] * way[0] + part.at[1] * way[1]
        return along > 0 if region.endswith(_HALF) else half - along - reach(part, way) <= AGAINST

    return lies
