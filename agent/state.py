"""The state of a run between two nodes: small, frozen, and what a checkpoint holds."""

from typing import Any, Final, Literal

from agent.approving import Proposal
from agent.execution import Execution
from agent.holes import Filled
from agent.ledger import Account, Standing
from agent.looking.looker import Blocked, Look
from agent.verifying.judging import Judged
from skills.approval import Reason
from skills.base import Value
from skills.call import Cause, Outcome, SkillCall, Verdict
from skills.plan import Hole, Past, Understanding
from skills.scene import PerceivedPart

Task = Literal["pick", "shift", "bring", "put_back"]
Update = dict[str, Any]


class RunState(Value):
    """Everything that a run knows.

    Attributes:
        run_id: its name in the journal; empty until it has begun there.
        approved: whoever has the run done has said yes beforehand.
        past: the run before, for words that point back to it.
        questions: how often a person was asked.
        full: the full holes that the plan needs; a person is asked about each.
        proposal: what the plan comes to, and what of it needs a yes.
        agreed: why it needed the yes that was given; outgrown: what was seen since needs one for another reason.
        step: index of the step under way.
        task: what is to be done next: a part is picked, or moved on the tray by the step's own skill; what was picked
            is brought away, by a skill that depends on the place, or put back.
        standing: how the step stood at the last look.
        look: the tray as it is believed to be; the look before the call under way.
        after: the look that the verdict rests on.
        calls: number of calls that were made; the next one's id comes from it.
        call, target: the call under way, until it is accounted for or recovered from.
        held: the verified part in the gripper.
        why: what the part in the gripper is put back for.
        tries: failures by what was tried, until it succeeds.
        in_a_row: failures since the last part arrived.
        lost: parts that left the tray without having been brought away.
        blocked: why the last look could not be made.
        trouble: why no call can be made, or what a person is asked about.
        consultations: how often a person was asked about trouble.
        postponed: parts that are taken up again when nothing else is left of the step.
    """

    run_id: str = ""
    instruction: str
    approved: bool = False
    past: Past | None = None
    questions: int = 0
    understanding: Understanding | None = None
    full: tuple[Filled, ...] = ()
    proposal: Proposal | None = None
    agreed: tuple[Reason, ...] = ()
    outgrown: bool = False
    step: int = 0
    accounts: tuple[Account, ...] = ()
    task: Task = "pick"
    standing: Standing = "open"
    look: Look | None = None
    after: Look | None = None
    calls: int = 0
    call: SkillCall | None = None
    target: PerceivedPart | None = None
    execution: Execution | None = None
    judged: Judged | None = None
    held: PerceivedPart | None = None
    why: Cause | None = None
    tries: dict[str, int] = {}
    in_a_row: int = 0
    lost: tuple[PerceivedPart, ...] = ()
    blocked: Blocked | None = None
    trouble: Verdict | None = None
    consultations: int = 0
    postponed: tuple[PerceivedPart, ...] = ()
    outcome: Outcome | None = None

    @property
    def hole(self) -> Hole | None:
        """The hole that the insert under way is to fill; None in any other call."""
        if self.call is None or self.held is None or "fixture" not in self.call.arguments:
            return None
        return Hole(fixture=self.call.arguments["fixture"], size=self.held.size)

    @property
    def empty_handed(self) -> bool:
        """Whether the task begins with nothing in the gripper, and so with a look at the tray."""
        return self.task in ("pick", "shift")

    @property
    def first_task(self) -> Task:
        """How each part of the step under way is begun with."""
        return "shift" if self.account.step.skill else "pick"

    @property
    def account(self) -> Account:
        """The account of the step under way."""
        return self.accounts[self.step]

    def with_account(self, account: Account) -> tuple[Account, ...]:
        """All accounts, with the present step's replaced."""
        return (*self.accounts[: self.step], account, *self.accounts[self.step + 1 :])


SAVED = (
    Past,
    Understanding,
    Account,
    Look,
    Blocked,
    SkillCall,
    PerceivedPart,
    Execution,
    Judged,
    Verdict,
    Outcome,
    Proposal,
    Reason,
    Filled,
)
"""The values that a checkpoint holds."""

FORGIVEN: Final[Update] = {"tries": {}, "in_a_row": 0, "postponed": ()}
"""What a person's word does to the failures so far: somebody has been there, and may have changed what lies there."""


def key_of(task: Task, part: PerceivedPart) -> str:
    """What `RunState.tries` counts the failures at a part under: parts that look alike are one."""
    return f"{task} {part.describe()}"
