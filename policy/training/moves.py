"""Training pictures moved, turned and mirrored, with the labels along.

The 8 symmetries of the square are for the detector only: keyframes in the robot's frame have none.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from skills.base import Image


@dataclass(frozen=True)
class Moved:
    """Pictures after a shift, and by how much the labels move.

    Attributes:
        images: (B, size, size, 3) uint8.
        offset: (B, 2) metres to add to x, y of everything that lies in the picture.
    """

    images: Image
    offset: NDArray[np.float32]


def shift(images: Image, pitch: float, share: float, rng: np.random.Generator) -> Moved:
    """Each picture moved by whole pixels, up to `share` of its side; what comes in at an edge repeats it.

    Args:
        pitch: metres a pixel.
    """
    count, size = images.shape[:2]
    reach = round(share * size)
    steps = rng.integers(-reach, reach + 1, (count, 2))
    padded = np.pad(images, ((0, 0), (reach, reach), (reach, reach), (0, 0)), mode="edge")
    starts = steps + reach
    moved = np.stack([padded[n, r : r + size, c : c + size] for n, (r, c) in enumerate(starts)])
    return Moved(moved, (steps * pitch).astype(np.float32))


def move_parts(parts: NDArray[np.float32], offset: NDArray[np.float32]) -> NDArray[np.float32]:
    """Parts (B, P, 7) at their place in the moved pictures."""
    moved = parts.copy()
    moved[..., :2] += offset[:, None]
    return moved


def flip(images: Image, parts: NDArray[np.float32], rng: np.random.Generator) -> tuple[Image, NDArray[np.float32]]:
    """Each picture in one of the 8 symmetries of the square, parts (B, P, 7) along with it."""
    images, parts = images.copy(), parts.copy()
    choices = rng.random((len(images), 3)) < 0.5
    for n, (rows, columns, diagonal) in enumerate(choices):
        if rows:
            images[n] = images[n, ::-1].copy()
            parts[n, :, 0] *= -1
            parts[n, :, 2] *= -1
        if columns:
            images[n] = images[n, :, ::-1].copy()
            parts[n, :, 1] *= -1
            parts[n, :, 2] *= -1
        if diagonal:
            images[n] = images[n].transpose(1, 0, 2).copy()
            parts[n, :, :2] = parts[n, :, 1::-1]
            parts[n, :, 2] = np.pi / 2 - parts[n, :, 2]
    return images, parts
