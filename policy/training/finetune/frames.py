"""Frames of a recording: pictures, the phrase, and numbers in radians and metres.

Pictures and phrases are read by lerobot's own `LeRobotDataset`, offline, videos by PyAV, because torchcodec may be
installed and yet not load. States and actions are in memory: lerobot reads them row by row, which takes far longer.
"""

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from lerobot.datasets.lerobot_dataset import LeRobotDataset
from lerobot.utils.constants import ACTION, OBS_STATE

from policy.training.finetune.episodes import PICTURES, Recording
from skills.errors import BadInput

PADDED = f"{ACTION}_is_pad"
"""Rows of a chunk that lie behind the end of its episode; they repeat its last action."""


class Frames:
    """The frames of some episodes of a recording, by position.

    Reading a frame gives lerobot's keys: `observation.images.NAME` (3, H, W) in [0, 1], `observation.state` (D,),
    `action` (T, D), `action_is_pad` (T,), `task`; numbers not yet normalized.

    Raises: BadInput (a data set whose episodes are mixed).
    """

    def __init__(self, recording: Recording, episodes: Sequence[int]) -> None:
        self.recording, config = recording, recording.config
        self._pictures = LeRobotDataset(
            f"local/{recording.root.name}", root=recording.root, episodes=list(episodes), video_backend="pyav"
        )
        numbers = recording.numbers(tuple(episodes))
        self.episode = numbers.episode
        self._states, self._actions = numbers.states.astype(np.float32), numbers.actions.astype(np.float32)
        self._ahead = np.arange(config.chunk_size)
        if (np.diff(self.episode) < 0).any():
            allowed = "one whose episodes stand one after the other, as lerobot writes it"
            raise BadInput("data set", str(recording.root), allowed)
        self._last = np.searchsorted(self.episode, self.episode, side="right") - 1

    def __len__(self) -> int:
        return len(self.episode)

    def __getitem__(self, number: int) -> dict[str, Any]:
        raw, rows = self._pictures[number], number + self._ahead
        last = self._last[number]
        return {
            **{f"{PICTURES}{name}": raw[f"{PICTURES}{name}"] for name in self.recording.config.cameras},
            OBS_STATE: torch.from_numpy(self._states[number]),
            ACTION: torch.from_numpy(self._actions[np.minimum(rows, last)]),
            PADDED: torch.from_numpy(rows > last),
            "task": raw["task"],
        }

    def batch(self, numbers: Sequence[int]) -> dict[str, Any]:
        """Frames stacked; `task` is a list of phrases."""
        read = [self[int(number)] for number in numbers]
        stacked = {key: torch.stack([one[key] for one in read]) for key in read[0] if key != "task"}
        return {**stacked, "task": [one["task"] for one in read]}
