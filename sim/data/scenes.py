"""One scene of a data set: laid out as its split demands, photographed, and asked about."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from sim.data.arrangements import arranged
from sim.data.examples import Example, picks, releases
from sim.data.looks import draw_looks, in_company, repainted
from sim.data.splits import Split, lies_held_out
from sim.data.visible import seen_bodies
from sim.grasps import Grasp, NoGrasp, NoGraspCause, choose_grasp
from sim.layout import TAUGHT, Area, lay_out
from sim.lying import Lying, lying_parts, thing_points
from sim.parts.spawn import PartSpec
from sim.randomize import draw_clutter, draw_count
from sim.world import TruePart, World
from skills.base import FloatArray, Image
from skills.catalogue import Catalogue

ORDERED: Final = (4, 6)
"""Parts of a scene in which they lie in order."""
DRAWS: Final = 200
"""How often a scene is drawn anew before its split counts as impossible."""


@dataclass(frozen=True)
class DataScene:
    """A picture of the tray, the parts that can be seen there, the commands.

    Attributes:
        left_out: why parts that might be asked for can't be grasped.
    """

    image: Image
    parts: tuple[TruePart, ...]
    examples: tuple[Example, ...]
    left_out: tuple[NoGraspCause, ...]


def make_scene(world: World, catalogue: Catalogue, split: Split, rng: np.random.Generator) -> DataScene:
    """The scene that `rng` gives; nothing of the scenes before it is left in `world`."""
    world.rng = rng
    lies = _laid_out(world, split, rng)
    commands = (
        *picks(world.cell, catalogue["pick"], lies.parts, lies.grasps, rng),
        *releases(world.cell, catalogue, rng),
    )
    return DataScene(world.photograph("overhead"), lies.parts, commands, lies.left_out)


@dataclass(frozen=True)
class _Lies:
    """Parts that can be seen, as they came to rest, and how those that may be asked for are grasped."""

    parts: tuple[TruePart, ...]
    grasps: dict[int, Grasp]
    left_out: tuple[NoGraspCause, ...]


def _laid_out(world: World, split: Split, rng: np.random.Generator) -> _Lies:
    for _ in range(DRAWS):
        specs = _drawn(world, split, rng)
        if not specs:
            continue
        world.reset(specs)
        lies = _look(world, split)
        if lies is not None:
            return lies
    raise RuntimeError(f"no scene of split {split!r} in {DRAWS} draws")


def _drawn(world: World, split: Split, rng: np.random.Generator) -> Sequence[PartSpec]:
    if split == "arrangements":
        count = int(rng.integers(ORDERED[0], ORDERED[1] + 1))
        return repainted(arranged(draw_looks(count, rng), rng), rng)
    looks = draw_looks(draw_count(rng, world.setting), rng)
    specs = lay_out(looks, rng, draw_clutter(rng, world.setting), area=Area.of(world.cell.tray, TAUGHT))
    return specs if split == "triples" else repainted(specs, rng)


def _look(world: World, split: Split) -> _Lies | None:
    """What the scene is good for; None where its split has no use for it. Parts move a little until they lie still,
    and what counts is where they lie then.
    """
    lying, seen = lying_parts(world), seen_bodies(world)
    parts = tuple(world.true_part(world.bodies[index]) for index in seen)
    if not parts or (split != "triples" and any(map(lies_held_out, parts))):
        return None
    things = thing_points(world)
    found = {target: _grasp(world, lying, seen[target], things) for target in _targets(parts, split)}
    grasps = {target: grasp for target, grasp in found.items() if isinstance(grasp, Grasp)}
    left_out = tuple(grasp.cause for grasp in found.values() if isinstance(grasp, NoGrasp))
    return _Lies(parts, grasps, left_out) if grasps else None


def _grasp(world: World, lying: Sequence[Lying], index: int, things: FloatArray) -> Grasp | NoGrasp:
    others = [part for other, part in enumerate(lying) if other != index]
    return choose_grasp(world.cell, lying[index], others, things)


def _targets(parts: Sequence[TruePart], split: Split) -> list[int]:
    """The parts that may be asked for: of three or more, those with company of their kind and of their colour."""
    company = in_company((part.spec.kind, part.spec.colour) for part in parts)
    known = company if len(parts) >= 3 else list(range(len(parts)))
    return [index for index in known if lies_held_out(parts[index])] if split == "triples" else known
