"""What of a plan will need a person's yes, as far as it can be known before anything is done."""

from collections.abc import Mapping, Sequence

from skills.approval import Approval, Move, Reason, needed
from skills.base import Value


class Foreseen(Value):
    """What a run of the plan would ask for.

    Attributes:
        reasons: why it needs a yes, whatever lies on the tray.
        conditions: what else would need one if it is so; the text is the half of the sentence behind "if".
    """

    reasons: tuple[Reason, ...] = ()
    conditions: tuple[Reason, ...] = ()


def foresee(
    moves: Sequence[Move], approval: Approval, own_skills: Mapping[str, str] = {}, *, by_model: bool = False
) -> Foreseen:
    """`skills.approval.needed`, told apart: what holds even if nothing lies there where nobody has looked, and what
    depends on what does. A run's own look has the last word.

    Args:
        own_skills: name -> weights of the cell's own skills that the moves need; whether they have succeeded here is
            not known.
        by_model: a chat model made the plan.
    """
    least = [move if move.targets is not None else move.model_copy(update={"targets": ()}) for move in moves]
    reasons = needed(least, approval, by_model=by_model)
    known = {(reason.rule, reason.subject) for reason in reasons}
    possible = needed(moves, approval, own_skills, by_model=by_model)
    conditions = (
        reason.model_copy(update={"text": _condition(reason, approval)})
        for reason in possible
        if (reason.rule, reason.subject) not in known
    )
    return Foreseen(reasons=reasons, conditions=tuple(conditions))


def _condition(reason: Reason, approval: Approval) -> str:
    match reason.rule:
        case "parts_above":
            return f"{_more_than(approval.parts_above)} to be moved"
        case "places":
            return f"{_more_than(approval.places[reason.subject])} to be brought to the {reason.subject}"
        case "conditions":
            return f"a part that is {reason.subject} is among them"
        case "first_runs" | "model_plans":
            return reason.text


def _more_than(number: int) -> str:
    if number == 0:
        return "any part is"
    return f"more than {number} part{' is' if number == 1 else 's are'}"
