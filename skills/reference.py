"""A reference picture, looked through once: its lines, and by which of them another way of lying shows.

A turn by quarters leaves the walls of a square tray where they were; it shows only in what is not the same on all
sides. Where a reference has nothing of the kind, one picture can't tell the turn.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

import numpy as np

from skills.base import Image
from skills.lines import LARGEST, NEAR, Floats, Stretch, fits, grey_of, lines_of, stretches_of
from skills.ways import OTHER_WAYS, Way

SAME: Final = 0.8
"""Correlation from which on a stretch of the reference looks the same when it lies another way."""
TELLING: Final = 2
"""Stretches that must not look the same, for the way to be told by them."""
BETTER: Final = 0.3
"""By how much more, on the average over these stretches, a picture must correlate with the reference that other way."""


@dataclass(frozen=True)
class Reference:
    """What a camera saw in training.

    Attributes:
        side: of the pictures that are compared [pixels], at most LARGEST.
        grey: mean brightness [0..255].
        lines: as `skills.lines.lines_of` gives them; `stretches` are where there are any.
        telling: the stretches in which a picture that must be laid another way to fit differs, by that way.
    """

    side: int
    grey: float
    lines: Floats
    stretches: tuple[Stretch, ...]
    telling: Mapping[Way, tuple[Stretch, ...]]

    @classmethod
    def of(cls, picture: Image) -> "Reference":
        side = min(len(picture), LARGEST)
        grey = grey_of(picture, side)
        lines = lines_of(grey)
        stretches = stretches_of(lines)
        telling = {way: _differing(lines, way.back.of(lines), stretches) for way in OTHER_WAYS}
        told = {way: differing for way, differing in telling.items() if len(differing) >= TELLING}
        return cls(side, float(grey.mean()), lines, stretches, told)

    @property
    def hidden(self) -> tuple[Way, ...]:
        """The ways in which it looks the same."""
        return tuple(way for way in OTHER_WAYS if way not in self.telling)

    def better_way(self, ours: Floats) -> Way | None:
        """The way in which the picture with these lines must be laid to fit, where that is not as it is."""
        gains = {way: self._gain(ours, way) for way in self.telling}
        best = max(gains, key=lambda way: gains[way], default=None)
        return best if best is not None and gains[best] > BETTER else None

    def _gain(self, ours: Floats, way: Way) -> float:
        """How much better a picture fits when it lies that way, by the stretches that can tell."""
        laid = way.of(ours)
        return float(np.mean([_fit(laid, self.lines, one) - _fit(ours, self.lines, one) for one in self.telling[way]]))


def _differing(theirs: Floats, laid: Floats, stretches: tuple[Stretch, ...]) -> tuple[Stretch, ...]:
    return tuple(one for one in stretches if _fit(laid, theirs, one) < SAME)


def _fit(ours: Floats, theirs: Floats, stretch: Stretch) -> float:
    return float(fits(ours, theirs, stretch, NEAR).max())
