"""What varies from scene to scene, each with its documented range. Drawn from a generator that is passed in."""

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class Light:
    """How a scene is lit.

    Attributes:
        direction: of the main lamp; x, y in ±1, z 1 to 2 (unnormalized, robot base frame).
        colour: RGB gains; colour temperature, cool to warm: R 1 ± 0.06, B 1 ∓ 0.10.
        ambient: share of ambient light, 0.50 to 0.65; the rest is diffuse.
        boxes: (4, 4) soft boxes that polished parts mirror: x, y of the direction, spread, strength.
        room: brightness of the mirrored room, 0.25 to 0.45.
    """

    direction: tuple[float, float, float]
    colour: tuple[float, float, float]
    ambient: float
    boxes: tuple[tuple[float, float, float, float], ...]
    room: float


@dataclass(frozen=True)
class Appearance:
    """Everything random about how a scene looks: light, tray shade (gain 0.85 to 1.15), sensor noise [0..255]."""

    light: Light
    tray_gain: float
    noise: float


def draw_light(rng: np.random.Generator) -> Light:
    direction = (float(rng.uniform(-1, 1)), float(rng.uniform(-1, 1)), float(rng.uniform(1, 2)))
    warmth = float(rng.uniform(-1, 1))
    main = np.array(direction[:2]) / np.linalg.norm(direction)
    spots = [main, *(rng.uniform(-0.9, 0.9, 2) for _ in range(3))]
    boxes = tuple(
        (float(spot[0]), float(spot[1]), float(rng.uniform(0.12, 0.4)), float(rng.uniform(0.4, 1.1))) for spot in spots
    )
    return Light(
        direction=direction,
        colour=(1 + 0.06 * warmth, 1.0, 1 - 0.10 * warmth),
        ambient=float(rng.uniform(0.50, 0.65)),
        boxes=boxes,
        room=float(rng.uniform(0.25, 0.45)),
    )


def draw_appearance(rng: np.random.Generator) -> Appearance:
    return Appearance(light=draw_light(rng), tray_gain=float(rng.uniform(0.85, 1.15)), noise=2.0)
