"""Skill cards: what a skill is called, how its phrase is rendered, when it ends, what it must show."""

import itertools
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Annotated, Final, Literal, Self, get_args

from pydantic import Field, model_validator

from skills.base import Finite, Value
from skills.demonstration import Waypoint
from skills.errors import BadInput, UnknownName
from skills.regions import REGIONS
from skills.words import BRINGING, PART_SLOTS, Kind
from skills.yamlfile import load_model

_SLOT = re.compile(r"\{(\w+)\}")

StartPose = Literal["home", "holding"]
DoneCheck = Literal["part_in_gripper", "part_released", "part_inserted", "part_at_region"]
START_POSES: Final[tuple[StartPose, ...]] = get_args(StartPose)
DONE_CHECKS: Final[tuple[DoneCheck, ...]] = get_args(DoneCheck)
AT_REGION: Final = "part_at_region"
KIND: Final = "kind"
"""The parameter that says which parts are meant …"""
ANY_PART: Final = "part"
"""… with this value any."""


class Parameter(Value):
    """The values that a slot of the phrase may take; an optional one may be left out.

    `said` gives the words of a value that is not said in the phrase as it is named ("on the conveyor belt").
    """

    values: Annotated[tuple[str, ...], Field(min_length=1)]
    said: dict[str, str] = {}
    optional: bool = False

    @model_validator(mode="after")
    def _says_its_values(self) -> Self:
        for value in self.said:
            if value not in self.values:
                raise UnknownName("said", value, self.values)
        return self


class Budget(Finite):
    """How long one call may take: cell seconds of motion, and action chunks."""

    seconds: Annotated[float, Field(gt=0)]
    chunks: Annotated[int, Field(ge=1)]


class Example(Value):
    """An instruction and the arguments of the call that it leads to, for planners and for the tests."""

    instruction: str
    arguments: dict[str, str]


class SkillCard(Value):
    """One skill as data (`skills/library/*.yaml`).

    Attributes:
        phrase: the trained sentence with a {slot} for each parameter; an omitted slot leaves no gap.
        never: combinations of values that name nothing ("M8 gear"); a call that holds one is refused.
        checkpoint: which weights act on it; the key under `checkpoints` in the cell file.
        start_pose: where the robot must stand when it begins; the trained start pose.
        done_check: what the verifier must see for success: `part_in_gripper` (it left the tray, and the fingers are
            closed on something), `part_released` (the fingers are open, and it is not on the tray), `part_inserted`
            (the same, over a hole), `part_at_region` (it lies in the card's region, and nothing else has moved).
        region: where `part_at_region` wants the part, one of `skills.regions.REGIONS`, with a {slot} where a
            parameter chooses it.
        demonstration: how the twin's demonstrator shows it, for skills that move a part on the tray; back at the start
            pose it ends.
        budget: the call is ended when it is spent, a motion under way with it; then somebody looks what came of it.
    """

    name: Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]*$")]
    summary: str
    phrase: str
    parameters: dict[str, Parameter]
    never: tuple[dict[str, tuple[str, ...]], ...] = ()
    checkpoint: str
    start_pose: StartPose
    done_check: DoneCheck
    region: str | None = None
    demonstration: tuple[Waypoint, ...] = ()
    budget: Budget
    examples: tuple[Example, ...] = ()

    @model_validator(mode="after")
    def _slots_are_parameters(self) -> Self:
        slots = _SLOT.findall(self.phrase)
        if sorted(slots) != sorted(self.parameters):
            raise BadInput(f"phrase of card {self.name}", slots, f"with just the slots {sorted(self.parameters)}")
        for ban in self.never:
            for slot, values in ban.items():
                self._check_slot(slot)
                for value in values:
                    self._check_value(slot, value)
        for example in self.examples:
            self.render(example.arguments)
        return self

    @model_validator(mode="after")
    def _regions_are_known(self) -> Self:
        if (self.region is not None) != (self.done_check == AT_REGION):
            allowed = (
                f"given just where done_check is {AT_REGION!r}: one of {', '.join(REGIONS)}, or a {{slot}} of them"
            )
            raise BadInput("region", self.region, allowed)
        if self.region is None:
            return self
        for slot in _SLOT.findall(self.region):
            self._check_slot(slot)
            if self.parameters[slot].optional:
                raise BadInput("region", self.region, f"said in every phrase; parameter {slot!r} may be left out")
        for arguments in self.calls():
            self.region_of(arguments)
        return self

    @model_validator(mode="after")
    def _moves_on_the_tray(self) -> Self:
        if self.done_check == AT_REGION:
            if self.start_pose != "home":
                raise BadInput("start_pose", self.start_pose, f"'home' where done_check is {AT_REGION!r}")
            if KIND not in self.parameters or self.parameters[KIND].optional:
                allowed = f"a phrase with the slot {{{KIND}}}, never left out: it says which parts are meant"
                raise BadInput("phrase", self.phrase, allowed)
            for slot in self.parameters:
                if slot not in PART_SLOTS and f"{{{slot}}}" not in str(self.region):
                    allowed = f"one of {', '.join(PART_SLOTS)}, or a slot of the region {self.region!r}"
                    raise BadInput(f"parameter of {self.name}", slot, allowed)
        elif self.demonstration:
            allowed = f"left out where done_check is {self.done_check!r}: the demonstrator knows how that is done"
            raise BadInput("demonstration", f"{len(self.demonstration)} waypoints", allowed)
        return self

    @property
    def moves_on_tray(self) -> bool:
        """Whether it moves a part that stays on the tray, and so is a step of a plan by itself."""
        return self.done_check == AT_REGION

    def is_for(self, kind: Kind) -> bool:
        """Whether parts of that kind can be meant: only bolts are inserted."""
        if self.done_check == "part_inserted":
            return kind == "bolt"
        kinds = self.parameters[KIND].values if KIND in self.parameters else (ANY_PART,)
        return kind in kinds or ANY_PART in kinds

    def region_of(self, arguments: Mapping[str, str]) -> str | None:
        """Where these arguments want the part; None where the skill has no region. Raises: UnknownName."""
        if self.region is None:
            return None
        region = _SLOT.sub(lambda slot: arguments[slot[1]], self.region)
        if region not in REGIONS:
            raise UnknownName("region", region, REGIONS)
        return region

    @property
    def place_slot(self) -> str | None:
        """The parameter that names where the held part is brought, a place of the cell; None in any other skill."""
        slots = [slot for slot in self.parameters if slot in BRINGING]
        return slots[0] if self.start_pose == "holding" and len(self.parameters) == len(slots) == 1 else None

    @property
    def brings_to(self) -> tuple[str, ...]:
        """The places that the skill brings a held part to."""
        return self.parameters[self.place_slot].values if self.place_slot else ()

    def render(self, arguments: Mapping[str, str]) -> str:
        """The phrase for these arguments, letter for letter as it was trained.

        Raises: UnknownName (slot or value), BadInput (a slot left out, a combination that is nothing).
        """
        for slot, value in arguments.items():
            self._check_slot(slot)
            self._check_value(slot, value)
        for slot, parameter in self.parameters.items():
            if slot not in arguments and not parameter.optional:
                raise BadInput(f"{self.name}.{slot}", None, f"given: one of {', '.join(parameter.values)}")
        if self._is_banned(arguments):
            raise BadInput(self.name, " ".join(arguments.values()), "a combination that names a part that exists")
        filled = _SLOT.sub(lambda slot: self._said(slot[1], arguments.get(slot[1], "")), self.phrase)
        return " ".join(filled.split())

    def calls(self) -> Iterator[dict[str, str]]:
        """Every argument set that renders, in the order of the card."""
        options = [
            ([None] if parameter.optional else []) + list(parameter.values) for parameter in self.parameters.values()
        ]
        for choice in itertools.product(*options):
            arguments = {slot: v for slot, v in zip(self.parameters, choice, strict=True) if v is not None}
            if not self._is_banned(arguments):
                yield arguments

    def phrases(self) -> tuple[str, ...]:
        """Every phrase that the card can render."""
        return tuple(self.render(arguments) for arguments in self.calls())

    def _said(self, slot: str, value: str) -> str:
        return self.parameters[slot].said.get(value, value)

    def _is_banned(self, arguments: Mapping[str, str]) -> bool:
        return any(all(arguments.get(slot) in values for slot, values in ban.items()) for ban in self.never)

    def _check_slot(self, slot: str) -> None:
        if slot not in self.parameters:
            raise UnknownName(f"parameter of {self.name}", slot, self.parameters)

    def _check_value(self, slot: str, value: str) -> None:
        if value not in self.parameters[slot].values:
            raise UnknownName(f"{self.name}.{slot}", value, self.parameters[slot].values)


def load_card(path: Path) -> SkillCard:
    """Raises: BadInput, UnknownName."""
    return load_model(path, SkillCard)
