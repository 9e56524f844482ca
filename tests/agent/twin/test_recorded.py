"""A cell with recorded pictures in place of robot and cameras: no simulator, so nothing to peek at."""

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from agent.cell_weights import ROOT
from agent.executor import Checkpoint
from agent.journal.journal import Journal
from agent.recorded import Frame, RecordedDriver
from agent.run import run
from agent.workcell import assemble, build_planner
from safety.state import build_gate
from skills.cell import Cell
from skills.errors import BadInput
from skills.protocols import Clock, Driver
from skills.words import Condition, Kind, Size
from tests.agent.kinematic_tray import CATALOGUE, TextPerceiver, TextPolicy, contract_of, part, picture

FAILED_GEAR = part("gear", "large", "red", "failed", (-0.05, 0.05))
GOOD_NUT = part("nut", "M8", "blue", "ok", (0.05, -0.05))


def written(*parts: object) -> dict[str, np.ndarray]:
    return {"overhead": picture([one.model_dump(mode="json") for one in parts])}


def test_is_a_driver_and_a_clock(cell: Cell) -> None:
    driver = RecordedDriver(cell, [Frame(written())])
    assert isinstance(driver, Driver)
    assert isinstance(driver, Clock)
    with pytest.raises(BadInput, match=r"^frames: 0 is not allowed; it must be at least one\.$"):
        RecordedDriver(cell, [])


def test_pictures_that_nobody_stands_behind_are_worked_on_through_the_gate(cell: Cell, tmp_path: Path) -> None:
    driver = RecordedDriver(cell, [Frame(written(FAILED_GEAR, GOOD_NUT), closes_at=0.03), Frame(written(GOOD_NUT))])
    workcell = assemble(
        cell=cell,
        catalogue=CATALOGUE,
        gate=build_gate(cell, driver, driver, tmp_path),
        clock=driver,
        perceiver=TextPerceiver(),
        planner=build_planner(cell),
        checkpoints={name: Checkpoint(TextPolicy(contract_of(name)), contract_of(name)) for name in ("pick", "place")},
        journal=Journal(tmp_path),
    )
    report = run(workcell, "remove all failed parts")
    workcell.journal.close()
    assert report.outcome.reason == "all × failed part → rejection bin: 1 seen, 1 moved, 0 left, 0 lost"
    assert [attempt.call.phrase for attempt in report.attempts] == [
        "pick up the failed gear",
        "place it in the rejection bin",
    ]


SCRIPT = """
import json, sys
from pathlib import Path
import numpy as np
from agent.recorded import Frame
from agent.run import run
from agent.opening import build_recorded
from skills.cell import load_cell

folder = Path(sys.argv[1])
stored = np.load(folder / "frames.npz")
frames = [
    Frame({camera: stored[f"{index}-{camera}"] for camera in ("overhead", "wrist")}, closes_at)
    for index, closes_at in enumerate((0.03, 0.0))
]
workcell = build_recorded(load_cell(Path("cells/default.yaml")), frames, folder)
report = run(workcell, "remove all failed parts")
foreign = sorted(name for name in sys.modules if name.split(".")[0] in ("sim", "pybullet", "pybullet_data", "torch"))
print(json.dumps({**report.as_json(), "foreign": foreign}))
"""


def has_weights(cell: Cell) -> bool:
    return all((ROOT / folder).is_dir() for folder in cell.checkpoints.values())


def photographs(cell: Cell, folder: Path) -> None:
    """What the twin's cameras show before and after the failed gear is taken away."""
    from sim.driver import SimDriver
    from sim.parts.spawn import PartSpec
    from sim.world import World

    def spec(kind: Kind, size: Size, colour: str, condition: Condition, at: tuple[float, float]) -> PartSpec:
        return PartSpec(kind, size, colour, condition, at, 0.3)

    world = World(cell, 11)
    world.reset(
        [
            spec("gear", "large", "red", "failed", (-0.05, 0.05)),
            spec("gear", "large", "red", "ok", (0.06, 0.06)),
            spec("nut", "M10", "blue", "ok", (0.05, -0.06)),
        ]
    )
    driver = SimDriver(world)
    before = driver.observe()
    world.bullet.removeBody(world.bodies.pop(0).id)
    after = driver.observe()
    world.close()
    shown = {
        f"{index}-{camera}": image
        for index, seen in enumerate((before, after))
        for camera, image in seen.images.items()
    }
    np.savez(folder / "frames.npz", **shown)


def test_planner_policy_perceiver_and_verifier_work_without_any_simulator(cell: Cell, tmp_path: Path) -> None:
    if not has_weights(cell):
        pytest.skip("not verified: no weights")
    photographs(cell, tmp_path)
    done = subprocess.run(
        [sys.executable, "-c", SCRIPT, str(tmp_path)], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    report = json.loads(done.stdout)
    assert report["foreign"] == []
    assert (report["outcome"], [call["phrase"] for call in report["calls"]]) == (
        "done",
        ["pick up the failed gear", "place it in the rejection bin"],
    )


def test_hidden_state_that_is_shuffled_after_the_picture_changes_no_decision(cell: Cell) -> None:
    if not has_weights(cell):
        pytest.skip("not verified: no weights")
    from agent.cell_weights import load_checkpoints, load_perceiver
    from agent.grounding import Grounded, Grounder
    from sim.driver import SimDriver
    from sim.scenario import random_scenario
    from sim.world import World
    from skills.observation import Observation
    from tests.agent.kinematic_tray import step

    world = World(cell, 5)
    world.reset(random_scenario(5).layout())
    observation = SimDriver(world).observe()
    checkpoints, perceiver, planner = load_checkpoints(cell), load_perceiver(cell), build_planner(cell)
    grounder = Grounder(CATALOGUE, {name: checkpoint.contract for name, checkpoint in checkpoints.items()})

    def decisions(seen: Observation) -> tuple[object, ...]:
        scene = perceiver.perceive(seen)
        grounded = grounder.pick(step("left bin"), scene, "run-1/1")
        assert isinstance(grounded, Grounded)
        chunk = checkpoints["pick"].policy.act(seen, grounded.call.phrase, "run-1/1")
        said = planner.understand("how many parts are there?", scene)
        return scene, said, grounded, chunk.values.tolist()

    before = decisions(observation)
    for index, body in enumerate(world.bodies):
        world.bullet.resetBasePositionAndOrientation(body.id, (1.0 + index, 1.0, 0.1), (0, 0, 0, 1))
    assert decisions(observation) == before
    world.close()
