"""What a person corrects an attempt by: the picture with numbered parts, and where the policy closed its fingers."""

from typing import Final

import cv2
import numpy as np

from agent.corrections.by_person import Case
from agent.looking.looker import OVERHEAD
from skills.base import Image
from skills.cell import Cell

SCALE: Final = 3
"""Pixels of the sheet for one of the picture."""
PROPOSED, NUMBER, EDGE = (255, 60, 60), (255, 255, 255), (0, 0, 0)


def sheet(cell: Cell, case: Case) -> Image:
    """The picture, enlarged, with the parts' numbers, and a cross where the policy closed its fingers."""
    image = case.seen.images[OVERHEAD]
    canvas = np.repeat(np.repeat(image, SCALE, axis=0), SCALE, axis=1)
    view = cell.cameras[OVERHEAD].view

    def pixel(x: float, y: float) -> tuple[int, int]:
        side = len(canvas)
        return round(side * (0.5 - y / view)), round(side * (0.5 - x / view))

    for number, part in enumerate(case.parts, 1):
        for colour, thickness in ((EDGE, 4), (NUMBER, 1)):
            cv2.putText(canvas, str(number), pixel(*part.at), cv2.FONT_HERSHEY_SIMPLEX, 0.6, colour, thickness)
    for row in case.attempt.proposal.values:
        if case.attempt.proposal.space == "tcp_waypoints" and row[6] == 0 and np.isfinite(row).all():
            at = pixel(row[0] - cell.tray.centre[0], row[1] - cell.tray.centre[1])
            cv2.drawMarker(canvas, at, PROPOSED, cv2.MARKER_TILTED_CROSS, 16, 2)
            break
    return canvas
