"""Making a data set: shards by many hands, written by one.

Scene `i` depends on the plan and on `i` alone, so that the set is the same for any number of workers, wherever
they run, and however often it was interrupted. A shard is there whole or not at all; one that is there is not
made again. Workers hand back a shard's bytes and never touch the disk, so that they may run on other machines.
"""

from collections.abc import Callable, Generator, Iterable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from sim.claim import claimed
from sim.data.index import phrases_of, write_index
from sim.data.plan import DataPlan
from sim.data.ray_hands import shared_out_on_ray
from sim.data.scenes import make_scene
from sim.data.shards import shard_bytes, write_whole
from sim.data.splits import split_of
from sim.grasps import CLEARANCES, graspable
from sim.parts.catalogue import ALL_SHAPES, shape_of
from sim.setting import load_setting
from sim.workers import shared_out
from sim.world import World
from skills.catalogue import catalogue_of
from skills.cell import Cell
from skills.errors import BadInput


@dataclass(frozen=True)
class ShardJob:
    """The `shard`-th shard of a plan."""

    plan: DataPlan
    cell: Cell
    shard: int


@dataclass(frozen=True)
class Shard:
    """A shard as it was made."""

    name: str
    content: bytes


Hands = Callable[[Callable[[ShardJob], Shard], Iterable[ShardJob]], Generator[Shard, None, None]]
"""Who does the work: gives results in any order, and ends what it began when it is closed."""


def local_hands(workers: int) -> Hands:
    """`workers` processes of this machine."""
    return lambda work, jobs: shared_out(work, jobs, workers)


def ray_hands(address: str, workers: int) -> Hands:
    """`workers` at a time of the Ray cluster at `address`."""
    return lambda work, jobs: shared_out_on_ray(work, jobs, address, workers)


def _check_gripper(cell: Cell) -> None:
    """Data sets hold every kind and size of part."""
    if len(graspable(cell)) < len(ALL_SHAPES):
        widest = max(shape_of(kind, size).grasp_width for kind, size in ALL_SHAPES)
        allowed = f"at least {widest + CLEARANCES[-1]:.3f} m: data sets hold every kind and size of part"
        raise BadInput("robot.gripper.max_width", cell.robot.gripper.max_width, allowed)


def generate(
    plan: DataPlan, cell: Cell, hands: Hands, on_progress: Callable[[int, int], None] = lambda _done, _all: None
) -> Path:
    """Make the data set, or go on with it. Returns the path of its `dataset.json`.

    Args:
        on_progress: told how many scenes of how many are on disk.

    Raises: BadInput when the folder holds something else or the gripper is too small for some parts, Unavailable
        when another process makes it, a worker was killed, or the disk is full: what is there stays, and the same
        call goes on.
    """
    _check_gripper(cell)
    with claimed(plan.folder, plan.claim()):
        missing = [number for number, name in enumerate(plan.shards) if not (plan.folder / name).exists()]
        done = plan.scenes - sum(len(plan.scenes_of(number)) for number in missing)
        on_progress(done, plan.scenes)
        with closing(hands(make_shard, [ShardJob(plan, cell, number) for number in missing])) as shards:
            for shard in shards:
                write_whole(plan.folder / shard.name, shard.content)
                done += len(plan.scenes_of(plan.shards.index(shard.name)))
                on_progress(done, plan.scenes)
        return write_index(plan, cell, catalogue_of(cell))


def make_shard(job: ShardJob) -> Shard:
    """Make one shard in a world of its own."""
    plan, catalogue = job.plan, catalogue_of(job.cell)
    world = World(job.cell, 0, load_setting(plan.setting))
    try:
        scenes = [
            make_scene(world, catalogue, split_of(number, plan.splits), np.random.default_rng([plan.seed, number]))
            for number in plan.scenes_of(job.shard)
        ]
    finally:
        world.close()
    return Shard(plan.shards[job.shard], shard_bytes(scenes, phrases_of(catalogue)))
