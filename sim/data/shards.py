"""A shard: some hundred scenes as the columns of an uncompressed .npz, the same bytes for the same scenes."""

import io
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final, get_args

import numpy as np
from numpy.typing import NDArray

from sim.data.scenes import DataScene
from sim.grasps import NoGraspCause, half_turn
from sim.world import TruePart
from skills.errors import Unavailable
from skills.words import COLOURS, KINDS, SIZES

MAX_PARTS: Final = 20
CAUSES: Final[tuple[NoGraspCause, ...]] = get_args(NoGraspCause)
PART_COLUMNS: Final = ("x", "y", "yaw", "kind", "size", "colour", "failed")


def shard_bytes(scenes: Sequence[DataScene], phrases: Sequence[str]) -> bytes:
    """The whole file."""
    buffer = io.BytesIO()
    arrays: dict[str, Any] = dict(columns(scenes, phrases))
    np.savez(buffer, **arrays)
    return buffer.getvalue()


def columns(scenes: Sequence[DataScene], phrases: Sequence[str]) -> Mapping[str, NDArray[Any]]:
    """Pictures (n, size, size, 3), parts (n, MAX_PARTS, 7) with kind -1 where there is none, examples (m, …), and
    how many parts of each scene could not be grasped, (n, CAUSES).
    """
    index = {phrase: number for number, phrase in enumerate(phrases)}
    parts = np.full((len(scenes), MAX_PARTS, len(PART_COLUMNS)), -1, np.float32)
    for row, scene in enumerate(scenes):
        for column, part in enumerate(scene.parts):
            parts[row, column] = labels(part)
    flat = [(row, example) for row, scene in enumerate(scenes) for example in scene.examples]
    return {
        "images": np.stack([scene.image for scene in scenes]),
        "parts": parts,
        "examples_image": np.array([row for row, _ in flat], np.int32),
        "examples_phrase": np.array([index[example.phrase] for _, example in flat], np.int32),
        "examples_waypoints": np.array([example.waypoints for _, example in flat], np.float32),
        "examples_state": np.array([example.state for _, example in flat], np.float32),
        "examples_target": np.array([example.target for _, example in flat], np.int32),
        "left_out": np.array([[scene.left_out.count(cause) for cause in CAUSES] for scene in scenes], np.int32),
    }


def labels(part: TruePart) -> tuple[float, ...]:
    """PART_COLUMNS: metres from the tray's centre, radians, indices into the words' lists, 0 or 1."""
    spec = part.spec
    names = (KINDS.index(spec.kind), SIZES.index(spec.size), COLOURS.index(spec.colour))
    return (*part.at, half_turn(part.yaw), *names, float(spec.condition == "failed"))


def write_whole(path: Path, content: bytes) -> None:
    """`content` at `path`, or nothing there: also after a kill, a power cut, on a full disk.

    Raises: Unavailable when it can't be written.
    """
    draft = path.with_name(f".{path.name}.draft")
    try:
        with draft.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise Unavailable(
            f"{path} can't be written ({error.strerror}).", "Make room, then run the same command again: it goes on."
        ) from None
