"""What a call costs on the twin, with the shipped weights: the agent's own time, the policy's, and the cell's."""

from dataclasses import replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import numpy as np

from agent_cost.stopwatch import CELL, POLICY, Claimed, Stopwatch

ROOT = Path(__file__).resolve().parents[2]
SEED, PARTS = 3, 12


class Twin(NamedTuple):
    """What a run on the twin took: one row a call of own, inference and cell seconds."""

    cpu: np.ndarray
    wall: np.ndarray
    outcome: str


def on_the_twin() -> Twin:
    """One run over a tray of PARTS failed parts; from the first call on, each call until the next begins."""
    from agent.cell_weights import load_checkpoints, load_perceiver
    from agent.events import Calling, Event, Finished
    from agent.journal.journal import Journal
    from agent.run import run
    from agent.workcell import assemble, build_planner
    from safety.state import build_gate
    from sim.driver import SimDriver
    from sim.scenario import RandomParts, RandomSet, Scenario
    from sim.setting import load_setting
    from sim.world import World
    from skills.catalogue import catalogue_of
    from skills.cell import load_cell

    cell = load_cell(ROOT / "cells" / "default.yaml")
    parts = RandomSet(random=RandomParts(count=(PARTS, PARTS), failed=PARTS))
    scenario = Scenario(name="benchmark", seed=SEED, parts=parts)
    world = World(cell, scenario.seed, load_setting(scenario.setting))
    world.reset(scenario.layout(cell.tray))
    driver, watch = SimDriver(world), Stopwatch()
    rows: list[np.ndarray] = []

    def listen(event: Event) -> None:
        if isinstance(event, Calling | Finished):
            passed = np.full(2, driver.now_ns() * 1e-9)
            rows.append(np.stack([watch.own, watch.by[POLICY].copy(), passed]))

    with TemporaryDirectory(prefix="smolcell-agent-") as state, Journal(Path(state)) as journal:
        claimed: Any = Claimed(driver, watch, CELL)
        workcell = assemble(
            cell=cell,
            catalogue=catalogue_of(cell),
            gate=build_gate(cell, claimed, claimed, Path(state)),
            clock=claimed,
            perceiver=load_perceiver(cell),
            planner=build_planner(cell),
            checkpoints={
                name: replace(known, policy=Claimed(known.policy, watch, POLICY))  # type: ignore[arg-type]
                for name, known in load_checkpoints(cell).items()
            },
            journal=journal,
        )
        report = run(workcell.heard_by(listen), "remove all failed parts", approved=True)
    world.close()
    calls = np.diff(np.array(rows), axis=0)
    return Twin(calls[:, :, 0], calls[:, :, 1], f"{report.outcome.outcome}: {report.outcome.reason}")
