"""The overhead camera's picture with the parts marked that a plan would move: for people, and drawn from the look and
the cell file's camera alone.
"""

from collections.abc import Sequence
from typing import Any, Final

import cv2
import numpy as np

from agent.looking.looker import OVERHEAD
from skills.approval import Move
from skills.base import FloatArray, Image
from skills.cell import Cell
from skills.projection import pixels
from skills.scene import PerceivedPart

SIDE: Final = 512
"""Pixels of the side of a marked picture."""
COLOURS: Final = ((0, 230, 0), (255, 230, 0), (0, 220, 255), (255, 80, 255), (255, 150, 0))
"""RGB of the rings, a colour for each step, over and over; the step's number stands beside each ring."""
BROAD, THIN = 3, 1
"""Widths of the rings [pixels]."""
EDGE: Final = (0, 0, 0)
"""RGB round a mark, so that it is seen on any part."""
ROOM: Final = 0.008
"""How far a ring keeps from its part [m]."""


def marked(picture: Image, cell: Cell, moves: Sequence[Move]) -> Image:
    """`picture` of the overhead camera, enlarged to SIDE, with a numbered ring round the targets of each step.

    Where a step wants fewer than there are, the rings of those that it takes only instead of others are thin.
    """
    drawn: Any = cv2.resize(picture, (SIDE, SIDE), interpolation=cv2.INTER_CUBIC)
    for index, move in enumerate(moves):
        for number, part in enumerate(move.targets or (), 1):
            width = BROAD if number <= move.most else THIN
            _ring(drawn, str(index + 1), COLOURS[index % len(COLOURS)], width, *circle(part, cell))
    return np.asarray(drawn, dtype=np.uint8)


def circle(part: PerceivedPart, cell: Cell) -> tuple[FloatArray, float]:
    """Centre (column, row) and radius of a part's ring in a marked picture [pixels]."""
    tray = cell.tray
    x, y = tray.centre[0] + part.at[0], tray.centre[1] + part.at[1]
    rim = y + part.extent / 2 + ROOM
    centre, edge = pixels(cell.cameras[OVERHEAD], [(x, y, tray.floor), (x, rim, tray.floor)], SIDE)
    return centre, float(np.linalg.norm(edge - centre))


def _ring(drawn: Any, number: str, colour: tuple[int, int, int], width: int, centre: FloatArray, radius: float) -> None:
    at = (round(centre[0]), round(centre[1]))
    beside = (round(centre[0] + 0.75 * radius), round(centre[1] - 0.75 * radius))
    for ink, thickness in ((EDGE, 2 * width), (colour, width)):
        cv2.circle(drawn, at, round(radius), ink, thickness, cv2.LINE_AA)
        cv2.putText(drawn, number, beside, cv2.FONT_HERSHEY_SIMPLEX, 0.6, ink, (thickness + 1) // 2, cv2.LINE_AA)
