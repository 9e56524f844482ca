"""A skill of one's own in the physics of the twin, from the instruction to the account, by an oracle's hand and eye.

The policy answers with what the card's waypoints show for the part that is meant; everything else is the cell's own:
planner, grounding, executor, gate, driver, verifier, account.
"""

from pathlib import Path

from agent.executor import Checkpoint
from agent.journal.journal import Journal
from agent.run import run
from agent.workcell import assemble, build_planner
from safety.state import build_gate
from sim.driver import SimDriver
from sim.parts.spawn import PartSpec
from sim.setting import load_setting
from sim.shown import as_seen, shown_waypoints
from sim.world import World
from skills.catalogue import catalogue_of
from skills.cell import Cell
from skills.chunk import ActionChunk
from skills.observation import Observation
from skills.regions import lies_in
from skills.scene import Scene
from tests.agent.kinematic_tray import contract_of
from tests.agent.push import BOTH, cell_with
from tests.agent.twin.test_twin_chain import Oracle

PARTS = (
    PartSpec("bracket", "large", "red", "ok", (-0.08, -0.04), 0.4),
    PartSpec("bracket", "small", "blue", "ok", (0.05, 0.0), 1.2),
    PartSpec("nut", "M8", "brass", "ok", (0.0, -0.09), 0.0),
)


class Pusher:
    """Perceiver and policy of the skill, by ground truth."""

    def __init__(self, world: World, cell: Cell) -> None:
        self._world, self._cell, self._card = world, cell, catalogue_of(cell)["push"]

    def perceive(self, observation: Observation) -> Scene:
        parts = tuple(as_seen(part) for part in self._world.true_parts())
        return Scene(parts=parts, sequence=observation.sequence, time_ns=observation.time_ns)

    def act(self, observation: Observation, phrase: str, call_id: str) -> ActionChunk:
        BOTH.require(phrase)
        region = phrase.removeprefix("push the bracket against the ")
        there = lies_in(region, self._cell.tray.half)
        parts = self.perceive(observation).parts
        target = min((one for one in parts if one.kind == "bracket" and not there(one)), key=lambda one: one.at)
        rows = shown_waypoints(self._cell, self._card, target, region)
        return ActionChunk(
            rows, "tcp_waypoints", observation.sequence, observation.time_ns, call_id, BOTH.weights_hash, done=True
        )


def test_two_brackets_are_pushed_against_the_wall_and_lie_there(cell: Cell, tmp_path: Path) -> None:
    own = cell_with(tmp_path / "cards")
    world, journal = World(own, 3, load_setting("calibrated")), Journal(tmp_path)
    try:
        world.reset(PARTS)
        driver, pusher = SimDriver(world), Pusher(world, own)
        others = {name: Checkpoint(Oracle(world, contract_of(name)), contract_of(name)) for name in ("pick", "place")}
        workcell = assemble(
            cell=own,
            catalogue=catalogue_of(own),
            gate=build_gate(own, driver, driver, tmp_path / "state"),
            clock=driver,
            perceiver=pusher,
            planner=build_planner(own),
            checkpoints={**others, "push": Checkpoint(pusher, BOTH)},
            journal=journal,
        )
        report = run(workcell, "shove all brackets to the left", approved=True)
        lying = [as_seen(part) for part in world.true_parts()]
    finally:
        journal.close()
        world.close()
    assert report.outcome.outcome == "done", report.outcome
    assert [one.verdict.judgement for one in report.attempts] == ["success", "success"]
    assert [lies_in("left edge", own.tray.half)(part) for part in lying] == [True, True, False]
    assert all(ruling.decision != "stop" for attempt in report.attempts for ruling in attempt.rulings)
