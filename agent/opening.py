"""Opening a cell: over the twin's physics, over a table that was left, or over recorded pictures."""

from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from agent.cell_weights import load_checkpoints, load_perceiver, sureness_of
from agent.journal.journal import Journal
from agent.workcell import Workcell, assemble, build_planner, grounder_of
from safety.state import build_gate
from skills.catalogue import catalogue_of
from skills.cell import Cell
from skills.errors import Unavailable

if TYPE_CHECKING:
    from agent.recorded import Frame
    from agent.twin import Twin
    from sim.driver import SimDriver
    from sim.scenario import Scenario
    from sim.world import World


def build_twin(cell: Cell, scenario: "Scenario", state: Path) -> "Twin":
    """The cell with the simulator's robot and cameras over the scenario's parts; close it after use.

    Raises: Unavailable (another process, no URDF), BadInput (no weights, a wrong contract, parts or a robot that do
    not fit).
    """
    from safety.fit import check_fit
    from sim.driver import SimDriver
    from sim.setting import load_setting
    from sim.world import World

    check_fit(cell)
    parts = scenario.layout(cell.tray)
    with ExitStack() as undo:
        world = World(cell, scenario.seed, load_setting(scenario.setting))
        undo.callback(world.close)
        world.reset(parts)
        twin = _twin_over(cell, scenario, world, SimDriver(world), state)
        undo.pop_all()
        undo.callback(twin.close)
        twin.workcell.journal.table.lay_anew()
        undo.pop_all()
    return twin


def reopen_twin(cell: Cell, state: Path) -> "Twin":
    """The cell over the table that the last twin with this state folder left; close it after use.

    Raises: Unavailable (another process, no table), BadInput (no weights, a wrong contract, an unreadable table).
    """
    from sim.snapshot import load, restore

    saved = load(state)
    if saved is None:
        raise Unavailable(f"there is no table in {state}.", "Open the cell with a scene.")
    scenario = saved.scenario.model_copy(update={"surprises": (), "faults": ()})
    with ExitStack() as undo:
        world, driver = restore(cell, saved)
        undo.callback(world.close)
        twin = _twin_over(cell, scenario, world, driver, state)
        undo.pop_all()
    return twin


def _twin_over(cell: Cell, scenario: "Scenario", world: "World", driver: "SimDriver", state: Path) -> "Twin":
    from agent.corrections.staged import Staged
    from agent.faulty import FaultyCell
    from agent.twin import Surprises, Twin
    from sim.snapshot import lasting, snapshot

    cell = scenario.fitted(cell)
    checkpoints, perceiver = load_checkpoints(cell), load_perceiver(cell)
    state.mkdir(parents=True, exist_ok=True)
    with ExitStack() as undo:
        kept = lasting(state, scenario, world, driver)
        faulty = FaultyCell(scenario.faults, world, driver, kept)
        journal = undo.enter_context(faulty.journal(state))
        kept.keep()  # alone in the folder
        staged = {
            name: replace(known, policy=Staged(known.policy, state, lambda: snapshot(scenario, world, driver)))
            for name, known in faulty.checkpoints(checkpoints).items()
        }
        workcell = assemble(
            cell=cell,
            catalogue=catalogue_of(cell),
            gate=faulty.gate(cell, state),
            clock=faulty.driver,
            perceiver=perceiver,
            planner=build_planner(cell, grounder_of(cell, catalogue_of(cell), checkpoints).refusal),
            checkpoints=staged,
            journal=journal,
            calls=faulty.counted(Surprises(journal, world, scenario)),
            sureness=sureness_of(cell),
        )
        undo.pop_all()
    return Twin(workcell, world)


def build_recorded(cell: Cell, frames: "Sequence[Frame]", state: Path) -> Workcell:
    """The cell with recorded pictures in place of robot and cameras; close its journal after use.

    Raises: Unavailable (another process), BadInput (no weights, a wrong contract, no frames).
    """
    from agent.recorded import RecordedDriver

    driver = RecordedDriver(cell, frames)
    with ExitStack() as undo:
        journal = undo.enter_context(Journal(state))  # before the gate's files: another process may write them
        workcell = assemble(
            cell=cell,
            catalogue=catalogue_of(cell),
            gate=build_gate(cell, driver, driver, state),
            clock=driver,
            perceiver=load_perceiver(cell),
            planner=build_planner(cell),
            checkpoints=load_checkpoints(cell),
            journal=journal,
            sureness=sureness_of(cell),
        )
        undo.pop_all()
    return workcell
