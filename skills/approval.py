"""What needs a person's yes before it is done: a policy of the cell file, and the pure rule that applies it."""

import math
from collections.abc import Iterator, Mapping, Sequence
from typing import Annotated, Literal

from pydantic import Field

from skills.base import Value
from skills.plan import Step
from skills.roles import ALLOWED, Deed, Role
from skills.scene import PerceivedPart
from skills.words import Condition

Rule = Literal["parts_above", "places", "conditions", "first_runs", "model_plans"]
Number = Annotated[int, Field(ge=0)]


class Approval(Value):
    """The section `approval` of a cell file. How many parts is unknown where nothing can be seen; that is more than
    any number.

    Attributes:
        parts_above: more parts in one instruction than this.
        places: more parts to that place than this; 0 means any part.
        conditions: parts of one of these conditions.
        first_runs: a skill of the cell's own that has not yet succeeded with the weights that are in force.
        model_plans: a plan that a chat model made.
        maintainer: the rules whose yes an operator can't give.
    """

    parts_above: Number = 20
    places: dict[str, Number] = {}
    conditions: tuple[Condition, ...] = ()
    first_runs: bool = True
    model_plans: bool = True
    maintainer: tuple[Rule, ...] = ("first_runs",)

    def deed(self, rule: Rule) -> Deed:
        """What a yes by this rule is."""
        return "approve what is kept for maintainers" if rule in self.maintainer else "approve"


class Reason(Value):
    """Why a person is asked.

    Attributes:
        subject: what the rule is about: the place, the condition, the skill with its weights.
        by: the least role whose yes will do.
    """

    rule: Rule
    subject: str = ""
    text: str
    by: Role


class Move(Value):
    """One step of a plan, and what a look at the tray says of it.

    Attributes:
        seen: how many parts in view it means.
        moved: how many it has moved already.
        targets: those of them that are not yet where they belong, nearest to the robot first. Both are None where
            nothing could be seen.
    """

    step: Step
    seen: int | None = None
    moved: int = 0
    targets: tuple[PerceivedPart, ...] | None = None

    @property
    def most(self) -> float:
        """How many parts it moves at most, from its beginning; infinitely many where "all" can't be counted."""
        wanted = math.inf if self.step.quantity == "all" else self.step.quantity
        return wanted if self.targets is None else min(wanted, self.moved + len(self.targets))


def needed(
    moves: Sequence[Move], approval: Approval, new_skills: Mapping[str, str] = {}, *, by_model: bool = False
) -> tuple[Reason, ...]:
    """Why these moves need a person's yes; empty where they need none.

    Args:
        new_skills: name -> weights of the skills that the moves need and that have not yet succeeded here.
        by_model: a chat model made the plan.
    """
    found = (
        *_parts(moves, approval),
        *_places(moves, approval),
        *_conditions(moves, approval),
        *_first_runs(new_skills, approval),
        *_model_plans(approval, by_model=by_model),
    )
    return tuple(
        Reason(rule=rule, subject=subject, text=text, by=ALLOWED[approval.deed(rule)]) for rule, subject, text in found
    )


_Found = Iterator[tuple[Rule, str, str]]


def _parts(moves: Sequence[Move], approval: Approval) -> _Found:
    most = sum(move.most for move in moves)
    if most > approval.parts_above:
        yield "parts_above", "", _how_many(most, "will be moved")


def _places(moves: Sequence[Move], approval: Approval) -> _Found:
    for place, above in approval.places.items():
        most = sum(move.most for move in moves if move.step.destination == place)
        if most > above:
            yield "places", place, _how_many(most, f"will be brought to the {place}")


def _conditions(moves: Sequence[Move], approval: Approval) -> _Found:
    for condition in approval.conditions:
        if any(_may_be(move, condition) for move in moves):
            yield "conditions", condition, f"parts that are {condition} may be moved"


def _may_be(move: Move, condition: Condition) -> bool:
    """Whether a part of this condition may be among what is moved."""
    wanted = move.step.part.condition
    if wanted is not None or move.targets is None:
        return wanted in (None, condition)
    return any(part.condition == condition for part in move.targets)


def _first_runs(new_skills: Mapping[str, str], approval: Approval) -> _Found:
    if approval.first_runs:
        for skill, weights in new_skills.items():
            text = f"the skill {skill} has not yet succeeded here with its present weights"
            yield "first_runs", subject_of(skill, weights), text


def subject_of(skill: str, weights: str) -> str:
    """What the reason for a first run is about: the skill, and the hash of its weights."""
    return f"{skill}@{weights}"


def _model_plans(approval: Approval, *, by_model: bool) -> _Found:
    if approval.model_plans and by_model:
        yield "model_plans", "", "a chat model made this plan"


def _how_many(most: float, what: str) -> str:
    if math.isinf(most):
        return f"how many parts {what} is unknown"
    return f"up to {most:.0f} part{'s' if most > 1 else ''} {what}"
