"""The twin's own save: a table that outlives the process, as a real one does.

It plays the part of the world itself. Nothing that decides anything may read it; the twin is rebuilt from it
when a door opens a cell in which something was under way.

What is kept: which parts there are and where each of them is, paint and light, how the arm stands and what
the fingers were told, the clock, and the random numbers to come. What is not: speeds. When its commander is
gone an arm brakes, and parts come to rest.
"""

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from sim.driver import Past, SimDriver
from sim.parts.spawn import Body, Paint, PartSpec, spawn
from sim.randomize import Appearance
from sim.scenario import Scenario
from sim.world import World
from skills.base import Value
from skills.cell import Cell
from skills.chunk import GripperCommand, JointSlice
from skills.errors import BadInput
from skills.observation import Observation
from skills.whole_file import write_whole

FILE: Final = "table.json"
EVERY_NS: Final = 500_000_000
"""Cell time between two saves within a motion [ns]; a world that comes back has lost less than that."""
SETTLE_STEPS: Final = 30


class SavedPart(Value):
    """A part: what was laid down, how it was painted, and its pose now (world frame [m], quaternion xyzw)."""

    spec: PartSpec
    paint: Paint
    position: tuple[float, float, float]
    turn: tuple[float, float, float, float]


class Snapshot(Value):
    """A world at one moment; `scenario` is what was laid down at the start."""

    scenario: Scenario
    parts: tuple[SavedPart, ...]
    appearance: Appearance
    random: dict[str, Any]
    past: Past


def snapshot(scenario: Scenario, world: World, driver: SimDriver) -> Snapshot:
    """The world as it is now."""
    return Snapshot(
        scenario=scenario,
        parts=tuple(_saved(world, body) for body in world.bodies),
        appearance=world.appearance,
        random=dict(world.rng.bit_generator.state),
        past=driver.past(),
    )


def restore(cell: Cell, saved: Snapshot) -> tuple[World, SimDriver]:
    """A world that goes on where `saved` was taken, everything at rest."""
    world = World(cell, saved.scenario.seed)
    world.wear(saved.appearance)
    world.bodies = [spawn(world.bullet, part.spec, part.position, part.paint) for part in saved.parts]
    driver = SimDriver(world)
    for body, part in zip(world.bodies, saved.parts, strict=True):
        world.bullet.resetBasePositionAndOrientation(body.id, part.position, part.turn)
        world.bullet.resetBaseVelocity(body.id, (0, 0, 0), (0, 0, 0))
    driver.restore(saved.past)
    world.advance(SETTLE_STEPS)
    world.rng.bit_generator.state = saved.random
    return world, driver


def save(folder: Path, saved: Snapshot) -> None:
    """Write it down whole or not at all, as far as the death of this process goes; what a power cut takes
    is the simulator's loss, and syncing the disk twice a second would be everybody's.
    """
    write_whole(folder / FILE, saved.model_dump_json())


def load(folder: Path) -> Snapshot | None:
    """What was saved last in `folder`; None where nothing was. Raises: BadInput."""
    path = folder / FILE
    try:
        return Snapshot.model_validate_json(path.read_text(encoding="utf-8"))
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput("table", str(path), f"a readable file ({error})") from None
    except ValidationError as error:
        found = error.errors(include_url=False)[0]
        field = ".".join(map(str, found["loc"]))
        value = found["input"] if field else str(found["input"])[:60]  # where it is no JSON, it is the whole file
        raise BadInput(f"{path}: {field or 'table'}", value, f"what the twin wrote ({found['msg']})") from None


class Lasting:
    """A driver that saves its world: after the fingers moved, before anybody looks, and on the way.

    So nobody ever knows more of the world than what was saved. Implements Driver and Clock.

    Args:
        write: saves the world as it is now.
    """

    def __init__(self, driver: SimDriver, write: Callable[[], None]) -> None:
        self._driver, self._write = driver, write
        self._kept_ns = -1

    def keep(self) -> None:
        """Save the world as it is now."""
        self._write()
        self._kept_ns = self._driver.now_ns()

    def now_ns(self) -> int:
        return self._driver.now_ns()

    def observe(self) -> Observation:
        if self._driver.now_ns() != self._kept_ns:
            self.keep()
        return self._driver.observe()

    def measure(self) -> Observation:
        return self._driver.measure()

    def command(self, motion: JointSlice | GripperCommand) -> None:
        self._driver.command(motion)
        if isinstance(motion, GripperCommand) or self._driver.now_ns() - self._kept_ns >= EVERY_NS:
            self.keep()

    def wait(self, seconds: float) -> None:
        self._driver.wait(seconds)

    def stop(self) -> None:
        self._driver.stop()
        self.keep()


def lasting(folder: Path, scenario: Scenario, world: World, driver: SimDriver) -> Lasting:
    """`driver`, with its world saved in `folder` from now on."""
    return Lasting(driver, lambda: save(folder, snapshot(scenario, world, driver)))


def _saved(world: World, body: Body) -> SavedPart:
    position, turn = world.bullet.getBasePositionAndOrientation(body.id)
    return SavedPart(spec=body.spec, paint=body.paint, position=position, turn=turn)
