"""The cell's cameras, rendered by TinyRenderer: no display, no GPU, the same picture on every machine."""

from typing import Any

import numpy as np
import pybullet

from sim.gloss import polish
from sim.randomize import Appearance
from skills.base import Image
from skills.cell import Camera

NEAR, FAR = 0.03, 1.6


def field_of_view(camera: Camera) -> float:
    """Tangent of half the field of view: `view` is the width seen at `look_at`."""
    return camera.view / 2 / float(np.linalg.norm(np.subtract(camera.look_at, camera.position)))


def photograph(
    world: Any,
    camera: Camera,
    appearance: Appearance,
    polished: dict[int, tuple[float, ...]],
    rng: np.random.Generator,
    frame: tuple[Any, Any] | None = None,
) -> Image:
    """An RGB picture (size, size, 3).

    Args:
        polished: body id -> colour of the parts that mirror the room.
        rng: draws the sensor noise.
        frame: position and rotation matrix (3, 3) of the hand for a camera mounted on it.
    """
    eye, target, up = (np.array(v, dtype=float) for v in (camera.position, camera.look_at, camera.up))
    if frame is not None:
        origin, turn = frame
        eye, target, up = origin + turn @ eye, origin + turn @ target, turn @ up
    view = world.computeViewMatrix(eye.tolist(), target.tolist(), up.tolist())
    tangent = field_of_view(camera)
    projection = world.computeProjectionMatrixFOV(2 * np.degrees(np.arctan(tangent)), 1, NEAR, FAR)
    light = appearance.light
    size = camera.size
    _, _, rgba, buffer, segments = world.getCameraImage(
        size,
        size,
        view,
        projection,
        lightDirection=light.direction,
        lightColor=light.colour,
        lightAmbientCoeff=light.ambient,
        lightDiffuseCoeff=0.95 - light.ambient,
        lightSpecularCoeff=0.05,
        shadow=1,
        renderer=pybullet.ER_TINY_RENDERER,
        flags=pybullet.ER_SEGMENTATION_MASK_OBJECT_AND_LINKINDEX,  # a mark is a link: it does not shine
    )
    rgb = np.asarray(rgba, np.uint8).reshape(size, size, 4)[..., :3].astype(np.float32)
    if polished and camera.mount == "world":
        depth = FAR * NEAR / (FAR - (FAR - NEAR) * np.asarray(buffer, np.float32).reshape(size, size))
        polish(rgb, depth, np.asarray(segments).reshape(size, size), polished, light, tangent)
    rgb += rng.normal(0, appearance.noise, (size, size, 1)).astype(np.float32)
    return np.clip(rgb, 0, 255).astype(np.uint8)
