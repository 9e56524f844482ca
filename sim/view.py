"""Where a camera really stands and looks: the cell file's camera, its mount and its jitter."""

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from sim.randomize import Jitter
from skills.cell import Camera


@dataclass(frozen=True)
class View:
    """A camera in the world: eye [m], unit vectors forward, right, up, tangent of half its field of view."""

    eye: NDArray[np.float64]
    forward: NDArray[np.float64]
    right: NDArray[np.float64]
    up: NDArray[np.float64]
    tangent: float


def view_of(camera: Camera, frame: tuple[Any, Any] | None = None, jitter: Jitter | None = None) -> View:
    """Where a camera really is. `frame`: position and rotation matrix (3, 3) of the hand that it is mounted on."""
    eye, target, up = (np.array(v, dtype=float) for v in (camera.position, camera.look_at, camera.up))
    if frame is not None:
        origin, turn = frame
        eye, target, up = origin + turn @ eye, origin + turn @ target, turn @ up
    distance = float(np.linalg.norm(target - eye))
    forward = (target - eye) / distance
    right = np.cross(forward, up)
    right /= np.linalg.norm(right)
    axes = np.stack([right, np.cross(right, forward), forward], axis=1)
    tangent = camera.view / 2 / distance
    if jitter is not None:
        eye = eye + axes @ np.array(jitter.shift)
        axes = axes @ cv2.Rodrigues(np.array(jitter.turn))[0]
        tangent *= jitter.view
    return View(eye, axes[:, 2], axes[:, 0], axes[:, 1], tangent)
