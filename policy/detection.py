"""What the dense part detector says at each place of its grid: the layout that training and runtime share."""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from skills.words import COLOURS, KINDS, SIZES

OBJECTNESS: Final = 0
KIND: Final = slice(1, 1 + len(KINDS))
SIZE: Final = slice(KIND.stop, KIND.stop + len(SIZES))
COLOUR: Final = slice(SIZE.stop, SIZE.stop + len(COLOURS))
FAILED: Final = COLOUR.stop
AXIS: Final = slice(FAILED + 1, FAILED + 3)
"""cos 2yaw, sin 2yaw: a part's axis has no direction."""
POSITION: Final = slice(AXIS.stop, AXIS.stop + 2)
"""x, y from the tray's centre in units of `POSITION_UNIT`."""
COLUMNS: Final = POSITION.stop

POSITION_UNIT: Final = 0.075
"""Spread of the parts' positions on the tray [m]."""


def cell_centres(side: int, view: float) -> NDArray[np.float32]:
    """(side², 2) x, y [m] of the grid's cells, row by row; row 0 is far (+x), column 0 left (+y)."""
    steps = view * (0.5 - (np.arange(side) + 0.5) / side)
    return np.stack([np.repeat(steps, side), np.tile(steps, side)], axis=1).astype(np.float32)


def vote_radius(side: int, view: float) -> float:
    """How far a cell looks for its part: the standard deviation [m] of objectness around a part."""
    return max(0.008, 0.6 * view / side)
