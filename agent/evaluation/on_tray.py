"""One call of a skill that moves a part on the tray, and what came of it: by a policy, or by the expert."""

from agent.evaluation.asks import worded
from agent.evaluation.policy_trials import Answering, call_policy, pictured
from agent.evaluation.table import Table
from agent.evaluation.trial import Cause, Trial
from agent.evaluation.words import part_words
from sim.lying import lying_parts
from sim.task import Task, draw_task, expert_rows, lies_in_region, stirred
from skills.card import SkillCard
from skills.words import PART_SLOTS


def policy_shifts(policy: Answering, table: Table, card: SkillCard) -> Trial | None:
    """None where nothing on the table can be asked for."""
    task = draw_task(table, card, table.seen())
    if task is None:
        return None
    lie = lying_parts(table.world)
    phrase, said = worded(table, card, dict(task.arguments), policy.contract)
    words = _words(table, task) | said
    called = call_policy(policy, table, card, dict(task.arguments), phrase)
    cause, detail = _moved(table, task) if called.cause is None else (called.cause, called.detail)
    trial = Trial(
        phrase=phrase,
        meant=task.phrase,
        words=words,
        cause=cause,
        detail=detail,
        rule=called.rule,
        confidence=called.confidence,
    )
    return trial if trial.success else pictured(trial, table, called, lie[task.target])


def expert_shifts(table: Table, card: SkillCard) -> Trial | None:
    """None where nothing on the table can be asked for. Raises: BadInput (a card that shows nothing)."""
    task = draw_task(table, card, table.seen())
    if task is None:
        return None
    words = _words(table, task)
    tried = table.expert.carry_out(expert_rows(table, task, table.gate.observe().gripper_width))
    cause, detail = _moved(table, task) if tried.cause is None else (tried.cause, tried.detail)
    words |= {"vias": str(tried.vias)}
    return Trial(phrase=task.phrase, meant=task.phrase, words=words, cause=cause, detail=detail)


def _words(table: Table, task: Task) -> dict[str, str]:
    """The part's own words, how it lies, and what the phrase says of where it shall go."""
    goal = {slot: value for slot, value in task.arguments.items() if slot not in PART_SLOTS}
    return part_words(table, task.target, lying_parts(table.world)) | goal


def _moved(table: Table, task: Task) -> tuple[Cause, str]:
    bodies = table.world.bodies
    if others := stirred(table, task):
        return "wrong_part", f"{bodies[others[0]].spec} was stirred"
    if not lies_in_region(table, task):
        return "missed", f"{bodies[task.target].spec}"
    return "success", ""
