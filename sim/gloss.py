"""What TinyRenderer can't draw: polished metal. Normals from the depth buffer mirror a room of soft boxes."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from sim.randomize import Light

MIRRORED = 0.65
"""Share of a polished pixel that comes from the mirrored room."""

Floats = NDArray[np.float32]


def polish(
    rgb: Floats, depth: Floats, segments: NDArray[Any], colours: dict[int, tuple[float, ...]], light: Light, view: float
) -> None:
    """Paint the reflections onto `rgb` in place.

    Args:
        rgb: (H, H, 3) [0..255].
        depth: (H, H) distance from the camera's plane [m].
        segments: (H, H) body ids.
        colours: body id -> albedo of each polished body.
        view: tangent of the camera's half angle.
    """
    rows, columns = np.nonzero(np.isin(segments, list(colours)))
    if not len(rows):
        return
    points = _points(depth, view)
    normals = _normals(points)[rows, columns]
    to_camera = -points[rows, columns]
    to_camera /= np.linalg.norm(to_camera, axis=1, keepdims=True)
    mirrored = 2 * (normals * to_camera).sum(1, keepdims=True) * normals - to_camera
    room = _room(mirrored, light)
    albedo = np.zeros((len(rows), 3), np.float32)
    owner = segments[rows, columns]
    for body, colour in colours.items():
        albedo[owner == body] = colour
    shine = 255 * np.clip(albedo * room[:, None] * np.array(light.colour, np.float32), 0, 1)
    rgb[rows, columns] = (1 - MIRRORED) * rgb[rows, columns] + MIRRORED * shine


def _points(depth: Floats, view: float) -> Floats:
    """(H, H, 3) points seen, camera at the origin: x up in the picture, y to its left, z towards the camera."""
    size = len(depth)
    axis = (1 - (np.arange(size, dtype=np.float32) + 0.5) / size * 2) * view
    return np.stack([axis[:, None] * depth, axis[None] * depth, -depth], axis=-1).astype(np.float32)


def _normals(points: Floats) -> Floats:
    across = np.gradient(points, axis=1)
    down = np.gradient(points, axis=0)
    normal = np.cross(across, down)
    normal /= np.linalg.norm(normal, axis=-1, keepdims=True) + 1e-9
    return np.asarray(normal * np.sign(normal[..., 2:] + 1e-9), dtype=np.float32)


def _room(mirrored: Floats, light: Light) -> Floats:
    """Brightness of the room in the directions `mirrored` (N, 3)."""
    brightness = light.room + 0.25 * np.clip(mirrored[:, 2], 0, 1)
    for x, y, spread, strength in light.boxes:
        away = ((mirrored[:, :2] - (x, y)) ** 2).sum(1)
        brightness = brightness + strength * np.exp(-away / (2 * spread**2)) * (mirrored[:, 2] > 0)
    return np.asarray(brightness, dtype=np.float32)
