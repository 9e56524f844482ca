"""A policy practises on a drawn table: where it fails, the demonstrator shows on the same table how it is done."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

import numpy as np

from agent.evaluation.seeds import Purpose
from policy.keyframe_policy import KeyframePolicy
from sim.commands import draw_pick
from sim.data.corrections import correction
from sim.data.looks import repainted
from sim.data.scenes import DataScene
from sim.data.splits import lies_held_out
from sim.data.visible import seen_bodies
from sim.grasps import NoGrasp
from sim.parts.spawn import PartSpec
from sim.setting import Setting
from sim.table import Table
from skills.call import SkillCall
from skills.card import SkillCard
from skills.cell import Cell
from skills.observation import Observation
from skills.scene import PartQuery

SUCCESS: Final = "success"
CORRECTED: Final = "corrected"
NOT_ASKED: Final = ("held_out", "no_question", "no_grasp")
"""Outcomes of scenes in which nothing was asked for."""


class PracticeTable(Table):
    """A drawn table without a kind × colour × quarter that is held out from training."""

    def _draw(self) -> list[PartSpec]:
        return repainted(super()._draw(), self.rng)


@dataclass(frozen=True)
class Question:
    """A pick that may be asked for, as training data would: the part is seen, and the expert knows a grasp.

    Attributes:
        body: number of the part that is meant.
        seen: what the policy is shown.
        scene: the same picture, with the expert's answer.
    """

    body: int
    seen: Observation
    scene: DataScene

    @property
    def phrase(self) -> str:
        return self.scene.examples[0].phrase


@dataclass(frozen=True)
class Practised:
    """What came of one scene: `success`, `corrected`, or why it is of no use; `scene` is the correction."""

    outcome: str
    scene: DataScene | None = None


def practise(
    cell: Cell, card: SkillCard, policy: KeyframePolicy, setting: Setting, seed: int, number: int
) -> Practised:
    """Let the policy try the pick that scene `number` of `seed` asks for; where it fails, let the expert.

    The same arguments give the same, whoever asks.
    """
    with _table(cell, card, setting, seed, number) as table:
        asked = _question(table, card)
        if isinstance(asked, str):
            return Practised(asked)
        if _picks(table, card, policy, asked, f"practice-{seed}-{number}"):
            return Practised(SUCCESS)
    with _table(cell, card, setting, seed, number) as table:
        tried = table.expert.pick(asked.body)
    return Practised(tried.cause) if tried.cause else Practised(CORRECTED, asked.scene)


@contextmanager
def _table(cell: Cell, card: SkillCard, setting: Setting, seed: int, number: int) -> Iterator[PracticeTable]:
    rng = np.random.default_rng([Purpose.PRACTICE, seed, number])
    with (
        TemporaryDirectory(prefix="smolcell-practice-") as state,
        closing(PracticeTable(cell, card, setting, rng, Path(state))) as table,
    ):
        yield table


def _question(table: Table, card: SkillCard) -> Question | str:
    """What is asked for on this table, or why nothing is."""
    world = table.world
    bodies = seen_bodies(world)
    parts = [world.true_part(world.bodies[body]) for body in bodies]
    if any(map(lies_held_out, parts)):
        return "held_out"
    drawn = draw_pick(card, parts, table.rng) if parts else None
    if drawn is None:
        return "no_question"
    arguments, target = drawn
    grasp = table.expert.grasp(bodies[target])
    if isinstance(grasp, NoGrasp):
        return "no_grasp"
    seen = table.gate.observe()
    return Question(bodies[target], seen, correction(world.cell, seen, card.render(arguments), grasp, target, parts))


def _picks(table: Table, card: SkillCard, policy: KeyframePolicy, asked: Question, call_id: str) -> bool:
    """Whether the policy takes that part, and no other, within the card's budget."""
    call = SkillCall(id=call_id, skill=card.name, arguments={}, phrase=asked.phrase, part=PartQuery())
    table.gate.bind(call, policy.checkpoint, table.driver.now_ns() + int(card.budget.seconds * 1e9))
    seen = asked.seen
    try:
        for _ in range(card.budget.chunks):
            chunk = policy.act(seen, asked.phrase, call_id)
            if table.gate.execute(chunk).decision == "stop" or chunk.done:
                break
            seen = table.gate.observe()
    finally:
        table.gate.unbind()
    world = table.world
    return [body for body in range(len(world.bodies)) if world.where(world.bodies[body]) == "air"] == [asked.body]
