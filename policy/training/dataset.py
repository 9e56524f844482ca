"""Reader of `tray-keyframes` data sets: pictures of the tray, its parts, phrases with their expert keyframes."""

import hashlib
import io
import json
import zipfile
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from pydantic import ConfigDict

from policy.pictures import shrink
from skills.base import Image, Value
from skills.cell import CameraPose
from skills.chunk import WAYPOINT_COLUMNS
from skills.errors import BadInput, UnknownName
from skills.words import COLOURS, KINDS, SIZES, TRAY
from skills.yamlfile import parse_model

INDEX_FILE = "dataset.json"
PART_COLUMNS = ("x", "y", "yaw", "kind", "size", "colour", "failed")

SCENERY_SIDE = 128
"""Side of the scenery [pixels], where the data set's pictures have as many."""
SCENERY_OF = 60
"""Pictures that the scenery is the median of: no part lies in half of them at the same place."""

Floats = NDArray[np.float32]
Indices = NDArray[np.int32]


class CameraEntry(CameraPose):
    """The camera that took the pictures."""

    name: str

    @property
    def pose(self) -> CameraPose:
        return CameraPose.model_validate(self.model_dump(exclude={"name"}))


class DataIndex(Value):
    """`dataset.json`. A generator may tell more than training needs: other fields are left unread.

    `splits`: first scene and the one after the last of each, by name.
    """

    model_config = ConfigDict(frozen=True, extra="ignore")

    format: Literal["tray-keyframes"]
    version: Literal[2]
    name: str
    seed: int
    image_size: int
    camera: CameraEntry
    kinds: tuple[str, ...]
    sizes: tuple[str, ...]
    colours: tuple[str, ...]
    phrases: tuple[str, ...]
    skills: dict[str, tuple[int, ...]]
    waypoint_columns: tuple[str, ...]
    state_names: tuple[str, ...]
    keyframes: int
    places: dict[str, tuple[float, float]]
    splits: dict[str, tuple[int, int]]
    shards: dict[str, str]

    @property
    def data_hash(self) -> str:
        """SHA-256 over the shards' hashes."""
        return hashlib.sha256("".join(self.shards.values()).encode()).hexdigest()

    @property
    def tray_centre(self) -> tuple[float, float]:
        return self.places[TRAY]


@dataclass(frozen=True)
class Examples:
    """What was asked in which picture, and what the expert did.

    Attributes:
        image: (m,) row of `TrayData.images`.
        phrase: (m,) index into `DataIndex.phrases`.
        waypoints: (m, K, 7) in the robot's base frame, columns as `skills.chunk.WAYPOINT_COLUMNS`.
        state: (m, 6) where the arm stood, columns as `DataIndex.state_names`.
        target: (m,) row of the picture's parts that is picked; -1 where no part of it is.
    """

    image: Indices
    phrase: Indices
    waypoints: Floats
    state: Floats
    target: Indices

    def __len__(self) -> int:
        return len(self.image)

    def take(self, rows: NDArray[Any]) -> "Examples":
        """Those rows, in that order."""
        return Examples(self.image[rows], self.phrase[rows], self.waypoints[rows], self.state[rows], self.target[rows])


@dataclass(frozen=True)
class TrayData:
    """A data set in memory.

    Attributes:
        images: (n, size, size, 3) uint8 RGB; row 0 is far from the robot (+x), column 0 its left (+y).
        parts: (n, P, 7) columns `PART_COLUMNS`: metres from the tray's centre, radians, indices into the
            index's lists, 0 or 1; kind is -1 in rows without a part.
        scenery: (side, side, 3) uint8 RGB, what the camera sees but for what lies there.
        data_hash: SHA-256 over the shards' hashes.
    """

    index: DataIndex
    images: Image
    parts: Floats
    examples: Examples
    scenery: Image
    data_hash: str

    @property
    def pitch(self) -> float:
        """Width of one pixel on the tray [m]."""
        return self.index.camera.view / float(self.images.shape[1])

    def of_skills(self, skills: tuple[str, ...]) -> "TrayData":
        """The same pictures with the examples of these skills only. Raises: UnknownName."""
        for skill in skills:
            if skill not in self.index.skills:
                raise UnknownName("skill", skill, self.index.skills)
        wanted = [number for skill in skills for number in self.index.skills[skill]]
        rows = np.flatnonzero(np.isin(self.examples.phrase, wanted))
        return replace(self, examples=self.examples.take(rows))

    def split(self, held_out: int) -> "tuple[TrayData, TrayData]":
        """The scenes for training, and the first `held_out` of those for validation. Raises: BadInput."""
        training, validation = self.of_split("train"), self.of_split("validation")
        scenes = len(validation.images)
        if not 0 < held_out <= scenes:
            raise BadInput("held_out", held_out, f"between 1 and {scenes}, the scenes of split 'validation'")
        if not len(training.images):
            raise BadInput("data set", self.index.name, "one with scenes for training")
        return training, validation._scenes(0, held_out)

    def first(self, scenes: int | None) -> "TrayData":
        """The first so many scenes; None: all. Raises: BadInput where there are fewer."""
        if scenes is not None and scenes > len(self.images):
            raise BadInput("scenes", scenes, f"at most {len(self.images)}, what {self.index.name!r} has for training")
        return self._scenes(0, len(self.images) if scenes is None else scenes)

    def of_split(self, name: str) -> "TrayData":
        """The scenes of one split. Raises: UnknownName."""
        if name not in self.index.splits:
            raise UnknownName("split", name, self.index.splits)
        return self._scenes(*self.index.splits[name])

    def _scenes(self, first: int, last: int) -> "TrayData":
        inside = (self.examples.image >= first) & (self.examples.image < last)
        examples = self.examples.take(np.flatnonzero(inside))
        examples = replace(examples, image=(examples.image - first).astype(np.int32))
        return replace(self, images=self.images[first:last], parts=self.parts[first:last], examples=examples)


def load_index(folder: Path) -> DataIndex:
    """Raises: BadInput (missing, unreadable, wrong field, other words or columns than this cell's)."""
    path = folder / INDEX_FILE
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadInput("data set", str(folder), f"a folder with {INDEX_FILE} ({error.strerror})") from None
    except ValueError as error:
        raise BadInput("data set", str(path), f"JSON ({error})") from None
    index = parse_model(content, DataIndex, str(path))
    expected = {
        "kinds": KINDS,
        "sizes": SIZES,
        "colours": COLOURS,
        "waypoint_columns": WAYPOINT_COLUMNS,
    }
    for field, want in expected.items():
        if (have := getattr(index, field)) != want:
            raise BadInput(f"{path}: {field}", list(have), f"{list(want)}, in that order")
    if TRAY not in index.places:
        raise UnknownName(f"{path}: places", TRAY, index.places)
    if not index.shards:
        raise BadInput(f"{path}: shards", {}, "at least one shard")
    return index


def load_data(folder: Path, image_size: int) -> TrayData:
    """The whole data set with pictures of `image_size`, shrunk by area. Raises: BadInput."""
    index = load_index(folder)
    if not 0 < image_size <= index.image_size:
        raise BadInput("image_size", image_size, f"between 1 and {index.image_size}, the size of the pictures")
    shards = [_load_shard(folder / name, sha, index, image_size) for name, sha in index.shards.items()]
    starts = np.cumsum([0, *(len(shard["images"]) for shard in shards)])
    for start, shard in zip(starts, shards, strict=False):
        shard["examples_image"] += np.int32(start)
    _check_splits(folder, index, int(starts[-1]))
    joined = {key: np.concatenate([shard[key] for shard in shards]) for key in _SHARD}
    return TrayData(
        index,
        joined["images"],
        joined["parts"],
        Examples(*(joined[f"examples_{key}"] for key in ("image", "phrase", "waypoints", "state", "target"))),
        _scenery(folder / next(iter(index.shards)), min(index.image_size, SCENERY_SIDE)),
        index.data_hash,
    )


def _scenery(shard: Path, side: int) -> Image:
    """The median of pictures of a shard that was found whole: parts come and go, and so does the light."""
    with np.load(shard) as archive:
        images = archive["images"]
    rows = np.unique(np.linspace(0, len(images) - 1, SCENERY_OF).astype(int))
    return shrink(np.median(images[rows], axis=0).astype(np.uint8), side)


def _check_splits(folder: Path, index: DataIndex, scenes: int) -> None:
    for name, (first, last) in index.splits.items():
        if not 0 <= first <= last <= scenes:
            raise BadInput(f"{folder / INDEX_FILE}: splits.{name}", [first, last], f"scenes from 0 to {scenes}")


_SHARD: dict[str, tuple[type, tuple[int | None, ...]]] = {
    "images": (np.uint8, (None, None, None, 3)),
    "parts": (np.float32, (None, None, len(PART_COLUMNS))),
    "examples_image": (np.int32, (None,)),
    "examples_phrase": (np.int32, (None,)),
    "examples_waypoints": (np.float32, (None, None, len(WAYPOINT_COLUMNS))),
    "examples_state": (np.float32, (None, None)),
    "examples_target": (np.int32, (None,)),
}


def _load_shard(path: Path, sha: str, index: DataIndex, image_size: int) -> dict[str, NDArray[Any]]:
    try:
        content = path.read_bytes()
    except OSError as error:
        raise BadInput("shard", str(path), f"readable ({error.strerror}); generate the data set again") from None
    if hashlib.sha256(content).hexdigest() != sha:
        raise BadInput("shard", str(path), "what dataset.json says (SHA-256 differs); generate it again")
    try:
        with np.load(io.BytesIO(content)) as archive:
            shard = {key: archive[key] for key in _SHARD}
    except (KeyError, ValueError, zipfile.BadZipFile) as error:
        raise BadInput("shard", str(path), f"an .npz with {', '.join(_SHARD)} ({error})") from None
    _check_shard(path, shard, index)
    shard["images"] = np.stack([shrink(image, image_size) for image in shard["images"]])
    return shard


def _check_shard(path: Path, shard: dict[str, NDArray[Any]], index: DataIndex) -> None:
    for key, (kind, shape) in _SHARD.items():
        array = shard[key]
        fits = array.ndim == len(shape) and all(n in (None, m) for n, m in zip(shape, array.shape, strict=True))
        if array.dtype != kind or not fits:
            raise BadInput(f"{path}: {key}", f"{array.dtype} {array.shape}", f"{kind.__name__} of shape {shape}")
    scenes, width = len(shard["images"]), shard["parts"].shape[1]
    parts = shard["parts"]
    _check_range(f"{path}: images", np.array(shard["images"].shape[1:3]), index.image_size, index.image_size)
    _check_range(f"{path}: parts", parts[..., 3], -1, len(index.kinds) - 1)
    _check_range(f"{path}: examples_image", shard["examples_image"], 0, scenes - 1)
    _check_range(f"{path}: examples_phrase", shard["examples_phrase"], 0, len(index.phrases) - 1)
    _check_range(f"{path}: examples_target", shard["examples_target"], -1, width - 1)
    _check_range(f"{path}: keyframes", np.array(shard["examples_waypoints"].shape[1]), index.keyframes, index.keyframes)
    _check_range(f"{path}: examples_waypoints", shard["examples_waypoints"], -10.0, 10.0)
    _check_range(f"{path}: examples_state", shard["examples_state"], -10.0, 10.0)


def _check_range(field: str, values: NDArray[Any], low: float, high: float) -> None:
    """NaN is outside of every range."""
    wrong = values[~((values >= low) & (values <= high))]
    if wrong.size:
        raise BadInput(field, wrong.flat[0].item(), f"between {low} and {high}")
