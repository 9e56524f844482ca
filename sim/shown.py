"""A skill that its card shows by waypoints: the expert's rows for the part that lies there. Training data only."""

import math
from collections.abc import Sequence

import numpy as np

from sim.demonstrator import DOWN
from sim.grasps import half_turn
from sim.robot import heading, home_tcp
from sim.world import TruePart
from skills.base import FloatArray
from skills.card import SkillCard
from skills.cell import Cell
from skills.demonstration import Waypoint
from skills.errors import BadInput
from skills.regions import Point, reach, way_to
from skills.scene import PerceivedPart


def shown_waypoints(cell: Cell, card: SkillCard, part: PerceivedPart, region: str) -> FloatArray:
    """(waypoints + 1, 7) rows of `tcp_waypoints` that move that part to the region; the last one is back home.

    The fingers stay as the last waypoint tells them: the gate takes fingers that came nearer to each other for ones
    that may hold a part, and lets nothing go over no place. They open with the next call.

    Raises: BadInput (the card shows nothing).
    """
    if not card.demonstration:
        raise BadInput(f"demonstration of card {card.name}", None, "given: waypoints that show the twin how it is done")
    home, way = home_tcp(cell.robot), way_to(region)
    rows = [_row(cell, waypoint, part, way) for waypoint in card.demonstration]
    return np.array([*rows, [*home[:3], *DOWN, heading(cell.robot), card.demonstration[-1].width]])


def as_seen(part: TruePart) -> PerceivedPart:
    """A part as a perfect perceiver would see it where it lies now."""
    spec = part.spec
    return PerceivedPart(
        kind=spec.kind, size=spec.size, colour=spec.colour, condition=spec.condition, at=part.at, yaw=part.yaw,
        confidence=1.0,
    )  # fmt: skip


def _row(cell: Cell, waypoint: Waypoint, part: PerceivedPart, way: Point) -> Sequence[float]:
    ahead, left = np.array(way), np.array([-way[1], way[0]])
    along, across = _origin(cell, waypoint, part, way)
    x, y = (along + waypoint.ahead) * ahead + (across + waypoint.aside) * left + np.array(cell.tray.centre)
    yaw = half_turn(math.atan2(way[1], way[0]) + math.radians(waypoint.turn), heading(cell.robot))
    return [float(x), float(y), waypoint.height, *DOWN, yaw, waypoint.width]


def _origin(cell: Cell, waypoint: Waypoint, part: PerceivedPart, way: Point) -> tuple[float, float]:
    """Where the waypoint is told from: along `way` and to its left, from the tray's centre [m]."""
    along = part.at[0] * way[0] + part.at[1] * way[1]
    across = part.at[1] * way[0] - part.at[0] * way[1]
    long = reach(part, way)
    match waypoint.over:
        case "part":
            return along, across
        case "behind":
            return along - long, across
        case "edge":
            return cell.tray.half, across
        case "last":
            return cell.tray.half - 2 * long, across
        case "tray":
            return 0.0, 0.0
