"""What a call of a skill asks for on a table, drawn from ground truth, how the expert does it, and whether it is done:
what only the twin knows. Library and own skills alike: what a card says decides, not its name.
"""

import math
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Final

from sim.commands import draw_pick, matching, target_of, truth_words
from sim.data.examples import SPOT
from sim.demonstrator import insert_waypoints, pick_waypoints, place_waypoints, put_back_waypoints
from sim.grasps import NoGrasp
from sim.shown import as_seen, shown_waypoints
from sim.table import Table
from skills.base import FloatArray
from skills.card import SkillCard
from skills.cell import Cell
from skills.errors import BadInput
from skills.place import Fixture
from skills.regions import in_the_way, lies_in
from skills.words import PART_SLOTS, TRAY

IN_AIR: Final = "air"
STIRRED: Final = 0.010
"""A part that lies this much elsewhere after a skill that was to move another one has been stirred [m]."""


@dataclass(frozen=True)
class Task:
    """One call of a skill.

    Attributes:
        phrase: as the card renders it, letter for letter as it was trained.
        target: number of the body that is meant; of a release the one in the gripper.
        goal: where the world has to say that it is: "air" for a pick, a place, or a region of the tray.
        before: where every part lay, x and y [m] from the tray's centre.
    """

    card: SkillCard
    arguments: Mapping[str, str]
    phrase: str
    target: int
    goal: str
    before: tuple[tuple[float, float], ...] = ()


def calls_in(cell: Cell, card: SkillCard) -> list[dict[str, str]]:
    """The calls of a skill whose places stand in the cell."""
    return [arguments for arguments in card.calls() if cell.has_places_of(arguments)]


def draw_task(table: Table, card: SkillCard, among: Collection[int] | None = None) -> Task | None:
    """A call that can be made on this table, prepared so far that it can begin; None where there is none.

    Args:
        among: numbers of the bodies that may be meant; all of them where it is not given.
    """
    if card.moves_on_tray:
        return _draw_shift(table, card, among)
    return _draw_pick(table, card, among) if card.start_pose == "home" else _draw_release(table, card)


def _draw_shift(table: Table, card: SkillCard, among: Collection[int] | None) -> Task | None:
    """Of the parts that the phrase fits and that do not lie in its region, the one nearest to the robot is meant; its
    way there must be free.
    """
    parts, half = table.world.true_parts(), table.world.cell.tray.half
    found: list[tuple[dict[str, str], int, str]] = []
    for arguments in card.calls():
        region = str(card.region_of(arguments))
        elsewhere = [number for number, part in enumerate(parts) if not lies_in(region, half)(as_seen(part))]
        looks = {slot: value for slot, value in arguments.items() if slot in PART_SLOTS}
        fitting = [elsewhere[i] for i in matching(looks, [truth_words(parts[number]) for number in elsewhere])]
        target = target_of(fitting, parts)
        if target is None or (among is not None and target not in among):
            continue
        if not in_the_way(region, half, as_seen(parts[target]), map(as_seen, parts)):
            found.append((arguments, target, region))
    if not found:
        return None
    arguments, target, region = found[int(table.rng.integers(len(found)))]
    return Task(card, arguments, card.render(arguments), target, region, tuple(part.at for part in parts))


def _draw_pick(table: Table, card: SkillCard, among: Collection[int] | None) -> Task | None:
    world = table.world
    drawn = draw_pick(card, world.true_parts(), table.rng)
    if drawn is None or (among is not None and drawn[1] not in among):
        return None
    arguments, target = drawn
    if isinstance(table.expert.grasp(target), NoGrasp):
        return None
    return Task(card, arguments, card.render(arguments), target, IN_AIR)


def _draw_release(table: Table, card: SkillCard) -> Task | None:
    """The expert takes a part first: what is asked is to bring it away."""
    choices = calls_in(table.world.cell, card)
    arguments = choices[int(table.rng.integers(len(choices)))]
    target, tried = table.hold()
    if tried.cause is not None:
        return None
    if SPOT in arguments:
        table.clear_spot(arguments[SPOT], target)
    goal = arguments[card.place_slot] if card.place_slot else TRAY
    return Task(card, arguments, card.render(arguments), target, goal)


def is_done(table: Table, task: Task) -> bool:
    """Ground truth: the part that is meant, and no other, is in the air; or it has come to lie where it should, of one
    that was moved on the tray without stirring another.
    """
    world = table.world
    if task.card.moves_on_tray:
        return lies_in_region(table, task) and not stirred(table, task)
    if task.goal == IN_AIR:
        return [number for number, body in enumerate(world.bodies) if world.where(body) == "air"] == [task.target]
    return table.expert.judged(task.target, task.goal).cause is None


def lies_in_region(table: Table, task: Task) -> bool:
    """Whether the part that is meant lies on the tray, where the skill is to move it."""
    world = table.world
    body = world.bodies[task.target]
    there = lies_in(task.goal, world.cell.tray.half)
    return table.expert.judged(task.target, TRAY).cause is None and there(as_seen(world.true_part(body)))


def stirred(table: Table, task: Task) -> tuple[int, ...]:
    """The other bodies that lie elsewhere than before."""
    now = [part.at for part in table.world.true_parts()]
    return tuple(
        number
        for number, (was, at) in enumerate(zip(task.before, now, strict=True))
        if number != task.target and math.dist(was, at) > STIRRED
    )


def expert_rows(table: Table, task: Task, width: float) -> FloatArray:
    """(5, 7) waypoints with which the expert, who knows the truth, does it; `width` is the gripper's now [m]. A skill
    that its card shows has a row for each waypoint, and one home.

    Raises: BadInput when the part that is meant can't be grasped any more, or is no bolt where it has to be one; when
        the card of an own skill shows nothing.
    """
    world, arguments = table.world, task.arguments
    if task.card.moves_on_tray:
        part = as_seen(world.true_part(world.bodies[task.target]))
        return shown_waypoints(world.cell, task.card, part, task.goal)
    if task.goal == IN_AIR:
        grasp = table.expert.grasp(task.target)
        if isinstance(grasp, NoGrasp):
            raise BadInput("part", task.phrase, f"one that can be grasped: {grasp.cause}")
        return pick_waypoints(world.cell, grasp)
    if SPOT in arguments:
        return put_back_waypoints(world.cell, arguments[SPOT])
    place = world.places[task.goal]
    if isinstance(place, Fixture):
        return insert_waypoints(world.cell, place, width)
    return place_waypoints(world.cell, place)
