"""What TinyRenderer can't draw: polished metal. Normals from the depth buffer mirror a room of soft boxes."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from sim.randomize import Light
from sim.view import View

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Finish:
    """How a body mirrors the room: `metal` replaces `share` of its colour by the room in that colour, paint
    (`rgb` white, not metal) adds the lamps' highlights on top.
    """

    rgb: tuple[float, float, float]
    share: float
    metal: bool


def polish(
    rgb: Floats,
    depth: Floats,
    segments: NDArray[np.int32],
    finishes: dict[int, Finish],
    light: Light,
    view: View,
) -> None:
    """Paint the reflections onto `rgb` (H, W, 3) [0..255] in place.

    Args:
        depth: (H, W) distance from the camera's plane [m].
        segments: (H, W) body ids.
        finishes: body id -> finish of each body that mirrors anything.
    """
    rows, columns = np.nonzero(np.isin(segments, list(finishes)))
    if not len(rows):
        return
    normals, to_camera = _normals(depth, rows, columns, view.tangent)
    mirrored = 2 * (normals * to_camera).sum(1, keepdims=True) * normals - to_camera
    lamps = _lamps(mirrored, light)
    room = lamps + np.float32(light.room) + np.float32(0.25) * np.clip(mirrored[:, 2], 0, 1)
    tone = np.array(light.colour, np.float32) * np.float32(light.strength)
    owners = segments[rows, columns]
    seen = rgb[rows, columns]
    for body, finish in finishes.items():
        mine = np.nonzero(owners == body)[0]
        albedo = np.array(finish.rgb, np.float32)
        if finish.metal:
            shine = 255 * np.clip(room[mine, None] * albedo * tone, 0, 1)
            seen[mine] = (1 - finish.share) * seen[mine] + finish.share * shine
        else:
            seen[mine] += 255 * finish.share * lamps[mine, None] * albedo * tone
    rgb[rows, columns] = np.minimum(seen, 255)


def _normals(depth: Floats, rows: NDArray[np.intp], columns: NDArray[np.intp], tangent: float) -> tuple[Floats, Floats]:
    """(N, 3) normals and directions to the camera, in its axes: up in the picture, to its left, towards the camera."""
    last = len(depth) - 1
    across = _point(depth, rows, np.minimum(columns + 1, last), tangent) - _point(
        depth, rows, np.maximum(columns - 1, 0), tangent
    )
    down = _point(depth, np.minimum(rows + 1, last), columns, tangent) - _point(
        depth, np.maximum(rows - 1, 0), columns, tangent
    )
    normals = np.cross(across, down)
    normals *= np.sign(normals[:, 2:] + 1e-12)
    return _unit(normals), _unit(-_point(depth, rows, columns, tangent))


def _point(depth: Floats, rows: NDArray[np.intp], columns: NDArray[np.intp], tangent: float) -> Floats:
    size, far = len(depth), depth[rows, columns]
    up = (1 - (rows.astype(np.float32) + 0.5) / size * 2) * np.float32(tangent)
    left = (1 - (columns.astype(np.float32) + 0.5) / size * 2) * np.float32(tangent)
    return np.stack([up * far, left * far, -far], axis=1)


def _unit(vectors: Floats) -> Floats:
    return np.asarray(vectors / (np.linalg.norm(vectors, axis=1, keepdims=True) + 1e-9), np.float32)


def _lamps(mirrored: Floats, light: Light) -> Floats:
    """Brightness of the lamps in the directions `mirrored` (N, 3)."""
    brightness = np.zeros(len(mirrored), np.float32)
    for x, y, spread, strength in light.boxes:
        away = ((mirrored[:, :2] - np.array((x, y), np.float32)) ** 2).sum(1)
        brightness += np.float32(strength) * np.exp(-away / np.float32(2 * spread**2)) * (mirrored[:, 2] > 0)
    return brightness
