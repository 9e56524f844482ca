"""What an episode asks for, drawn from ground truth, and whether it is done: what only the twin knows."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from sim.commands import draw_pick
from sim.demonstrator import insert_waypoints, pick_waypoints, place_waypoints, put_back_waypoints
from sim.grasps import NoGrasp
from sim.table import Table
from skills.base import FloatArray
from skills.card import SkillCard
from skills.cell import Cell
from skills.errors import BadInput
from skills.words import TRAY

SKILLS: Final = ("pick", "place", "put_back", "insert")
"""The skills that an episode can be drawn for."""
GOAL: Final = {"place": "place", "insert": "fixture"}
"""The slot of a card that names where the part has to come to lie; without one it is the tray."""


@dataclass(frozen=True)
class Task:
    """One call of a skill.

    Attributes:
        phrase: as the card renders it, letter for letter as it was trained.
        target: number of the body that is meant; of a release the one in the gripper.
        goal: where the world has to say that it is: "air" for a pick.
    """

    card: SkillCard
    arguments: Mapping[str, str]
    phrase: str
    target: int
    goal: str


def calls_in(cell: Cell, card: SkillCard) -> list[dict[str, str]]:
    """The calls of a skill whose places stand in the cell."""
    return [arguments for arguments in card.calls() if cell.has_places_of(arguments)]


def draw_task(table: Table, card: SkillCard) -> Task | None:
    """A call that can be made on this table, prepared so far that it can begin; None where there is none."""
    return _draw_pick(table, card) if card.name == "pick" else _draw_release(table, card)


def _draw_pick(table: Table, card: SkillCard) -> Task | None:
    world = table.world
    drawn = draw_pick(card, world.true_parts(), table.rng)
    if drawn is None:
        return None
    arguments, target = drawn
    if isinstance(table.expert.grasp(target), NoGrasp):
        return None
    return Task(card, arguments, card.render(arguments), target, "air")


def _draw_release(table: Table, card: SkillCard) -> Task | None:
    """The expert takes a part first: what is asked is to bring it away."""
    choices = calls_in(table.world.cell, card)
    arguments = choices[int(table.rng.integers(len(choices)))]
    target, tried = table.hold()
    if tried.cause is not None:
        return None
    if card.name == "put_back":
        table.clear_spot(arguments["spot"], target)
    goal = arguments[GOAL[card.name]] if card.name in GOAL else TRAY
    return Task(card, arguments, card.render(arguments), target, goal)


def is_done(table: Table, task: Task) -> bool:
    """Ground truth: the part that is meant, and no other, is in the air; or it has come to lie where it should."""
    world = table.world
    if task.goal == "air":
        return [number for number, body in enumerate(world.bodies) if world.where(body) == "air"] == [task.target]
    return table.expert.judged(task.target, task.goal).cause is None


def expert_rows(table: Table, task: Task, width: float) -> FloatArray:
    """(5, 7) waypoints with which the expert, who knows the truth, does it; `width` is the gripper's now [m].

    Raises: BadInput when the part that is meant can't be grasped any more, or is no bolt where it has to be one.
    """
    world, arguments = table.world, task.arguments
    if task.card.name == "pick":
        grasp = table.expert.grasp(task.target)
        if isinstance(grasp, NoGrasp):
            raise BadInput("part", task.phrase, f"one that can be grasped: {grasp.cause}")
        return pick_waypoints(world.cell, grasp)
    if task.card.name == "insert":
        return insert_waypoints(world.cell, world.cell.fixture(arguments["fixture"]), width)
    if task.card.name == "put_back":
        return put_back_waypoints(world.cell, arguments["spot"])
    return place_waypoints(world.cell, world.places[arguments["place"]])
