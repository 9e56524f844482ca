"""The expert clears a scene: every part that a scenario wants moved, through the gate, judged by ground truth."""

from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final

from agent.exit_codes import ExitCode
from skills.base import Value
from skills.cell import Cell
from skills.errors import BadInput
from skills.scene import select
from skills.words import TRAY

if TYPE_CHECKING:
    from sim.rollout import Expert
    from sim.scenario import Moved, Scenario
    from sim.world import World

Watch = Callable[["World"], None]
"""Is shown the world before the first move, with each part in the gripper, and after the last move."""
SETTLED: Final = 300
"""Steps of the twin that parts are given to come to rest [1/300 s]."""


class Move(Value):
    """One part that was to be brought to a place; `cause` says why it was not."""

    part: str
    to: str
    cause: str | None
    detail: str = ""


class Demonstration(Value):
    """What the expert did; `faults` says in what the end differs from what the scenario expects."""

    scenario: str
    robot: str
    moves: tuple[Move, ...]
    faults: tuple[str, ...]

    @property
    def exit_code(self) -> ExitCode:
        return ExitCode.INCOMPLETE if self.faults else ExitCode.DONE

    def as_json(self) -> dict[str, Any]:
        """What `eval --expert --scene FILE --json` prints."""
        return {"passed": not self.faults, **self.model_dump(mode="json")}


def demonstrate(cell: Cell, scenario: "Scenario", watch: Watch = lambda _: None) -> Demonstration:
    """Let the expert do what `scenario` expects.

    Raises: BadInput (it expects nothing to be moved, parts or a robot that do not fit the cell), Unavailable (the
    robot's URDF is not installed).
    """
    from safety.fit import check_fit
    from safety.state import build_gate
    from sim.driver import SimDriver
    from sim.judge import judge
    from sim.motion import Ways
    from sim.rollout import Expert
    from sim.setting import load_setting
    from sim.world import World

    expect = scenario.expect
    if expect is None or not expect.moved:
        raise BadInput("expect.moved", None, "given in the scene that the expert is to clear")
    for moved in expect.moved:
        if moved.to not in cell.destinations:
            raise BadInput("expect.moved.to", moved.to, f"a place of cell {cell.name}: {', '.join(cell.destinations)}")
    check_fit(cell)
    parts = scenario.layout(cell.tray)
    world = World(cell, scenario.seed, load_setting(scenario.setting))
    with TemporaryDirectory(prefix="smolcell-demo-") as state, closing(world):
        world.reset(parts)
        driver = SimDriver(world)
        watch(world)
        expert = Expert(world, build_gate(cell, driver, driver, Path(state)), Ways(cell))
        moves = tuple(_move(world, expert, moved, watch) for moved in expect.moved for _ in range(moved.count))
        world.advance(SETTLED)
        watch(world)
        return Demonstration(
            scenario=scenario.name, robot=cell.robot.model, moves=moves, faults=judge(world, expect).faults
        )


def _move(world: "World", expert: "Expert", moved: "Moved", watch: Watch) -> Move:
    """Bring one part that is meant, and still lies on the tray, to where it is to go."""
    from sim.judge import truth

    lying = [(index, part) for index, (part, place) in enumerate(truth(world)) if place == TRAY]
    meant = select(moved.part, [part for _, part in lying])
    if not meant:
        return Move(part=moved.part.describe(), to=moved.to, cause="missing", detail="not on the tray")
    index = next(number for number, part in lying if part is meant[0])
    tried = expert.pick(index)
    if tried.cause is None:
        watch(world)
        release = expert.insert if moved.to in world.cell.fixtures else expert.place
        tried = release(index, moved.to)
    return Move(part=meant[0].describe(), to=moved.to, cause=tried.cause, detail=tried.detail)
