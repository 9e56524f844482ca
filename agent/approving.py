"""What a plan comes to before it is done: a table of its steps, with what was seen, and what of it needs a yes.

Pure: the same plan and look propose the same.
"""

from collections.abc import Mapping, Sequence

from agent.looking.looker import Blocked, Look
from agent.remaining import remaining
from skills.approval import Move, Reason, needed
from skills.base import Value
from skills.cell import Cell
from skills.plan import Plan, Step
from skills.scene import Scene, select


class Proposal(Value):
    """A plan as a person is shown it.

    Attributes:
        reasons: why it needs a yes; empty where it needs none.
        blocked: why nothing could be seen.
    """

    moves: tuple[Move, ...]
    reasons: tuple[Reason, ...] = ()
    blocked: str = ""

    @property
    def why(self) -> str:
        """The reasons in one line."""
        return "; ".join([*([self.blocked] if self.blocked else []), *(reason.text for reason in self.reasons)])

    @property
    def question(self) -> str:
        """The reasons as sentences, and whether to go on."""
        texts = [f"{reason.text[0].upper()}{reason.text[1:]}." for reason in self.reasons]
        return " ".join([*([f"{self.blocked}."] if self.blocked else []), *texts, "Go on?"])


def propose(
    plan: Plan,
    glance: Look | Blocked,
    cell: Cell,
    new_skills: Mapping[str, str] = {},
    *,
    by_model: bool = False,
    moved: Sequence[int] = (),
) -> Proposal:
    """The plan over what was just seen, of whose steps so many parts were `moved`; see `skills.approval.needed`."""
    if isinstance(glance, Blocked):
        moves, blocked = unseen(plan), glance.text
    else:
        moves, blocked = moves_over(plan, glance.scene, cell, moved), ""
    reasons = needed(moves, cell.approval, new_skills, by_model=by_model)
    return Proposal(moves=moves, reasons=reasons, blocked=blocked)


def unseen(plan: Plan) -> tuple[Move, ...]:
    """Each step where nothing could be seen, or nobody has looked."""
    return tuple(Move(step=step) for step in plan.steps)


def moves_over(plan: Plan, scene: Scene, cell: Cell, moved: Sequence[int] = ()) -> tuple[Move, ...]:
    """Each step with the parts in view that it means, and how many it has moved."""
    counts = moved or (0,) * len(plan.steps)
    return tuple(_move(step, scene, cell.tray.half, count) for step, count in zip(plan.steps, counts, strict=True))


def outgrown(
    plan: Plan,
    scene: Scene,
    cell: Cell,
    moved: Sequence[int],
    agreed: Sequence[Reason],
    new_skills: Mapping[str, str] = {},
) -> bool:
    """Whether what lies there now, or weights that were put in force since, need a yes for a reason that nobody has
    agreed to.
    """
    known = {(reason.rule, reason.subject) for reason in agreed}
    reasons = needed(moves_over(plan, scene, cell, moved), cell.approval, new_skills)
    return any((reason.rule, reason.subject) not in known for reason in reasons)


def _move(step: Step, scene: Scene, half: float, moved: int) -> Move:
    targets = remaining(step, scene.parts, half)
    return Move(step=step, seen=len(select(step.part, scene.parts)), moved=moved, targets=targets)
