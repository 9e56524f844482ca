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
from sim.layout import draw_look, place_parts
from sim.motion import Ways
from sim.rollout import Expert
from sim.world import World
from skills.base import FloatArray
from skills.catalogue import load_catalogue
from skills.cell import Cell
from skills.chunk import GripperCommand, JointSlice
from skills.errors import BadInput, Unavailable
from skills.observation import Observation

FPS = 10
JOINT_NAMES = (*(f"joint_{number} [rad]" for number in range(1, 8)), "width [m]")


@dataclass(frozen=True)
class Frame:
    """What was seen and measured, and where joints and fingers were sent next: (8,) each."""

    seen: Observation
    state: FloatArray
    action: FloatArray


class RecordingDriver:
    """A twin that keeps a frame each 1/FPS s of cell time while it moves."""

    def __init__(self, driver: SimDriver) -> None:
        self._driver = driver
        self._due = 0
        self._width = 0.0
        self.frames: list[Frame] = []

    def now_ns(self) -> int:
        return self._driver.now_ns()

    def observe(self) -> Observation:
        return self._driver.observe()

    def measure(self) -> Observation:
        return self._driver.measure()

    def stop(self) -> None:
        self._driver.stop()

    def command(self, motion: JointSlice | GripperCommand) -> None:
        if isinstance(motion, GripperCommand):
            self._width = motion.width
        target = motion.positions[-1] if isinstance(motion, JointSlice) else self._driver.measure().joints
        if self.now_ns() >= self._due:
            self._keep(target)
        self._driver.command(motion)

    def _keep(self, target: FloatArray) -> None:
        self._due = self.now_ns() + 10**9 // FPS
        seen = self._driver.observe()
        state = np.append(seen.joints, seen.gripper_width)
        self.frames.append(Frame(seen, state, np.append(target, self._width)))


def record(
    folder: Path, cell: Cell, episodes: int, seed: int, on_progress: Callable[[int, int], None] = lambda _done, _n: None
) -> int:
    """Record `episodes` successful picks into a new LeRobot dataset; returns how many the expert failed.

    Raises: BadInput (the folder exists), Unavailable (lerobot is not installed).
    """
    if folder.exists():
        raise BadInput("folder", str(folder), "a folder that does not exist yet")
    dataset = _create(folder, cell)
    ways = Ways(cell)
    failed = done = number = 0
    try:
        while done < episodes:
            episode = _episode(cell, ways, np.random.default_rng([seed, number]))
            number += 1
            if episode is None:
                failed += 1
                continue
            phrase, frames = episode
            for frame in frames:
                dataset.add_frame(_columns(frame, phrase))
            dataset.save_episode()
            done += 1
            on_progress(done, episodes)
    finally:
        dataset.finalize()
    return failed


def _create(folder: Path, cell: Cell) -> Any:
    try:
        from lerobot.datasets.lerobot_dataset import LeRobotDataset
    except ImportError:
        raise Unavailable("lerobot is not installed.", "Install the extra: pip install 'smolcell[train]'") from None
    joints = {"dtype": "float32", "shape": (len(JOINT_NAMES),), "names": list(JOINT_NAMES)}
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
        world.reset(place_parts([draw_look(rng) for _ in range(rng.integers(2, 9))], rng, strict=False))
        card, parts = load_catalogue()["pick"], world.true_parts()
        drawn = draw_pick(card, parts, rng) if parts else None
        if drawn is None:
            return None
        arguments, target = drawn
        driver = RecordingDriver(SimDriver(world))
        with TemporaryDirectory(prefix="smolcell-record-") as state:
            gate = SafetyGate(
                cell, driver, driver, Latch(Path(state) / "latch.json"), Audit(Path(state) / "audit.jsonl")
            )
            tried = Expert(world, gate, ways).pick(target)
        return (card.render(arguments), driver.frames) if tried.cause is None else None
    finally:
        world.close()
