"""A policy on a drawn table: asked once, through the gate, judged by ground truth."""

from dataclasses import dataclass, replace
from typing import Final, Protocol

import numpy as np

from agent.evaluation.asks import ask_pick, drawn_release, worded
from agent.evaluation.portraits import marked, portrait
from agent.evaluation.table import Table
from agent.evaluation.trial import Cause, Trial
from agent.evaluation.words import goal_words, part_words, quarter_words
from sim.lying import Lying, lying_parts
from sim.outlines import nearest_part
from skills.base import FloatArray, Image
from skills.call import SkillCall
from skills.card import SkillCard
from skills.chunk import ActionChunk
from skills.contract import Contract
from skills.errors import Unavailable
from skills.observation import Observation
from skills.scene import PartQuery
from skills.words import TRAY

CAUSE_OF_RULE: Final[dict[str, Cause]] = {"grasp": "dropped", "budget": "timeout"}
"""What a stop by that rule of the gate says of a call; by any other it was refused."""


class Answering(Protocol):
    """A policy with the contract that it answers under."""

    @property
    def contract(self) -> Contract: ...

    def act(self, observation: Observation, phrase: str, call_id: str) -> ActionChunk: ...


@dataclass(frozen=True)
class Called:
    """How a call went, before anybody has looked.

    Attributes:
        cause: why it ended before its end; None where it did not.
        picture: what the policy saw first.
        aim: x, y, z where the fingers first close, robot base frame [m]; None where they never do.
        confidence: of the first chunk.
    """

    cause: Cause | None = None
    detail: str = ""
    rule: str | None = None
    picture: Image | None = None
    aim: FloatArray | None = None
    confidence: float | None = None


def policy_picks(policy: Answering, table: Table, card: SkillCard) -> Trial | None:
    """None where nothing on the table can be asked for."""
    asked = ask_pick(table, card, policy.contract)
    if asked is None:
        return None
    target, lie = asked.target, lying_parts(table.world)
    words = part_words(table, target, lie) | quarter_words(table, lie[target]) | asked.words
    called = call_policy(policy, table, card, asked.arguments, asked.phrase)
    cause, detail = _lifted(table, target) if called.cause is None else (called.cause, called.detail)
    trial = Trial(
        phrase=asked.phrase,
        meant=asked.meant,
        words=words,
        cause=cause,
        detail=detail,
        rule=called.rule,
        aimed_right=None if called.aim is None else nearest_part(lie, called.aim) == target,
        confidence=called.confidence,
    )
    return trial if trial.success else pictured(trial, table, called, lie[target])


def _lifted(table: Table, target: int) -> tuple[Cause, str]:
    """What is in the air after a pick of the body `target`, and which part that is."""
    bodies = table.world.bodies
    lifted = [number for number, body in enumerate(bodies) if table.world.where(body) == "air"]
    if lifted == [target]:
        return "success", ""
    if lifted:
        other = next(number for number in lifted if number != target)
        return "wrong_part", f"{bodies[other].spec} instead of {bodies[target].spec}"
    return "missed", f"{bodies[target].spec}"


def policy_releases(policy: Answering, table: Table, card: SkillCard) -> Trial | None:
    """Let the expert pick a part, then let the policy bring it away; None where the expert can't."""
    arguments = drawn_release(table, card)
    lie = lying_parts(table.world)
    number, tried = table.hold()
    if tried.cause is not None:
        return None
    phrase, said = worded(table, card, arguments, policy.contract)
    words = part_words(table, number, lie) | goal_words(arguments) | said
    if card.name == "put_back":
        table.clear_spot(arguments["spot"], number)
    called = call_policy(policy, table, card, arguments, phrase)
    trial = Trial(
        phrase=phrase,
        meant=card.render(arguments),
        words=words,
        cause=called.cause or "success",
        detail=called.detail,
        rule=called.rule,
        confidence=called.confidence,
    )
    if called.cause is None:
        tried = table.expert.judged(number, arguments.get("place") or arguments.get("fixture") or TRAY)
        trial = trial.model_copy(update={"cause": tried.cause or "success", "detail": tried.detail})
    return trial if trial.success else pictured(trial, table, called, None)


def call_policy(policy: Answering, table: Table, card: SkillCard, arguments: dict[str, str], phrase: str) -> Called:
    """The policy's chunks through the gate, within the card's budget."""
    call = SkillCall(id=table.call_id, skill=card.name, arguments=arguments, phrase=phrase, part=PartQuery())
    table.gate.bind(call, policy.contract.weights_hash, table.driver.now_ns() + int(card.budget.seconds * 1e9))
    called = Called()
    try:
        for _ in range(card.budget.chunks):
            seen = table.gate.observe()
            chunk = policy.act(seen, phrase, table.call_id)
            if called.picture is None:
                called = Called(picture=seen.images["overhead"], aim=closing(chunk), confidence=chunk.confidence)
            ruling = table.gate.execute(chunk)
            if ruling.decision == "stop":
                rule = ruling.findings[0].rule
                return replace(called, cause=CAUSE_OF_RULE.get(rule, "refused"), detail=ruling.describe(), rule=rule)
            if chunk.done:
                return called
    except Unavailable as error:
        return replace(called, cause="silent", detail=str(error))
    finally:
        table.gate.unbind()
    return replace(called, cause="timeout", detail=f"the budget of {card.budget.chunks} chunks is spent")


def closing(chunk: ActionChunk) -> FloatArray | None:
    """x, y, z [m] where the chunk first closes the fingers; None where it never does, or its rows are joints."""
    if chunk.space != "tcp_waypoints":
        return None
    closed = np.flatnonzero(chunk.values[:, -1] == 0)
    return chunk.values[closed[0], :3] if len(closed) else None


def pictured(trial: Trial, table: Table, called: Called, target: Lying | None) -> Trial:
    """The failure with what the policy saw, what it was to take and where it went, and the cell afterwards."""
    marks = {} if target is None else {"target": target.origin}
    marks |= {} if target is None or called.aim is None else {"aim": called.aim}
    before = "" if called.picture is None else marked(table.world, called.picture, marks)
    return trial.model_copy(update={"before": before, "after": portrait(table.world)})
