"""The verifier on attempts of the cell's own policies, during which something goes wrong or nothing does.

The policy tries through executor and gate; the verifier, which sees pictures and the gripper's width, says what came of
it; then the twin tells what really did.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property, partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from agent.cell_weights import PERCEIVER, checkpoint_folder, load_checkpoints, load_perceiver, sureness_of, view_of
from agent.evaluation.actors import Act
from agent.evaluation.attempts_drawn import CAMERA, Drawn, draw
from agent.evaluation.attempts_held import taken
from agent.evaluation.judgements import CAUSES, counted, mistakes
from agent.evaluation.portraits import portrait, side_by_side
from agent.evaluation.report import EvalReport
from agent.evaluation.table import Split, Table
from agent.evaluation.trial import Cause, Trial
from agent.execution import WATCHED, Execution
from agent.executor import Checkpoint, Executor
from agent.looking.looker import OVERHEAD, Blocked, Look, Looker
from agent.verifying.aims import Aims, aiming, motion_of
from agent.verifying.explained import explained
from agent.verifying.verifier import Verified, Verifier
from policy.perceiver import OnnxPerceiver
from safety.state import build_gate
from sim.commands import matching, truth_words
from sim.injection import FaultyDriver
from sim.parts.spawn import Body
from sim.rollout import SETTLE_STEPS
from sim.schedule import Schedule
from skills.base import Image
from skills.call import Judgement, SkillCall
from skills.card import SkillCard
from skills.catalogue import Catalogue, catalogue_of
from skills.cell import Cell
from skills.contract import load_contract
from skills.errors import BadInput
from skills.protocols import Perceiver
from skills.scene import PerceivedPart

RIGHT, FAILED = "right", "failed"
"""What a call really came to, as reports say it."""


@dataclass(frozen=True)
class Judgment:
    """One judged attempt.

    Attributes:
        drawn: what was made to go wrong.
        succeeded: what was promised has come to be, by ground truth.
        seen: the verifier's words and what they rest on.
    """

    call: SkillCall
    drawn: Drawn
    succeeded: bool
    execution: Execution
    seen: Verified | Blocked

    @property
    def judgement(self) -> Judgement:
        return "uncertain" if isinstance(self.seen, Blocked) else self.seen.judged.verdict.judgement

    @property
    def cause(self) -> Cause:
        """A picture that shows nothing is to be called just that, whatever happened."""
        if self.drawn.blinds:
            return "success" if self.judgement == "uncertain" else "blind"
        return CAUSES[self.succeeded, self.judgement]

    @property
    def trial(self) -> Trial:
        """Without pictures."""
        came_out = RIGHT if self.succeeded else FAILED
        reason = self.seen.text if isinstance(self.seen, Blocked) else self.seen.judged.verdict.reason
        sure = None if isinstance(self.seen, Blocked) else self.seen.judged.verdict.confidence
        return Trial(
            phrase=self.call.phrase,
            meant=self.call.phrase,
            words={"skill": self.call.skill, "drawn": self.drawn.name, "came out": came_out},
            cause=self.cause,
            detail=f"{came_out}, {self.execution.status}; the verifier: {self.judgement}, {reason}",
            confidence=None if self.judgement == "uncertain" else sure,
        )


@dataclass(frozen=True)
class AttemptsActor:
    """Policies and perceiver that the cell file names."""

    cell: Cell

    def label(self, _: str) -> str:
        return actors_in(self.cell)

    def ready(self, card: SkillCard, split: Split) -> Act:
        """Raises: BadInput (a skill or words that it is not tried with, unreadable weights)."""
        if card.moves_on_tray or split.wording != "trained" or split.held_out:
            allowed = "a pick or a release, in a split whose words are trained"
            raise BadInput("eval verifier", f"{card.name}, {split.wording} words", allowed)
        return partial(_tried, self._attempting)

    @cached_property
    def _attempting(self) -> "Attempting":
        return Attempting(self.cell)


def actors_in(cell: Cell) -> str:
    """Whose attempts and verdicts they are: the cell's checkpoints. Raises: BadInput (unreadable weights)."""
    folders = {name: checkpoint_folder(cell, name) for name in cell.checkpoints}
    hashes = {name: load_contract(at).weights_hash for name, at in folders.items() if name != PERCEIVER}
    hashes[PERCEIVER] = OnnxPerceiver(folders[PERCEIVER]).card.weights_hash
    return "verifier with " + ", ".join(f"{name} {found[:12]}" for name, found in sorted(hashes.items()))


class Attempting:
    """What attempts are made with: loaded once, used on one table after another.

    Args:
        calibrated: verdicts are as sure as was fitted, where it was.
    """

    def __init__(self, cell: Cell, *, calibrated: bool = True) -> None:
        self.cell = cell
        self.catalogue: Catalogue = catalogue_of(cell)
        self.checkpoints: Mapping[str, Checkpoint] = load_checkpoints(cell)
        self.perceiver: Perceiver = load_perceiver(cell)
        self.sureness = sureness_of(cell) if calibrated else None

    def attempt(self, table: Table, card: SkillCard, state: Path) -> tuple[Judgment, tuple[Image, ...]] | None:
        """One attempt, and the pictures of the looks before and after it; after a look that could not be made, what the
        camera delivers. None where nothing can be asked for, or the agent would make no such call: it does not see the
        part, or can't tell what is held.
        """
        drawn = draw(table, card, self.checkpoints[card.checkpoint].contract)
        if drawn is None:
            return None
        holding = card.start_pose == "holding"
        held = taken(self.cell, self.perceiver, table, card, drawn.body) if holding else None
        if holding and held is None:
            return None
        schedule = Schedule(drawn.faults, table.driver)
        driver = FaultyDriver(table.driver, table.world, table.driver.arm, schedule)
        gate = build_gate(self.cell, driver, driver, state)
        looker = Looker(self.cell, gate, self.perceiver, view_of(self.checkpoints))
        before = looker.settled(None)
        call = drawn.call(table.call_id, card, held)
        if isinstance(before, Blocked) or not _would_be_called(call, before, held):
            return None
        log = _OneCall(schedule)
        aims = Aims()
        known = {name: aiming(checkpoint, aims) for name, checkpoint in self.checkpoints.items()}
        execution = Executor(self.cell, self.catalogue, gate, driver, looker, known, log).run("eval", call)
        verifier = Verifier(
            looker,
            self.cell.tray.half,
            lambda call_id: motion_of(aims.of(call_id), self.cell),
            self.sureness,
            self.cell.verifier.believe,
        )
        seen = verifier.verify(card, call, before, held, watched=execution.status in WATCHED)
        truth = succeeded(table, call, drawn.body)
        if isinstance(seen, Verified):
            seen = seen.model_copy(update={"judged": explained(seen.judged, card, call, execution, held, self.cell)})
        last = driver.observe().images[OVERHEAD] if isinstance(seen, Blocked) else looker.picture_of(seen.after)
        pictures = tuple(one for one in (looker.picture_of(before), last) if one is not None)
        return Judgment(call, drawn, truth, execution, seen), pictures


def succeeded(table: Table, call: SkillCall, body: Body) -> bool:
    """Whether one part that the promise fits hangs in the air, or the part that was held lies where it should.

    Args:
        body: the part in the gripper before a release.
    """
    world = table.world
    world.advance(SETTLE_STEPS)
    if call.destination is not None:
        return body in world.bodies and world.where(body) == call.destination
    lifted = [truth_words(world.true_part(one)) for one in world.bodies if world.where(one) == "air"]
    return len(lifted) == 1 and bool(matching(call.arguments, lifted))


def attempts_json(report: EvalReport) -> dict[str, Any]:
    """What `eval verifier --json` prints. Where the camera was well: false accepts of the attempts that failed, false
    rejects of those that did not, what is uncertain of all. Where it was not, uncertain is the right answer: how often
    another was given.
    """
    blind = [trial for trial in report.trials if trial.words["drawn"].startswith(CAMERA)]
    clear = [trial for trial in report.trials if trial not in blind]
    failed = [trial for trial in clear if trial.words["came out"] == FAILED]
    right = [trial for trial in clear if trial.words["came out"] == RIGHT]
    told = report.as_json()
    return {
        "n": len(report.trials),
        "judged": len(clear),
        **mistakes(right, failed),
        "believed_blind": counted(blind, "blind"),
        **{name: told[name] for name in ("actor", "skill", "split", "seed", "skipped_scenes", "by", "failures")},
    }


def _tried(attempting: Attempting, table: Table, card: SkillCard) -> Trial | None:
    with TemporaryDirectory(prefix="smolcell-attempt-") as state:
        found = attempting.attempt(table, card, Path(state))
    if found is None:
        return None
    judgment, pictures = found
    trial = judgment.trial
    if trial.success:
        return trial
    return trial.model_copy(update={"before": side_by_side(*pictures), "after": portrait(table.world)})


def _would_be_called(call: SkillCall, before: Look, held: PerceivedPart | None) -> bool:
    """Whether the agent would make that call: it sees the part that is asked for, and holds what it is to bring."""
    if call.destination is not None:
        return held is not None and before.grip.holding
    return not before.grip.holding and any(call.part.matches(part) for part in before.scene.parts)


@dataclass
class _OneCall:
    """A call log that tells the schedule when the call begins."""

    schedule: Schedule

    def begin_call(self, _run: str, _call: SkillCall) -> bool:
        self.schedule.call_begins()
        return True

    def end_call(self, _call_id: str, _execution: Execution) -> None:
        pass
