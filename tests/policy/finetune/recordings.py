"""A small LeRobot data set (v3) in the layout of `lerobot/svla_so101_pickplace`, written by lerobot itself.

50 episodes at 30 Hz of one phrase, cameras `up` and `side`, six columns in an SO-101's shares of its calibrated range.
The arm reaches from its rest for a bright spot that both cameras see, closes, and comes back: where it goes can be told
from the pictures alone.
"""

import io
from contextlib import redirect_stdout
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

PHRASE = "pink lego brick into the transparent box"
NAMES = tuple(f"{joint}.pos" for joint in ("shoulder_pan", "shoulder_lift", "elbow_flex", "wrist_flex", "wrist_roll", "gripper"))
REST = np.array([0.0, -95.0, 90.0, 70.0, 0.0, 5.0])
HEIGHT, WIDTH = 48, 64


def write_recording(
    root: Path, episodes: int = 50, frames: int = 24, rate: int = 30, seed: int = 0, videos: bool = False
) -> Path:
    """Write the data set and return its folder."""
    from datasets import disable_progress_bars
    from lerobot.datasets.lerobot_dataset import LeRobotDataset

    disable_progress_bars()
    picture = {"dtype": "video" if videos else "image", "shape": (HEIGHT, WIDTH, 3), "names": ["height", "width", "channels"]}
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
