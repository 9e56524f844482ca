"""The whole chain over the physics of the twin, with an oracle in place of the networks.

The oracle reads the world, which no part of smolcell may; what is tested here is everything else: graph,
executor, gate, driver, physics, verifier, account.
"""

from pathlib import Path

import pytest

from agent.executor import Checkpoint
from agent.journal.journal import Journal
from agent.run import run
from agent.twin import Surprises, Twin
from agent.workcell import assemble, build_planner
from safety.state import build_gate
from sim.demonstrator import insert_waypoints, pick_waypoints, place_waypoints, put_back_waypoints
from sim.driver import SimDriver
from sim.grasps import taught_grasp
from sim.judge import judge
from sim.lying import lying
from sim.scenario import SCENARIOS, Scenario, load_scenario
from sim.world import World
from skills.cell import Cell
from skills.chunk import ActionChunk
from skills.contract import Contract
from skills.observation import Observation
from skills.scene import PerceivedPart, Scene
from skills.words import TRAY
from tests.agent.kinematic_tray import CATALOGUE, contract_of, fits


class Oracle:
    """Perceiver and policy in one, by ground truth."""

    def __init__(self, world: World, contract: Contract) -> None:
        self._world, self._contract = world, contract
        self._meant = {card.render(words): (card.name, words) for card in CATALOGUE for words in card.calls()}

    def perceive(self, observation: Observation) -> Scene:
        parts = tuple(part for part, _ in self._lying())
        return Scene(parts=parts, sequence=observation.sequence, time_ns=observation.time_ns)

    def act(self, observation: Observation, phrase: str, call_id: str) -> ActionChunk:
        self._contract.require(phrase)
        return ActionChunk(
            values=self._waypoints(phrase, observation.gripper_width),
            space="tcp_waypoints",
            answers=observation.sequence,
            observed_ns=observation.time_ns,
            call_id=call_id,
            checkpoint=self._contract.weights_hash,
            done=True,
        )

    def _waypoints(self, phrase: str, width: float):
        skill, words = self._meant[phrase]
        cell = self._world.cell
        if skill == "place":
            return place_waypoints(cell, cell.places[words["place"]])
        if skill == "insert":
            return insert_waypoints(cell, cell.fixture(words["fixture"]), width)
        if skill == "put_back":
            return put_back_waypoints(cell, words["spot"])
        _, body = min((pair for pair in self._lying() if fits(pair[0], words)), key=lambda pair: pair[0].at)
        return pick_waypoints(cell, taught_grasp(cell, lying(self._world, body)))

    def _lying(self):
        for body in self._world.bodies:
            if self._world.where(body) != TRAY:
                continue
            true, spec = self._world.true_part(body), body.spec
            words = {"kind": spec.kind, "size": spec.size, "colour": spec.colour, "condition": spec.condition}
            yield PerceivedPart(**words, at=true.at, yaw=true.yaw, confidence=0.99), body


def oracle_twin(cell: Cell, scenario: Scenario, state: Path) -> Twin:
    world, journal = World(cell, scenario.seed), Journal(state)
    world.reset(scenario.layout())
    driver = SimDriver(world)
    workcell = assemble(
        cell=cell,
        catalogue=CATALOGUE,
        gate=build_gate(cell, driver, driver, state),
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


QUICK = ("removal-two-gears", "surprise-failed-gear", "nothing-failed", "largest-gear-conveyor", "insert-silver-m8")


FILES = [
    pytest.param(path, id=path.stem, marks=() if path.stem in QUICK else pytest.mark.heavy)
    for path in sorted(SCENARIOS.glob("*.yaml"))
]


@pytest.mark.parametrize("path", FILES)
def test_every_scenario_is_solved_when_eye_and_hand_are_perfect(path: Path, cell: Cell, tmp_path: Path) -> None:
    scenario = load_scenario(path)
    answers = iter(scenario.answers)
    with oracle_twin(cell, scenario, tmp_path) as twin:
        report = run(twin.workcell, scenario.instruction, answer=lambda _: next(answers, None), approved=True)
        judged = judge(twin.world, scenario.expect)
    assert scenario.expect is not None
    assert report.outcome.outcome in scenario.expect.outcomes, (report.outcome, judged)
    assert judged.faults == (), report.outcome
