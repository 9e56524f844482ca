"""A checkpoint whose data begin elsewhere than at home, in the twin: the real gate brings the arm there."""

import json
from pathlib import Path

import numpy as np
import pytest

from agent.executor import Checkpoint, Executor
from agent.journal.journal import Journal
from agent.looking.looker import Looker
from safety.state import AUDIT_FILE, build_gate
from sim.driver import SimDriver
from sim.setting import load_setting
from sim.world import World
from skills.call import SkillCall
from skills.cell import Cell
from skills.chunk import ActionChunk
from skills.contract import Contract, Statistics
from skills.observation import Observation
from skills.scene import PartQuery
from tests.agent.kinematic_tray import CATALOGUE, TextPerceiver, contract_of

JOINTS = tuple(f"joint {number} [rad]" for number in range(1, 8))
PICK = SkillCall(id="run-00001/1", skill="pick", arguments={"kind": "nut"}, phrase="pick up the nut", part=PartQuery())


class Still:
    """Proposes to stay where the arm is; keeps what it saw."""

    def __init__(self) -> None:
        self.seen: list[Observation] = []

    def act(self, observation: Observation, phrase: str, call_id: str) -> ActionChunk:
        self.seen.append(observation)
        row = np.array([[*observation.tcp[:3], np.pi, 0.0, 0.0, 0.08]])
        told = (observation.sequence, observation.time_ns, call_id, "hash of pick")
        return ActionChunk(row, "tcp_waypoints", *told, done=True)


def begins(names: tuple[str, ...], mean: tuple[float, ...]) -> Contract:
    start = Statistics(mean=mean, std=(0.005,) * len(mean), low=mean, high=mean)
    return contract_of("pick").model_copy(update={"state_names": names, "start_state": start})


@pytest.mark.parametrize(
    ("names", "off"),
    [
        (("x [m]", "y [m]", "z [m]", "cos 2yaw", "sin 2yaw", "width [m]"), (0.04, 0.05, -0.03, 0.0, 0.0, 0.0)),
        pytest.param((*JOINTS, "width [m]"), (0.2, 0.1, -0.1, 0.15, 0.0, 0.0, 0.3, 0.0), marks=pytest.mark.heavy),
    ],
    ids=["tool", "joints"],
)
def test_the_arm_is_brought_to_where_the_data_begin(
    cell: Cell, tmp_path: Path, names: tuple[str, ...], off: tuple[float, ...]
) -> None:
    world = World(cell, 1, load_setting("calibrated"))
    driver, policy = SimDriver(world), Still()
    gate = build_gate(cell, driver, driver, tmp_path)
    at = driver.measure()
    home = np.array([*at.joints, 0.08] if len(names) == 8 else [*at.tcp[:3], 1.0, 0.0, 0.08])
    contract = begins(names, tuple((home + off).tolist()))
    looker = Looker(cell, gate, TextPerceiver())
    with Journal(tmp_path) as journal:
        executor = Executor(cell, CATALOGUE, gate, driver, looker, {"pick": Checkpoint(policy, contract)}, journal)
        execution = executor.run(journal.begin_run("go"), PICK)
    world.close()

    assert (execution.status, execution.text) == ("ended", "")
    (seen,) = policy.seen
    stands = np.array(seen.joints if len(names) == 8 else seen.tcp[:3])
    assert stands == pytest.approx((home + off)[: len(stands)], abs=0.005)
    lines = [json.loads(line) for line in (tmp_path / AUDIT_FILE).read_text().splitlines()]
    rulings = [line for line in lines if line["kind"] == "ruling"]
    moved = [(line["motion"], line.get("checkpoint"), line["ruling"]["decision"]) for line in rulings]
    assert [motion[:2] for motion in moved] == [
        ("home", None),
        ("chunk", "start state"),
        ("chunk", "hash of pick"),
    ]
    assert all(decision != "stop" for *_, decision in moved)
