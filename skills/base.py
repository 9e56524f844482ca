"""What every value between rooms is: frozen, checked once, and strict about unknown fields."""

from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict

from skills.errors import BadInput

FloatArray = NDArray[np.float64]
Image = NDArray[np.uint8]


class Value(BaseModel):
    """A frozen model; an unknown field is refused, because a misspelt limit must not be dropped."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Finite(Value):
    """Numbers that a person writes: a limit that is infinite, or no number, would be no limit."""

    model_config = ConfigDict(allow_inf_nan=False)


def frozen_array(field: str, values: Any, shape: tuple[int | None, ...]) -> FloatArray:
    """A read-only float64 copy of `values`; `None` in `shape` stands for any length.

    Raises: BadInput when the shape differs. Finiteness is the gate's to judge, so that a NaN
    that reaches it is recorded as a stop instead of being lost in an exception here.
    """
    array = np.array(values, dtype=np.float64)
    fits = array.ndim == len(shape) and all(
        want is None or have == want for have, want in zip(array.shape, shape, strict=True)
    )
    if not fits:
        wanted = "(" + ", ".join("any" if n is None else str(n) for n in shape) + ")"
        raise BadInput(field, array.shape, f"of shape {wanted}")
    array.setflags(write=False)
    return array


def frozen_image(field: str, pixels: Any) -> Image:
    """A read-only uint8 (H, W, 3) RGB copy of `pixels`. Raises: BadInput."""
    image = np.array(pixels)
    if image.dtype != np.uint8 or image.ndim != 3 or image.shape[2] != 3:
        raise BadInput(field, f"{image.dtype} {image.shape}", "uint8 of shape (height, width, 3)")
    image.setflags(write=False)
    return image
