"""Corrected attempts as a data set: each a picture, the phrase that was said, and what should have been done.

All of them are for training: what is held out for measuring comes from scenes that nobody chose for having failed.
"""

import hashlib
import io
import json
import zipfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from sim.data.examples import STATE_NAMES, Example
from sim.data.index import INDEX_FILE, phrases_of, vocabulary
from sim.data.plan import SHARD_SCENES
from sim.data.scenes import DataScene
from sim.data.shards import CAUSES, columns, write_whole
from sim.data.splits import HELD_OUT, SPLITS
from sim.demonstrator import pick_waypoints
from sim.grasps import Grasp
from sim.world import TruePart
from skills.catalogue import Catalogue
from skills.cell import Cell
from skills.columns import state_of
from skills.errors import BadInput, UnknownName
from skills.observation import Observation

SETTING: Final = "corrections"

Columns = Mapping[str, NDArray[Any]]
"""The columns of a shard; see `sim.data.shards`."""


def correction(
    cell: Cell, seen: Observation, phrase: str, grasp: Grasp, target: int, parts: Sequence[TruePart]
) -> DataScene:
    """A pick as it should have been: by `grasp`, of number `target` of `parts`, or of none of them: -1."""
    state = tuple(state_of(seen, STATE_NAMES).tolist())
    example = Example(phrase, pick_waypoints(cell, grasp), state, target)
    return DataScene(seen.images["overhead"], tuple(parts), (example,), ())


def one_scene(scene: DataScene, cell: Cell, catalogue: Catalogue) -> Columns:
    """One corrected attempt. Raises: BadInput (its picture is not of the cell's camera), UnknownName (its phrase)."""
    size = cell.cameras["overhead"].size
    if scene.image.shape != (size, size, 3):
        raise BadInput("picture", scene.image.shape, f"{size}×{size} pixels, as of the cell's overhead camera")
    phrases = phrases_of(catalogue)
    for example in scene.examples:
        if example.phrase not in phrases:
            raise UnknownName("phrase", example.phrase, phrases, "See: smolcell skills list")
    return columns([scene], phrases)


def packed(scene: Columns) -> bytes:
    """A scene as the bytes of a file, until the data set is written."""
    buffer, arrays = io.BytesIO(), dict[str, Any](scene)
    np.savez_compressed(buffer, **arrays)
    return buffer.getvalue()


def unpacked(path: Path) -> Columns:
    """A scene from such a file. Raises: BadInput (missing, damaged)."""
    try:
        with path.open("rb") as file, np.load(file) as archive:
            return dict(archive)
    except (OSError, ValueError, zipfile.BadZipFile) as error:
        allowed = f"as it was written ({error}); take a new folder"
        raise BadInput("corrected scene", str(path), allowed) from None


def write_corrections(
    folder: Path, scenes: Sequence[Columns], cell: Cell, catalogue: Catalogue, source: Mapping[str, Any]
) -> Path:
    """Write the data set; `dataset.json` comes last. Returns its path.

    Args:
        scenes: each from `one_scene`.
        source: who corrected what; `seed` of drawn scenes.

    Raises: BadInput (no scene), Unavailable (a full disk).
    """
    if not scenes:
        raise BadInput("corrections", 0, "one or more")
    (folder / INDEX_FILE).unlink(missing_ok=True)  # an index of fewer would not fit the shards
    hashes = {}
    for first in range(0, len(scenes), SHARD_SCENES):
        name = f"shard-{first // SHARD_SCENES:05d}.npz"
        content = _shard(scenes[first : first + SHARD_SCENES])
        write_whole(folder / name, content)
        hashes[name] = hashlib.sha256(content).hexdigest()
    index = {
        **vocabulary(cell, catalogue),
        "name": folder.resolve().name,
        "keyframes": scenes[0]["examples_waypoints"].shape[1],
        "seed": source.get("seed", 0),
        "setting": SETTING,
        "splits": {split: [0 if split == "train" else len(scenes), len(scenes)] for split in SPLITS},
        "held_out_triples": sorted(HELD_OUT),
        "shards": hashes,
        "scenes": len(scenes),
        "examples": sum(len(scene["examples_image"]) for scene in scenes),
        "left_out": dict.fromkeys(CAUSES, 0),
        "corrections": dict(source),
    }
    path = folder / INDEX_FILE
    write_whole(path, json.dumps(index, indent=1).encode())
    return path


def _shard(scenes: Sequence[Columns]) -> bytes:
    """Scenes of one picture each, as a shard."""
    numbered = [{**scene, "examples_image": scene["examples_image"] + number} for number, scene in enumerate(scenes)]
    arrays: dict[str, Any] = {key: np.concatenate([scene[key] for scene in numbered]) for key in numbered[0]}
    arrays["examples_image"] = arrays["examples_image"].astype(np.int32)
    buffer = io.BytesIO()
    np.savez(buffer, **arrays)
    return buffer.getvalue()
