"""What a robot is: its joints, its shape and its hand, as `skills/robots/*.yaml` describe them.

Lengths in metres, angles in radians. A cell file names a robot by the name of its file; nothing that is particular
to one stands in code.
"""

from functools import cache, cached_property
from pathlib import Path
from typing import Annotated, Final, Self

from pydantic import Field, model_validator

from skills.base import Finite
from skills.errors import BadInput, UnknownName
from skills.hand import Hand, Source, hand_model
from skills.shapes import Frame, Positive, Shape
from skills.yamlfile import load_model

ROBOTS: Final = Path(__file__).parent / "robots"
ALSO_MEETS: Final = ("hand", "fingers", "held part")
"""What stands in `meets` beside links."""


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
        return hand_model(self.hand)

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
