"""How the light of pictures is varied: in training, and in the shifted validation that no training sees."""

from typing import Annotated, Final, Self

from pydantic import Field, model_validator

from skills.base import Finite
from skills.errors import BadInput

Range = tuple[float, float]
Part = Annotated[float, Field(ge=0, le=1)]

HUE: Final = (-0.5, 0.5)


class Light(Finite):
    """Ranges, each drawn from anew for every picture.

    Attributes:
        brightness, contrast, saturation: factors; 1 changes nothing.
        hue: turns of the colour circle. A colour is a word here: see `colour_words.py`.
        white_balance: reach of warm to cold: gain of red up by the first, of blue down by the second, or the reverse.
        channel_gain: reach of each channel's own gain.
        gradient: greatest slope from one edge to the other, in any direction.
        noise: greatest standard deviation, of full scale.
    """

    brightness: Range = (1.0, 1.0)
    contrast: Range = (1.0, 1.0)
    saturation: Range = (1.0, 1.0)
    hue: Range = (0.0, 0.0)
    white_balance: tuple[Part, Part] = (0.0, 0.0)
    channel_gain: Part = 0.0
    gradient: Part = 0.0
    noise: Part = 0.0

    @property
    def turns_hue(self) -> bool:
        return self.hue != (0.0, 0.0)

    @model_validator(mode="after")
    def _ranges_are_some(self) -> Self:
        bounds = {"brightness": (0.0, 4.0), "contrast": (0.0, 4.0), "saturation": (0.0, 4.0), "hue": HUE}
        for field, (least, most) in bounds.items():
            low, high = getattr(self, field)
            if not least <= low <= high <= most:
                raise BadInput(f"light.{field}", [low, high], f"[low, high] from {least} to {most}")
        return self


TRAY: Final = Light(
    brightness=(0.85, 1.15),
    contrast=(0.85, 1.15),
    white_balance=(0.12, 0.25),
    channel_gain=0.03,
    gradient=0.15,
    noise=0.03,
)
"""What the twin's own weights are trained with: no hue, for colour is meaning."""
CAMERA: Final = Light(brightness=(0.8, 1.2), contrast=(0.8, 1.2), saturation=(0.5, 1.5), hue=(-0.05, 0.05))
"""What pictures of a real camera are trained with, unless a configuration says otherwise."""
SHIFTED: Final = Light(brightness=(0.7, 1.0), contrast=(1.0, 1.3), saturation=(0.5, 1.2), hue=(-0.08, 0.06))
"""Validation under light that training does not show: darker, harder, paler, turned to one side."""


class Augmentation(Finite):
    """Of pictures in training, and of those that shifted validation is measured on."""

    training: Light = TRAY
    shifted: Light = SHIFTED
