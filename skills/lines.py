"""The lines along a picture's rows and columns, such as a tray's walls, and where those of a reference are found again.

Only what stands still is compared: parts lie on a smaller share of a band than half, so the median over the band leaves
them out; only how sharp a line is counts, and where it is, not whether it is bright or dark, so that light makes little
difference.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from skills.base import Image

LARGEST: Final = 128
"""Side of the pictures that are compared [pixels]."""
BANDS: Final = 6
REACH: Final = 0.1
"""How far a line is searched for from where the reference has it, as a share of the picture."""
ALIKE: Final = 0.5
"""Correlation from which on a stretch of lines is the reference's."""
NEAR: Final = 2
"""How far from its place [pixels] a stretch may lie and count as in its place."""

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Stretch:
    """A line of the reference: `axis` 0 runs down and 1 across the picture; `part` is the half that it is in."""

    axis: int
    band: int
    part: slice


@dataclass(frozen=True)
class Met:
    """Where a stretch is found: `moved` [pixels], how well it fits there, and how well in its place."""

    moved: float
    fit: float
    in_place: float


def grey_of(image: Image, side: int) -> Floats:
    """(side, side) the green channel, shrunk by averaging areas."""
    green, height = image[..., 1].astype(np.float32), len(image)
    edges = np.arange(side) * height // side
    sums = np.add.reduceat(np.add.reduceat(green, edges, axis=0), edges, axis=1)
    counts = np.diff(np.append(edges, height))
    return np.asarray(sums / np.outer(counts, counts), np.float32)


def lines_of(grey: Floats) -> Floats:
    """(2, BANDS, side - 2) how sharp the lines down and across the picture are in each band of it."""
    deep = len(grey) // BANDS
    return np.stack(
        [
            np.median(np.abs(view[:, 2:] - view[:, :-2])[: deep * BANDS].reshape(BANDS, deep, -1), axis=1)
            for view in (grey, grey.T)
        ]
    )


def stretches_of(lines: Floats) -> tuple[Stretch, ...]:
    """Wherever a picture has a line."""
    half = lines.shape[2] // 2
    parts = (slice(0, half), slice(half, 2 * half))
    every = [Stretch(axis, band, part) for axis in range(2) for band in range(BANDS) for part in parts]
    return tuple(one for one in every if _has_line(lines[one.axis, one.band, one.part]))


def _has_line(sharp: Floats) -> bool:
    return bool(sharp.max() > 4 * np.median(sharp) + 2)


def meet(ours: Floats, theirs: Floats, stretch: Stretch, reach: int) -> Met:
    """Look for a stretch of `theirs` in `ours`, `reach` pixels around its place."""
    fit = fits(ours, theirs, stretch, reach)
    best = int(fit.argmax())
    in_place = fit[reach - NEAR : reach + NEAR + 1].max()
    return Met(best - reach + _between(fit, best), float(fit[best]), float(in_place))


def fits(ours: Floats, theirs: Floats, stretch: Stretch, reach: int) -> Floats:
    """(2 reach + 1,) correlations of a stretch of `theirs` with `ours`, from `reach` pixels before its place on."""
    wanted = theirs[stretch.axis, stretch.band, stretch.part]
    wanted = wanted - wanted.mean()
    padded = np.pad(ours[stretch.axis, stretch.band], reach, mode="edge")
    windows = np.lib.stride_tricks.sliding_window_view(padded, len(wanted))
    windows = windows[stretch.part.start : stretch.part.start + 2 * reach + 1]
    windows = windows - windows.mean(axis=1, keepdims=True)
    return np.asarray(windows @ wanted / (np.linalg.norm(wanted) * np.linalg.norm(windows, axis=1) + 1e-6), np.float32)


def _between(fit: Floats, best: int) -> float:
    """Where the peak lies between the pixels around `best`, by a parabola."""
    if not 0 < best < len(fit) - 1:
        return 0.0
    before, at, after = fit[best - 1 : best + 2].tolist()
    bend = before - 2 * at + after
    return 0.5 * (before - after) / bend if bend else 0.0
