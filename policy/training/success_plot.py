"""Success over training time as a picture, with the 95 % interval of each point."""

from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from policy.evaluation.statistics import Tally
from skills.whole_file import write_whole

WIDTH: Final = 720
HEIGHT: Final = 420
LEFT, RIGHT, TOP, BOTTOM = 64, 24, 40, 52
INK, GRID, POINT, BAR = (40, 40, 40), (225, 225, 225), (180, 100, 20), (215, 180, 140)

Canvas = NDArray[np.uint8]


def draw_success(points: Sequence[tuple[float, Tally]], file: Path) -> None:
    """Write the PNG: for each (seconds of training, trials) the share of successes, from 0 to 100 %."""
    canvas: Canvas = np.full((HEIGHT, WIDTH, 3), 255, np.uint8)
    last = max([seconds for seconds, _ in points] or [1.0]) or 1.0
    _axes(canvas, last)
    places = []
    for seconds, tally in points:
        low, high = tally.wilson95
        x = _x(seconds, last)
        cv2.line(canvas, (x, _y(low)), (x, _y(high)), BAR, 3, cv2.LINE_AA)
        places.append((x, _y(tally.hits / tally.trials)))
    for here, there in pairwise(places):
        cv2.line(canvas, here, there, POINT, 2, cv2.LINE_AA)
    for place in places:
        cv2.circle(canvas, place, 4, POINT, -1, cv2.LINE_AA)
    _, content = cv2.imencode(".png", canvas)
    write_whole(file, bytes(content))


def _axes(canvas: Canvas, last: float) -> None:
    _write(canvas, "successful trials [%], 95 % interval", (LEFT, 24))
    for percent in range(0, 101, 20):
        y = _y(percent / 100)
        cv2.line(canvas, (LEFT, y), (WIDTH - RIGHT, y), GRID, 1)
        _write(canvas, f"{percent}", (LEFT - 36, y + 4))
    for part in range(6):
        seconds = last * part / 5
        x = _x(seconds, last)
        cv2.line(canvas, (x, TOP), (x, HEIGHT - BOTTOM), GRID, 1)
        _write(canvas, f"{seconds / 60:.1f}", (x - 12, HEIGHT - BOTTOM + 18))
    _write(canvas, "minutes of training", (WIDTH // 2 - 60, HEIGHT - 12))


def _x(seconds: float, last: float) -> int:
    return LEFT + round((WIDTH - LEFT - RIGHT) * seconds / last)


def _y(share: float) -> int:
    return HEIGHT - BOTTOM - round((HEIGHT - TOP - BOTTOM) * share)


def _write(canvas: Canvas, text: str, at: tuple[int, int]) -> None:
    cv2.putText(canvas, text, at, cv2.FONT_HERSHEY_SIMPLEX, 0.42, INK, 1, cv2.LINE_AA)
