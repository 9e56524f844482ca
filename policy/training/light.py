"""Variation of the light in training pictures, by the ranges of `augmentation.Light`."""

import numpy as np
import torch
from torch import Tensor

from policy.training.augmentation import Light
from skills.base import Image

LUMA = (0.299, 0.587, 0.114)
"""Weights of red, green and blue in a grey of the same brightness (ITU-R BT.601)."""


def to_pixels(images: Image) -> Tensor:
    """(B, 3, size, size) float32 in [0, 1] of uint8 (B, size, size, 3)."""
    return torch.from_numpy(images).permute(0, 3, 1, 2).to(torch.float32) / 255


def relight(pixels: Tensor, rng: np.random.Generator, light: Light) -> Tensor:
    """Pictures (B, 3, H, W) in [0, 1] under other light and with sensor noise."""
    count, _, height, width = pixels.shape

    def draw(low: float, high: float, *shape: int) -> Tensor:
        return torch.from_numpy(rng.uniform(low, high, (count, *shape)).astype(np.float32))

    warmth, (red, blue) = draw(-1, 1), light.white_balance
    own = draw(1 - light.channel_gain, 1 + light.channel_gain, 3)
    balance = torch.stack([1 + red * warmth, torch.ones(count), 1 - blue * warmth], 1) * own
    gain = balance * draw(*light.brightness, 1)
    angle, slope = draw(0, 2 * np.pi), draw(0, light.gradient)
    rows = torch.linspace(-1, 1, height)[:, None] * torch.sin(angle)[:, None, None]
    columns = torch.linspace(-1, 1, width)[None, :] * torch.cos(angle)[:, None, None]
    shade = 1 + slope[:, None, None] * (rows + columns)
    lit = pixels * gain[:, :, None, None] * shade[:, None]
    mean = lit.mean((2, 3), keepdim=True)
    lit = (lit - mean) * draw(*light.contrast, 1, 1, 1) + mean
    if light.saturation != (1.0, 1.0):
        lit = saturate(lit, draw(*light.saturation, 1, 1, 1))
    if light.turns_hue:
        lit = turn_hue(lit.clamp(0, 1), draw(*light.hue, 1, 1))
    if light.noise:
        noise = torch.from_numpy(rng.standard_normal(pixels.shape, np.float32))
        lit = lit + noise * draw(0, light.noise, 1, 1, 1)
    return lit.clamp_(0, 1)


def saturate(pixels: Tensor, factor: Tensor) -> Tensor:
    """Away from grey by `factor` (B, 1, 1, 1): 0 is grey, 1 is the picture (B, 3, H, W) itself."""
    grey = (pixels * torch.tensor(LUMA)[:, None, None]).sum(1, keepdim=True)
    return grey + (pixels - grey) * factor


def turn_hue(pixels: Tensor, turns: Tensor) -> Tensor:
    """Pictures (B, 3, H, W) in [0, 1] with their hue moved on by `turns` (B, 1, 1) of the colour circle.

    Value and saturation of the hexcone model (HSV) stay; greys stay as they are.
    """
    value, top = pixels.max(1)
    chroma = value - pixels.min(1).values
    red, green, blue = pixels.unbind(1)
    safe = chroma.clamp_min(1e-9)
    sixths = torch.stack([(green - blue) / safe, (blue - red) / safe + 2, (red - green) / safe + 4], 1)
    hue = torch.gather(sixths, 1, top[:, None])[:, 0] + 6 * turns
    faces = torch.stack([hue + 5, hue + 3, hue + 1], 1) % 6
    return value[:, None] - chroma[:, None] * torch.minimum(faces, 4 - faces).clamp(0, 1)
