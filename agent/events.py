"""What a run tells while it goes on. The doors draw these values; the journal keeps them."""

from collections.abc import Callable
from typing import Literal

from agent.approving import Proposal
from agent.journal.approvals import Approved
from agent.ledger import Account
from agent.looking.looker import Look
from agent.recovery import Action, Situation
from agent.verifying.evidence import Evidence
from skills.base import Value
from skills.call import Outcome, Ruling, SkillCall, Verdict
from skills.plan import Understanding


class Planned(Value):
    """The instruction was understood, in whichever way."""

    event: Literal["planned"] = "planned"
    instruction: str
    understanding: Understanding


class Asked(Value):
    """A person is asked; nothing moves meanwhile. `proposal` is what their yes would be to."""

    event: Literal["asked"] = "asked"
    question: str
    choices: tuple[str, ...] = ()
    proposal: Proposal | None = None


class Looked(Value):
    """A fresh look at the tray, and the account after it."""

    event: Literal["looked"] = "looked"
    look: Look
    account: Account


class Calling(Value):
    """A skill is about to be called."""

    event: Literal["calling"] = "calling"
    call: SkillCall


class Moving(Value):
    """Share [0..1] of the present motion that is done. Not kept in the journal."""

    event: Literal["moving"] = "moving"
    share: float


class Ruled(Value):
    """The gate has ruled on one motion."""

    event: Literal["ruled"] = "ruled"
    call_id: str
    ruling: Ruling


class Verified(Value):
    """What was seen after a call, and what the verdict rests on."""

    event: Literal["verified"] = "verified"
    call_id: str
    verdict: Verdict
    evidence: Evidence | None = None


class Recovering(Value):
    """What is done about a call that was no success."""

    event: Literal["recovering"] = "recovering"
    verdict: Verdict
    action: Action
    situation: Situation = "free"


class Accounted(Value):
    """A part arrived at its destination."""

    event: Literal["accounted"] = "accounted"
    account: Account


class Woken(Value):
    """A run that was cut off goes on; what was under way is looked at first."""

    event: Literal["woken"] = "woken"
    call: SkillCall | None


class Paused(Value):
    """A person has asked that no further call begins; the run ends here until somebody says resume."""

    event: Literal["paused"] = "paused"
    reason: str


class Finished(Value):
    """The run is over."""

    event: Literal["finished"] = "finished"
    outcome: Outcome
    ledger: tuple[Account, ...]


class Replied(Value):
    """What the person who was asked last has said; empty where nobody has."""

    event: Literal["replied"] = "replied"
    answer: str


class Proposed(Value):
    """What a plan comes to, before it is done."""

    event: Literal["proposed"] = "proposed"
    proposal: Proposal


class Signed(Value):
    """A person has said yes or no to what was proposed, under their account. Earlier journals say "answered"."""

    event: Literal["signed", "answered"] = "signed"
    approved: Approved


class Unrecorded(Value):
    """The run is recorded no further; it goes on all the same. Not kept in the journal."""

    event: Literal["unrecorded"] = "unrecorded"
    reason: str


Event = (
    Planned
    | Asked
    | Looked
    | Calling
    | Moving
    | Ruled
    | Verified
    | Recovering
    | Accounted
    | Woken
    | Finished
    | Paused
    | Replied
    | Proposed
    | Signed
    | Unrecorded
)
Listener = Callable[[Event], None]


def ignore(_: Event) -> None:
    """The listener of whoever does not want to know."""
