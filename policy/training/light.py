"""Variation of the light in training pictures.

Ranges (each is drawn anew for every picture):
    brightness      ±15%, contrast ±15%
    white balance   warm to cold: R ±12%, B ∓25%, and ±3% in each channel on its own
    side gradient   up to ±15% from one edge to the other, in any direction
    noise           standard deviation 0 to 0.03 of full scale
Hue is left alone: colour is meaning.
"""

import numpy as np
import torch
from torch import Tensor

from skills.base import Image


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
