"""A verdict with what the execution of the call knows and no picture shows."""

from typing import Final

from agent.execution import Execution
from agent.verifying.aims import let_go_over
from agent.verifying.judging import Judged
from skills.call import SkillCall, Verdict
from skills.card import SkillCard
from skills.cell import Cell
from skills.place import is_over
from skills.scene import PerceivedPart
from skills.words import TRAY

LOSS: Final = "grasp"
"""The gate's rule that a part which is carried is still in the gripper."""


def explained(
    judged: Judged, card: SkillCard, call: SkillCall, execution: Execution, held: PerceivedPart | None, cell: Cell
) -> Judged:
    """The verdict with why nothing happened, who took a part, and where one was lost."""
    told = _why_nothing_happened(judged, execution, held)
    return _fallen(_taken_away(told, card, execution), call, execution, held, cell)


def _why_nothing_happened(judged: Judged, execution: Execution, held: PerceivedPart | None) -> Judged:
    """The verdict with the execution's own cause; with that a part was gone before anything moved; and with that what
    was not in the gripper at the start was not released.
    """
    cause = execution.cause
    if execution.status == "empty" and judged.verdict.judgement == "success":
        verdict = Verdict(judgement="failure", reason=execution.text, confidence=1.0, cause=cause)
        return judged.model_copy(update={"verdict": verdict, "lost": (*judged.lost, *((held,) if held else ()))})
    gone_before = execution.status == "absent" and judged.verdict.judgement == "failure"
    if cause is None or not (gone_before or judged.verdict.cause == "missed"):
        return judged
    verdict = judged.verdict.model_copy(update={"cause": cause, "reason": execution.text})
    return judged.model_copy(update={"verdict": verdict})


def _taken_away(judged: Judged, card: SkillCard, execution: Execution) -> Judged:
    """The verdict on a pick whose part left the tray without being held: where the motion went to its end, the gate
    saw no grasp that was lost, and so it was somebody else who took the part.
    """
    verdict = judged.verdict
    if (card.done_check, execution.status, verdict.cause) != ("part_in_gripper", "ended", "dropped_outside"):
        return judged
    return judged.model_copy(update={"verdict": verdict.model_copy(update={"cause": "gone"})})


def _fallen(judged: Judged, call: SkillCall, execution: Execution, held: PerceivedPart | None, cell: Cell) -> Judged:
    """The verdict on a part that was lost on its way: where that was over the ground of its place, or over its hole, it
    may lie in it. It stays in the account as lost. What falls on the tray a camera sees.
    """
    lost = [finding.at for ruling in execution.rulings for finding in ruling.findings if finding.rule == LOSS]
    over = lost[-1] if lost else None
    if judged.verdict.cause != "dropped_outside" or call.destination in (None, TRAY) or over is None:
        return judged
    beside = call.destination in cell.fixtures and (held is None or let_go_over(cell, over).hole != held.size)
    if beside or not is_over(cell.places[call.destination], over):
        return judged
    reason = f"the part fell from the fingers over the {call.destination}, and no camera sees where it lies"
    verdict = judged.verdict.model_copy(update={"judgement": "uncertain", "reason": reason, "cause": "unclear"})
    return judged.model_copy(update={"verdict": verdict})
