"""How fast training examples are made, against a plain loop, in one run; what a worker's memory and the disk take.

Ours: `smolcell data generate` with one worker a core, from nothing to the finished data set, in examples a second
of wall time. Baseline, the loop that one writes first: one process, arm in view, table and tray drawn by TinyRenderer
like all the rest, one command a scene. Both in turn, of parts that lie apart, then a set of EXAMPLES (20,000 where none
are given), whose rate is judged; and, for the record, one in the setting `training`, with heaps. Memory: the largest
resident size of any worker, at 1,000 and at EXAMPLES examples.

    python benchmarks/data.py [EXAMPLES]

On two quiet cores about 3 minutes and 0.5 GB of the temporary folder; 100,000 examples take about 10 minutes and 2 GB.
On a machine that does something else meanwhile both rates are of no use.
"""

import json
import os
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import numpy as np

from sim.cameras import shoot
from sim.commands import draw_pick
from sim.data.generate import generate, local_hands
from sim.data.plan import DataPlan
from sim.demonstrator import pick_waypoints
from sim.grasps import choose_grasp
from sim.layout import draw_look, place_parts
from sim.lying import lying_parts
from sim.robot import TwinArm
from sim.view import view_of
from sim.world import World
from skills.catalogue import load_catalogue
from skills.cell import Cell, load_cell

ROOT = Path(__file__).resolve().parent.parent
CELL = ROOT / "cells" / "default.yaml"
FEW, ROUND, MANY = 1_000, 4_000, 20_000
PER_SCENE = 10
APART, HEAPED = "default", "training"
ROUNDS = 3
PLAIN_SCENES = 100
GOAL, MOST_MEMORY, MOST_MINUTES = 20.0, 1.5, 60.0
OVER_THE_TRAY = (0.0, -0.6, 0.0, -2.4, 0.0, 1.8, 0.785)


class PlainLoop:
    """One scene, one picture, one command at a time."""

    def __init__(self, cell: Cell) -> None:
        self._world = World(cell, 0)
        self._card = load_catalogue()["pick"]
        TwinArm(self._world.bullet, cell).place(OVER_THE_TRAY, cell.robot.gripper.max_width)
        self._draw_floors(cell)

    def _draw_floors(self, cell: Cell) -> None:
        bullet: Any = self._world.bullet
        half = cell.tray.half
        for at, halves, rgb in (
            ((0.3, 0.0, -0.0505), (0.8, 0.9, 0.05), (0.55, 0.55, 0.55)),
            ((*cell.tray.centre, 0.0004), (half, half, 0.0004), cell.tray.colour),
        ):
            shape = bullet.createVisualShape(bullet.GEOM_BOX, halfExtents=halves, rgbaColor=[*rgb, 1])
            bullet.createMultiBody(0, -1, shape, at)

    def example(self, rng: np.random.Generator) -> bool:
        world = self._world
        world.rng = rng
        world.reset(place_parts([draw_look(rng) for _ in range(rng.integers(1, 13))], rng, strict=False))
        picture = shoot(world.bullet, view_of(world.cell.cameras["overhead"]), 256, world.appearance.light)
        parts = world.true_parts()
        drawn = draw_pick(self._card, parts, rng) if parts else None
        if drawn is None:
            return False
        lying = lying_parts(world)
        target = lying[drawn[1]]
        grasp = choose_grasp(world.cell, target, [part for part in lying if part is not target])
        return hasattr(grasp, "opening") and bool(pick_waypoints(world.cell, grasp).any() and picture.rgb.any())


def plain_rate(loop: PlainLoop, round_number: int) -> float:
    """Examples a second."""
    start, made = time.perf_counter(), 0
    for number in range(PLAIN_SCENES):
        made += loop.example(np.random.default_rng([round_number, number]))
    return made / (time.perf_counter() - start)


def make(folder: Path, examples: int, setting: str) -> None:
    """In a process of its own: make the set, and print what it took."""
    start = time.perf_counter()
    workers = os.cpu_count() or 1
    plan = DataPlan(folder, folder.name, 1, examples // PER_SCENE, setting)
    index = json.loads(generate(plan, load_cell(CELL), local_hands(workers)).read_text())
    told = {
        "examples": index["examples"],
        "seconds": time.perf_counter() - start,
        "worker_gb": resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss / 2**20,
        "bytes": sum(path.stat().st_size for path in folder.iterdir()),
    }
    sys.stdout.write(f"\n{json.dumps(told)}\n")


def made(examples: int, setting: str = APART) -> dict[str, float]:
    with tempfile.TemporaryDirectory(prefix="smolcell-bench-") as folder:
        command = [sys.executable, __file__, "--make", f"{folder}/set", str(examples), setting]
        environment = {**os.environ, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1"}
        done = subprocess.run(command, check=True, capture_output=True, text=True, env=environment)
        told: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
        return told


def main(examples: int) -> int:
    loop, few = PlainLoop(load_cell(CELL)), made(FEW)
    plain, ours = [], []
    for number in range(ROUNDS):
        plain.append(plain_rate(loop, number))
        ours.append(rate_of(made(ROUND)))
        print(f"round {number + 1}: plain {plain[-1]:.2f}/s, ours {ours[-1]:.1f}/s", flush=True)
    many, heaped = made(examples), made(ROUND, HEAPED)
    plain.append(plain_rate(loop, ROUNDS))
    rate, baseline = rate_of(many), float(np.median(plain))
    memory = (few["worker_gb"], max(many["worker_gb"], heaped["worker_gb"]))
    held = rate / baseline >= GOAL and max(memory) <= MOST_MEMORY and 1e5 / rate / 60 <= MOST_MINUTES
    result = {
        "benchmark": "data", "ratio": round(rate / baseline, 1), "ours": round(rate, 1),
        f"ours_at_{ROUND}": round(float(np.median(ours)), 1), "ours_heaped": round(rate_of(heaped), 1),
        "baseline": round(baseline, 2), "unit": "examples/s",
        "cores": os.cpu_count(), "minutes_per_100000": round(1e5 / rate / 60, 1), "examples": int(many["examples"]),
        "worker_gb": {FEW: round(memory[0], 3), examples: round(memory[1], 3)},
        "bytes_per_example": round(many["bytes"] / many["examples"]), "goal": GOAL, "held": held,
    }  # fmt: skip
    print(json.dumps(result))
    return 0 if held else 1


def rate_of(told: dict[str, float]) -> float:
    """Examples a second."""
    return told["examples"] / told["seconds"]


if __name__ == "__main__":
    if sys.argv[1:2] == ["--make"]:
        make(Path(sys.argv[2]), int(sys.argv[3]), sys.argv[4])
    else:
        sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else MANY))
