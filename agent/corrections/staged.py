"""The twin's world behind each proposal, for the demonstrator: so it can show later what should have been done.

It is the simulator's own save, beside the journal and not in it. Nothing that decides anything reads it.
"""

import shutil
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from agent.journal.attempts import Flagged, observation_of
from safety.state import build_gate
from sim.commands import matching, target_of, truth_words
from sim.data.corrections import correction
from sim.data.scenes import DataScene
from sim.data.splits import lies_held_out
from sim.data.visible import seen_bodies
from sim.grasps import NoGrasp
from sim.motion import Ways
from sim.rollout import Expert
from sim.snapshot import Snapshot, load, restore, save
from skills.cell import Cell
from skills.chunk import ActionChunk
from skills.observation import Observation
from skills.protocols import Policy
from skills.words import TRAY

FOLDER: Final = "proposals"
MOST: Final = 1000
"""Worlds that are kept, some kB each; the oldest go first."""


class Staged:
    """A policy with whose answers the world is saved. Implements Policy.

    Args:
        state: the cell's state folder.
        take: the world as it is now.
    """

    def __init__(self, policy: Policy, state: Path, take: Callable[[], Snapshot]) -> None:
        self._policy, self._state, self._take = policy, state, take

    def act(self, observation: Observation, phrase: str, call_id: str) -> ActionChunk:
        """Raises: what the policy raises."""
        chunk = self._policy.act(observation, phrase, call_id)
        folder = _folder(self._state, call_id, observation.time_ns)
        folder.mkdir(parents=True, exist_ok=True)
        save(folder, self._take())
        kept = sorted(folder.parent.iterdir(), key=lambda path: path.stat().st_mtime_ns)
        for old in kept[:-MOST]:
            shutil.rmtree(old)
        return chunk


def demonstrated(cell: Cell, state: Path, attempt: Flagged) -> DataScene | str:
    """What the demonstrator does where the flagged pick failed, or why that is no correction.

    It is one only where the expert itself then takes the part. The picture and the phrase are the attempt's.

    Raises: BadInput (an unreadable world).
    """
    saved = load(_folder(state, attempt.call.id, attempt.proposal.time_ns))
    if saved is None:
        return "its world is not kept: no twin's, or too long ago"
    world, driver = restore(cell, saved)
    with closing(world), TemporaryDirectory(prefix="smolcell-shown-") as folder:
        bodies = [number for number in seen_bodies(world) if world.where(world.bodies[number]) == TRAY]
        parts = [world.true_part(world.bodies[number]) for number in bodies]
        if any(map(lies_held_out, parts)):
            return "a part on the tray is of a held-out kind, colour and place"
        target = target_of(matching(attempt.call.arguments, [truth_words(part) for part in parts]), parts)
        if target is None:
            return "no part, or more than one, is what the phrase means"
        expert = Expert(world, build_gate(cell, driver, driver, Path(folder)), Ways(cell))
        grasp = expert.grasp(bodies[target])
        if isinstance(grasp, NoGrasp):
            return f"the expert finds no grasp: {grasp.cause.replace('_', ' ')}"
        tried = expert.pick(bodies[target])
        if tried.cause is not None:
            return f"the expert fails as well: {tried.cause.replace('_', ' ')}"
    return correction(cell, observation_of(attempt), attempt.call.phrase, grasp, target, parts)


def _folder(state: Path, call_id: str, time_ns: int) -> Path:
    return state / FOLDER / f"{call_id.replace('/', '-')}-{time_ns}"
