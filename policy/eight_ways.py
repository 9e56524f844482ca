"""Looking at a picture eight ways: as it is, mirrored and transposed, each answer turned back.

What one view overlooks, because a part lies badly on the detector's grid or hardly differs from the tray,
another sees; the votes of all are counted together. The detector was trained on all eight.
"""

from collections.abc import Callable
from itertools import product
from typing import Final

import numpy as np
from numpy.typing import NDArray

from policy.detection import AXIS, POSITION
from skills.base import Image

WAYS: Final = tuple(product((False, True), repeat=3))
"""Transposed, upside down, left to right: applied to the picture in this order."""

Floats = NDArray[np.floating]


def said_eight_ways(detect: Callable[[Image], Floats], picture: Image) -> Floats:
    """(8 × cells², columns): what the detector says of each view, in the frame of the unturned picture."""
    return np.concatenate([_turned_back(detect(_turned(picture, *way)), *way) for way in WAYS])


def _turned(picture: Image, transposed: bool, upside_down: bool, left_to_right: bool) -> Image:
    view = picture.transpose(1, 0, 2) if transposed else picture
    return np.ascontiguousarray(view[:: -1 if upside_down else 1, :: -1 if left_to_right else 1])


def _turned_back(said: Floats, transposed: bool, upside_down: bool, left_to_right: bool) -> Floats:
    """Rows of a picture run along -x and columns along -y: mirroring negates, transposing swaps."""
    said = said.copy()
    x, y = said[:, POSITION].T * ([[-1.0 if upside_down else 1.0], [-1.0 if left_to_right else 1.0]])
    cosine, sine = said[:, AXIS].T
    if upside_down != left_to_right:
        sine = -sine
    if transposed:
        x, y, cosine = y, x, -cosine
    said[:, POSITION] = np.stack([x, y], axis=1)
    said[:, AXIS] = np.stack([cosine, sine], axis=1)
    return said
