"""The action language: `tcp_waypoints` as text and back without loss.

    MOVE_TO x y z roll pitch yaw     metres and radians in the robot's base frame
    OPEN_GRIPPER width               metres
    CLOSE_GRIPPER
    DONE

One line each. Of a chunk's rows each is a MOVE_TO, followed by a gripper line where the width changes; the first
always has one.
"""

from typing import Final

import numpy as np
from numpy.typing import NDArray

from skills.chunk import WAYPOINT_COLUMNS
from skills.errors import BadInput

POSE: Final = len(WAYPOINT_COLUMNS) - 1

Waypoints = NDArray[np.float32]


def to_text(waypoints: Waypoints) -> str:
    """The lines of (K, 7) waypoints."""
    lines: list[str] = []
    before: float | None = None
    for row in np.asarray(waypoints, np.float32):
        lines.append(f"MOVE_TO {' '.join(map(str, row[:POSE]))}")
        width = row[POSE]
        if before is None or width != before:
            lines.append("CLOSE_GRIPPER" if width == 0 else f"OPEN_GRIPPER {width!s}")
        before = width
    return "\n".join([*lines, "DONE"])


def from_text(text: str) -> Waypoints:
    """(K, 7) waypoints. Raises: BadInput with the line, what stands there and what is expected."""
    rows: list[list[float]] = []
    lines = text.split("\n")
    for number, line in enumerate(lines, 1):
        word, *values = line.split(" ")
        if word == "MOVE_TO":
            rows.append([*_numbers(number, line, values, POSE), rows[-1][POSE] if rows else np.nan])
        elif word in ("OPEN_GRIPPER", "CLOSE_GRIPPER") and rows:
            rows[-1][POSE] = _numbers(number, line, values, 1)[0] if word == "OPEN_GRIPPER" else 0.0
        elif line != "DONE" or number != len(lines):
            raise BadInput(f"line {number}", line, "MOVE_TO, then a gripper line or the next; DONE at the end")
    if lines[-1] != "DONE" or not rows or np.isnan(rows[0][POSE]):
        raise BadInput(f"line {len(lines)}", lines[-1], "DONE, after a MOVE_TO with a gripper line")
    return np.array(rows, np.float32)


def _numbers(number: int, line: str, values: list[str], count: int) -> list[float]:
    try:
        found = [float(value) for value in values]
    except ValueError:
        found = []
    if len(found) != count or not np.all(np.isfinite(found)):
        raise BadInput(f"line {number}", line, f"with {count} numbers")
    return found
