"""What a LeRobot data set (v3) says of itself, held against the configuration; and who trains, who validates.

Everything here is read from `meta/` and the numbers of the data files; no picture is decoded and no torch imported.
"""

import hashlib
import json
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from policy.training.finetune.axes import check_units, to_robot
from policy.training.finetune.config import FinetuneTraining
from skills.base import FloatArray
from skills.errors import BadInput, Unavailable, UnknownName

INFO: Final = "meta/info.json"
PICTURES: Final = "observation.images."
STATE: Final = "observation.state"
ACTION: Final = "action"


@dataclass(frozen=True)
class Split:
    """Numbers of the episodes. An episode is on one side only, and so is every frame of it."""

    training: tuple[int, ...]
    validation: tuple[int, ...]


@dataclass(frozen=True)
class Numbers:
    """State and action of the frames of some episodes, in radians and metres.

    Attributes:
        states, actions: (N, D) float64.
        episode: (N,) number of each frame's episode.
        first: (N,) whether the frame is its episode's first.
    """

    states: FloatArray
    actions: FloatArray
    episode: NDArray[np.int64]
    first: NDArray[np.bool_]


@dataclass(frozen=True)
class Recording:
    """A data set that fits the configuration; made by `open_recording`."""

    root: Path
    config: FinetuneTraining
    info: dict[str, Any]

    @property
    def episodes(self) -> int:
        return int(self.info["total_episodes"])

    @property
    def shapes(self) -> dict[str, tuple[int, int]]:
        """Height and width of each camera's pictures."""
        return {name: _height_width(self.info["features"][f"{PICTURES}{name}"]) for name in self.config.cameras}

    @property
    def split(self) -> Split:
        """Raises: BadInput (too few episodes)."""
        numbers, kept = tuple(range(self.episodes)), self.episodes - self.config.held_out
        if kept < 1:
            raise BadInput("held_out", self.config.held_out, f"less than the data set's {self.episodes} episodes")
        return Split(numbers[:kept], numbers[kept:])

    @cached_property
    def phrases(self) -> dict[int, str]:
        """Task texts by their number."""
        table = _parquet().read_table(self.root / "meta" / "tasks.parquet").to_pydict()
        texts = table.get("task", table.get("__index_level_0__"))
        return dict(zip(table["task_index"], texts or (), strict=True))

    @cached_property
    def table(self) -> dict[str, NDArray[Any]]:
        """State, action, episode, frame and task of every frame, in the data set's units and order."""
        keys = [STATE, ACTION, "episode_index", "frame_index", "task_index"]
        files = sorted((self.root / "data").glob("chunk-*/file-*.parquet"))
        if not files:
            raise BadInput("data set", str(self.root), "whole; there is no data/chunk-*/file-*.parquet")
        parts = [_read(file, keys) for file in files]
        return {key: np.concatenate([part[key] for part in parts]) for key in keys}

    def numbers(self, episodes: tuple[int, ...]) -> Numbers:
        table = self.table
        rows = np.isin(table["episode_index"], episodes)
        axes = self.config.axes
        return Numbers(
            to_robot(axes, table[STATE][rows]),
            to_robot(axes, table[ACTION][rows]),
            table["episode_index"][rows],
            table["frame_index"][rows] == 0,
        )

    def phrase_counts(self, episodes: tuple[int, ...]) -> dict[str, int]:
        """How many of the episodes each phrase has, in the order of its first."""
        counts: dict[str, int] = {}
        for number in episodes:
            tasks = np.unique(self.table["task_index"][self.table["episode_index"] == number])
            for phrase in (self.phrases[int(task)] for task in tasks):
                counts[phrase] = counts.get(phrase, 0) + 1
        return counts


def open_recording(root: Path, config: FinetuneTraining) -> Recording:
    """The data set in a folder.

    Raises: BadInput (no LeRobot data set of version 3, another rate, columns, units), UnknownName (a map without a
        camera), Unavailable (pyarrow is missing).
    """
    try:
        info = json.loads((root / INFO).read_text(encoding="utf-8"))
        version, features, rate = str(info["codebase_version"]), info["features"], info["fps"]
    except (OSError, ValueError, LookupError, TypeError) as error:
        raise BadInput("data set", str(root), f"a LeRobot data set with {INFO} ({error})") from None
    if not version.startswith("v3."):
        allowed = "a LeRobot data set of version 3; lerobot converts: lerobot.datasets.v30.convert_dataset_v21_to_v30"
        raise BadInput("data set", version, allowed)
    _check_rate(rate, config)
    _check_cameras(features, config)
    for key in (STATE, ACTION):
        _check_columns(key, features, config)
    recording = Recording(root, config, info)
    for key in (STATE, ACTION):
        check_units(key, config.axes, recording.table[key])
    return recording


def recording_hash(root: Path) -> str:
    """SHA-256 of `meta/` and the data files, and of the names and sizes of videos. Raises: BadInput."""
    if not (root / INFO).is_file():
        raise BadInput("data set", str(root), f"a LeRobot data set with {INFO}")
    digest = hashlib.sha256()
    for file in sorted(path for path in root.rglob("*") if path.is_file()):
        name = file.relative_to(root)
        digest.update(f"{name} {file.stat().st_size}".encode())
        if name.parts[0] in ("meta", "data"):
            digest.update(file.read_bytes())
    return digest.hexdigest()


def _check_rate(rate: float, config: FinetuneTraining) -> None:
    if rate != config.rate:
        rows = round(config.horizon * rate)
        same = f"for the same {config.horizon:.2f} s: rate: {rate:g}, chunk_size: {rows}"
        raise BadInput(
            "rate of the data set", rate, f"{config.rate} frames a second, as the configuration says; {same}"
        )


def _check_cameras(features: dict[str, Any], config: FinetuneTraining) -> None:
    there = camera_names(features)
    for name in config.cameras:
        if name not in there:
            raise UnknownName("cameras", name, there, "The data set has no such camera.")


def camera_names(features: dict[str, Any]) -> list[str]:
    """Names of the cameras of a data set."""
    return [key.removeprefix(PICTURES) for key in features if key.startswith(PICTURES)]


def _check_columns(key: str, features: dict[str, Any], config: FinetuneTraining) -> None:
    if key not in features:
        raise UnknownName("feature of the data set", key, features)
    names, wanted = column_names(features[key]), [axis.source for axis in config.axes]
    for name in names:
        if name not in wanted:
            raise UnknownName(f"column of {key}", name, wanted, "Every column of the data set has its entry in axes.")
    if names != wanted:
        raise BadInput(f"columns of {key}", ", ".join(names), f"those of axes, in that order: {', '.join(wanted)}")


def column_names(feature: dict[str, Any]) -> list[str]:
    """Names of a feature's columns; older data sets hold them one level down."""
    names = feature.get("names") or []
    return list(map(str, next(iter(names.values())) if isinstance(names, dict) else names))


def _height_width(feature: dict[str, Any]) -> tuple[int, int]:
    """LeRobot writes (height, width, channels); some older sets (channels, height, width)."""
    first, second, third = map(int, feature["shape"])
    return (second, third) if first == 3 else (first, second)


def _read(file: Path, keys: list[str]) -> dict[str, NDArray[Any]]:
    table = _parquet().read_table(file, columns=keys)
    return {key: np.array(table[key].to_pylist(), np.float64 if key in (STATE, ACTION) else np.int64) for key in keys}


def _parquet() -> Any:
    try:
        import pyarrow.parquet
    except ImportError:
        raise Unavailable("pyarrow is not installed.", "Install the extra: pip install 'smolcell[train]'") from None
    return pyarrow.parquet
