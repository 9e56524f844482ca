"""Example predictions for a person to look at: held-out pictures with what was right in green and said in red."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray

from policy.pictures import png
from skills.base import Image

SIDE: Final = 256
CAPTION: Final = 34
COLUMNS: Final = 4
RIGHT: Final = (40, 200, 40)
SAID: Final = (235, 40, 40)
REACH: Final = 0.012
"""Half the length of a drawn grasp [m]."""

Pose = tuple[float, float, float]
"""x, y [m] from the tray's centre, yaw [rad]."""


@dataclass(frozen=True)
class Example:
    """One tile: a picture of the tray, `view` metres wide, what was right in it, what was said, and two lines."""

    picture: Image
    view: float
    right: Sequence[Pose]
    said: Sequence[Pose]
    lines: tuple[str, str]
    record: dict[str, Any]


def write_sheet(examples: Sequence[Example], file: Path) -> None:
    """The tiles as a PNG, and their records as a JSON file of the same name."""
    rows = -(-len(examples) // COLUMNS)
    canvas: NDArray[np.uint8] = np.full((rows * (SIDE + CAPTION), COLUMNS * SIDE, 3), 255, np.uint8)
    for number, example in enumerate(examples):
        row, column = divmod(number, COLUMNS)
        top, left = row * (SIDE + CAPTION), column * SIDE
        canvas[top : top + SIDE + CAPTION, left : left + SIDE] = _tile(example)
    file.write_bytes(png(canvas))
    records = json.dumps([example.record for example in examples], indent=1, ensure_ascii=False)
    file.with_suffix(".json").write_text(records + "\n", encoding="utf-8")


def _tile(example: Example) -> NDArray[np.uint8]:
    tile: NDArray[np.uint8] = np.full((SIDE + CAPTION, SIDE, 3), 255, np.uint8)
    tile[:SIDE] = cv2.resize(example.picture, (SIDE, SIDE), interpolation=cv2.INTER_NEAREST)
    for poses, colour in ((example.right, RIGHT), (example.said, SAID)):
        for pose in poses:
            _grasp(tile, pose, example.view, colour)
    for number, line in enumerate(example.lines):
        cv2.putText(tile, line[:44], (3, SIDE + 13 + 15 * number), cv2.FONT_HERSHEY_SIMPLEX, 0.36, (20, 20, 20), 1)
    return tile


def _grasp(tile: NDArray[np.uint8], pose: Pose, view: float, colour: tuple[int, int, int]) -> None:
    """A line along the grasp's axis, and its middle; row 0 of the picture is +x, column 0 is +y."""
    x, y, yaw = pose
    ends = [(x + sign * REACH * np.cos(yaw), y + sign * REACH * np.sin(yaw)) for sign in (-1, 1)]
    first, second, middle = (
        (round(SIDE * (0.5 - at[1] / view)), round(SIDE * (0.5 - at[0] / view))) for at in (*ends, (x, y))
    )
    cv2.line(tile, first, second, colour, 1, cv2.LINE_AA)
    cv2.circle(tile, middle, 3, colour, 1, cv2.LINE_AA)
