"""One call of a skill that moves a part on the tray, and what came of it: by a policy, or by the expert."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Final

from agent.trial_table import Table
from skills.card import SkillCard
from skills.errors import BadInput

if TYPE_CHECKING:
    from agent.trials import Trial
    from sim.task import Task

DRAWS: Final = 60
"""How often a table is laid anew before a skill counts as one that nothing can be asked of."""


def policy_shifts(policy: Any, table: Table, card: SkillCard) -> "Trial":
    from agent.trials import call

    def act(task: "Task") -> tuple[str, str]:
        refused = call(policy, table, card, dict(task.arguments), task.phrase)
        return ("refused", refused) if refused else ("", "")

    return _tried(table, card, act)


def expert_shifts(table: Table, card: SkillCard) -> "Trial":
    from sim.task import expert_rows

    def act(task: "Task") -> tuple[str, str]:
        tried = table.expert.carry_out(expert_rows(table, task, table.gate.observe().gripper_width))
        return tried.cause or "", tried.detail

    return _tried(table, card, act)


def _tried(table: Table, card: SkillCard, act: "Callable[[Task], tuple[str, str]]") -> "Trial":
    """Raises: BadInput (a skill for which no scene is)."""
    from agent.trials import Trial
    from sim.task import lies_in_region, stirred

    task, bodies = _drawn(table, card), table.world.bodies
    words = {**table.words(task.target, task.arguments), "parts": str(len(bodies))}
    cause, detail = act(task)
    if cause:
        return Trial(phrase=task.phrase, words=words, cause=cause, detail=detail)  # type: ignore[arg-type]
    if others := stirred(table, task):
        return Trial(
            phrase=task.phrase, words=words, cause="wrong_part", detail=f"{bodies[others[0]].spec} was stirred"
        )
    if not lies_in_region(table, task):
        return Trial(phrase=task.phrase, words=words, cause="missed", detail=f"{bodies[task.target].spec}")
    return Trial(phrase=task.phrase, words=words, cause="success")


def _drawn(table: Table, card: SkillCard) -> "Task":
    from sim.task import draw_task

    for _ in range(DRAWS):
        task = draw_task(table, card)
        if task is not None:
            return task
        table.lay_anew()
    raise BadInput("skill", card.name, f"one that can be asked on a tray; none could in {DRAWS} scenes")
