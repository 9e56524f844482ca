"""Data of one skill: in every scene the expert carries it out through the gate, and only what succeeds is kept.

Any skill is shown so, an installed one or a developer's own, which its card shows by waypoints. It takes seconds a
scene; `sim.data.generate` makes the installed skills' keyframes without carrying them out, a thousand times faster.
"""

from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import numpy as np

from sim.claim import claimed
from sim.data.examples import Example, tool_state
from sim.data.generate import Shard
from sim.data.index import phrases_of, write_index
from sim.data.looks import draw_looks, in_company
from sim.data.plan import ShownPlan
from sim.data.scenes import DataScene
from sim.data.shards import shard_bytes, write_whole
from sim.data.visible import seen_bodies
from sim.layout import TAUGHT, Area, lay_out
from sim.parts.spawn import PartSpec
from sim.randomize import draw_clutter, draw_count
from sim.setting import load_setting
from sim.table import Table
from sim.task import draw_task, expert_rows, is_done
from sim.workers import shared_out
from skills.card import SkillCard
from skills.catalogue import catalogue_of
from skills.cell import Cell
from skills.errors import BadInput
from skills.words import TRAY

TRIES: Final = 60
"""Scenes in a row in which the expert may fail, or nothing can be asked, before a skill counts as one that it can't."""

FAILED, NOTHING = "failed", "nothing"
"""What came of a scene that is not kept: the expert failed, or nothing could be asked in it."""


@dataclass(frozen=True)
class ShowJob:
    """The `shard`-th shard of a plan."""

    plan: ShownPlan
    cell: Cell
    shard: int


@dataclass(frozen=True)
class ShownShard:
    """A shard as it was made, and how many scenes the expert failed in meanwhile."""

    shard: Shard
    failed: int


def show(
    plan: ShownPlan,
    cell: Cell,
    workers: int,
    on_progress: Callable[[int, int, int], None] = lambda *_: None,
) -> Path:
    """Make the data set, or go on with it: the same for any number of workers. Returns the path of its `dataset.json`.

    Args:
        on_progress: told how many scenes of how many are on disk, and in how many more the expert has failed.

    Raises: UnknownName (no such skill), BadInput (the folder holds something else, a card that shows nothing, a skill
        that never succeeds), Unavailable (another process makes it, a full disk; the same call goes on).
    """
    card = catalogue_of(cell)[plan.skill]
    if card.moves_on_tray and not card.demonstration:
        raise BadInput(f"demonstration of card {card.name}", None, "given: waypoints that show how it is done")
    with claimed(plan.folder, plan.claim()):
        missing = [number for number, name in enumerate(plan.shards) if not (plan.folder / name).exists()]
        done, failed = plan.scenes - sum(len(plan.scenes_of(number)) for number in missing), 0
        on_progress(done, plan.scenes, failed)
        with closing(shared_out(show_shard, [ShowJob(plan, cell, number) for number in missing], workers)) as shown:
            for one in shown:
                write_whole(plan.folder / one.shard.name, one.shard.content)
                done += len(plan.scenes_of(plan.shards.index(one.shard.name)))
                failed += one.failed
                on_progress(done, plan.scenes, failed)
        return write_index(plan, cell, catalogue_of(cell))


def show_shard(job: ShowJob) -> ShownShard:
    """Make one shard."""
    plan, catalogue = job.plan, catalogue_of(job.cell)
    card, scenes, failed = catalogue[plan.skill], [], 0
    for number in plan.scenes_of(job.shard):
        scene, tries = _shown(job.cell, card, plan, number)
        scenes.append(scene)
        failed += tries
    return ShownShard(Shard(plan.shards[job.shard], shard_bytes(scenes, phrases_of(catalogue))), failed)


def _shown(cell: Cell, card: SkillCard, plan: ShownPlan, number: int) -> tuple[DataScene, int]:
    """The scene of that number, and in how many drawn before it the expert failed. Raises: BadInput."""
    failed = 0
    for attempt in range(TRIES):
        rng = np.random.default_rng([plan.seed, number, attempt])
        with TemporaryDirectory(prefix="smolcell-show-") as state:
            table = TaughtTable(cell, card, load_setting(plan.setting), rng, Path(state))
            with closing(table):
                scene = _carried_out(table, card)
        if isinstance(scene, DataScene):
            return scene, failed
        failed += scene == FAILED
    allowed = f"one that the expert can show; of {TRIES} scenes it failed in {failed}, and the others asked nothing"
    raise BadInput("skill", card.name, allowed)


class TaughtTable(Table):
    """A table as data sets have them: every part has company of its kind and of its colour where there is room."""

    def company(self) -> list[int]:
        """Numbers of the bodies that may be meant."""
        specs = [body.spec for body in self.world.bodies]
        known = in_company((spec.kind, spec.colour) for spec in specs)
        return known if len(specs) >= 3 else list(range(len(specs)))

    def _draw(self) -> list[PartSpec]:
        world, rng = self.world, self.rng
        looks = draw_looks(draw_count(rng, world.setting), rng)
        return lay_out(looks, rng, draw_clutter(rng, world.setting), area=Area.of(world.cell.tray, TAUGHT))


def _carried_out(table: TaughtTable, card: SkillCard) -> DataScene | str:
    """The scene with what was done in it; else FAILED, or NOTHING that could be asked."""
    world = table.world
    task = draw_task(table, card, table.company())
    if task is None:
        return NOTHING
    seen = table.gate.observe()
    shown = [number for number in seen_bodies(world) if world.where(world.bodies[number]) == TRAY]
    if card.start_pose == "home" and task.target not in shown:
        return NOTHING
    parts = tuple(world.true_part(world.bodies[number]) for number in shown)
    target = shown.index(task.target) if card.start_pose == "home" else -1
    rows = expert_rows(table, task, seen.gripper_width)
    tried = table.expert.carry_out(rows)
    if tried.cause is not None or tried.vias or not is_done(table, task):
        return FAILED
    example = Example(task.phrase, rows, tool_state(world.cell, seen.gripper_width), target)
    return DataScene(seen.images["overhead"], parts, (example,), ())
