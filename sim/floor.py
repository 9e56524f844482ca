"""The flat surfaces at the bottom of every picture: table and tray, their textures, and the shadows on them.

TinyRenderer spends 25 of 31 ms on these two rectangles, and casts no shadows on them. A ray meets a plane in one
line of algebra; a shadow is what is seen of the bodies, pushed down along the light.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from sim.randomize import Light
from sim.textures import Texture, sample
from sim.view import View

SPECULAR: Final = 0.05
LEVELS: Final = 7
"""Heights at which a body's column is pushed down: a shadow of 25 mm of height has no holes then."""
COLUMN: Final = 0.08
"""What is seen higher than this [m] is no part that stands on the floor but the arm, with free space under it."""
FAINT: Final = 0.004
"""Contrast below which a texture is not seen."""

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Floor:
    """A rectangle on z = 0: `centre` and `half` in x, y [m]. Later ones lie on earlier ones."""

    centre: tuple[float, float]
    half: tuple[float, float]
    rgb: tuple[float, float, float]
    texture: Texture


def lay_floors(
    rgb: Floats, depth: Floats, segments: NDArray[np.int32], view: View, floors: Sequence[Floor], light: Light
) -> None:
    """Paint the floors into `rgb` (H, W, 3) [0..255] in place, wherever no body stands (`segments` -1)."""
    x, y, free = _ground(len(rgb), view)
    free &= segments < 0
    painted = free.copy()
    bright = np.float32(1) - np.float32(light.shadow) * _shadow(depth, segments, view, light)
    ambient, lamp = _lit(light)
    shares = np.zeros((2 * len(floors), *free.shape), np.float32)  # of ambient and lamp light, for each floor
    for index, floor in reversed(list(enumerate(floors))):
        here = free & (np.abs(x - floor.centre[0]) <= floor.half[0]) & (np.abs(y - floor.centre[1]) <= floor.half[1])
        free &= ~here
        shares[2 * index] = here
        if floor.texture.contrast > FAINT:
            pixels = np.flatnonzero(here)
            shares[2 * index].reshape(-1)[pixels] = sample(floor.texture, x.reshape(-1)[pixels], y.reshape(-1)[pixels])
        np.multiply(shares[2 * index], bright, out=shares[2 * index + 1])
    tones = np.array([light_of * np.array(floor.rgb) for floor in floors for light_of in (ambient, lamp)], np.float32)
    colours = (shares.reshape(len(tones), -1).T @ tones).reshape(rgb.shape)
    np.copyto(rgb, colours, where=(painted & ~free)[..., None])


def _ground(size: int, view: View) -> tuple[Floats, Floats, NDArray[np.bool_]]:
    """(H, W) each: x and y [m] where a pixel's ray meets z = 0, and whether it does."""
    steps = (2 * (np.arange(size) + 0.5) / size - 1) * view.tangent
    ray = [
        np.float32(view.forward[axis])
        + (steps * view.right[axis]).astype(np.float32)[None]
        - (steps * view.up[axis]).astype(np.float32)[:, None]
        for axis in range(3)
    ]
    seen = ray[2] < -1e-3
    far = np.float32(-view.eye[2]) / np.minimum(ray[2], np.float32(-1e-3))
    return np.float32(view.eye[0]) + ray[0] * far, np.float32(view.eye[1]) + ray[1] * far, seen


def _lit(light: Light) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """(3,) ambient and lamp light [0..255] that a surface facing up sends back, by TinyRenderer's formula."""
    slope = light.direction[2] / float(np.linalg.norm(light.direction))
    lamp = light.strength * ((0.95 - light.ambient) * slope + SPECULAR * slope**2)
    return np.full(3, 255 * light.strength * light.ambient), 255 * lamp * np.array(light.colour)


def _shadow(depth: Floats, segments: NDArray[np.int32], view: View, light: Light) -> Floats:
    """(H, W) share of the lamp that bodies take away from the floor, with a soft edge."""
    size = len(depth)
    hidden = np.zeros((size, size), np.uint8)
    rows, columns = np.nonzero(segments[::2, ::2] >= 0)
    rows, columns = 2 * rows, 2 * columns
    far = depth[rows, columns]
    across = (2 * (columns + 0.5) / size - 1) * view.tangent * far
    upward = (1 - 2 * (rows + 0.5) / size) * view.tangent * far
    away = np.outer(far, view.forward) + np.outer(across, view.right) + np.outer(upward, view.up)
    height = away[:, 2] + view.eye[2]
    drift = np.array(light.direction) / light.direction[2]
    axes = np.stack([view.right, view.up, view.forward], axis=1)
    start, slide = away @ axes, height[:, None] * (drift @ axes)
    for share in np.linspace(1 / LEVELS, 1, LEVELS):
        casts = (height < COLUMN) | (share == 1)
        right, up, ahead = (start - share * slide)[casts].T
        scale = size / 2 / view.tangent / np.maximum(ahead, 1e-3)
        column, row = (right * scale + size / 2).astype(np.int32), (size / 2 - up * scale).astype(np.int32)
        inside = (column >= 0) & (column < size) & (row >= 0) & (row < size)
        hidden[row[inside], column[inside]] = 1
    closed = cv2.morphologyEx(hidden, cv2.MORPH_CLOSE, np.ones((3, 3), np.uint8))
    return np.asarray(cv2.blur(closed.astype(np.float32), (3, 3)), np.float32)
