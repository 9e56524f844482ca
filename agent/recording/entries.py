"""What a recording says: one JSON object a line, in the order in which it happened.

A run begins, enters a node, hears answers there (an observation, a chunk, a ruling …), and leaves it with a decision
or a question. Whatever nodes there are, they are written down alike.
"""

from typing import Annotated, Any, Final, Literal

from pydantic import ConfigDict, Field, TypeAdapter

from skills.base import Value

VERSION: Final = 1


class _Entry(Value):
    """A line; what a later version adds to one is passed over."""

    model_config = ConfigDict(extra="ignore")


class Began(_Entry):
    """A run begins, or goes on from a state that the entries before do not lead to.

    Attributes:
        at: wall clock, ISO 8601.
        cell: the cell file's content.
        weights: hash of each policy's weights by the name of its checkpoint.
        state: all of `agent.state.RunState`.
        seen: the scene of the last look before, which faint parts are remembered from.
        told: what the workcell was told beside its cell file, by the name of its field.
    """

    entry: Literal["began"] = "began"
    version: int = VERSION
    run: str
    at: str
    cell: dict[str, Any]
    weights: dict[str, str]
    state: dict[str, Any]
    seen: dict[str, Any] | None = None
    told: dict[str, Any] = {}


class Entered(_Entry):
    """A node begins; once more after a question."""

    entry: Literal["entered"] = "entered"
    node: str


class Heard(_Entry):
    """What a part of the cell answered to the node.

    Attributes:
        of: part and method, such as "gate.observe" or "policy.pick.act".
        ns: cell time before the question [ns]; None where the clock failed.
        answer: see `agent.recording.coding`.
    """

    entry: Literal["heard"] = "heard"
    of: str
    ns: int | None = None
    answer: Any


class Pictured(_Entry):
    """A picture of an observation that somebody looked at; the others decided nothing and are not kept."""

    entry: Literal["pictured"] = "pictured"
    sequence: int
    camera: str
    file: str


class Decided(_Entry):
    """A node ends: what it changed of the state."""

    entry: Literal["decided"] = "decided"
    node: str
    update: dict[str, Any]


class Questioned(_Entry):
    """A node ends with a question to a person."""

    entry: Literal["questioned"] = "questioned"
    node: str
    question: Any


class Said(_Entry):
    """What a person answered; empty where nobody did."""

    entry: Literal["said"] = "said"
    answer: str


class Failed(_Entry):
    """A node ended in an error that nobody planned."""

    entry: Literal["failed"] = "failed"
    node: str
    error: str


Entry = Annotated[
    Began | Entered | Heard | Pictured | Decided | Questioned | Said | Failed, Field(discriminator="entry")
]
ENTRY: Final[TypeAdapter[Entry]] = TypeAdapter(Entry)
