"""Variation of the training pictures, with the labels moved along.

Ranges (each is drawn anew for every picture):
    shift           ±3% of the picture in both directions: a camera that stands a centimetre off
    brightness      ±15%, contrast ±15%
    white balance   warm to cold: R ±12%, B ∓25%, and ±3% in each channel on its own
    side gradient   up to ±15% from one edge to the other, in any direction
    noise           standard deviation 0 to 0.03 of full scale
    flips           the 8 symmetries of the square; for the detector only, as phrases and keyframes have none
"""

from dataclasses import dataclass

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from skills.base import Image

SHIFT_SHARE = 0.03


@dataclass(frozen=True)
class Moved:
    """Pictures after a shift, and by how much the labels move.

    Attributes:
        images: (B, size, size, 3) uint8.
        offset: (B, 2) metres to add to x, y of everything that lies in the picture.
    """

    images: Image
    offset: NDArray[np.float32]


def shift(images: Image, pitch: float, rng: np.random.Generator) -> Moved:
    """Each picture moved by whole pixels; what comes in at an edge repeats it. `pitch`: metres a pixel."""
    count, size = images.shape[:2]
    reach = max(1, round(SHIFT_SHARE * size))
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


def to_pixels(images: Image) -> Tensor:
    """(B, 3, size, size) float32 in [0, 1] of uint8 (B, size, size, 3)."""
    return torch.from_numpy(images).permute(0, 3, 1, 2).to(torch.float32) / 255


def relight(pixels: Tensor, rng: np.random.Generator) -> Tensor:
    """Pictures (B, 3, H, W) in [0, 1] under other light and with sensor noise."""
    count, _, height, width = pixels.shape

    def draw(low: float, high: float, *shape: int) -> Tensor:
        return torch.from_numpy(rng.uniform(low, high, (count, *shape)).astype(np.float32))

    warmth = draw(-1, 1)
    balance = torch.stack([1 + 0.12 * warmth, torch.ones(count), 1 - 0.25 * warmth], 1) * draw(0.97, 1.03, 3)
    gain = balance * draw(0.85, 1.15, 1)
    angle, slope = draw(0, 2 * np.pi), draw(0, 0.15)
    rows = torch.linspace(-1, 1, height)[:, None] * torch.sin(angle)[:, None, None]
    columns = torch.linspace(-1, 1, width)[None, :] * torch.cos(angle)[:, None, None]
    shade = 1 + slope[:, None, None] * (rows + columns)
    lit = pixels * gain[:, :, None, None] * shade[:, None]
    mean = lit.mean((2, 3), keepdim=True)
    lit = (lit - mean) * draw(0.85, 1.15, 1, 1, 1) + mean
    noise = torch.from_numpy(rng.standard_normal(pixels.shape, np.float32)) * draw(0, 0.03, 1, 1, 1)
    return (lit + noise).clamp_(0, 1)
