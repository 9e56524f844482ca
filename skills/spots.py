"""The nine spots of the tray on which a part can be laid back, as the operator names them in the overhead picture."""

from typing import Final

PITCH: Final = 0.08
"""Distance of neighbouring spots [m]: wide open fingers over an outer spot stay 9 mm off a wall 150 mm away."""

_ROWS: Final = {"back": PITCH, "": 0.0, "front": -PITCH}
_COLUMNS: Final = {"left": PITCH, "": 0.0, "right": -PITCH}

SPOTS: Final[dict[str, tuple[float, float]]] = {
    " ".join(word for word in (row, column) if word) or "middle": (x, y)
    for row, x in _ROWS.items()
    for column, y in _COLUMNS.items()
}
"""x, y [m] of each spot from the tray's centre; back is +x, left is +y."""
