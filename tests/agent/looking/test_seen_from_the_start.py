"""Preflight over the twin's pictures with the committed checkpoints: quiet in every light, loud when a camera moved."""

import re
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from policy.pictures import load_references
from sim.driver import SimDriver
from sim.injection import FaultyDriver
from sim.scenario import SCENARIOS, Scenario, load_scenario
from sim.schedule import Schedule
from sim.setting import load_setting
from sim.world import World
from skills.cell import Cell
from skills.columns import START
from skills.contract import Contract, load_contract
from skills.fault import Fault
from skills.observation import Observation
from skills.preflight import at_start
from skills.reference import Reference

Checkpoint = tuple[Contract, dict[str, Reference]]

LIGHTING = sorted((SCENARIOS / "lighting").glob("*.yaml"))
QUICK = ("demo", "dim-a-little", "silver-on-grey")
DARK = "nearly-dark"
"""Its cell is so dark that a person is asked."""


@pytest.fixture(scope="module")
def checkpoints(root: Path) -> list[Checkpoint]:
    folders = [root / "policy" / "weights" / name for name in ("pick", "place")]
    return [(load_contract(folder), references(folder)) for folder in folders]


def references(folder: Path) -> dict[str, Reference]:
    pictures = load_references(folder, load_contract(folder))
    return {camera: Reference.of(picture) for camera, picture in pictures.items()}


def seen(cell: Cell, scenario: Scenario) -> Observation:
    """What the cell's cameras show at the scenario's first call, the gripper as the data have it."""
    world = World(cell, scenario.seed, load_setting(scenario.setting))
    world.reset(scenario.layout(cell.tray))
    driver = SimDriver(world)
    observation = FaultyDriver(driver, world, driver.arm, Schedule(scenario.faults, driver)).observe()
    world.close()
    return observation


def told(checkpoint: Checkpoint, observation: Observation) -> list[Fault]:
    """Without the start state: nothing is held here, as a place would have it."""
    return [fault for fault in at_start(*checkpoint, observation) if fault.check != START]


@pytest.mark.parametrize(
    "path",
    [
        pytest.param(path, id=path.stem, marks=() if path.stem in QUICK else pytest.mark.heavy)
        for path in (SCENARIOS / "demo.yaml", *LIGHTING)
        if path.stem != DARK
    ],
)
def test_no_scene_and_no_light_raises_an_alarm(checkpoints: list[Checkpoint], cell: Cell, path: Path) -> None:
    observation = seen(cell, load_scenario(path))
    assert [told(checkpoint, observation) for checkpoint in checkpoints] == [[], []]


@pytest.mark.parametrize(
    ("fault", "text"),
    [
        ({"fault": "nudged", "shift_mm": [25, 0, 0]}, r"lies 2[3-7] mm left"),
        ({"fault": "nudged", "turn_deg": [0, 0, 12]}, r"turned by 1[12]\.\d°"),
        ({"fault": "swapped"}, r"shows \d+% of the lines of its reference"),
    ],
)
def test_a_camera_that_has_moved_is_told(
    checkpoints: list[Checkpoint], cell: Cell, fault: dict[str, object], text: str
) -> None:
    scenario = load_scenario(SCENARIOS / "demo.yaml")
    planted = Scenario.model_validate({**scenario.model_dump(exclude_none=True), "faults": [{**fault, "at_call": 0}]})
    observation = seen(cell, planted)
    if fault["fault"] == "swapped":  # both cameras of the same size, so that the picture alone can tell
        large = np.kron(observation.images["overhead"], np.ones((2, 2, 1), np.uint8))
        observation = replace(observation, images={**observation.images, "overhead": large})
    for checkpoint in checkpoints:
        (found,) = told(checkpoint, observation)
        assert found.check == "view"
        assert re.search(text, found.text), found.text
