"""A plan that another system wrote as JSON, in the fields that `plan --json` prints for a step.

It is said in plain words and read like any instruction, so that nothing is planned, approved or refused otherwise than
for a person who types it. A field or a value that no step has is refused by its name.
"""

import json
from typing import Annotated, Any, Final, Literal

from pydantic import Field

from agent.planning.doubt import Doubt
from agent.planning.lexicon import Lexicon
from agent.planning.proposed import MOST, ProposedStep, checked_step
from agent.planning.records import once
from skills.base import Value
from skills.errors import BadInput
from skills.plan import Plan
from skills.words import TRAY
from skills.yamlfile import parse_model

_NAMED: Final = "order"


class WrittenStep(ProposedStep):
    """As `plan --json` prints it; parts come from the tray."""

    source: Literal["tray"] = TRAY


class WrittenPlan(Value):
    """The steps in their order."""

    steps: Annotated[tuple[WrittenStep, ...], Field(max_length=MOST)]


def written_plan(text: str, lexicon: Lexicon) -> Plan | None:
    """The plan that `text` holds: {"steps": [...]}, the steps alone, or one step; None where it is no such JSON.

    Raises: Doubt, refused, that names the field that is wrong and what is allowed.
    """
    content = _steps_in(text)
    if content is None:
        return None
    try:
        steps = parse_model(content, WrittenPlan, _NAMED).steps
        if not steps:
            raise BadInput(f"{_NAMED}: steps", [], "one step or more")
        for step in steps:
            if not step.part.model_dump(exclude={"without"}, exclude_defaults=True):
                raise BadInput(f"{_NAMED}: part", {}, "said by a field of it, such as kind")
        return Plan(steps=tuple(checked_step(step, lexicon) for step in steps))
    except BadInput as error:
        raise Doubt("refuse-order", "refused", why=str(error)) from None


def _steps_in(text: str) -> dict[str, Any] | None:
    """What is there of a plan, checked by nobody yet."""
    if text.lstrip()[:1] not in {"{", "["}:
        return None
    try:
        content: Any = json.loads(text, object_pairs_hook=once)
    except (ValueError, RecursionError):
        return None
    if isinstance(content, dict) and "steps" in content:
        return content
    rows = content if isinstance(content, list) else [content]
    nested = any(isinstance(row, dict) and isinstance(row.get("part"), dict) for row in rows)
    return {"steps": rows} if nested else None
