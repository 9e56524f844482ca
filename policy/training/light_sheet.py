"""Pictures raw, augmented and under shifted light side by side, for a person to look at."""

from collections.abc import Sequence
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from policy.training.augmentation import Augmentation, Light
from policy.training.light import relight, to_pixels
from skills.base import Image

SIDE: Final = 160
MARGIN: Final = 4
HEAD: Final = 22
DRAWS: Final = 3
"""How often each picture is drawn anew, in training's light and in shifted light."""


def light_sheet(pictures: Sequence[Image], light: Augmentation, seed: int) -> Image:
    """A row for each picture: raw, DRAWS times as training varies it, DRAWS times under shifted light."""
    rng = np.random.default_rng(seed)
    columns = 1 + 2 * DRAWS
    canvas: NDArray[np.uint8] = np.full(
        (HEAD + len(pictures) * (SIDE + MARGIN), columns * (SIDE + MARGIN), 3), 255, np.uint8
    )
    for column, head in ((0, "raw"), (1, "augmented"), (1 + DRAWS, "shifted")):
        at = (column * (SIDE + MARGIN) + MARGIN, HEAD - 7)
        cv2.putText(canvas, head, at, cv2.FONT_HERSHEY_SIMPLEX, 0.45, (20, 20, 20), 1, cv2.LINE_AA)
    for row, picture in enumerate(pictures):
        tile: Image = np.asarray(cv2.resize(picture, (SIDE, SIDE), interpolation=cv2.INTER_AREA), np.uint8)
        shown = [tile, *_drawn(tile, light.training, rng), *_drawn(tile, light.shifted, rng)]
        top = HEAD + row * (SIDE + MARGIN)
        for column, one in enumerate(shown):
            left = column * (SIDE + MARGIN)
            canvas[top : top + SIDE, left : left + SIDE] = one
    return canvas


def _drawn(tile: Image, light: Light, rng: np.random.Generator) -> list[Image]:
    pixels = relight(to_pixels(np.stack([tile] * DRAWS)), rng, light)
    return list(np.asarray((pixels * 255).round().byte().permute(0, 2, 3, 1).numpy(), np.uint8))
