"""The cell's cameras, rendered by TinyRenderer: no display, no GPU, the same picture on every machine.

TinyRenderer draws what stands up; the flat surfaces under it, which would cost it most of its time, are
painted by `sim.floor`, and polished metal by `sim.gloss`.
"""

from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from sim.engine import pybullet
from sim.floor import SPECULAR, Floor, lay_floors
from sim.gloss import Finish, polish
from sim.randomize import Light, Sensor
from sim.view import View
from skills.base import Image

NEAR, FAR = 0.03, 1.6

Floats = NDArray[np.float32]


@dataclass(frozen=True)
class Stage:
    """What there is to see but for the bodies: light, lens, the floors under them, how bodies mirror the room."""

    light: Light
    sensor: Sensor
    floors: tuple[Floor, ...]
    finishes: dict[int, Finish]


@dataclass(frozen=True)
class Shot:
    """What TinyRenderer saw: rgb (H, W, 3) [0..255], distance from the camera's plane (H, W) [m], body ids (H, W).

    Where no body is, the id is -1.
    """

    rgb: Floats
    depth: Floats
    segments: NDArray[np.int32]


def photograph(world: Any, view: View, size: int, stage: Stage, rng: np.random.Generator) -> Image:
    """An RGB picture (size, size, 3); `rng` draws the sensor noise."""
    shot = shoot(world, view, size, stage.light)
    lay_floors(shot.rgb, shot.depth, shot.segments, view, stage.floors, stage.light)
    polish(shot.rgb, shot.depth, shot.segments, stage.finishes, stage.light, view)
    return _develop(shot.rgb, stage.sensor, rng)


def shoot(world: Any, view: View, size: int, light: Light) -> Shot:
    """Render the bodies alone."""
    matrix = world.computeViewMatrix(view.eye.tolist(), (view.eye + view.forward).tolist(), view.up.tolist())
    projection = world.computeProjectionMatrixFOV(2 * np.degrees(np.arctan(view.tangent)), 1, NEAR, FAR)
    _, _, rgba, buffer, segments = world.getCameraImage(
        size,
        size,
        matrix,
        projection,
        lightDirection=light.direction,
        lightColor=light.colour,
        lightAmbientCoeff=light.ambient * light.strength,
        lightDiffuseCoeff=(0.95 - light.ambient) * light.strength,
        lightSpecularCoeff=SPECULAR * light.strength,
        shadow=0,  # it casts none at this scale, and takes 2 to 13 ms for them
        renderer=pybullet.ER_TINY_RENDERER,
        flags=pybullet.ER_SEGMENTATION_MASK_OBJECT_AND_LINKINDEX,  # a mark is a link: it does not shine
    )
    rgb = np.asarray(rgba, np.uint8).reshape(size, size, 4)[..., :3].astype(np.float32)
    depth = FAR * NEAR / (FAR - (FAR - NEAR) * np.asarray(buffer, np.float32).reshape(size, size))
    return Shot(rgb, depth, np.asarray(segments, np.int32).reshape(size, size))


def _develop(rgb: Floats, sensor: Sensor, rng: np.random.Generator) -> Image:
    if sensor.blur > 0.2:  # a narrower kernel has no neighbours
        rgb = np.asarray(cv2.GaussianBlur(rgb, (0, 0), sensor.blur), np.float32)
    rgb *= np.float32(sensor.exposure)
    rgb += np.float32(sensor.noise) * rng.standard_normal((*rgb.shape[:2], 1), dtype=np.float32)
    return np.clip(rgb, 0, 255, out=rgb).astype(np.uint8)
