"""What a gripper is: its fingers, its shape and the room that it needs, as `skills/robots/hands/*.yaml` describe them.

Lengths in metres, angles in radians.
"""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Annotated, Final, Self

import numpy as np
from pydantic import Field, model_validator

from skills.base import Finite, FloatArray, Value
from skills.errors import BadInput, UnknownName
from skills.shapes import CORNERED, Frame, Positive, Shape
from skills.yamlfile import load_model

HANDS: Final = Path(__file__).parent / "robots" / "hands"


class Source(Value):
    """A URDF: `file` in the folder of the installed `package`."""

    package: Annotated[str, Field(pattern=r"^\w[\w-]*$")]
    file: Annotated[str, Field(min_length=1)]


class Finger(Finite):
    """One finger of a gripper.

    Attributes:
        shape: in the frame of its link.
        joint: what moves it; none where it stands still.
        share: of the opening that it makes; 0 where it stands still.
        travel: (way of its tip from the middle [m], position of its joint) pairs, rising; none where both are one.
        speed: of its joint [m/s or rad/s].
        lever: effort of its joint for each newton at its tip [N or Nm].
    """

    shape: Shape
    joint: str | None = None
    share: Annotated[float, Field(ge=0, le=1)] = 0.0
    travel: tuple[tuple[float, float], ...] = ()
    speed: Positive = 0.1
    lever: Positive = 1.0

    @model_validator(mode="after")
    def _moves(self) -> Self:
        if (self.joint is None) != (self.share == 0):
            raise BadInput(f"share of {self.link}", self.share, "more than 0 where the finger has a joint, and else 0")
        if self.travel and not (len(self.travel) > 1 and np.all(np.diff(self.travel, axis=0) > 0)):
            raise BadInput(f"travel of {self.link}", self.travel, "two pairs or more, both of their numbers rising")
        return self

    @property
    def link(self) -> str:
        return self.shape.link

    def position(self, width: FloatArray | float) -> FloatArray:
        """Position of the joint with the fingers `width` apart [m]."""
        way = np.asarray(width * self.share, dtype=np.float64)
        return way if not self.travel else _line(way, [at for at, _ in self.travel], [to for _, to in self.travel])

    def way(self, position: float) -> float:
        """How far its tip is from the middle with the joint there [m]."""
        if not self.travel:
            return position
        return float(_line(np.asarray(position), [to for _, to in self.travel], [at for at, _ in self.travel]))


class Room(Finite):
    """The gripper seen from above, for finding room round a part.

    Attributes:
        finger_half: half of a finger's width, along the part's axis.
        tip_depth: how far a finger's tip reaches outward from its inner face …
        root_depth: … and, from `root_from` above the tool centre point, its root.
        tip_below: the finger tips reach this far below the tool centre point.
        palm_half: half extents of the hand along and across the part's axis …
        palm_above: … and its underside over the tool centre point.
    """

    finger_half: Positive
    tip_depth: Positive
    root_depth: Positive
    root_from: float
    tip_below: Positive
    palm_half: tuple[Positive, Positive]
    palm_above: Positive


class Hand(Finite):
    """A gripper.

    Attributes:
        source: a URDF that holds it, and the link that it begins with; none where it is part of its arm's.
        link: the frame that a camera in the hand is mounted in.
        tcp: the tool centre point: z along the fingers, y along the way that they close, the first one on its
            positive side; where they meet.
        bodies: its shape without its fingers.
        tip_below: how far the finger tips reach beyond the tool centre point, for the gate.
        hollow: links whose meshes' hulls would fill the grip: there the twin, too, takes the shapes given here.
        prefix, suffix: what its links' names begin and end with, and a person need not read.
    """

    source: Source | None = None
    root: str
    link: str
    tcp: Frame
    bodies: Annotated[tuple[Shape, ...], Field(min_length=1)]
    fingers: tuple[Finger, Finger]
    tip_below: Positive
    room: Room
    hollow: tuple[str, ...] = ()
    prefix: str = ""
    suffix: str = ""

    @property
    def moving(self) -> tuple[Finger, ...]:
        """The fingers that a motor moves, in the order of their joints."""
        return tuple(finger for finger in self.fingers if finger.joint is not None)

    @property
    def skew(self) -> float:
        """How far the middle between the fingers is from the tool centre point, along y, as a share of the opening."""
        one, other = self.fingers
        return (one.share - other.share) / 2

    @model_validator(mode="after")
    def _opens(self) -> Self:
        if abs(sum(finger.share for finger in self.fingers) - 1) > 1e-9:
            raise BadInput("fingers: share", [finger.share for finger in self.fingers], "shares that make 1 together")
        shapes = (*self.bodies, *(finger.shape for finger in self.fingers))
        for link in self.hollow:
            kinds = {shape.kind for shape in shapes if shape.link == link}
            if not kinds or kinds - set(CORNERED):
                raise BadInput("hollow", link, f"a link whose shapes are described here, as {', '.join(CORNERED)}")
        return self


@cache
def hand_model(name: str) -> Hand:
    """Raises: UnknownName."""
    known = sorted(path.stem for path in HANDS.glob("*.yaml"))
    if name not in known:
        raise UnknownName("hand", name, known)
    return load_model(HANDS / f"{name}.yaml", Hand)


def _line(at: FloatArray, xs: Sequence[float], ys: Sequence[float]) -> FloatArray:
    """Straight from point to point, and on beyond the ends as the first and the last stretch go."""
    x, y = np.array(xs), np.array(ys)
    piece = np.clip(np.searchsorted(x, at) - 1, 0, len(x) - 2)
    slope = (y[piece + 1] - y[piece]) / (x[piece + 1] - x[piece])
    return np.asarray(y[piece] + slope * (at - x[piece]))
