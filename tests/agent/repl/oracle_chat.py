"""`smolcell chat` in a process of its own, with an oracle in place of the networks; everything else is real.

Arguments: those of `smolcell`. With SIGKILL_AT=N in the environment the process kills itself within the N-th
motion of the arm, as a power cut would.
"""

import os
import signal
import sys
from pathlib import Path
from types import ModuleType

import agent.opening
from agent.cli import main
from agent.executor import Checkpoint
from agent.journal.journal import Journal
from agent.twin import Surprises, Twin
from agent.workcell import assemble, build_planner
from safety.state import build_gate
from sim.driver import SimDriver
from sim.scenario import Scenario
from sim.snapshot import lasting
from sim.world import World
from skills.cell import Cell
from skills.chunk import ActionChunk
from skills.protocols import Driver

ROOT = Path(__file__).parents[3]
sys.modules["tests"] = ModuleType("tests")  # an installed package of that name must not stand in the way
sys.modules["tests"].__path__ = [str(ROOT / "tests")]

from tests.agent.kinematic_tray import CATALOGUE, contract_of  # noqa: E402
from tests.agent.twin.test_twin_chain import Oracle  # noqa: E402

SHARE = 0.6
"""How far the last motion of a killed process comes."""


def twin_over(cell: Cell, scenario: Scenario, world: World, driver: SimDriver, state: Path) -> Twin:
    journal = Journal(state)
    kept: Driver = lasting(state, scenario, world, driver)
    gate = build_gate(cell, kept, driver, state)
    if at := os.environ.get("SIGKILL_AT"):
        cut_power(gate, int(at))
    workcell = assemble(
        cell=cell,
        catalogue=CATALOGUE,
        gate=gate,
        clock=driver,
        perceiver=Oracle(world, contract_of("pick")),
        planner=build_planner(cell),
        checkpoints={
            name: Checkpoint(Oracle(world, contract_of(name)), contract_of(name)) for name in ("pick", "place")
        },
        journal=journal,
        calls=Surprises(journal, world, scenario),
    )
    return Twin(workcell, world)


def cut_power(gate, at: int) -> None:
    execute, count = gate.execute, 0

    def powerless(chunk: ActionChunk, on_progress):
        nonlocal count
        count += 1

        def progress(share: float) -> None:
            on_progress(share)
            if count == at and share > SHARE:
                os.kill(os.getpid(), signal.SIGKILL)

        return execute(chunk, progress)

    gate.execute = powerless


if __name__ == "__main__":
    agent.opening._twin_over = twin_over
    sys.exit(main())
