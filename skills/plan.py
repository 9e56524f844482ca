"""What an instruction becomes: a quantified plan, a question, an answer, a refusal or a control word."""

from typing import Annotated, Final, Literal, Self

from pydantic import Field, model_validator

from skills.base import Value
from skills.errors import BadInput, UnknownName
from skills.regions import REGIONS
from skills.scene import PartQuery, PerceivedPart
from skills.words import TRAY, Size

PlanOutcome = Literal["planned", "question", "refused", "answer", "control"]
Control = Literal["stop", "pause", "resume", "cancel"]
Ended = Literal["agreed", "taken", "offered", "not taken"]
"""What became of a chat model's plan."""

GRIPPER: Final = "gripper"
"""The source of a step that puts back what is held."""


class Step(Value):
    """One move: that many of the parts that `part` means, from `source` to `destination`.

    `quantity` counts parts; "all" ends when two fresh looks find none. With `at_most`, fewer parts
    than `quantity` are right as well ("up to three nuts").

    Attributes:
        source: the tray, or the gripper for what is put back on it.
        skill: what moves each of them on the tray, to the region `destination`; None where parts are picked and
            brought to the place `destination`.
    """

    part: PartQuery
    quantity: Literal["all"] | Annotated[int, Field(ge=1)] = "all"
    at_most: bool = False
    source: str = TRAY
    destination: str
    skill: str | None = None

    @model_validator(mode="after")
    def _ends_in_a_region(self) -> Self:
        if self.skill is not None and self.destination not in REGIONS:
            raise UnknownName("destination", self.destination, REGIONS)
        return self

    @model_validator(mode="after")
    def _at_most_counts(self) -> Self:
        if self.at_most and self.quantity == "all":
            raise BadInput("at_most", True, "set only where quantity is a number")
        return self

    def describe(self) -> str:
        many = "all" if self.quantity == "all" else f"{'up to ' if self.at_most else ''}{self.quantity}"
        how = f"{self.skill}: " if self.skill else ""
        return f"{how}{many} × {self.part.describe()} → {self.destination}"


class Plan(Value):
    """The steps in the order in which they are done; the planner has named no single object."""

    steps: tuple[Step, ...]


class Past(Value):
    """The run before an instruction: what "do the same", "put it back" and "the other one" point back to.

    Attributes:
        plan: its steps.
        moved: for each step, how many parts it brought to its destination, where they lie now.
        target: the part that was to be moved last, as it was seen on the tray.
        holding: whether something is in the gripper now.
        asked_since: something was asked since then, or refused: "them" may mean what that was about.
    """

    plan: Plan
    moved: tuple[Annotated[int, Field(ge=0)], ...]
    target: PerceivedPart | None = None
    holding: bool = False
    asked_since: bool = False

    @model_validator(mode="after")
    def _counts_each_step(self) -> Self:
        if len(self.moved) != len(self.plan.steps):
            raise BadInput("moved", self.moved, f"one number for each of {len(self.plan.steps)} steps")
        return self


class Hole(Value):
    """One hole of a fixture; it takes one bolt of its size."""

    fixture: str
    size: Size

    def describe(self) -> str:
        return f"{self.size} hole of the {self.fixture}"


class Consulted(Value):
    """What a chat model was asked about one instruction, and what it cost.

    Attributes:
        model: its name, "provider:name".
        prompts: what it was told, each "name@version".
        calls: how often it was asked: once, and once more for each repair.
        tokens_in, tokens_out: as the provider counts them, else estimated by length.
        seconds: from the first question to the last answer.
        cost: by the cell file's prices, in their currency; None where it has none.
        ended: it read the same as the grammar, its plan was taken, its plan was offered to a person, or the grammar's
            reading was taken without it.
        reason: why nothing of it was taken.
    """

    model: str
    prompts: tuple[str, ...]
    calls: int
    tokens_in: int
    tokens_out: int
    seconds: float
    cost: float | None = None
    ended: Ended
    reason: str = ""


class Understanding(Value):
    """What a planner made of one instruction.

    Attributes:
        plan: set where the outcome is `planned`.
        text: the question, the reason for the refusal, or the answer; may introduce a plan.
        choices: for a question, the answers that would do.
        command: set where the outcome is `control`.
        freed: the holes that the person says are empty again; only beside an answer.
        consulted: what a chat model had to do with it; None where none was asked.
        emptied: the places that the person says are empty again; only beside an answer.
    """

    outcome: PlanOutcome
    plan: Plan | None = None
    text: str = ""
    choices: tuple[str, ...] = ()
    command: Control | None = None
    freed: tuple[Hole, ...] = ()
    consulted: Consulted | None = None
    emptied: tuple[str, ...] = ()

    @property
    def by_model(self) -> bool:
        """The plan is a chat model's, which the grammar alone did not read."""
        return self.consulted is not None and self.consulted.ended == "taken"

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if (self.outcome == "planned") != bool(self.plan and self.plan.steps):
            raise BadInput("plan", self.plan, "at least one step where the outcome is planned, else absent")
        if (self.outcome == "control") != (self.command is not None):
            raise BadInput("command", self.command, "set exactly where the outcome is control")
        if self.freed and self.outcome != "answer":
            raise BadInput("freed", self.freed, "empty unless the outcome is answer")
        if self.emptied and self.outcome != "answer":
            raise BadInput("emptied", self.emptied, "empty unless the outcome is answer")
        if self.outcome in ("question", "refused", "answer") and not self.text:
            raise BadInput("text", self.text, f"said where the outcome is {self.outcome}")
        return self
