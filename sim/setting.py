"""What may vary from scene to scene, and how far: the typed form of `sim/randomization/*.yaml`.

`default.yaml` says every range with its unit and meaning; each other file says only what differs from it.
"""

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Annotated, Any, ClassVar, Final, Literal, Self

from pydantic import Field, ValidationInfo, field_validator, model_validator

from skills.base import Value
from skills.errors import BadInput, UnknownName
from skills.yamlfile import parse_model, read_yaml

FOLDER: Final = Path(__file__).parent / "randomization"
DEFAULT: Final = "default"
"""What the others are laid over."""
TRAINING: Final = "training"
"""What data are made in."""
CALIBRATED: Final = "calibrated"
"""What scenarios are run in, where they name no other."""

Range = tuple[float, float]
CountRange = tuple[int, int]
Pattern = Literal["grain", "brushed", "speckle", "grid", "scratches"]
ThingKind = Literal["pen", "screwdriver", "coin", "swarf", "tape", "card"]
Clutter = Literal["separated", "touching", "heaped"]


class Ranges(Value):
    """Fields are ranges `[from, to]` that must lie within `ALLOWED`, where the picture still means something."""

    ALLOWED: ClassVar[Mapping[str, Range]] = {}

    @field_validator("*")
    @classmethod
    def _is_within(cls, value: Any, info: ValidationInfo) -> Any:
        bounds = cls.ALLOWED.get(info.field_name or "")
        if bounds is not None and not bounds[0] <= value[0] <= value[1] <= bounds[1]:
            raise ValueError(f"[from, to] with {bounds[0]} ≤ from ≤ to ≤ {bounds[1]}")
        return value


class LightRanges(Ranges):
    """The lamp and what polished parts mirror. See default.yaml."""

    ALLOWED = {
        "x": (-4, 4), "y": (-4, 4), "z": (0.3, 4), "warmth": (-3, 3), "tint": (-3, 3),
        "strength": (0.15, 1.6), "ambient": (0.1, 0.9), "shadow": (0, 1),
        "room": (0, 1), "box_strength": (0, 2),
    }  # fmt: skip
    x: Range
    y: Range
    z: Range
    warmth: Range
    tint: Range
    strength: Range
    ambient: Range
    shadow: Range
    room: Range
    box_strength: Range


class CameraRanges(Ranges):
    """How far each camera stands from where the cell file says. See default.yaml."""

    ALLOWED = {"position_mm": (-30, 30), "turn_deg": (-5, 5), "view_percent": (-10, 10)}
    position_mm: Range
    turn_deg: Range
    view_percent: Range


class SensorRanges(Ranges):
    """What lens and chip do to the light. See default.yaml."""

    ALLOWED = {"noise": (0, 25), "blur_px": (0, 3), "exposure": (0.3, 2)}
    noise: Range
    blur_px: Range
    exposure: Range


class SurfaceRanges(Ranges):
    """Tray and table. See default.yaml."""

    ALLOWED = {
        "gain": (0.4, 1.8), "tint": (-0.2, 0.2), "texture_contrast": (0, 0.6), "texture_scale_mm": (2, 60),
    }  # fmt: skip
    gain: Range
    tint: Range
    texture_contrast: Range
    texture_scale_mm: Range
    patterns: Annotated[tuple[Pattern, ...], Field(min_length=1)]


class MaterialRanges(Ranges):
    """How much parts mirror. See default.yaml."""

    ALLOWED = {"gloss": (0, 0.9), "sheen": (0, 0.4)}
    gloss: Range
    sheen: Range


class ThingRanges(Ranges):
    """Things on the tray that are no parts. See default.yaml."""

    ALLOWED = {"count": (1, 6)}
    share: Annotated[float, Field(ge=0, le=1)]
    count: CountRange
    zone: Literal["rim", "anywhere"]
    kinds: Annotated[tuple[ThingKind, ...], Field(min_length=1)]


class ClutterShares(Value):
    """Shares of the scenes in which parts lie separated, touching or heaped; they add up to 1."""

    separated: Annotated[float, Field(ge=0, le=1)]
    touching: Annotated[float, Field(ge=0, le=1)]
    heaped: Annotated[float, Field(ge=0, le=1)]

    @model_validator(mode="after")
    def _add_up(self) -> Self:
        if abs(self.separated + self.touching + self.heaped - 1) > 1e-6:
            raise ValueError("three shares that add up to 1")
        return self


class PartRanges(Ranges):
    """How many parts, and how they lie. See default.yaml."""

    ALLOWED = {"count": (1, 20)}
    count: CountRange
    clutter: ClutterShares


class PlaceRanges(Ranges):
    """How far bins stand from where the cell file says. See default.yaml."""

    ALLOWED = {"shift_mm": (-40, 40)}
    shift_mm: Range


class Setting(Value):
    """All that varies; `name` is the file's."""

    name: str
    light: LightRanges
    camera: CameraRanges
    sensor: SensorRanges
    surfaces: SurfaceRanges
    materials: MaterialRanges
    things: ThingRanges
    parts: PartRanges
    places: PlaceRanges


def setting_names() -> tuple[str, ...]:
    """The names that `load_setting` knows, the default first."""
    return tuple(sorted((path.stem for path in FOLDER.glob("*.yaml")), key=lambda name: (name != DEFAULT, name)))


@cache
def load_setting(name: str = DEFAULT) -> Setting:
    """The setting of that name. Raises: UnknownName, BadInput (a wrong field in its file)."""
    if name not in setting_names():
        raise UnknownName("setting", name, setting_names())
    return read_setting(FOLDER / f"{name}.yaml")


def read_setting(path: Path) -> Setting:
    """A setting file, laid over the default. Raises: UnknownName, BadInput."""
    base, change = read_yaml(FOLDER / f"{DEFAULT}.yaml"), read_yaml(path)
    if isinstance(change, Mapping) and "name" in change:
        raise BadInput(f"{path}: name", change["name"], "left out; a setting is named like its file")
    whole = _laid_over(base, change)
    return parse_model({**whole, "name": path.stem} if isinstance(whole, Mapping) else whole, Setting, str(path))


def _laid_over(base: Any, change: Any) -> Any:
    if not (isinstance(base, Mapping) and isinstance(change, Mapping)):
        return change
    return {**base, **{name: _laid_over(base.get(name), value) for name, value in change.items()}}
