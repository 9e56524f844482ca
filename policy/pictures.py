"""A camera's picture as a network takes it: square, shrunk by area to the size of training."""

import cv2
import numpy as np
from numpy.typing import NDArray

from skills.base import Image
from skills.errors import BadInput


def shrink(image: NDArray[np.uint8], size: int) -> Image:
    """uint8 (size, size, 3) from a square RGB picture of at least that size, by averaging areas.

    Raises: BadInput when the picture is not square or too small; enlarging would invent detail.
    """
    height, width = image.shape[:2]
    if height != width or height < size:
        raise BadInput("picture", f"{width}×{height}", f"a square of at least {size} pixels")
    if height == size:
        return np.ascontiguousarray(image)
    resized: Image = np.asarray(cv2.resize(image, (size, size), interpolation=cv2.INTER_AREA), np.uint8)
    return resized
