"""Reading a `tray-keyframes` data set shard by shard: whole in the order of its scenes, never all in memory."""

import hashlib
import io
import json
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.data.episodes import Episode, EpisodeSet, Floats, Terms, png
from sim.data.index import FORMAT, INDEX_FILE, VERSION
from skills.base import Image
from skills.errors import BadInput


@dataclass(frozen=True)
class KeyframeSet:
    """A data set on disk; `index` is its dataset.json."""

    folder: Path
    index: dict[str, Any]

    def split_of(self, scene: int) -> str:
        return next(str(name) for name, (first, last) in self.index["splits"].items() if first <= scene < last)

    def shards(self) -> Iterator[dict[str, NDArray[Any]]]:
        """Raises: BadInput when a shard is missing or is not what dataset.json says."""
        for name, sha in self.index["shards"].items():
            yield read_shard(self.folder / name, sha)

    def scenes(self) -> Iterator["Scene"]:
        number = 0
        for shard in self.shards():
            rows: list[list[int]] = [[] for _ in shard["images"]]
            for row, image in enumerate(shard["examples_image"]):
                rows[image].append(row)
            for image, mine in enumerate(rows):
                columns = {name: shard[f"examples_{name}"][mine] for name in ("phrase", "waypoints", "state", "target")}
                yield Scene(number, self.split_of(number), shard["images"][image], shard["parts"][image], **columns)
                number += 1


@dataclass(frozen=True)
class Scene:
    """One scene: its picture, the parts' labels (P, 7), and columns of its m examples."""

    number: int
    split: str
    image: Image
    parts: Floats
    phrase: NDArray[np.int32]
    waypoints: Floats
    state: Floats
    target: NDArray[np.int32]


def open_keyframes(folder: Path) -> KeyframeSet:
    """Raises: BadInput (no data set, unfinished, another version)."""
    path = folder / INDEX_FILE
    try:
        index = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadInput("data set", str(folder), f"a folder with {INDEX_FILE} ({error.strerror})") from None
    except ValueError as error:
        raise BadInput("data set", str(path), f"JSON ({error})") from None
    found = (index.get("format"), index.get("version")) if isinstance(index, dict) else (None, None)
    if found != (FORMAT, VERSION):
        raise BadInput(f"{path}: format, version", list(found), f"{FORMAT!r}, {VERSION}; generate it again")
    return KeyframeSet(folder, index)


def read_shard(path: Path, sha: str) -> dict[str, NDArray[Any]]:
    """The columns. Raises: BadInput."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise BadInput("shard", str(path), f"readable ({error.strerror})") from None
    if hashlib.sha256(content).hexdigest() != sha:
        raise BadInput("shard", str(path), "what dataset.json says (SHA-256 differs)")
    try:
        with np.load(io.BytesIO(content)) as archive:
            return dict(archive)
    except (ValueError, zipfile.BadZipFile) as error:
        raise BadInput("shard", str(path), f"an .npz ({error})") from None


def as_episodes(data: KeyframeSet) -> EpisodeSet:
    """Every example as an episode of one frame; the action is the whole chunk, row after row."""
    index = data.index
    side = int(index["image_size"])
    units = ("m", "m", "m", "rad", "rad", "rad", "m")
    rows = range(int(index["keyframes"]))
    columns = [
        f"{name} {row} [{unit}]" for row in rows for name, unit in zip(index["waypoint_columns"], units, strict=True)
    ]
    terms = Terms(None, tuple(index["state_names"]), tuple(columns), {index["camera"]["name"]: (side, side)})

    def read(numbers: Sequence[int]) -> Iterator[Episode]:
        wanted, number = set(numbers), 0
        for scene in data.scenes():
            picture = b""
            for row in range(len(scene.phrase)):
                if number in wanted:
                    picture = picture or png(scene.image)
                    yield Episode(
                        index["phrases"][scene.phrase[row]],
                        {index["camera"]["name"]: [picture]},
                        scene.state[row][None],
                        scene.waypoints[row].reshape(1, -1),
                    )
                number += 1

    return EpisodeSet(str(index["name"]), terms, int(index["examples"]), read)
