"""The verifier on a drawn table: the expert makes a pick come out right or wrong, and the verifier, which sees pictures
and the gripper's width, says which.
"""

from dataclasses import dataclass
from functools import partial
from typing import Any, Final

import numpy as np

from agent.cell_weights import PERCEIVER, checkpoint_folder, load_perceiver
from agent.denoting import meant_by
from agent.evaluation.actors import Act, checkpoint_of
from agent.evaluation.asks import Ask, ask_pick
from agent.evaluation.judgements import CAUSES, mistakes
from agent.evaluation.portraits import marked, portrait
from agent.evaluation.report import EvalReport
from agent.evaluation.table import Split, Table
from agent.evaluation.trial import Trial
from agent.evaluation.words import part_words, quarter_words
from agent.looking.looker import Blocked, Look, Looker
from agent.verifying.verifier import Verifier
from policy.perceiver import OnnxPerceiver
from sim.commands import matching, truth_words
from sim.lying import lying_parts
from skills.call import Judgement, SkillCall
from skills.card import SkillCard
from skills.cell import Cell
from skills.contract import Contract, load_contract
from skills.errors import BadInput
from skills.protocols import Perceiver
from skills.scene import select

RIGHT, ANOTHER, SLIPPED, LOST = "right part held", "another part held", "slipped back", "lost beside the tray"
SHARES: Final = {RIGHT: 0.5, ANOTHER: 1 / 6, SLIPPED: 1 / 6, LOST: 1 / 6}
"""What is made to happen, and how often."""
SETTLE: Final = 0.5
"""Cell time in which the fingers close on what is left between them [s]."""
BESIDE: Final = (0.0, 0.22, 0.03)
"""Where a lost part falls, from the tray's centre [m]: no camera sees it there."""


@dataclass(frozen=True)
class VerifierActor:
    """The verifier with the perceiver that the cell file names."""

    cell: Cell

    def label(self, _: str) -> str:
        card = OnnxPerceiver(checkpoint_folder(self.cell, PERCEIVER)).card
        return f"verifier with perceiver {card.weights_hash[:12]}"

    def ready(self, card: SkillCard, split: Split) -> Act:
        """Raises: BadInput (a skill or words that a verifier is not tried with, unreadable weights)."""
        if card.name != "pick" or split.wording != "trained":
            raise BadInput("eval verifier", f"{card.name}, {split.wording} words", "tried with picks in trained words")
        contract = load_contract(checkpoint_of(self.cell, card.name))
        return partial(_verified, load_perceiver(self.cell), contract)


def verifier_json(report: EvalReport) -> dict[str, Any]:
    """What `eval verifier --json` prints: false accepts of the picks that failed, false rejects of those that did not,
    and what is uncertain of all.
    """
    right = [trial for trial in report.trials if trial.words["happened"] == RIGHT]
    failed = [trial for trial in report.trials if trial.words["happened"] != RIGHT]
    told = report.as_json()
    return {
        "n": len(report.trials),
        **mistakes(right, failed),
        **{name: told[name] for name in ("actor", "split", "seed", "skipped_scenes", "by", "failures")},
    }


def _verified(perceiver: Perceiver, contract: Contract, table: Table, card: SkillCard) -> Trial | None:
    """None where nothing can be asked for, the verifier sees no such part, or the expert fails."""
    asked = ask_pick(table, card, contract)
    if asked is None:
        return None
    looker = Looker(table.world.cell, table.gate, perceiver)
    call = SkillCall(
        id=table.call_id,
        skill=card.name,
        arguments=asked.arguments,
        phrase=asked.phrase,
        part=meant_by(asked.arguments),
    )
    before, lie = looker.settled(None), lying_parts(table.world)
    if isinstance(before, Blocked) or not select(call.part, before.scene.parts):
        return None
    words = part_words(table, asked.target, lie) | quarter_words(table, lie[asked.target])
    picture = table.driver.observe().images["overhead"]
    happened = _happen(table, asked)
    if happened is None:
        return None
    judgement, reason = _judged(Verifier(looker, table.world.cell.tray.half), card, call, before)
    trial = Trial(
        phrase=asked.phrase,
        meant=asked.meant,
        words=words | {"happened": happened},
        cause=CAUSES[happened == RIGHT, judgement],
        detail=f"{happened}; the verifier: {judgement}, {reason}",
    )
    if trial.success:
        return trial
    shown = marked(table.world, picture, {"target": lie[asked.target].origin})
    return trial.model_copy(update={"before": shown, "after": portrait(table.world)})


def _judged(verifier: Verifier, card: SkillCard, call: SkillCall, before: Look) -> tuple[Judgement, str]:
    seen = verifier.verify(card, call, before, None)
    if isinstance(seen, Blocked):
        return "uncertain", seen.text
    return seen.judged.verdict.judgement, seen.judged.verdict.reason


def _happen(table: Table, asked: Ask) -> str | None:
    """Let the expert pick what is asked for or another part, and lose it where that is drawn; what has happened, by
    ground truth. None where it came out otherwise than it was meant to.
    """
    world, others = table.world, others_than(table, asked)
    wanted = str(table.rng.choice(list(SHARES), p=list(SHARES.values())))
    if wanted == ANOTHER and not others:
        return None
    number = int(table.rng.choice(others)) if wanted == ANOTHER else asked.target
    body = world.bodies[number].id
    position, turn = world.bullet.getBasePositionAndOrientation(body)
    if table.expert.pick(number).cause is not None:
        return None
    if wanted in (SLIPPED, LOST):
        beside = np.add((*world.cell.tray.centre, 0.0), BESIDE).tolist()
        world.bullet.resetBasePositionAndOrientation(body, position if wanted == SLIPPED else beside, turn)
        world.bullet.resetBaseVelocity(body, (0, 0, 0), (0, 0, 0))
        table.driver.wait(SETTLE)
    return wanted


def others_than(table: Table, asked: Ask) -> list[int]:
    """Numbers of the parts that the words do not fit, and that the expert can grasp."""
    words = [truth_words(part) for part in table.world.true_parts()]
    fitting = matching(asked.arguments, words)
    return [number for number in range(len(words)) if number not in fitting and table.graspable(number)]
