"""Where a point of the world lies in a camera's picture, by the cell file's pose of that camera."""

import numpy as np
from numpy.typing import ArrayLike

from skills.base import FloatArray
from skills.cell import CameraPose


def pixels(camera: CameraPose, points: ArrayLike, side: int) -> FloatArray:
    """Columns and rows (N, 2) of `points` (N, 3) [m] in a square picture of `side` pixels: a pinhole camera without
    distortion. Points and pose stand in the same frame; a point must lie before the camera.
    """
    eye, target, up = (np.array(vector, dtype=float) for vector in (camera.position, camera.look_at, camera.up))
    distance = float(np.linalg.norm(target - eye))
    forward = (target - eye) / distance
    right = np.cross(forward, up)
    right /= np.linalg.norm(right)
    away = np.asarray(points, dtype=float).reshape(-1, 3) - eye
    half = (away @ forward) * camera.view / 2 / distance
    shares = np.stack([(away @ right) / half, -(away @ np.cross(right, forward)) / half], axis=1)
    return (1 + shares) / 2 * side
