"""Does a picture show what it should, as far as that can be told without knowing what lies there? Pure, and cheap.

A camera that has moved is told by `skills.views`. Here: too little or too much light for anything to be made out, and a
side of the tray that was there in the look before and is gone in this one, because something hangs before the camera.
"""

from typing import Final

import numpy as np

from skills.base import Image
from skills.lines import REACH, Floats, grey_of, lines_of
from skills.reference import Reference

DARK, BRIGHT = 0.3, 2.2
"""Mean brightness against the reference's from which on a picture is too dark, or too bright; training goes from 0.6 to
1.2."""
FADED: Final = 0.5
"""A line that is less than this as sharp as it was, the sharpest quarter of the others being the measure, is gone."""
SHARP: Final = 0.3
"""A line of less than this sharpness, as a share of the reference's, is not there to begin with."""
HIDDEN: Final = 4
"""So many lines, of four sides with six each, must be gone: two thirds of a side."""


def brightness(picture: Image, reference: Reference) -> float:
    """Mean brightness as a share of the reference's."""
    return float(grey_of(picture, reference.side).mean()) / max(reference.grey, 1.0)


def sharpness(picture: Image, reference: Reference) -> Floats:
    """(stretches,) how sharp each line of the reference is in `picture`, near its place, as a share."""
    ours = lines_of(grey_of(picture, reference.side))
    reach = round(REACH * reference.side)
    found = []
    for one in reference.stretches:
        wanted = reference.lines[one.axis, one.band, one.part]
        at = one.part.start + int(wanted.argmax())
        near = ours[one.axis, one.band, max(at - reach, 0) : at + reach + 1]
        found.append(float(near.max() / wanted.max()))
    return np.array(found, np.float32)


def hidden(before: Floats, now: Floats) -> int:
    """How many lines were there before and are gone now, though others are as sharp as they were."""
    there = before > SHARP
    if there.sum() < HIDDEN:
        return 0
    ratio = now[there] / before[there]
    return int((ratio < FADED * np.quantile(ratio, 0.75)).sum())
