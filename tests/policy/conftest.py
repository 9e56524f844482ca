"""A tiny data set that looks a little like the tray: coloured bars on grey, written in the reader's format."""

import hashlib
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from skills.catalogue import load_catalogue
from skills.chunk import WAYPOINT_COLUMNS
from skills.words import COLOURS, KINDS, SIZES, SIZES_OF

SHADES = ((190, 190, 200), (200, 150, 60), (20, 20, 20), (200, 30, 30), (30, 60, 200), (30, 140, 50))
SIDE, VIEW, SLOTS = 64, 0.34, 3


def _scene(rng: np.random.Generator) -> tuple[np.ndarray, np.ndarray]:
    """A picture with three bars, each in its own third of the tray, and their labels."""
    picture = np.full((SIDE, SIDE, 3), 100, np.uint8)
    parts = np.full((12, 7), -1, np.float32)
    for slot in range(SLOTS):
        at = np.array([rng.uniform(-0.08, 0.08), 0.09 * (slot - 1) + rng.uniform(-0.01, 0.01)])
        kind = int(rng.integers(len(KINDS)))
        size = SIZES.index(SIZES_OF[KINDS[kind]][0])
        colour = int(rng.integers(len(COLOURS)))
        row, column = (np.rint(SIDE * (0.5 - at / VIEW))).astype(int)
        picture[row - 5 : row + 5, column - 2 : column + 2] = SHADES[colour]
        parts[slot] = [*at, 0.0, kind, size, colour, 0]
    return picture, parts


def _shard(scenes: int, phrases: list[str], seed: int) -> dict[str, Any]:
    rng = np.random.default_rng(seed)
    drawn = [_scene(rng) for _ in range(scenes)]
    images, parts = (np.stack(column) for column in zip(*drawn, strict=True))
    rows: dict[str, list[Any]] = {key: [] for key in ("image", "phrase", "waypoints", "state", "target")}
    for number in range(scenes):
        for slot in range(SLOTS):
            x, y, yaw, kind, _, colour, _ = parts[number, slot]
            at = (0.5 + x, y)
            _add(rows, number, phrases.index(f"pick up the {COLOURS[int(colour)]} {KINDS[int(kind)]}"), at, yaw, slot)
        _add(rows, number, phrases.index("place it in the left bin"), (0.45, 0.36), 0.0, -1)
    kinds = {"waypoints": np.float32, "state": np.float32}
    examples = {f"examples_{key}": np.array(values, kinds.get(key, np.int32)) for key, values in rows.items()}
    return {"images": images, "parts": parts, **examples}


def _add(rows: dict[str, list[Any]], image: int, phrase: int, at: Any, yaw: float, target: int) -> None:
    chunk = [[*at, z, np.pi, 0.0, yaw, w] for z, w in ((0.12, 0.04), (0.01, 0.04), (0.01, 0.0), (0.16, 0.0))]
    values = (image, phrase, [*chunk, [0.18, 0.0, 0.41, np.pi, 0.0, 0.0, 0.0]], [0.18, 0.0, 0.41, 1, 0, 0.08], target)
    for column, value in zip(rows.values(), values, strict=True):
        column.append(value)


def write_data(folder: Path, scenes: tuple[int, ...] = (6, 4)) -> Path:
    """A data set of that many scenes in each shard."""
    folder.mkdir(parents=True, exist_ok=True)
    catalogue = load_catalogue()
    phrases = [phrase for card in catalogue for phrase in card.phrases()]
    hashes = {}
    for number, count in enumerate(scenes):
        name = f"shard-{number:05d}.npz"
        np.savez(folder / name, **_shard(count, phrases, number))
        hashes[name] = hashlib.sha256((folder / name).read_bytes()).hexdigest()
    index = {
        "format": "tray-keyframes",
        "version": 2,
        "name": "bars",
        "seed": 0,
        "image_size": SIDE,
        "camera": {
            "name": "overhead",
            "mount": "world",
            "position": [0.5, 0.0, 0.8],
            "look_at": [0.5, 0.0, 0.0],
            "up": [1.0, 0.0, 0.0],
            "view": VIEW,
        },
        "kinds": KINDS,
        "sizes": SIZES,
        "colours": COLOURS,
        "phrases": phrases,
        "skills": {card.name: [phrases.index(phrase) for phrase in card.phrases()] for card in catalogue},
        "waypoint_columns": WAYPOINT_COLUMNS,
        "state_names": ["x [m]", "y [m]", "z [m]", "cos 2yaw", "sin 2yaw", "width [m]"],
        "keyframes": 5,
        "places": {"tray": [0.5, 0.0]},
        "splits": {"train": [0, sum(scenes) - 3], "validation": [sum(scenes) - 3, sum(scenes)]},
        "shards": hashes,
        "scenes": sum(scenes),
    }
    (folder / "dataset.json").write_text(json.dumps(index))
    return folder


@pytest.fixture(scope="session")
def bars(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data set that tests read and leave as it is."""
    return write_data(tmp_path_factory.mktemp("bars"))


@pytest.fixture
def own_bars(tmp_path: Path) -> Path:
    """A data set that a test may spoil."""
    return write_data(tmp_path / "bars")
