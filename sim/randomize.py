"""How one scene looks and stands, drawn from a setting and a generator that are passed in."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from sim.parts.mesh import Points
from sim.setting import CameraRanges, Clutter, LightRanges, Range, SensorRanges, Setting, SurfaceRanges
from sim.textures import Texture
from sim.things import Thing, draw_things
from skills.spots import TRAY_HALF


@dataclass(frozen=True)
class Light:
    """How a scene is lit.

    Attributes:
        direction: towards the main lamp, unnormalized, robot base frame.
        colour: RGB gains of the lamp.
        strength: gain of lamp and ambient light together.
        ambient: share of ambient light; the rest is diffuse.
        shadow: share of the lamp's light that is gone in a shadow on the floor.
        boxes: (4, 4) soft boxes that polished parts mirror: x, y of the direction, spread, strength.
        room: brightness of the mirrored room.
    """

    direction: tuple[float, float, float]
    colour: tuple[float, float, float]
    strength: float
    ambient: float
    shadow: float
    boxes: tuple[tuple[float, float, float, float], ...]
    room: float


@dataclass(frozen=True)
class Jitter:
    """A camera away from its calibration: shift [m] and turn [rad] in its own axes, gain of the view's width."""

    shift: tuple[float, float, float]
    turn: tuple[float, float, float]
    view: float


@dataclass(frozen=True)
class Sensor:
    """Brightness noise (standard deviation, of 255), blur (standard deviation in pixels), gain of the picture."""

    noise: float
    blur: float
    exposure: float


@dataclass(frozen=True)
class Surface:
    """Gain of the colour, what is added to red, green and blue (0 to 1), texture."""

    gain: float
    tint: tuple[float, float, float]
    texture: Texture

    def paint(self, colour: Sequence[float]) -> tuple[float, float, float]:
        """`colour` with this gain and tint."""
        red, green, blue = np.clip(np.array(colour) * self.gain + self.tint, 0, 1).tolist()
        return red, green, blue


@dataclass(frozen=True)
class Appearance:
    """All that is random about a scene but its parts: how it looks, and where its things and bins stand.

    Attributes:
        cameras: jitter of each camera, by name.
        gloss: share of a polished pixel that is mirrored room.
        sheen: strength of the highlights on painted parts.
        things: what lies on the tray and is no part.
        shifts: of each bin's centre, by name [m].
    """

    light: Light
    cameras: dict[str, Jitter]
    sensor: Sensor
    tray: Surface
    table: Surface
    gloss: float
    sheen: float
    things: tuple[Thing, ...]
    shifts: dict[str, tuple[float, float]]


def draw_appearance(
    rng: np.random.Generator,
    setting: Setting,
    cameras: Sequence[str],
    bins: Sequence[str],
    outlines: Sequence[Points] = (),
    tray_half: float = TRAY_HALF,
) -> Appearance:
    """Draw everything once.

    Args:
        cameras, bins: names of what is jittered.
        outlines: of the parts ((N, 2) each, tray frame [m]), which things keep clear of.
        tray_half: inner half width of the tray that they lie on [m].
    """
    return Appearance(
        light=_light(rng, setting.light),
        cameras={name: _jitter(rng, setting.camera) for name in cameras},
        sensor=_sensor(rng, setting.sensor),
        tray=_surface(rng, setting.surfaces),
        table=_surface(rng, setting.surfaces),
        gloss=_one(rng, setting.materials.gloss),
        sheen=_one(rng, setting.materials.sheen),
        things=draw_things(rng, setting.things, outlines, tray_half),
        shifts={name: _two(rng, setting.places.shift_mm) for name in bins},
    )


def draw_count(rng: np.random.Generator, setting: Setting) -> int:
    """How many parts a scene has."""
    low, high = setting.parts.count
    return int(rng.integers(low, high + 1))


def draw_clutter(rng: np.random.Generator, setting: Setting) -> Clutter:
    """How the parts of a scene lie."""
    shares = setting.parts.clutter
    at = rng.random()
    if at < shares.separated:
        return "separated"
    return "touching" if at < shares.separated + shares.touching else "heaped"


def _light(rng: np.random.Generator, ranges: LightRanges) -> Light:
    direction = (_one(rng, ranges.x), _one(rng, ranges.y), _one(rng, ranges.z))
    warmth, tint = _one(rng, ranges.warmth), _one(rng, ranges.tint)
    main = np.array(direction[:2]) / np.linalg.norm(direction)
    spots = [main, *(rng.uniform(-0.9, 0.9, 2) for _ in range(3))]
    boxes = tuple(
        (float(spot[0]), float(spot[1]), float(rng.uniform(0.12, 0.4)), _one(rng, ranges.box_strength))
        for spot in spots
    )
    return Light(
        direction=direction,
        colour=(1 + 0.06 * warmth, 1 + 0.06 * tint, 1 - 0.10 * warmth),
        strength=_one(rng, ranges.strength),
        ambient=_one(rng, ranges.ambient),
        shadow=_one(rng, ranges.shadow),
        boxes=boxes,
        room=_one(rng, ranges.room),
    )


def _jitter(rng: np.random.Generator, ranges: CameraRanges) -> Jitter:
    shift = (_one(rng, ranges.position_mm), _one(rng, ranges.position_mm), _one(rng, ranges.position_mm))
    turn = (_one(rng, ranges.turn_deg), _one(rng, ranges.turn_deg), _one(rng, ranges.turn_deg))
    across, up, along = (value / 1000 for value in shift)
    pitch, yaw, roll = (float(np.deg2rad(value)) for value in turn)
    return Jitter((across, up, along), (pitch, yaw, roll), 1 + _one(rng, ranges.view_percent) / 100)


def _sensor(rng: np.random.Generator, ranges: SensorRanges) -> Sensor:
    return Sensor(_one(rng, ranges.noise), _one(rng, ranges.blur_px), _one(rng, ranges.exposure))


def _surface(rng: np.random.Generator, ranges: SurfaceRanges) -> Surface:
    tint = (_one(rng, ranges.tint), _one(rng, ranges.tint), _one(rng, ranges.tint))
    texture = Texture(
        pattern=ranges.patterns[rng.integers(len(ranges.patterns))],
        contrast=_one(rng, ranges.texture_contrast),
        scale=_one(rng, ranges.texture_scale_mm) / 1000,
        angle=float(rng.uniform(0, np.pi)),
        seed=int(rng.integers(2**31)),
    )
    return Surface(_one(rng, ranges.gain), tint, texture)


def _one(rng: np.random.Generator, span: Range) -> float:
    return float(rng.uniform(*span))


def _two(rng: np.random.Generator, span_mm: Range) -> tuple[float, float]:
    return _one(rng, span_mm) / 1000, _one(rng, span_mm) / 1000
