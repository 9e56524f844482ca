"""The form that a chat model fills in, and the plan that comes of it. It holds names and numbers: no phrase, no point
on the tray, no number of tries, nobody's role.
"""

from typing import Annotated, Any, Final, Literal, get_args

from pydantic import Field, field_validator

from agent.planning.lexicon import FIELD_OF, Lexicon
from agent.planning.parse import without
from skills.base import Value
from skills.errors import BadInput, UnknownName
from skills.plan import Plan, Step
from skills.scene import PartQuery
from skills.words import Region, Superlative
from skills.yamlfile import parse_model

MOST: Final = 12
"""Steps of one plan, and exceptions of one step."""
NAME: Final = "plan"


class ProposedStep(Value):
    """One move off the tray, as `Step` without what a model has no say in."""

    part: PartQuery
    quantity: Literal["all"] | int
    at_most: Annotated[bool, Field(strict=True)] = False
    destination: str

    @field_validator("quantity", mode="before")
    @classmethod
    def _counts(cls, quantity: Any) -> Any:
        if quantity == "all" or (type(quantity) is int and quantity >= 1):
            return quantity
        raise ValueError("'all' or a whole number from 1")


class Proposed(Value):
    """The filled form: steps, or the words that are unclear."""

    steps: Annotated[tuple[ProposedStep, ...], Field(max_length=MOST)] = ()
    unclear: str = ""


def form(lexicon: Lexicon) -> dict[str, Any]:
    """The JSON schema of the form, with the cell's own names."""
    fields: dict[str, Any] = {"kind": _one_of(lexicon.kinds)}
    for field in dict.fromkeys(FIELD_OF.values()):
        fields[field] = _one_of([value for value in lexicon.values if FIELD_OF[value] == field])
    fields |= {"superlative": _one_of(get_args(Superlative)), "region": _one_of(get_args(Region))}
    left_out = {"type": "array", "items": _object(fields), "maxItems": MOST}
    step = _object(
        {
            "part": _object({**fields, "without": left_out}),
            "quantity": {"anyOf": [{"type": "string", "enum": ["all"]}, {"type": "integer", "minimum": 1}]},
            "at_most": {"type": "boolean"},
            "destination": _one_of(lexicon.places),
        },
        "part",
        "quantity",
        "destination",
    )
    steps = {"type": "array", "items": step, "maxItems": MOST}
    whole = _object({"steps": steps, "unclear": {"type": "string"}}, "steps", "unclear")
    return {"title": NAME, "description": "What the instruction asks for.", **whole}


def proposed_plan(answer: Any, lexicon: Lexicon) -> Plan | None:
    """The plan in the filled form; None where the model found the words unclear.

    Raises: BadInput, UnknownName with the field that is wrong and what is allowed.
    """
    if answer is None:
        raise BadInput("answer", None, "the filled form")
    filled = parse_model(answer, Proposed, NAME)
    if filled.unclear or not filled.steps:
        return None
    return Plan(steps=tuple(checked_step(step, lexicon) for step in filled.steps))


def checked_step(step: ProposedStep, lexicon: Lexicon) -> Step:
    """The step in the names of the cell. Raises: BadInput, UnknownName."""
    if step.destination not in lexicon.places:
        raise UnknownName("destination", step.destination, lexicon.places)
    if len(step.part.without) > MOST or any(query.without for query in step.part.without):
        raise BadInput("without", "…", f"at most {MOST} parts, none of them with exceptions of its own")
    for query in (step.part, *step.part.without):
        _check_known(query, lexicon)
    part = without(step.part.model_copy(update={"without": ()}), step.part.without)
    return Step(part=part, quantity=step.quantity, at_most=step.at_most, destination=step.destination)


def _check_known(query: PartQuery, lexicon: Lexicon) -> None:
    if query.kind and query.kind not in lexicon.kinds:
        raise UnknownName("kind", query.kind, lexicon.kinds)
    for field in dict.fromkeys(FIELD_OF.values()):
        value = getattr(query, field)
        if value and value not in lexicon.values:
            raise UnknownName(field, value, [known for known in lexicon.values if FIELD_OF[known] == field])


def _one_of(names: Any) -> dict[str, Any]:
    return {"type": "string", "enum": list(names)}


def _object(properties: dict[str, Any], *required: str) -> dict[str, Any]:
    return {"type": "object", "properties": properties, "required": list(required), "additionalProperties": False}
