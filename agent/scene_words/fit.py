"""Whether a scene can be built: the twin lays it out, and the robot must reach it. What can't is refused by its reason.

Ground truth: this makes scenes and is no part of any run.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from agent.scene_words.members import Member, draw_members
from agent.scene_words.places import area_of, clustered, lies_right, separated
from agent.scene_words.wish import Wish
from safety.grip import Grip
from sim.demonstrator import pick_waypoints
from sim.grasps import Grasp, choose_grasp, graspable, taught_grasp
from sim.layout import Area
from sim.lying import Lying, lying_parts, thing_points
from sim.motion import NoWay, Ways
from sim.parts.spawn import PartSpec
from sim.scenario import TAGS, Scenario, ScenarioPart
from sim.setting import CALIBRATED, Clutter, load_setting
from sim.world import World
from skills.cell import Cell
from skills.errors import BadInput
from skills.words import TRAY

LAYOUTS: Final = 12
"""Layouts of touching or heaped parts that are drawn until one fits the tray."""
BUILDS: Final = 5
"""Layouts that the twin builds until one stands up to it."""
ROLLED: Final = 0.01
"""A part that does not lie where it was laid, by more than this, did not lie still [m]."""
SLACK: Final = 0.008
"""A heaped part may come to rest so much outside of where it was said to lie [m]."""
OTHER_WAYS: Final[dict[Clutter, str]] = {
    "separated": "'touching' or 'heaped'",
    "touching": "'separated' or 'heaped'",
    "heaped": "'separated'",
}
OUT_OF_REACH: Final = ("reach", "joint_position", "workspace")
"""Rules of the gate that say that the arm can't come to a place."""


@dataclass(frozen=True)
class Built:
    """A scene that stands in the twin; close `world` after use."""

    scenario: Scenario
    world: World


def build(
    wish: Wish,
    cell: Cell,
    name: str,
    seed: int,
    instruction: str = "",
    doing: Callable[[str], None] = lambda _: None,
) -> Built:
    """The scenario that `wish` becomes with `seed`, and the twin that holds it; `doing` hears what takes its time.

    Raises: BadInput where no layout of it can be built, with the reason and what would fit.
    """
    rng = np.random.default_rng([seed, 4])
    members = draw_members(wish, rng, graspable(cell))
    clutter = wish.clutter or "separated"
    _check_clutter(members, clutter)
    area, ways, flaw = area_of(cell.tray), Ways(cell), ""
    for number in range(BUILDS):
        doing(f"building layout {number + 1} of at most {BUILDS}")
        specs = _laid_out(members, clutter, area, rng)
        scenario = _scenario(wish, specs, name, seed, instruction)
        world = World(cell, seed, load_setting(scenario.setting))
        try:
            world.reset(scenario.layout(cell.tray))
            flaw = _flaw(world, members, clutter, area, ways)
            if not flaw:
                return Built(scenario, world)
        except BaseException:
            world.close()
            raise
        world.close()
    raise BadInput(
        "scene", wish.describe(), f"one that the twin can build; {flaw}; fewer parts or {OTHER_WAYS[clutter]} would fit"
    )


def _check_clutter(members: Sequence[Member], clutter: Clutter) -> None:
    if clutter != "separated" and len(members) < 2:
        raise BadInput("clutter", clutter, "said of two or more parts")


def _laid_out(members: Sequence[Member], clutter: Clutter, area: Area, rng: np.random.Generator) -> list[PartSpec]:
    """Raises: BadInput, with what would fit."""
    sides = sorted({" ".join(member.where) for member in members if member.where})
    places = f" where it was said ({', '.join(sides)})" if sides else ""
    others = "parts elsewhere" if sides else "fewer parts"
    if clutter == "separated":
        found = separated(members, rng, area)
        if isinstance(found, list):
            return found
        allowed = f"at most {found}, as many as find room apart from each other{places}"
        raise BadInput("parts", len(members), f"{allowed}; {OTHER_WAYS[clutter]} would fit more")
    for _ in range(LAYOUTS):
        specs = clustered(members, clutter, rng, area)
        if specs is not None:
            return specs
    allowed = f"fewer, for no layout of so many was found {clutter}{places}"
    raise BadInput("parts", len(members), f"{allowed}; {others} or {OTHER_WAYS[clutter]} would fit")


def _scenario(wish: Wish, specs: Sequence[PartSpec], name: str, seed: int, instruction: str) -> Scenario:
    parts = tuple(
        ScenarioPart(
            kind=spec.kind,
            size=spec.size,
            colour=spec.colour,
            condition=spec.condition,
            at=spec.at,
            yaw_deg=round(float(np.rad2deg(spec.yaw)), 1),
        )
        for spec in specs
    )
    tags: list[TAGS] = [*(["clutter"] if wish.clutter in {"touching", "heaped"} else [])]  # type: ignore[list-item]
    tags += ["lighting"] if wish.light else []
    return Scenario(
        name=name,
        tags=tuple(tags),
        seed=seed,
        setting=wish.light or CALIBRATED,
        clutter=wish.clutter or "separated",
        parts=parts,
        instruction=instruction,
    )


def _flaw(world: World, members: Sequence[Member], clutter: Clutter, area: Area, ways: Ways) -> str:
    """What is wrong with the scene as it stands; "" where nothing is."""
    if world.outside:
        return f"{len(world.outside)} of its parts fell off the heap and out of the tray"
    parts = lying_parts(world)
    laid = [(body, part, member) for body, part, member in zip(world.bodies, parts, members, strict=True)]
    for body, part, member in laid:
        at = world.true_part(body).at
        slack = SLACK if clutter == "heaped" else 0.001
        x, y = np.clip(at, -area.within, area.within)
        if world.where(body) != TRAY or not lies_right(member, (float(x), float(y)), slack, area):
            return f"{_named(part)} does not come to rest where it was said to lie"
        if clutter != "heaped" and np.hypot(at[0] - part.spec.at[0], at[1] - part.spec.at[1]) > ROLLED:
            return f"{_named(part)} does not lie still"
    return _unreachable(world, parts, ways) or _ungraspable(world, parts, ways, every=clutter == "separated")


def _unreachable(world: World, parts: Sequence[Lying], ways: Ways) -> str:
    for part in parts:
        rows = pick_waypoints(world.cell, taught_grasp(world.cell, part))
        finding = ways.objection(rows, _open(world.cell))
        if finding is not None and finding.rule in OUT_OF_REACH:
            return f"{_named(part)} is out of the robot's reach ({finding.text})"
    return ""


def _ungraspable(world: World, parts: Sequence[Lying], ways: Ways, *, every: bool) -> str:
    """Of separated parts each must be graspable, of others one: with it a run can begin."""
    things, flaw = thing_points(world), ""
    for part in sorted(parts, key=lambda one: -one.top):
        others = [other for other in parts if other is not part]
        grasp = choose_grasp(world.cell, part, others, things)
        if isinstance(grasp, Grasp):
            way = ways.clear(pick_waypoints(world.cell, grasp), _open(world.cell))
            reason = f"no way leads to {_named(part)} ({way.finding.text})" if isinstance(way, NoWay) else ""
        else:
            reason = f"the gripper finds no room round {_named(part)} ({grasp.cause})"
        flaw = flaw or reason
        if bool(reason) == every:
            return reason
    return "" if every else flaw


def _open(cell: Cell) -> Grip:
    return Grip.unknown(cell.robot.gripper.max_width, cell.robot.gripper)


def _named(part: Lying) -> str:
    spec = part.spec
    return f"the {spec.condition} {spec.size} {spec.colour} {spec.kind} at ({spec.at[0]:.2f}, {spec.at[1]:.2f})"
