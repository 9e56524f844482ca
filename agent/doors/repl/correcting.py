"""What a person corrects while it is under way: what they mean, and that what is held goes back first."""

from typing import Final, NamedTuple

from agent import events
from agent.looking.difference import alike, compare
from agent.looking.looker import Blocked
from agent.nodes.plan import QUESTIONS, answered
from agent.run import Answer, latest_past, run
from agent.workcell import Workcell
from skills.call import Outcome
from skills.plan import Past, Understanding
from skills.scene import Scene

PUT_BACK: Final = "put it back"


class Meant(NamedTuple):
    """A correction, as it is understood before anything moves.

    Attributes:
        text: the words that say it: those typed, or the answer to the last question about them.
        past: what is corrected; None where nothing was planned.
        scene: the tray meanwhile; None where it can't be seen.
    """

    text: str
    understanding: Understanding
    past: Past | None
    scene: Scene | None

    @property
    def holding(self) -> bool:
        """Something is in the gripper, which goes back on the tray first."""
        return self.past is not None and self.past.holding


def meant(workcell: Workcell, text: str, answer: Answer) -> Meant:
    """What `text` makes of the latest run, after the questions that it leaves open. Nothing moves."""
    past, scene = latest_past(workcell, (one.id for one in workcell.journal.runs()[:1])), _seen(workcell)
    understanding = workcell.planner.understand(text, scene, past)
    for _ in range(QUESTIONS):
        if understanding.outcome != "question":
            break
        said = answer(events.Asked(question=understanding.text, choices=understanding.choices))
        if not said:
            break
        text = answered(understanding.choices, said)
        understanding = workcell.planner.understand(text, scene, past)
    return Meant(text, understanding, past, scene)


def put_back(workcell: Workcell, correction: Meant, answer: Answer) -> tuple[Outcome, Past | None]:
    """Lay what is held on the tray, as a run of its own, so that the rest is planned over all that lies there; how that
    ended, and the past once more: its part lies where it was put, which is not where it was picked.
    """
    assert correction.past is not None
    outcome = run(workcell, PUT_BACK, answer=answer, past=correction.past).outcome
    return outcome, _laid_back(correction.past, correction.scene, _seen(workcell))


def _laid_back(past: Past, before: Scene | None, after: Scene | None) -> Past:
    appeared = compare(before, after).appeared if before and after else ()
    target = next((part for part in appeared if past.target and alike(part, past.target)), past.target)
    return past.model_copy(update={"target": target, "holding": False})


def _seen(workcell: Workcell) -> Scene | None:
    glance = workcell.looker.patient_glance()
    return None if isinstance(glance, Blocked) else glance.scene
