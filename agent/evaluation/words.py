"""What trials are counted by: the part that is meant, where it lies or goes, how it lies, the light on it."""

from collections.abc import Mapping, Sequence
from typing import Final

import numpy as np

from agent.evaluation.table import Table
from sim.commands import truth_words
from sim.data.splits import quarter_of
from sim.lying import Lying
from sim.outlines import gap_around
from sim.randomize import Light

ON_THE_FLOOR: Final = 0.003
"""A part whose lowest point is higher over the tray lies on another [m]."""
TOUCHING: Final = 0.005
"""Parts whose outlines are nearer touch [m] …"""
NEAR: Final = 0.020
"""… or are near: fingers are 10 mm thick."""
COUNTS: Final = ((1, 3), (4, 6), (7, 9), (10, 12), (13, 20))
"""Parts of a scene that are counted together."""
WARM: Final = 0.02
"""Red gain over 1 from which light is called warm, or under 1 cool."""


def part_words(table: Table, number: int, lie: Sequence[Lying]) -> dict[str, str]:
    """The part's own words, and how it lies among the others: `lie` as it was before anything moved."""
    words = truth_words(table.world.true_part(table.world.bodies[number]))
    words["colour"] = words.pop("appearance")
    return words | {"clutter": _clutter(lie, number), "parts": _count(len(lie))} | light_words(table)


def quarter_words(table: Table, part: Lying) -> dict[str, str]:
    """Where the part lies, in the overhead picture."""
    return {"place": quarter_of(part.origin[:2] - np.array(table.world.cell.tray.centre))}


def goal_words(arguments: Mapping[str, str]) -> dict[str, str]:
    """Where the part is to go: a release has one argument."""
    (goal,) = arguments.values()
    return {"place": goal}


def light_words(table: Table) -> dict[str, str]:
    """The colour of the lamp and where it stands, as the operator sees the overhead picture."""
    light = table.world.appearance.light
    return {"light": _colour(light), "lamp": _side(light)}


def _clutter(lie: Sequence[Lying], number: int) -> str:
    if float(lie[number].points[:, 2].min()) > ON_THE_FLOOR:
        return "on others"
    gap = gap_around(lie, number)
    return "touching" if gap < TOUCHING else "near" if gap < NEAR else "apart"


def _count(parts: int) -> str:
    low, high = next(span for span in COUNTS if parts <= span[1] or span == COUNTS[-1])
    return f"{low:02d}–{high:02d}"


def _colour(light: Light) -> str:
    red = light.colour[0] - 1
    return "warm" if red > WARM else "cool" if red < -WARM else "neutral"


def _side(light: Light) -> str:
    ahead, left, _ = light.direction
    if np.abs(ahead) >= np.abs(left):
        return "back" if ahead > 0 else "front"
    return "left" if left > 0 else "right"
