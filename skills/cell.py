"""The cell file: one YAML that the twin, the gate, the agent and the doctor read.

Lengths in metres, angles in radians, times in seconds, in the robot's base frame: +x away from the
robot, +y to the operator's left, +z up, z = 0 the table.
"""

from collections.abc import Mapping, Sequence
from math import hypot
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self, get_args

from pydantic import Field, field_validator, model_validator

from skills.approval import Approval
from skills.base import Finite, Value
from skills.call import Cause
from skills.cell_agent import AT_ONCE, Agent, Budgets, Planner, Recordings, Verifier
from skills.errors import BadInput, UnknownName
from skills.place import AnyPlace, Container, Fixture, Positive
from skills.robot import RobotModel, robot_model
from skills.roles import MOST, OTHERS, Role
from skills.spots import REACH
from skills.words import TRAY
from skills.yamlfile import parse_model, read_yaml

Vector = tuple[float, float, float]
PLACE_SLOTS: Final = ("place", "fixture")
"""Slots of skill cards that hold a place's name."""


class Gripper(Finite):
    """Parallel gripper. `holding_width`: with the fingers closed, wider than this means a part is held."""

    max_width: Positive
    force: Positive
    holding_width: Positive

    @model_validator(mode="after")
    def _holds_something(self) -> Self:
        if self.holding_width >= self.max_width:
            raise BadInput("robot.gripper.holding_width", self.holding_width, f"less than max_width, {self.max_width}")
        return self


class Robot(Finite):
    """Which arm, and where it rests.

    Attributes:
        model: a name of `skills/robots`.
        home: joints [rad] that keep it out of the overhead camera's view, the tool pointing down.
    """

    model: str
    home: tuple[float, ...]
    gripper: Gripper

    @property
    def description(self) -> RobotModel:
        """Its joints, its shape and its hand."""
        return robot_model(self.model)

    @field_validator("model")
    @classmethod
    def _is_known(cls, name: str) -> str:
        robot_model(name)
        return name


class CameraPose(Finite):
    """Where a camera stands and what it sees: `view` is the width of the square at `look_at` [m].

    `up` is the direction that points up in the picture. In the hand's frame where it is mounted there.
    """

    mount: Literal["world", "hand"]
    position: Vector
    look_at: Vector
    up: Vector
    view: Positive

    @model_validator(mode="after")
    def _looks_somewhere(self) -> Self:
        ahead = [there - here for there, here in zip(self.look_at, self.position, strict=True)]
        if hypot(*_cross(ahead, self.up)) < 1e-6:
            raise BadInput("look_at", self.look_at, f"away from position {self.position}, and not along up {self.up}")
        return self


class Camera(CameraPose):
    """A camera of the cell; `size` is the side of its pictures [pixels]."""

    size: Annotated[int, Field(ge=32, le=2048)]


class Heights(Finite):
    """How high the tool centre point goes over the table.

    Attributes:
        hover: over the tray before a grasp; lift: after it; both at least `over_grasp` over the grasp itself.
        above: over a bin, the belt or a fixture; bolts of 84 mm clear every wall of the default cell there.
        in_bin: where a part is let go in a bin.
        travel: where the way home begins, after a straight lift.
        air: a part whose middle is higher is in the gripper, or falls; for the twin.
    """

    hover: Positive = 0.12
    lift: Positive = 0.16
    over_grasp: Positive = 0.08
    above: Positive = 0.20
    in_bin: Positive = 0.085
    travel: Positive = 0.2
    air: Positive = 0.12


class KeepOut(Finite):
    """A box that no link and no held part may enter."""

    name: str
    low: Vector
    high: Vector

    @model_validator(mode="after")
    def _is_a_box(self) -> Self:
        _require_range(f"keep_outs.{self.name}.", self.low, self.high)
        return self


class Limits(Finite):
    """What the gate enforces. Sources: the robot's maker (joint limits; the cell file says where), the cell's own risk
    assessment (the rest). One entry a joint where a tuple stands. `table_clearance` is the lowest tool centre point
    outside every place.
    """

    joint_low: tuple[float, ...]
    joint_high: tuple[float, ...]
    joint_speed: tuple[Positive, ...]
    joint_acceleration: tuple[Positive, ...]
    joint_jerk: tuple[Positive, ...]
    tcp_speed: Positive
    elbow_speed: Positive
    tilt: Positive
    start_joint_distance: Positive
    workspace_low: Vector
    workspace_high: Vector
    collision_margin: Positive
    table_clearance: Positive = 0.06
    observation_age: Positive
    tracking_error: Positive

    @model_validator(mode="after")
    def _are_ranges(self) -> Self:
        _require_range("limits.joint_", self.joint_low, self.joint_high)
        _require_range("limits.workspace_", self.workspace_low, self.workspace_high)
        return self


class Cell(Value):
    """A whole cell. `checkpoints` maps a skill card's checkpoint name to a folder; "perceiver" is one.

    `name` names the folder of its state. `skills` are folders with skill cards beside the installed ones; in a cell
    file they are meant from where that file lies. `people` gives accounts of the system their roles; see
    `skills.roles`. `recovery` says how often a failure of a cause is worth another attempt.
    """

    name: Annotated[str, Field(pattern=r"^\w[\w .-]*$")]
    robot: Robot
    cameras: dict[str, Camera]
    places: dict[str, AnyPlace]
    heights: Heights = Heights()
    keep_outs: tuple[KeepOut, ...] = ()
    limits: Limits
    checkpoints: dict[str, str]
    skills: tuple[str, ...] = ()
    agent: Agent = Agent()
    recovery: Budgets = {}
    planner: Planner = Planner()
    verifier: Verifier = Verifier()
    approval: Approval = Approval()
    people: dict[str, Role] = {}
    recordings: Recordings = Recordings()

    @property
    def tray(self) -> Container:
        tray = self.places[TRAY]
        assert isinstance(tray, Container)  # checked when the cell was made
        return tray

    @property
    def destinations(self) -> tuple[str, ...]:
        """Names of the places that parts can be brought to."""
        return tuple(name for name in self.places if name != TRAY)

    @property
    def fixtures(self) -> dict[str, Fixture]:
        """The places that bolts are inserted into, by name."""
        return {name: place for name, place in self.places.items() if isinstance(place, Fixture)}

    @property
    def capacities(self) -> dict[str, int]:
        """How many parts a bin or belt takes until a person empties it, by name; only of those that say so."""
        limited = {name: getattr(place, "capacity", None) for name, place in self.places.items()}
        return {name: capacity for name, capacity in limited.items() if capacity is not None}

    def fixture(self, name: str) -> Fixture:
        """Raises: UnknownName when there is no such place, or it is no fixture."""
        if name not in self.fixtures:
            raise UnknownName("fixture", name, self.fixtures)
        return self.fixtures[name]

    def has_places_of(self, arguments: Mapping[str, str]) -> bool:
        """Whether every place and fixture that a call's arguments name stands in this cell."""
        return all(name in self.places for slot, name in arguments.items() if slot in PLACE_SLOTS)

    @model_validator(mode="after")
    def _is_coherent(self) -> Self:
        if TRAY not in self.places:
            raise UnknownName("places", TRAY, self.places, "Every cell has a tray.")
        if (kind := self.places[TRAY].kind) != "tray":
            raise BadInput(f"places.{TRAY}.kind", kind, "'tray'")
        if "overhead" not in self.cameras:
            raise UnknownName("cameras", "overhead", self.cameras, "The perceiver looks through it.")
        joints = len(self.robot.description.joints)
        if len(self.robot.home) != joints:
            raise BadInput("robot.home", len(self.robot.home), f"{joints} numbers, as a {self.robot.model} has joints")
        for field in ("joint_low", "joint_high", "joint_speed", "joint_acceleration", "joint_jerk"):
            if (have := len(getattr(self.limits, field))) != joints:
                raise BadInput(f"limits.{field}", have, f"{joints} numbers, one for each joint")
        for number, (low, at, high) in enumerate(
            zip(self.limits.joint_low, self.robot.home, self.limits.joint_high, strict=True)
        ):
            if not low <= at <= high:
                raise BadInput(f"robot.home.{number}", at, f"between {low} and {high}, the joint's limits")
        return self

    @field_validator("recovery")
    @classmethod
    def _can_be_tried_again(cls, budgets: Budgets) -> Budgets:
        for cause in budgets:
            if cause in AT_ONCE:
                causes = [known for known in get_args(Cause) if known not in AT_ONCE]
                raise UnknownName("recovery", cause, causes, "It is not tried again.")
        return budgets

    @model_validator(mode="after")
    def _is_looked_after(self) -> Self:
        for place in self.approval.places:
            if place not in self.destinations:
                raise UnknownName("approval.places", place, self.destinations)
        if self.people and MOST not in self.people.values():
            allowed = f"with at least one {MOST} (account: {MOST}, or {OTHERS}: {MOST}), who may open every stop"
            raise BadInput("people", self.people, allowed)
        return self

    @model_validator(mode="after")
    def _has_room(self) -> Self:
        if self.tray.half <= REACH:
            allowed = f"more than {REACH}, so that an open gripper fits between its walls"
            raise BadInput(f"places.{TRAY}.half", self.tray.half, allowed)
        return self


def _require_range(prefix: str, low: tuple[float, ...], high: tuple[float, ...]) -> None:
    """Raises: BadInput unless each of `low` is below its `high`; another number of joints is told elsewhere."""
    for index, (least, most) in enumerate(zip(low, high, strict=False)):
        if least >= most:
            raise BadInput(f"{prefix}low.{index}", least, f"less than {prefix}high.{index}, which is {most}")


def _cross(a: Sequence[float], b: Sequence[float]) -> Vector:
    return (a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0])


def load_cell(path: Path) -> Cell:
    """Read and check a cell file. Raises: BadInput, UnknownName."""
    return parse_cell(read_yaml(path), path)


def parse_cell(content: Any, path: Path) -> Cell:
    """The content of the cell file at `path`. Its folders of skills, and of checkpoints the ones that begin with a dot
    (`./weights/push`), are found from there. Raises: BadInput, UnknownName.
    """
    cell, here = parse_model(content, Cell, str(path)), path.parent.absolute()
    near = {name: str(here / folder) for name, folder in cell.checkpoints.items() if folder.startswith(".")}
    skills = tuple(str(here / folder) for folder in cell.skills)
    return cell.model_copy(update={"skills": skills, "checkpoints": {**cell.checkpoints, **near}})
