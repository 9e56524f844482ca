"""Recording the expert's episodes in the twin as a LeRobot dataset (v3): pictures of every camera, joints, actions.

This is the form in which the ecosystem's tools, and the full-size SmolVLA, take data. The expert's motions
go through the same gate as a policy's. Needs the extra `train`.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import numpy as np

from safety.audit import Audit
from safety.gate import SafetyGate
from safety.latch import Latch
from sim.commands import draw_pick
from sim.driver import SimDriver
from sim.layout import Area, draw_look, place_parts
from sim.motion import Ways
from sim.rollout import Expert
from sim.world import STEP, World
from skills.base import FloatArray
from skills.catalogue import load_catalogue
from skills.cell import Cell
from skills.errors import BadInput, Unavailable
from skills.observation import Observation

FPS = 10

FRAME_STEPS = round(1 / (FPS * STEP))
MOST_FAILURES = 50
"""More failures of the expert in a row than this are no accident."""


@dataclass(frozen=True)
class Frame:
    """What was seen and measured, and where joints and fingers had been sent a frame later, (DOF + 1,) each."""

    seen: Observation
    state: FloatArray
    action: FloatArray


class RecordingDriver(SimDriver):
    """A twin that keeps a frame each 1/FPS s of its time, whatever it is doing."""

    def __init__(self, world: World) -> None:
        self._seen: list[Observation] = []
        self._sent: list[FloatArray] = []
        self._due = FRAME_STEPS
        super().__init__(world)

    def frames(self) -> list[Frame]:
        """All frames but the last, whose action nobody has seen."""
        pairs = zip(self._seen, self._sent[1:], strict=False)
        return [Frame(seen, np.append(seen.joints, seen.gripper_width), sent) for seen, sent in pairs]

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
    """Record `episodes` successful picks into a new LeRobot dataset; returns how many the expert failed.

    Raises: BadInput (the folder exists, an expert that only fails), Unavailable (lerobot is not installed).
    """
    if folder.exists():
        raise BadInput("folder", str(folder), "a folder that does not exist yet")
    dataset = _create(folder, cell)
    ways = Ways(cell)
    failed = done = number = in_a_row = 0
    try:
        while done < episodes:
            episode = _episode(cell, ways, np.random.default_rng([seed, number]))
            number += 1
            if episode is None:
                failed, in_a_row = failed + 1, in_a_row + 1
                if in_a_row > MOST_FAILURES:
                    raise BadInput("cell", cell.name, f"one in which the expert can pick; it failed {in_a_row} times")
                continue
            in_a_row = 0
            phrase, frames = episode
            for frame in frames:
                dataset.add_frame(_columns(frame, phrase))
            dataset.save_episode()
            done += 1
            on_progress(done, episodes)
    finally:
        dataset.finalize()
    return failed


def joint_names(cell: Cell) -> tuple[str, ...]:
    """What the columns of states and actions are called."""
    return (*(f"joint_{number} [rad]" for number in range(1, len(cell.robot.home) + 1)), "width [m]")


def _create(folder: Path, cell: Cell) -> Any:
    try:
        from lerobot.datasets.lerobot_dataset import LeRobotDataset
    except ImportError:
        raise Unavailable("lerobot is not installed.", "Install the extra: pip install 'smolcell[train]'") from None
    names = list(joint_names(cell))
    joints = {"dtype": "float32", "shape": (len(names),), "names": names}
    pictures = {
        f"observation.images.{name}": {
            "dtype": "image",
            "shape": (camera.size, camera.size, 3),
            "names": ["height", "width", "channels"],
        }
        for name, camera in cell.cameras.items()
    }
    return LeRobotDataset.create(
        repo_id=f"smolcell/{folder.name}",
        fps=FPS,
        features={**pictures, "observation.state": joints, "action": joints},
        robot_type=cell.robot.model,
        root=folder,
        use_videos=False,
    )


def _columns(frame: Frame, phrase: str) -> dict[str, Any]:
    pictures = {f"observation.images.{name}": np.array(image) for name, image in frame.seen.images.items()}
    numbers = {"observation.state": frame.state.astype(np.float32), "action": frame.action.astype(np.float32)}
    return {**pictures, **numbers, "task": phrase}


def _episode(cell: Cell, ways: Ways, rng: np.random.Generator) -> tuple[str, list[Frame]] | None:
    """One pick by the expert, through the gate; None where it did not succeed."""
    world = World(cell, int(rng.integers(2**31)))
    try:
        looks = [draw_look(rng) for _ in range(rng.integers(2, 9))]
        world.reset(place_parts(looks, rng, area=Area.of(cell.tray), strict=False))
        card, parts = load_catalogue()["pick"], world.true_parts()
        drawn = draw_pick(card, parts, rng) if parts else None
        if drawn is None:
            return None
        arguments, target = drawn
        driver = RecordingDriver(world)
        with TemporaryDirectory(prefix="smolcell-record-") as state:
            gate = SafetyGate(
                cell, driver, driver, Latch(Path(state) / "latch.json"), Audit(Path(state) / "audit.jsonl")
            )
            tried = Expert(world, gate, ways).pick(target)
        return (card.render(arguments), driver.frames()) if tried.cause is None else None
    finally:
        world.close()
