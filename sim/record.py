"""Recording the expert's episodes in the twin as a LeRobot dataset (v3): pictures of every camera, joints, actions.

This is the form in which the ecosystem's tools, and the full-size SmolVLA, take data. The expert's motions
go through the same gate as a policy's. Needs the extra `train`.
"""

from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from safety.state import build_gate
from sim.commands import draw_pick
from sim.data.episodes import Episode, Terms, png
from sim.data.lerobot_form import write_lerobot
from sim.driver import SimDriver
from sim.layout import Area, draw_look, place_parts
from sim.motion import Ways
from sim.rollout import Expert
from sim.world import STEP, World
from skills.base import FloatArray
from skills.catalogue import catalogue_of
from skills.cell import Cell
from skills.errors import BadInput
from skills.observation import Observation

FPS = 10

FRAME_STEPS = round(1 / (FPS * STEP))
MOST_FAILURES = 50
"""So many failures of the expert in a row are no accident."""


class RecordingDriver(SimDriver):
    """A twin that keeps a frame each 1/FPS s of its time, whatever it is doing."""

    def __init__(self, world: World) -> None:
        self._seen: list[Observation] = []
        self._sent: list[FloatArray] = []
        self._due = FRAME_STEPS
        super().__init__(world)

    def episode(self, task: str) -> Episode:
        """All frames but the last: what was seen and measured, and where joints and fingers had been sent a frame
        later, (T, DOF + 1) each.
        """
        seen, sent = self._seen[:-1], self._sent[1:]
        pictures = {name: [png(each.images[name]) for each in seen] for name in seen[0].images}
        state = np.array([[*each.joints, each.gripper_width] for each in seen], np.float32)
        return Episode(task, pictures, state, np.array(sent, np.float32))

    def _run(self, steps: int) -> None:
        while steps > 0:
            ahead = min(steps, self._due - self._steps)
            super()._run(ahead)
            steps -= ahead
            if self._steps == self._due:
                self._due += FRAME_STEPS
                self._seen.append(self._look())
                self._sent.append(self._arm.told())


def record(
    folder: Path, cell: Cell, episodes: int, seed: int, on_progress: Callable[[int, int], None] = lambda _done, _n: None
) -> int:
    """Record `episodes` successful picks into a new LeRobot dataset, whole or not at all; returns how many the expert
    failed.

    Raises: BadInput (the folder exists, an expert that only fails), Unavailable (no lerobot, a full disk).
    """
    names, expert = joint_names(cell), _Recorder(cell, seed)
    cameras = {name: (camera.size, camera.size) for name, camera in cell.cameras.items()}

    def told() -> Iterator[Episode]:
        for done in range(1, episodes + 1):
            yield expert.next_success()
            on_progress(done, episodes)

    write_lerobot(folder, Terms(FPS, names, names, cameras), cell.robot.model, told())
    return expert.failed


class _Recorder:
    """The expert's picks, one after another."""

    def __init__(self, cell: Cell, seed: int) -> None:
        self._cell, self._seed, self._ways = cell, seed, Ways(cell)
        self._number = self.failed = 0

    def next_success(self) -> Episode:
        """Raises: BadInput where it only fails."""
        for _ in range(MOST_FAILURES):
            episode = _episode(self._cell, self._ways, np.random.default_rng([self._seed, self._number]))
            self._number += 1
            if episode is not None:
                return episode
            self.failed += 1
        allowed = f"one in which the expert can pick; it failed {MOST_FAILURES} times"
        raise BadInput("cell", self._cell.name, allowed)


def joint_names(cell: Cell) -> tuple[str, ...]:
    """What the columns of states and actions are called."""
    return (*(f"joint_{number} [rad]" for number in range(1, len(cell.robot.home) + 1)), "width [m]")


def _episode(cell: Cell, ways: Ways, rng: np.random.Generator) -> Episode | None:
    """One pick by the expert, through the gate; None where it did not succeed."""
    world = World(cell, int(rng.integers(2**31)))
    try:
        looks = [draw_look(rng) for _ in range(rng.integers(2, 9))]
        world.reset(place_parts(looks, rng, area=Area.of(cell.tray), strict=False))
        card, parts = catalogue_of(cell)["pick"], world.true_parts()
        drawn = draw_pick(card, parts, rng) if parts else None
        if drawn is None:
            return None
        arguments, target = drawn
        driver = RecordingDriver(world)
        with TemporaryDirectory(prefix="smolcell-record-") as state:
            gate = build_gate(cell, driver, driver, Path(state))
            tried = Expert(world, gate, ways).pick(target)
        return driver.episode(card.render(arguments)) if tried.cause is None else None
    finally:
        world.close()
