"""Faults that a scenario injects, as data. What each does to the cell is in `sim/injection.py`.

Every fault begins `after_s` seconds of cell time after the `at_call`-th call of the run has begun; `at_call: 0`
is before the first. A fault that lasts ends `seconds` later, or never where that is absent.
"""

from typing import Annotated, Literal, TypeAlias

from pydantic import Field

from skills.base import Finite
from skills.scene import PartQuery

CameraName = Literal["overhead", "wrist"]
Form = Literal["nan", "far", "beyond", "aside", "floor", "low", "empty", "other_call", "other_weights", "old_picture"]
Seconds = Annotated[float, Field(ge=0)]
Side = Literal["left", "right", "top", "bottom"]


class Fault(Finite):
    """When a fault begins: `after_s` [s] after the `at_call`-th call has begun."""

    at_call: Annotated[int, Field(ge=0)]
    after_s: Seconds = 0.0


class Lasting(Fault):
    """A fault that lasts `seconds`, or to the end."""

    seconds: Annotated[float, Field(gt=0)] | None = None


class Slip(Fault):
    """The part that hangs in the gripper slides out of it."""

    fault: Literal["slip"]


class Moved(Fault):
    """A person moves the first part that `part` describes to `to` [m from the tray's centre], or takes it away."""

    fault: Literal["moved"]
    part: PartQuery
    to: tuple[float, float] | None = None


class Kill(Fault):
    """The process is killed with signal 9."""

    fault: Literal["kill"]


class Black(Lasting):
    """A camera delivers black pictures."""

    fault: Literal["black"]
    camera: CameraName = "overhead"


class Frozen(Lasting):
    """A camera delivers its last picture again and again."""

    fault: Literal["frozen"]
    camera: CameraName = "overhead"


class Swapped(Lasting):
    """The cables of the two cameras are swapped."""

    fault: Literal["swapped"]


class Nudged(Lasting):
    """Somebody has knocked against a camera: it stands `shift_mm` and is turned `turn_deg` off, in its own axes, which
    are right, up and ahead.
    """

    fault: Literal["nudged"]
    camera: CameraName = "overhead"
    shift_mm: tuple[float, float, float] = (0.0, 0.0, 0.0)
    turn_deg: tuple[float, float, float] = (0.0, 0.0, 0.0)


class Turned(Lasting):
    """A camera's pictures come mirrored (left is right), and then turned by quarters counterclockwise."""

    fault: Literal["turned"]
    camera: CameraName = "overhead"
    quarters: Annotated[int, Field(ge=0, le=3)] = 0
    mirrored: bool = False


class Dimmed(Lasting):
    """All pictures are darker (or, above 1, brighter) by this gain."""

    fault: Literal["dimmed"]
    gain: Annotated[float, Field(gt=0, le=3)]


class Late(Lasting):
    """Every answer of a policy comes `by_s` [s] late."""

    fault: Literal["late"]
    by_s: Annotated[float, Field(gt=0)]


class Absent(Lasting):
    """The policies do not answer."""

    fault: Literal["absent"]


class Misheard(Lasting):
    """The policies are asked with another phrase than was said: they take another part than the one that was meant."""

    fault: Literal["misheard"]
    phrase: str


class Garbage(Lasting):
    """The policies' chunks are spoilt: numbers that are none, poses far out of reach, a fast jump through the
    tray's floor, rows missing, the whole way half a metre further away, 12 mm aside or 50 mm lower, or a chunk that
    answers another call, other weights or an older picture.
    """

    fault: Literal["garbage"]
    form: Form


class FullDisk(Lasting):
    """The disk of journal and audit is full."""

    fault: Literal["full_disk"]


class Stuck(Lasting):
    """The fingers do not move, whatever they are told."""

    fault: Literal["stuck"]


class Covered(Lasting):
    """Something dull hangs into a camera's view from one side of the picture and hides that share of it."""

    fault: Literal["covered"]
    camera: CameraName = "overhead"
    side: Side = "left"
    share: Annotated[float, Field(gt=0, le=1)]


class Encoders(Lasting):
    """The arm's joints are measured as no numbers."""

    fault: Literal["encoders"]


AnyFault: TypeAlias = Annotated[
    Slip
    | Moved
    | Kill
    | Black
    | Frozen
    | Swapped
    | Nudged
    | Turned
    | Dimmed
    | Late
    | Absent
    | Misheard
    | Garbage
    | FullDisk
    | Stuck
    | Covered
    | Encoders,
    Field(discriminator="fault"),
]
