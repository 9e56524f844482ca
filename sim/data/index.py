"""`dataset.json`: what a data set is, with the hashes of its shards. Written last: without it the set is not whole."""

import hashlib
import json
import zipfile
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from sim.data.examples import STATE_NAMES
from sim.data.plan import DataPlan
from sim.data.shards import CAUSES, write_whole
from skills.catalogue import Catalogue
from skills.cell import Cell
from skills.chunk import WAYPOINT_COLUMNS
from skills.errors import BadInput
from skills.words import COLOURS, KINDS, SIZES

INDEX_FILE: Final = "dataset.json"
FORMAT, VERSION = "tray-keyframes", 2


def phrases_of(catalogue: Catalogue) -> tuple[str, ...]:
    """Every phrase of every card, in the order in which examples number them."""
    return tuple(phrase for card in catalogue for phrase in card.phrases())


def write_index(plan: DataPlan, cell: Cell, catalogue: Catalogue) -> Path:
    """Describe the shards that are there. Raises: BadInput (a damaged shard), Unavailable (a full disk)."""
    hashes, examples, left_out, keyframes = {}, 0, np.zeros(len(CAUSES), int), 0
    for name in plan.shards:
        hashes[name] = hashlib.sha256((plan.folder / name).read_bytes()).hexdigest()
        counted, keyframes, causes = _counts(plan.folder / name)
        examples += counted
        left_out += causes
    content = {
        **vocabulary(cell, catalogue),
        "name": plan.name,
        "seed": plan.seed,
        "setting": plan.setting,
        "splits": plan.splits,
        "held_out_triples": sorted(plan.held_out),
        "shards": hashes,
        "scenes": plan.scenes,
        "examples": examples,
        "keyframes": keyframes,
        "left_out": dict(zip(CAUSES, left_out.tolist(), strict=True)),
    }
    path = plan.folder / INDEX_FILE
    write_whole(path, json.dumps(content, indent=1).encode())
    return path


def vocabulary(cell: Cell, catalogue: Catalogue) -> dict[str, Any]:
    """What the numbers in the shards mean."""
    phrases, camera = phrases_of(catalogue), cell.cameras["overhead"]
    number = {phrase: index for index, phrase in enumerate(phrases)}
    return {
        "format": FORMAT,
        "version": VERSION,
        "image_size": camera.size,
        "camera": {"name": "overhead", **camera.model_dump(exclude={"size"})},
        "kinds": KINDS,
        "sizes": SIZES,
        "colours": COLOURS,
        "phrases": phrases,
        "skills": {card.name: [number[phrase] for phrase in card.phrases()] for card in catalogue},
        "waypoint_columns": WAYPOINT_COLUMNS,
        "state_names": STATE_NAMES,
        "places": {name: place.release for name, place in cell.places.items()},
    }


def _counts(path: Path) -> tuple[int, int, NDArray[np.int64]]:
    """How many examples, of how many keyframes each, and how many parts could not be grasped, by cause."""
    try:
        with path.open("rb") as file, np.load(file) as shard:
            count, keyframes, _ = shard["examples_waypoints"].shape
            return count, keyframes, shard["left_out"].sum(axis=0)
    except (ValueError, EOFError, KeyError, zipfile.BadZipFile):
        raise BadInput("shard", str(path), "as it was made; remove it, and the same command makes it again") from None
