"""Opening the cell: over the table as a run that was cut off left it, else over a fresh one; for whoever may lay none,
over the table as it lies there.
"""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, cast

from agent.doors.cli.scenes import scenario_of
from agent.doors.person import person_here, require, reset_of
from agent.doors.repl.record import LeftOpen, left_open
from agent.doors.repl.screen import DOUBT, Screen
from agent.doors.repl.shift import Shift, Station
from agent.doors.repl.worker import Worker
from agent.doors.settings import configured_cell, state_folder, usable_folder
from agent.journal.journal import Journal
from skills.cell import Cell
from skills.errors import BadInput
from skills.roles import barred

if TYPE_CHECKING:
    from agent.twin import Twin
    from safety.gate import SafetyGate
    from sim.scenario import Scenario


class Table(NamedTuple):
    """A table that was chosen: what is said of it, and how to open the cell over it."""

    said: str
    station: Callable[[], Station]


def begin_shift(
    screen: Screen, worker: Worker, cell_file: Path | None, scene: Path | None, seed: int | None, state: Path | None
) -> Shift:
    """Say what is there and what was left under way, then open the cell. Nothing moves.

    Raises: BadInput, UnknownName (flags, cell, scene), Unavailable (weights, another process has the cell open).
    """
    cell = configured_cell(cell_file)
    folder = usable_folder("--state", state_folder(state, cell))
    with Journal(folder) as journal:
        left = left_open(journal)
    table = choose_table(cell, folder, scene, seed, left)
    screen.say(f"cell {cell.name}, {table.said}; state in {folder}")
    for line in left.lines() if left else ():
        screen.say(line, DOUBT)
    return Shift(screen, table.station(), worker)


def choose_table(cell: Cell, folder: Path, scene: Path | None, seed: int | None, left: LeftOpen | None) -> Table:
    """The table of --scene or --seed, else of the demo; but a run that is not over keeps the table that it left, and
    who may lay no scene looks at the last one.

    Raises: BadInput (a wrong scene, or another one than an unfinished run's), UnknownName, NotAllowed (to lay a scene).
    """
    from sim.scenario import SCENARIOS, load_scenario
    from sim.snapshot import load

    wanted = scenario_of(scene, seed) if scene is not None or seed is not None else None
    saved = load(folder) if left else None
    if left and saved:
        if wanted not in (None, saved.scenario):
            allowed = f"absent, or scene {saved.scenario.name!r}, while {left.record.id} waits for /resume or /cancel"
            raise BadInput("--seed" if scene is None else "--scene", str(seed if scene is None else scene), allowed)
        return Table(f"the table as {left.record.id} left it", lambda: _station(_reopened(cell, folder)))
    if bars := barred(person_here(cell), "lay a scene", cell.people):
        if wanted or load(folder) is None:
            raise bars
        return Table("the table as it lies there", lambda: _station(_reopened(cell, folder)))
    scenario = wanted or load_scenario(SCENARIOS / "demo.yaml")
    gone = f" (what {left.record.id} left was not kept)" if left else ""
    return Table(f"scene {scenario.name}{gone}", lambda: _station(_built(cell, scenario, folder)))


def _built(cell: Cell, scenario: "Scenario", folder: Path) -> "Twin":
    from agent.opening import build_twin

    return build_twin(cell, scenario, folder)


def _reopened(cell: Cell, folder: Path) -> "Twin":
    from agent.opening import reopen_twin

    return reopen_twin(cell, folder)


def _station(twin: "Twin") -> Station:
    import agent.graph  # noqa: F401  loaded here, so that the first instruction need not wait for it
    from sim.portrait import overhead

    gate, cell = cast("SafetyGate", twin.workcell.gate), twin.workcell.cell

    def reset(by: str, seen: int) -> None:
        require(cell, reset_of(is_fault=gate.is_fault))
        gate.reset(by, seen)

    return Station(twin.workcell.worked_by(person_here(cell)), reset, lambda: overhead(twin.world), twin.close)
