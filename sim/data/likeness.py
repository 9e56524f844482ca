"""Which pictures are the same: by their bytes, and by what they show, whatever noise and brightness do to them."""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
from numpy.typing import NDArray

from skills.base import Image

SIDE: Final = 24
"""A thumbnail has SIDE × SIDE pixels: a part of 20 mm fills one of them and more."""
MEDIAN: Final = 100.0
"""Thumbnails are made equally bright."""
ALIKE: Final = 26.0
"""No pixel of a scene's thumbnail differs by more than this when the scene is taken again (measured: at most 21, with
gains from 0.8 to 1.2 and noise); one part that lies elsewhere makes more (at least 34)."""


@dataclass(frozen=True)
class Print:
    """What is kept of a picture: a hash of its pixels, and its thumbnail (SIDE·SIDE·3,)."""

    exact: str
    thumbnail: NDArray[np.float32]


def print_of(picture: Image) -> Print:
    small = cv2.resize(picture, (SIDE, SIDE), interpolation=cv2.INTER_AREA).astype(np.float32)
    small = np.clip(small * (MEDIAN / max(float(np.median(small)), 1.0)), 0, 255).astype(np.float32)
    return Print(hashlib.sha256(picture.tobytes()).hexdigest(), small.ravel())


def alike(ours: Sequence[Print], theirs: Sequence[Print] | None = None) -> Iterator[tuple[int, int]]:
    """(i, j) of pictures that show the same: i in `ours`, j in `theirs`; without those, i < j in `ours`."""
    other = ours if theirs is None else theirs
    if not ours or not other:
        return
    mine, yours = (np.stack([each.thumbnail for each in prints]) for prints in (ours, other))
    coarse, coarse_yours = _coarse(mine), _coarse(yours)
    for i in range(len(mine)):
        first = i + 1 if theirs is None else 0
        near = first + np.flatnonzero(np.abs(coarse_yours[first:] - coarse[i]).max(axis=1) <= ALIKE)
        for j in near:
            if np.abs(yours[j] - mine[i]).max() <= ALIKE:
                yield i, int(j)


def _coarse(thumbnails: NDArray[np.float32]) -> NDArray[np.float32]:
    """Means of patches: thumbnails that are alike have alike means, so most pairs are told apart by these."""
    patches = thumbnails.reshape(-1, 6, SIDE // 6, 6, SIDE // 6, 3)
    return np.asarray(patches.mean(axis=(2, 4)).reshape(len(thumbnails), -1))
