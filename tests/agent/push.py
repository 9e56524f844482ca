"""A skill of one's own that moves a part on the tray: its card, and a little world in which parts can be pushed."""

from pathlib import Path

import numpy as np

from agent.executor import Checkpoint
from agent.journal.journal import Journal
from agent.planning.grammar import GrammarPlanner
from agent.workcell import assemble
from skills.catalogue import LIBRARY, load_catalogue
from skills.chunk import ActionChunk
from skills.contract import Contract
from skills.observation import Observation
from skills.regions import lies_in, reach, way_to
from tests.agent.kinematic_tray import CELL, TextPerceiver, TextPolicy, Tray, TrayGate, contract_of, fits

CARD = """
name: push
summary: Push one bracket on the tray against an edge of it.
phrase: "push the {kind} against the {edge}"
parameters:
  kind: {values: [bracket]}
  edge: {values: [left edge, right edge]}
checkpoint: push
start_pose: home
done_check: part_at_region
region: "{edge}"
demonstration:
  - {over: behind, ahead: -0.02, height: 0.10}
  - {over: behind, ahead: -0.02, height: 0.0135}
  - {over: last, ahead: -0.011, height: 0.0135}
  - {over: last, ahead: -0.011, height: 0.10}
budget: {seconds: 40, chunks: 1}
examples:
  - {instruction: shove the bracket to the left, arguments: {kind: bracket, edge: left edge}}
"""


def written(folder: Path) -> Path:
    """The folder, with the card in it."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "push.yaml").write_text(CARD)
    return folder


def cell_with(folder: Path):
    """The default cell with the card's folder, and weights named for it."""
    names = {**CELL.checkpoints, "push": str(folder / "weights")}
    return CELL.model_copy(update={"skills": (str(written(folder)),), "checkpoints": names})


def trained(*phrases: str) -> Contract:
    return contract_of("pick").model_copy(
        update={"name": "push", "phrases": dict.fromkeys(phrases, 1), "weights_hash": "hash of push"}
    )


BOTH = trained("push the bracket against the left edge", "push the bracket against the right edge")


class PushedTray(Tray):
    """Fingers that stay closed push what lies where they come down, to where they go up; `stirs` at the n-th motion."""

    def move(self, chunk: ActionChunk) -> bool:
        if np.any(chunk.values[:, 6]):
            return super().move(chunk)
        self.motions += 1
        self.width = 0.0
        down, up = (np.subtract(chunk.values[row, :2], CELL.tray.centre) for row in (1, 2))
        pushed = min(self.parts, key=lambda part: float(np.hypot(*np.subtract(part.at, down))))
        fault = self.faults.get(self.motions, "")
        if fault == "miss":
            return True
        where = (float(up[0]), float(up[1]))
        self.parts[self.parts.index(pushed)] = pushed.model_copy(update={"at": where})
        if fault == "stir":
            other = next(part for part in self.parts if part.at != where)
            self.parts[self.parts.index(other)] = other.model_copy(update={"at": (other.at[0], other.at[1] + 0.05)})
        return True


class PushPolicy:
    """Of the brackets that do not lie at the edge yet, the nearest to the robot, pushed against it."""

    def __init__(self, weights: str) -> None:
        self.contract, self.phrases = BOTH.model_copy(update={"weights_hash": weights}), []

    def act(self, observation: Observation, phrase: str, call_id: str) -> ActionChunk:
        self.contract.require(phrase)
        self.phrases.append(phrase)
        edge = phrase.removeprefix("push the bracket against the ")
        there, way = lies_in(edge, CELL.tray.half), np.array(way_to(edge))
        parts = TextPerceiver().perceive(observation).parts
        target = min((p for p in parts if fits(p, {"kind": "bracket"}) and not there(p)), key=lambda part: part.at)
        far = CELL.tray.half - 0.005 - reach(target, way_to(edge))
        onto = np.array(target.at) * (1 - np.abs(way)) + far * way
        places = [(target.at, 0.1), (target.at, 0.01), (onto, 0.01), (onto, 0.1)]
        rows = [[*np.add(CELL.tray.centre, at), z, np.pi, 0, 0, 0] for at, z in places]
        return ActionChunk(
            values=np.array([*rows, [0.3, 0, 0.5, np.pi, 0, 0, 0]]),
            space="tcp_waypoints",
            answers=observation.sequence,
            observed_ns=observation.time_ns,
            call_id=call_id,
            checkpoint=self.contract.weights_hash,
            done=True,
        )


def workcell_over(folder: Path, world: Tray, weights: str = BOTH.weights_hash):
    """A cell with the installed skills and this one, that understands instructions."""
    catalogue = load_catalogue(LIBRARY, written(folder / "cards"))
    policies = {name: TextPolicy(contract_of(name)) for name in ("pick", "place")} | {"push": PushPolicy(weights)}
    return assemble(
        cell=CELL,
        catalogue=catalogue,
        gate=TrayGate(world),
        clock=world,
        perceiver=TextPerceiver(),
        planner=GrammarPlanner(CELL, catalogue),
        checkpoints={name: Checkpoint(policy, policy.contract) for name, policy in policies.items()},
        journal=Journal(folder),
    )
