"""What is asked of the robot in a scene, and what the expert does: phrases of the cards with their keyframes."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from sim.commands import draw_words_for
from sim.demonstrator import HELD_OVER, insert_waypoints, pick_waypoints, place_waypoints, put_back_waypoints
from sim.grasps import Grasp
from sim.robot import home_tcp
from sim.world import TruePart
from skills.base import FloatArray
from skills.card import SkillCard
from skills.catalogue import Catalogue
from skills.cell import Cell
from skills.place import Fixture
from skills.words import SHANK

PICKS: Final = 8
"""Commands to pick in each scene, at most: of a single part less can be said."""
RELEASES: Final = 3
"""Commands for a held part in each scene."""
HELD: Final = (0.010, 0.050)
"""How wide the fingers stand while they hold a part [m] …"""
MEASURED: Final = 0.0015
"""… and how exactly they measure a bolt [m]: half of what two sizes differ by is 2 mm."""
SPOT: Final = "spot"
"""The slot of a card that lays a part back: where on the tray."""
STATE_NAMES: Final = ("x [m]", "y [m]", "z [m]", "cos 2yaw", "sin 2yaw", "width [m]")


@dataclass(frozen=True)
class Example:
    """One command and the expert's answer.

    Attributes:
        waypoints: (K, 7) as `skills.chunk.WAYPOINT_COLUMNS`.
        state: where the tool stands before, as STATE_NAMES.
        target: index of the part that is picked; -1 for a release.
    """

    phrase: str
    waypoints: FloatArray
    state: tuple[float, ...]
    target: int


def picks(
    cell: Cell, card: SkillCard, parts: Sequence[TruePart], grasps: Mapping[int, Grasp], rng: np.random.Generator
) -> Iterator[Example]:
    """Up to PICKS commands, shared out evenly among the parts that have one of `grasps`; none is said twice."""
    state = tool_state(cell, cell.robot.gripper.max_width)
    order = rng.permutation(list(grasps)).tolist()
    said: list[dict[str, str]] = []
    for number in range(PICKS if order else 0):
        target = order[number % len(order)]
        arguments = draw_words_for(target, parts, rng, said)
        if arguments is not None:
            said.append(arguments)
            yield Example(card.render(arguments), pick_waypoints(cell, grasps[target]), state, target)


def releases(cell: Cell, catalogue: Catalogue, rng: np.random.Generator) -> Iterator[Example]:
    """RELEASES commands for a held part; every bin, belt, spot and hole is as likely as every other."""
    calls = [
        call
        for card in catalogue
        if card.place_slot or SPOT in card.parameters
        for call in _calls(card)
        if cell.has_places_of(call[1])
    ]
    for _ in range(RELEASES):
        card, arguments, bolt = calls[rng.integers(len(calls))]
        width = float(rng.uniform(*HELD) if bolt is None else bolt + HELD_OVER + rng.uniform(-MEASURED, MEASURED))
        waypoints = _released(cell, card, arguments, width)
        yield Example(card.render(arguments), waypoints, tool_state(cell, width), -1)


def _calls(card: SkillCard) -> Iterator[tuple[SkillCard, Mapping[str, str], float | None]]:
    """Every call of the card; an insertion once for each bolt, with the thickness of its shank [m]."""
    for arguments in card.calls():
        for bolt in SHANK.values() if card.done_check == "part_inserted" else [None]:
            yield card, arguments, bolt


def _released(cell: Cell, card: SkillCard, arguments: Mapping[str, str], width: float) -> FloatArray:
    if card.place_slot is None:
        return put_back_waypoints(cell, arguments[SPOT])
    place = cell.places[arguments[card.place_slot]]
    return insert_waypoints(cell, place, width) if isinstance(place, Fixture) else place_waypoints(cell, place)


def tool_state(cell: Cell, width: float) -> tuple[float, ...]:
    """The tool at home with its fingers `width` apart [m], as STATE_NAMES."""
    x, y, z, yaw = home_tcp(cell.robot)
    return (x, y, z, float(np.cos(2 * yaw)), float(np.sin(2 * yaw)), width)
