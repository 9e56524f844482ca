"""What a cell file says to the agent: how hard it tries, whom it asks, what it believes and keeps."""

import re
from typing import Annotated, Final

from pydantic import Field, field_validator

from skills.base import Value
from skills.call import Cause

Attempts = Annotated[int, Field(ge=1, le=10)]
Budgets = dict[Cause, Attempts]
"""The section `recovery`: failures of a cause at one part, or at one release, in place of `agent.attempts`."""
AT_ONCE: Final = ("place_full", "latched")
"""Causes that are not tried again, and so have no budget."""


class Agent(Value):
    """How hard the agent tries: attempts at one part, fresh looks that must agree for "all".

    `flag_below`: a chunk of less confidence is kept for a second look, though its call succeeded.
    """

    attempts: Attempts = 3
    looks: Annotated[int, Field(ge=1, le=5)] = 2
    flag_below: Annotated[float, Field(ge=0, le=1)] = 0.5


class Planner(Value):
    """Who reads words beside the grammars: `model` is a chat model, "provider:name"; without one nobody.

    Attributes:
        seconds, tokens: what one instruction may take, repairs included.
        price_in, price_out: of a million tokens read and written, for the journal.
    """

    model: str = ""
    seconds: Annotated[float, Field(gt=0, le=600)] = 20.0
    tokens: Annotated[int, Field(ge=1)] = 20_000
    price_in: Annotated[float, Field(ge=0)] | None = None
    price_out: Annotated[float, Field(ge=0)] | None = None

    @field_validator("model")
    @classmethod
    def _names_both(cls, model: str) -> str:
        return provider_and_name(model)


def provider_and_name(model: str) -> str:
    """`model` where it is "provider:name" or empty. Raises: ValueError."""
    if model and not re.fullmatch(r"[\w-]+:\S+", model):
        raise ValueError("'provider:name', such as 'ollama:qwen3'")
    return model


class Verifier(Value):
    """What is believed after a call.

    Attributes:
        model: a chat model that sees pictures, "provider:name", asked where a verdict is uncertain; without one nobody.
        seconds: that its answer may take.
        believe: a success that is less sure than this, by what was fitted, is uncertain; so is the chat model's own.
    """

    model: str = ""
    seconds: Annotated[float, Field(gt=0, le=300)] = 20.0
    believe: Annotated[float, Field(ge=0, le=1)] = 0.9

    @field_validator("model")
    @classmethod
    def _names_both(cls, model: str) -> str:
        return provider_and_name(model)


class Recordings(Value):
    """How much room the recordings of runs may take; the oldest go first."""

    keep_runs: Annotated[int, Field(ge=1)] = 50
    megabytes: Annotated[int, Field(ge=1)] = 2000
