"""What a robot is: its joints, its shape and its hand, as `skills/robots/*.yaml` describe them.

Lengths in metres, angles in radians. A cell file names a robot by the name of its file; nothing that is particular
to one stands in code.
"""

from collections.abc import Sequence
from functools import cache, cached_property
from pathlib import Path
from typing import Annotated, Final, Literal, Self

import numpy as np
from pydantic import Field, model_validator

from skills.base import Finite, FloatArray, Value
from skills.errors import BadInput, UnknownName
from skills.yamlfile import load_model

ROBOTS: Final = Path(__file__).parent / "robots"
HANDS: Final = ROBOTS / "hands"
FLAT: Final = 1e-5
"""Thinner than this is no solid [m]."""
ALSO_MEETS: Final = ("hand", "fingers", "held part")
"""What stands in `meets` beside links."""

Vector = tuple[float, float, float]
Positive = Annotated[float, Field(gt=0)]


class Source(Value):
    """A URDF: `file` in the folder of the installed `package`."""

    package: Annotated[str, Field(pattern=r"^\w[\w-]*$")]
    file: Annotated[str, Field(min_length=1)]


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


class RobotModel(Finite):
    """An arm with its hand.

    Attributes:
        maker: who makes it, and what it is called.
        source: its URDF, with meshes, for the twin; `gate`: for the gate, where that has one of its own.
        joints: of the arm, from the base; effort: what each can exert [Nm].
        elbow: the joint whose origin swings furthest out of the line from shoulder to wrist, from 1.
        bodies: its shape without the hand.
        fixed: links that stand on the table and can't reach anything else of the cell.
        meets: which other links, of the hand too, each link can meet; "hand", "fingers" and "held part" are such.
            The others are neighbours, or their joints' limits keep them apart.
        hand: name of a file in `skills/robots/hands`; flange: where it is mounted, if the URDF does not hold it.
        prefix, suffix: what its links' names begin and end with, and a person need not read.
    """

    maker: str
    source: Source
    gate: Source | None = None
    joints: Annotated[tuple[str, ...], Field(min_length=1)]
    effort: tuple[Positive, ...]
    elbow: Annotated[int, Field(ge=1)]
    bodies: Annotated[tuple[Shape, ...], Field(min_length=1)]
    fixed: tuple[str, ...]
    meets: Annotated[dict[str, Annotated[tuple[str, ...], Field(min_length=1)]], Field(min_length=1)]
    hand: str
    flange: Frame | None = None
    prefix: str = ""
    suffix: str = ""

    @cached_property
    def tool(self) -> Hand:
        """The hand that it carries. Raises: UnknownName."""
        return _hand(self.hand)

    def spoken(self, link: str) -> str:
        """A link's name for people."""
        for part in (self.tool, self):
            link = link.removeprefix(part.prefix).removesuffix(part.suffix)
        return link.replace("_", " ")

    @property
    def links(self) -> dict[str, tuple[str, ...]]:
        """The links that it names, by field."""
        hand = self.tool
        met = {name for pair in self.meets.items() for name in (pair[0], *pair[1])}
        return {
            "bodies": tuple(shape.link for shape in self.bodies),
            "fixed": self.fixed,
            "meets": tuple(sorted(met.difference(ALSO_MEETS))),
            f"{self.hand}: root": (hand.root,),
            f"{self.hand}: link": (hand.link,),
            f"{self.hand}: tcp.link": (hand.tcp.link,),
            f"{self.hand}: bodies": tuple(shape.link for shape in hand.bodies),
            f"{self.hand}: fingers": tuple(finger.link for finger in hand.fingers),
            f"{self.hand}: hollow": hand.hollow,
        }

    @model_validator(mode="after")
    def _is_coherent(self) -> Self:
        if len(self.effort) != len(self.joints):
            raise BadInput("effort", len(self.effort), f"{len(self.joints)} numbers, one for each joint")
        if self.elbow > len(self.joints):
            raise BadInput("elbow", self.elbow, f"one of the {len(self.joints)} joints, from 1")
        return self


def robot_names() -> tuple[str, ...]:
    """The robots that a cell file can name."""
    return tuple(sorted(path.stem for path in ROBOTS.glob("*.yaml")))


@cache
def robot_model(name: str) -> RobotModel:
    """Raises: UnknownName."""
    if name not in robot_names():
        raise UnknownName("robot.model", name, robot_names())
    return load_model(ROBOTS / f"{name}.yaml", RobotModel)


@cache
def _hand(name: str) -> Hand:
    known = sorted(path.stem for path in HANDS.glob("*.yaml"))
    if name not in known:
        raise UnknownName("hand", name, known)
    return load_model(HANDS / f"{name}.yaml", Hand)


def _spans(corners: Sequence[tuple[float, ...]], dimensions: int) -> bool:
    """Whether corners are thicker than FLAT in so many directions: libraries of hulls end the process on others."""
    spread = np.linalg.svd(np.array(corners) - np.mean(corners, axis=0), compute_uv=False)
    return len(spread) >= dimensions and bool(spread[dimensions - 1] > FLAT)


def _line(at: FloatArray, xs: Sequence[float], ys: Sequence[float]) -> FloatArray:
    """Straight from point to point, and on beyond the ends as the first and the last stretch go."""
    x, y = np.array(xs), np.array(ys)
    piece = np.clip(np.searchsorted(x, at) - 1, 0, len(x) - 2)
    slope = (y[piece + 1] - y[piece]) / (x[piece + 1] - x[piece])
    return np.asarray(y[piece] + slope * (at - x[piece]))
