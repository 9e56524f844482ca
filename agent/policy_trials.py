"""A policy on a drawn table: asked once, through the gate, judged by ground truth."""

from dataclasses import dataclass
from typing import Final, Protocol

import numpy as np

from agent.trial import Cause, Trial
from agent.trial_asks import ask_pick, drawn_release, worded
from agent.trial_table import Table
from sim.commands import truth_words
from sim.data.splits import quarter_of
from sim.lying import lying_parts, nearest_part
from skills.base import FloatArray
from skills.call import SkillCall
from skills.card import SkillCard
from skills.chunk import ActionChunk
from skills.contract import Contract
from skills.errors import Unavailable
from skills.observation import Observation
from skills.protocols import Policy
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
class Contracted:
    """A policy whose wrappers have hidden its contract."""

    contract: Contract
    policy: Policy

    def act(self, observation: Observation, phrase: str, call_id: str) -> ActionChunk:
        """Raises: what the policy raises."""
        return self.policy.act(observation, phrase, call_id)


@dataclass(frozen=True)
class Called:
    """How a call went, before anybody has looked.

    Attributes:
        cause: why it ended before its end; None where it did not.
        aim: x, y, z where the fingers first close, robot base frame [m]; None where they never do.
    """

    cause: Cause | None = None
    detail: str = ""
    rule: str | None = None
    aim: FloatArray | None = None


def policy_picks(policy: Answering, table: Table, card: SkillCard) -> Trial | None:
    """None where nothing on the table can be asked for."""
    asked = ask_pick(table, card, policy.contract)
    if asked is None:
        return None
    world, target = table.world, asked.target
    before, lie = world.true_parts(), lying_parts(world)
    part = before[target]
    words = truth_words(part) | {"quarter": quarter_of(part.at), "parts": str(len(before))} | asked.words
    called = _call(policy, table, card, asked.arguments, asked.phrase)
    aimed_right = None if called.aim is None else nearest_part(lie, called.aim) == target
    cause, detail = called.cause, called.detail
    if cause is None:
        lifted = [number for number, body in enumerate(world.bodies) if world.where(body) == "air"]
        cause = "success" if lifted == [target] else "wrong_part" if lifted else "missed"
        detail = "" if cause == "success" else f"{part.spec}"
        if cause == "wrong_part":
            other = next((number for number in lifted if number != target), target)
            detail = f"{before[other].spec} instead of {part.spec}"
    return Trial(
        phrase=asked.phrase, words=words, cause=cause, detail=detail, rule=called.rule, aimed_right=aimed_right
    )


def policy_releases(policy: Answering, table: Table, card: SkillCard) -> Trial | None:
    """Let the expert pick a part, then let the policy bring it away; None where the expert can't."""
    arguments = drawn_release(table, card)
    number, tried = table.hold()
    if tried.cause is not None:
        return None
    phrase, said = worded(table, card, arguments, policy.contract)
    words = table.words(number, arguments) | said
    if card.name == "put_back":
        table.clear_spot(arguments["spot"], number)
    called = _call(policy, table, card, arguments, phrase)
    if called.cause is not None:
        return Trial(phrase=phrase, words=words, cause=called.cause, detail=called.detail, rule=called.rule)
    tried = table.expert.judged(number, arguments.get("place") or arguments.get("fixture") or TRAY)
    return Trial(phrase=phrase, words=words, cause=tried.cause or "success", detail=tried.detail)


def _call(policy: Answering, table: Table, card: SkillCard, arguments: dict[str, str], phrase: str) -> Called:
    """The policy's chunks through the gate, within the card's budget."""
    call = SkillCall(id=table.call_id, skill=card.name, arguments=arguments, phrase=phrase, part=PartQuery())
    deadline = table.driver.now_ns() + int(card.budget.seconds * 1e9)
    table.gate.bind(call, policy.contract.weights_hash, deadline)
    aim: FloatArray | None = None
    try:
        for _ in range(card.budget.chunks):
            chunk = policy.act(table.gate.observe(), phrase, table.call_id)
            aim = closing(chunk) if aim is None else aim
            ruling = table.gate.execute(chunk)
            if ruling.decision == "stop":
                rule = ruling.findings[0].rule
                return Called(CAUSE_OF_RULE.get(rule, "refused"), ruling.describe(), rule, aim)
            if chunk.done:
                return Called(aim=aim)
    except Unavailable as error:
        return Called("silent", str(error), aim=aim)
    finally:
        table.gate.unbind()
    return Called("timeout", f"the budget of {card.budget.chunks} chunks is spent", aim=aim)


def closing(chunk: ActionChunk) -> FloatArray | None:
    """x, y, z [m] where the chunk first closes the fingers; None where it never does, or its rows are joints."""
    if chunk.space != "tcp_waypoints":
        return None
    closed = np.flatnonzero(chunk.values[:, -1] == 0)
    return chunk.values[closed[0], :3] if len(closed) else None
