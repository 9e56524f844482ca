"""After something has happened to the overhead camera no look is made, on the twin's own pictures."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest

from agent.cell_weights import load_checkpoints, view_of
from agent.evaluation.attempts_drawn import CAMERAS, WHILE
from agent.looking.looker import Blocked, Look, Looker, View
from sim.driver import SimDriver
from sim.faults import Fault, Moved
from sim.injection import FaultyDriver
from sim.parts.spawn import PartSpec
from sim.schedule import Schedule
from sim.world import World
from skills.call import Ruling
from skills.cell import Cell
from skills.observation import Observation
from skills.scene import PartQuery, Scene

PARTS = [
    PartSpec("gear", "large", "red", "failed", (0.0, 0.0), 0.0),
    PartSpec("nut", "M8", "blue", "ok", (0.07, 0.07), 0.0),
    PartSpec("bolt", "M10", "silver", "ok", (-0.08, 0.05), 0.7),
]


class Nothing:
    """A perceiver that is not asked here."""

    def perceive(self, seen: Observation) -> Scene:
        return Scene(parts=(), sequence=seen.sequence, time_ns=seen.time_ns)


@dataclass
class Eyes:
    """A gate whose arm is at home."""

    driver: FaultyDriver

    def observe(self) -> Observation:
        return self.driver.observe()

    def go_home(self, open_gripper: bool) -> Ruling:
        raise AssertionError(open_gripper)


@dataclass
class Station:
    """A table whose arm is at home, and a looker that sees it."""

    world: World
    robot: SimDriver

    def looks(self, view: View | None, *faults: Fault) -> list[Look | Blocked]:
        """A look before the call during which the faults begin, and one after."""
        schedule = Schedule(faults, self.robot)
        driver = FaultyDriver(self.robot, self.world, self.robot.arm, schedule)
        looker = Looker(self.world.cell, Eyes(driver), Nothing(), view)
        first = looker.look()
        schedule.call_begins()
        self.robot.wait(WHILE)
        return [first, looker.look()]


@pytest.fixture(scope="module")
def station(cell: Cell) -> Iterator[Station]:
    world = World(cell, 3)
    world.reset(PARTS)
    yield Station(world, SimDriver(world))
    world.close()


@pytest.fixture(scope="module")
def view(cell: Cell, root: Path) -> View:
    if not all((root / folder).is_dir() for folder in cell.checkpoints.values()):
        pytest.skip("not verified: no weights")
    found = view_of(load_checkpoints(cell))
    assert found is not None
    return found


WORDS = {
    "black": "delivers a black picture",
    "covered": "is covered",
    "dark": "light: ",
    "frozen": "is frozen",
    "moved": "does not see what it saw in training",
    "swapped": "delivers a picture of 128×128",
}


@pytest.mark.parametrize("what", sorted(CAMERAS))
def test_what_happens_to_the_camera_is_told(station: Station, view: View, what: str) -> None:
    before, after = station.looks(view, CAMERAS[what](np.random.default_rng(2)))
    assert isinstance(before, Look)
    assert isinstance(after, Blocked)
    assert WORDS[what] in after.text


def test_what_people_do_on_the_tray_is_no_fault_of_the_camera(station: Station, view: View) -> None:
    moved = Moved(fault="moved", at_call=1, part=PartQuery(kind="gear"), to=(0.09, -0.09))
    assert [type(look) for look in station.looks(view, moved)] == [Look, Look]


def test_without_a_picture_of_training_a_view_is_not_judged(station: Station) -> None:
    _, after = station.looks(None, CAMERAS["moved"](np.random.default_rng(2)))
    assert isinstance(after, Look)
