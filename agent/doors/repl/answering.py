"""Questions while a run waits for a person's word or a stop is closed: answered; nothing is begun or moved."""

from typing import Final

from agent.doors.cli.narrate import plan_lines
from agent.journal.journal import RunRecord
from agent.looking.looker import Blocked
from agent.run import latest_past
from agent.workcell import Workcell
from prompts.loader import render
from skills.errors import Unavailable
from skills.plan import Past

ANSWERED: Final = "  Questions are answered meanwhile."
CANCEL_FIRST: Final = "  Questions are answered meanwhile; for anything else say /cancel first."


def answer_now(workcell: Workcell, text: str, left: RunRecord | None) -> tuple[str, ...]:
    """The answer to `text` from a fresh look, a line each, or why the tray can't be seen for it; empty where the words
    ask for more than an answer.

    Args:
        left: the run that waits; without one, the words may point back to the latest.
    """
    glance = workcell.looker.patient_glance()
    scene = None if isinstance(glance, Blocked) else glance.scene
    understanding = workcell.planner.understand(text, scene, _past(workcell, left))
    if understanding.outcome == "answer" and not (understanding.freed or understanding.emptied):
        return plan_lines(understanding)
    if isinstance(glance, Blocked) and understanding.text == render("refuse-not-looked"):
        return (f"no answer {glance.text}",)
    return ()


def _past(workcell: Workcell, left: RunRecord | None) -> Past | None:
    runs = [left] if left else workcell.journal.runs()
    try:
        return latest_past(workcell, (run.id for run in runs))
    except Unavailable:  # what is in the gripper can't be said
        return None
