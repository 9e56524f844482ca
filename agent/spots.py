"""Where there is room on the tray to lay a part back."""

import math
from collections.abc import Iterable
from typing import Final

from skills.scene import PerceivedPart
from skills.spots import SPOTS, TRAY_HALF, spot_at

ROOM: Final = 0.045
"""Least distance from a spot to every part on the tray [m]: half the longest part and a little."""


def clearance(at: tuple[float, float], parts: Iterable[PerceivedPart]) -> float:
    """Distance [m] from the point `at` to the nearest part's long axis; infinite on an empty tray."""
    return min((_distance_to_axis(at, part) for part in parts), default=math.inf)


def free_spots(parts: Iterable[PerceivedPart], tray_half: float = TRAY_HALF) -> tuple[str, ...]:
    """Spots of a tray of that inner half width [m] with at least ROOM around them, the roomiest first; ties in the
    order of SPOTS.
    """
    lying = list(parts)
    room = {name: clearance(spot_at(name, tray_half), lying) for name in SPOTS}
    return tuple(sorted((name for name in SPOTS if room[name] >= ROOM), key=lambda name: -room[name]))


def _distance_to_axis(at: tuple[float, float], part: PerceivedPart) -> float:
    dx, dy = at[0] - part.at[0], at[1] - part.at[1]
    along = dx * math.cos(part.yaw) + dy * math.sin(part.yaw)
    across = dy * math.cos(part.yaw) - dx * math.sin(part.yaw)
    return math.hypot(max(abs(along) - part.extent / 2, 0.0), across)
