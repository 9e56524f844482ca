"""The nine spots of the tray on which a part can be laid back, as the operator names them in the overhead picture."""

from typing import Final

PITCH: Final = 0.08
"""Distance of neighbouring spots [m]: wide open fingers over an outer spot stay 9 mm off a wall 150 mm away."""

TRAY_HALF: Final = 0.15
"""Inner half width of the default cell's tray [m]."""
REACH: Final = 0.055
"""Half of an open gripper [m]: parts lie no nearer to a wall."""

_ROWS: Final = {"back": PITCH, "": 0.0, "front": -PITCH}
_COLUMNS: Final = {"left": PITCH, "": 0.0, "right": -PITCH}

SPOTS: Final[dict[str, tuple[float, float]]] = {
    " ".join(word for word in (row, column) if word) or "middle": (x, y)
    for row, x in _ROWS.items()
    for column, y in _COLUMNS.items()
}
"""x, y [m] of each spot from the tray's centre; back is +x, left is +y. For a tray of TRAY_HALF."""


def spot_at(spot: str, half: float) -> tuple[float, float]:
    """x, y [m] of a spot from the centre of a tray of that inner half width: nearer together in a smaller one."""
    share = max(half - REACH, 0.0) / (TRAY_HALF - REACH)
    x, y = SPOTS[spot]
    return share * x, share * y
