"""A small LeRobot data set (v3) in the layout of `lerobot/svla_so101_pickplace`, written by lerobot itself.

50 episodes at 30 Hz of one phrase, cameras `up` and `side`, six columns in an SO-101's shares of its calibrated range.
The arm reaches from its rest for a bright spot that both cameras see, closes, and comes back: where it goes can be told
from the pictures alone.
"""

import io
import os
from collections.abc import Callable
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from policy.training.finetune.config import FinetuneTraining
from policy.training.presets import merged, preset

os.environ.setdefault("HF_HUB_OFFLINE", "1")

PHRASE = "pink lego brick into the transparent box"
JOINTS = ("shoulder_pan", "shoulder_lift", "elbow_flex", "wrist_flex", "wrist_roll", "gripper")
NAMES = tuple(f"{joint}.pos" for joint in JOINTS)
REST = np.array([0.0, -95.0, 90.0, 70.0, 0.0, 5.0])
HEIGHT, WIDTH = 48, 64
POSE = {"mount": "world", "position": [0.3, 0.0, 0.6], "look_at": [0.2, 0.0, 0.0], "up": [1.0, 0.0, 0.0], "view": 0.4}
FEW_STEPS = {"steps": 2, "learning_rate": 1e-3, "warmup": 1, "average": None}

Told = Callable[..., FinetuneTraining]


def told(method: str = "full", **changes: Any) -> FinetuneTraining:
    """A preset for this data set, of two steps unless `changes` say otherwise."""
    name = "smolvlm-bridge" if method == "bridge" else f"smolvla-{method}"
    small = {
        "cameras": {"up": {"pose": POSE}, "side": {"pose": POSE}},
        "schedule": FEW_STEPS,
        "evaluation": None,
        "frames": 4,
        "draws": 2,
        "judged": 4,
        "compute": {"device": "cpu", "precision": "fp32"},
    }
    content = preset(name).model_dump(mode="json", exclude={"start_from", "processes"})
    return FinetuneTraining.model_validate(merged(merged(content, small), changes))


@pytest.fixture(scope="session", name="told")
def told_fixture() -> Told:
    return told


@pytest.fixture(scope="session")
def recording_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The data set, which tests read and leave as it is."""
    return write_recording(tmp_path_factory.mktemp("data") / "so101")


@pytest.fixture(scope="session")
def few_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Twelve short episodes, of which two are held out where ten are too many."""
    return write_recording(tmp_path_factory.mktemp("data") / "few", episodes=12, frames=8)


@pytest.fixture(scope="session")
def small_base(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A base in the layout of lerobot/smolvla_base whose networks are tiny."""
    from policy.training.finetune.blank import SHAPES, write_blank_base

    return write_blank_base(tmp_path_factory.mktemp("base") / "small", SHAPES["small"], (PHRASE,))


def write_recording(
    root: Path, episodes: int = 50, frames: int = 24, rate: int = 30, seed: int = 0, videos: bool = False
) -> Path:
    """Write the data set and return its folder."""
    from datasets import disable_progress_bars
    from lerobot.datasets.lerobot_dataset import LeRobotDataset

    disable_progress_bars()
    dtype = "video" if videos else "image"
    picture = {"dtype": dtype, "shape": (HEIGHT, WIDTH, 3), "names": ["height", "width", "channels"]}
    numbers = {"dtype": "float32", "shape": (len(NAMES),), "names": list(NAMES)}
    dataset = LeRobotDataset.create(
        repo_id="local/so101",
        fps=rate,
        root=root,
        robot_type="so101_follower",
        use_videos=videos,
        features={
            "action": numbers,
            "observation.state": numbers,
            "observation.images.up": picture,
            "observation.images.side": picture,
        },
        vcodec="h264",
    )
    rng = np.random.default_rng(seed)
    try:
        for _ in range(episodes):
            _add_episode(dataset, rng, frames)
    finally:
        dataset.finalize()
    return root


def _add_episode(dataset, rng: np.random.Generator, frames: int) -> None:  # type: ignore[no-untyped-def]
    spot = rng.uniform(-1, 1, 2)
    path = reach(spot, frames)
    with redirect_stdout(io.StringIO()):
        for frame in range(frames):
            up, side = look(spot, rng)
            dataset.add_frame(
                {
                    "action": path[min(frame + 1, frames - 1)].astype(np.float32),
                    "observation.state": path[frame].astype(np.float32),
                    "observation.images.up": up,
                    "observation.images.side": side,
                    "task": PHRASE,
                }
            )
        dataset.save_episode()


def reach(spot: NDArray[np.float64], frames: int) -> NDArray[np.float64]:
    """(frames, 6) the way from rest to the spot (x, y in -1..1) and back, the gripper open on the way there."""
    there = np.array([60 * spot[0], 10 + 40 * spot[1], -20 - 30 * spot[1], 30.0, 40 * spot[0], 60.0])
    phase = np.linspace(0, np.pi, frames)
    path: NDArray[np.float64] = REST + np.sin(phase)[:, None] * (there - REST)
    path[frames // 2 :, 5] = 15.0
    return path


def look(spot: NDArray[np.float64], rng: np.random.Generator) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """What the two cameras see."""
    pictures = []
    for at in (spot, spot[::-1]):
        picture = rng.integers(90, 110, (HEIGHT, WIDTH, 3)).astype(np.uint8)
        row, column = round((HEIGHT - 12) * (at[1] + 1) / 2), round((WIDTH - 12) * (at[0] + 1) / 2)
        picture[row : row + 12, column : column + 12] = (230, 90, 160)
        pictures.append(picture)
    return pictures[0], pictures[1]


@pytest.fixture(scope="session", name="write_recording")
def write_recording_fixture() -> Callable[..., Path]:
    return write_recording
