"""Shapes of bodies, each in the frame of a link: what collisions are looked for with.

Lengths in metres, angles in radians.
"""

from collections.abc import Sequence
from typing import Annotated, Final, Literal, Self

import numpy as np
from pydantic import Field, model_validator

from skills.base import Finite
from skills.errors import BadInput

FLAT: Final = 1e-5
"""Thinner than this is no solid [m]."""

Vector = tuple[float, float, float]
Positive = Annotated[float, Field(gt=0)]


class Frame(Finite):
    """A frame in that of `link`: its origin there, and its roll, pitch and yaw."""

    link: str
    position: Vector = (0.0, 0.0, 0.0)
    turn: Vector = (0.0, 0.0, 0.0)


class Capsule(Finite):
    """All points within `radius` of the line from `a` to `b`, in the frame of `link`."""

    kind: Literal["capsule"] = "capsule"
    link: str
    a: Vector
    b: Vector
    radius: Positive


class Block(Finite):
    """A box round `centre`, its sides along the axes of `link`."""

    kind: Literal["box"]
    link: str
    size: tuple[Positive, Positive, Positive]
    centre: Vector


class Hull(Finite):
    """The convex hull of corners in the frame of `link`, grown by `rounding` on all sides."""

    kind: Literal["hull"]
    link: str
    corners: Annotated[tuple[Vector, ...], Field(min_length=4)]
    rounding: Annotated[float, Field(ge=0)] = 0.0

    @model_validator(mode="after")
    def _is_solid(self) -> Self:
        if not _spans(self.corners, 3):
            raise BadInput(f"corners of {self.link}", self.corners, "corners that do not all lie in one plane")
        return self


class Prism(Finite):
    """A convex outline in y and z of `link`, drawn out along x to `width`; half a turn about z where `turned`."""

    kind: Literal["prism"]
    link: str
    outline: Annotated[tuple[tuple[float, float], ...], Field(min_length=3)]
    width: Positive
    turned: bool = False

    @model_validator(mode="after")
    def _is_solid(self) -> Self:
        if not _spans(self.outline, 2):
            raise BadInput(f"outline of {self.link}", self.outline, "corners that do not all lie in one line")
        return self


class Meshes(Finite):
    """The convex hull of all meshes with which the URDF describes `link` for collisions."""

    kind: Literal["meshes"]
    link: str


CORNERED: Final = ("box", "hull", "prism")
"""Kinds of shapes that the twin can give a hollow link."""

Shape = Annotated[Capsule | Block | Hull | Prism | Meshes, Field(discriminator="kind")]


def _spans(corners: Sequence[tuple[float, ...]], dimensions: int) -> bool:
    """Whether corners are thicker than FLAT in so many directions: libraries of hulls end the process on others."""
    spread = np.linalg.svd(np.array(corners) - np.mean(corners, axis=0), compute_uv=False)
    return len(spread) >= dimensions and bool(spread[dimensions - 1] > FLAT)
