"""The overhead picture in a terminal: two pixels a character cell, or shades of characters without colour."""

from typing import Final

import numpy as np
from numpy.typing import NDArray
from rich.color import Color
from rich.style import Style
from rich.text import Text

from skills.base import Image

WIDEST: Final = 80
"""Columns that a picture takes at most."""
_SHADES: Final = " .:-=+*#%@"
_LUMA: Final = (0.299, 0.587, 0.114)


def in_blocks(image: Image, columns: int) -> Text:
    """`image` as half blocks, the upper pixel in the character's colour, the lower behind it."""
    size = min(columns, WIDEST) // 2 * 2
    pixels = np.rint(shrink(image, size, size)).astype(int).tolist()
    lines = [
        Text.assemble(*(("▀", _style(tuple(top), tuple(low))) for top, low in zip(upper, lower, strict=True)))
        for upper, lower in zip(pixels[::2], pixels[1::2], strict=True)
    ]
    return Text("\n").join(lines)


def in_shades(image: Image, columns: int) -> Text:
    """`image` in characters, the darkest a space; a character is about twice as high as wide."""
    size = min(columns, WIDEST) // 2 * 2
    grey = shrink(image, size // 2, size) @ np.array(_LUMA)
    spread = (grey - grey.min()) / max(float(np.ptp(grey)), 1.0)
    steps = np.minimum((spread * len(_SHADES)).astype(int), len(_SHADES) - 1)
    return Text("\n".join("".join(_SHADES[step] for step in row) for row in steps.tolist()))


def shrink(image: Image, rows: int, columns: int) -> NDArray[np.float64]:
    """(rows, columns, 3) means over the areas of `image` that fall on each pixel."""
    sums = image.astype(np.float64)
    for axis, count in ((0, rows), (1, columns)):
        edges = np.linspace(0, image.shape[axis], count, endpoint=False).astype(int)
        widths = np.diff(np.append(edges, image.shape[axis]))
        sums = np.add.reduceat(sums, edges, axis=axis) / np.expand_dims(widths, (1 - axis, 2))
    return sums


def _style(top: tuple[int, ...], low: tuple[int, ...]) -> Style:
    return Style(color=Color.from_rgb(*top), bgcolor=Color.from_rgb(*low))
