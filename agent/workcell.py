"""A cell put together: the one place where its parts are chosen. Nothing here decides anything."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING

from agent.cell_weights import load_checkpoints, view_of
from agent.events import Event, Listener, ignore
from agent.executor import CallLog, Checkpoint, Executor, Gate
from agent.grounding import Grounder
from agent.journal.attempts import remembered
from agent.journal.journal import Journal
from agent.looking.looker import Looker
from agent.pause import Pause
from agent.recording.keeper import Recorder
from agent.recording.shelf import FOLDER as RECORDINGS
from agent.verifying.aims import Aims, aiming, motion_of
from agent.verifying.second_opinion import ChatOpinion, SecondThoughts, load_eye
from agent.verifying.sureness import Sureness
from agent.verifying.verifier import Verifier
from skills.catalogue import Catalogue, catalogue_of
from skills.cell import Cell
from skills.protocols import Clock, Perceiver, Planner
from skills.roles import NOBODY, Person

if TYPE_CHECKING:
    from agent.planning.validate import Refusal


@dataclass(frozen=True)
class Workcell:
    """Everything that a run works with.

    Attributes:
        listener: hears what it does.
        recorder: writes it down.
        pause: holds it up between two calls.
        person: whoever has it done.
    """

    cell: Cell
    catalogue: Catalogue
    gate: Gate
    clock: Clock
    planner: Planner
    journal: Journal
    looker: Looker
    grounder: Grounder
    executor: Executor
    verifier: Verifier | SecondThoughts
    recorder: Recorder
    listener: Listener = ignore
    pause: Pause = field(default_factory=Pause)
    person: Person = NOBODY

    def heard_by(self, listener: Listener) -> "Workcell":
        """The same cell, with somebody listening."""
        return replace(self, listener=listener)

    def worked_by(self, person: Person) -> "Workcell":
        """The same cell, with this person at its door."""
        return replace(self, person=person)

    def tell(self, run_id: str, event: Event) -> None:
        """Write an event down, then tell whoever listens."""
        self.journal.note(run_id, self.clock.now_ns(), event)
        self.listener(event)


def assemble(
    cell: Cell,
    catalogue: Catalogue,
    gate: Gate,
    clock: Clock,
    perceiver: Perceiver,
    planner: Planner,
    checkpoints: Mapping[str, Checkpoint],
    journal: Journal,
    calls: CallLog | None = None,
    sureness: Sureness | None = None,
) -> Workcell:
    """Connect the parts of a cell; calls are written to `calls`, or else to the journal; verdicts are as sure as
    `sureness` says. Runs are recorded.
    """
    weights = {name: checkpoint.contract.weights_hash for name, checkpoint in checkpoints.items()}
    recorder = Recorder(journal.folder / RECORDINGS, cell, weights, clock)
    gate, perceiver = recorder.overhear("gate", gate), recorder.overhear("perceiver", perceiver)
    looker = Looker(cell, gate, perceiver, view_of(checkpoints))
    aims = Aims()

    def heard(name: str, checkpoint: Checkpoint) -> Checkpoint:
        policy = recorder.overhear(f"policy.{name}", checkpoint.policy)
        return remembered(aiming(replace(checkpoint, policy=policy), aims), journal.attempts)

    known = {name: heard(name, checkpoint) for name, checkpoint in checkpoints.items()}
    return Workcell(
        cell=cell,
        catalogue=catalogue,
        gate=gate,
        clock=clock,
        planner=recorder.overhear("planner", planner),
        journal=journal,
        looker=looker,
        grounder=grounder_of(cell, catalogue, checkpoints),
        executor=Executor(
            cell,
            catalogue,
            gate,
            recorder.overhear("clock", clock),
            looker,
            known,
            recorder.overhear("calls", calls or journal),
        ),
        verifier=build_verifier(cell, looker, aims, sureness),
        recorder=recorder,
    )


def build_verifier(cell: Cell, looker: Looker, aims: Aims, sureness: Sureness | None) -> Verifier | SecondThoughts:
    """The verifier; with a second opinion where the cell file names a model for it, loaded at the first question."""
    rules = cell.verifier
    verifier = Verifier(
        looker, cell.tray.half, lambda call_id: motion_of(aims.of(call_id), cell), sureness, rules.believe
    )
    if not rules.model:
        return verifier
    opinion = ChatOpinion(rules.model, load_eye, rules.seconds)
    return SecondThoughts(verifier, looker, opinion, rules.believe)


def build_planner(cell: Cell, refusal: "Refusal | None" = None) -> Planner:
    """The deterministic planner; with a chat model beside it where the cell file names one.

    Args:
        refusal: why a plan can't be done in this cell; without it, what the cell's checkpoints say.

    Raises: Unavailable (no such package or key), BadInput (no such provider).
    """
    from agent.planning.grammar import GrammarPlanner

    catalogue = catalogue_of(cell)
    grammar = GrammarPlanner(cell, catalogue)
    if not cell.planner.model:
        return grammar
    from agent.chat.models import load_chat_model
    from agent.planning.examples import examples
    from agent.planning.lexicon import Lexicon
    from agent.planning.llm import ModelPlanner
    from agent.planning.validate import Validator

    lexicon = Lexicon(cell, catalogue)
    validator = Validator(grammar, refusal or grounder_of(cell, catalogue, load_checkpoints(cell)).refusal)
    model = load_chat_model(cell.planner.model, cell.planner.seconds)
    return ModelPlanner(model, cell.planner, grammar, lexicon, validator, examples(catalogue, lexicon))


def grounder_of(cell: Cell, catalogue: Catalogue, checkpoints: Mapping[str, Checkpoint]) -> Grounder:
    """What chooses the calls of this cell, by its checkpoints' contracts."""
    contracts = {name: checkpoint.contract for name, checkpoint in checkpoints.items()}
    return Grounder(catalogue, contracts, cell.tray.half)
