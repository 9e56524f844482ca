"""Parts as they are seen from above: which one a point is on, and how far two are apart. Ground truth."""

from collections.abc import Sequence

import cv2
import numpy as np

from sim.lying import Lying
from skills.base import FloatArray


def nearest_part(parts: Sequence[Lying], point: FloatArray) -> int:
    """Index of the part on whose convex outline the point (3,) [m] is, or to whose outline it is nearest; where parts
    lie over each other, of the one whose middle is nearest.
    """
    return min(
        range(len(parts)),
        key=lambda index: (
            _outside(_outline(parts[index]), point),
            float(np.linalg.norm(parts[index].origin - point)),
        ),
    )


def gap_around(parts: Sequence[Lying], index: int) -> float:
    """Least distance between the convex outline of that part and the others' [m]; 0 where they overlap, infinite for a
    part alone.
    """
    mine = _outline(parts[index])
    others = [_outline(part) for number, part in enumerate(parts) if number != index]
    return min((_gap(mine, other) for other in others), default=float("inf"))


def _gap(one: FloatArray, other: FloatArray) -> float:
    """Distance of two convex outlines that do not cross each other's sides without a corner inside [m]."""
    return min(min(_outside(other, corner) for corner in one), min(_outside(one, corner) for corner in other))


def _outline(part: Lying) -> FloatArray:
    """(N, 2) corners of the convex outline [m]."""
    return np.asarray(cv2.convexHull(part.points[:, :2].astype(np.float32))[:, 0], np.float64)


def _outside(outline: FloatArray, point: FloatArray) -> float:
    """How far the point lies outside the outline [m]; 0 inside."""
    at = (float(point[0]), float(point[1]))
    return float(max(0.0, -cv2.pointPolygonTest(outline.astype(np.float32), at, measureDist=True)))
