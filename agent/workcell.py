"""A cell put together: the one place where its parts are chosen. Nothing here decides anything."""

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING

from agent.cell_weights import load_checkpoints, load_perceiver, sureness_of, view_of
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
from safety.state import build_gate
from skills.catalogue import Catalogue, catalogue_of
from skills.cell import Cell
from skills.errors import Unavailable
from skills.protocols import Clock, Perceiver, Planner
from skills.roles import NOBODY, Person

if TYPE_CHECKING:
    from agent.planning.validate import Refusal
    from agent.recorded import Frame
    from agent.twin import Twin
    from sim.driver import SimDriver
    from sim.scenario import Scenario
    from sim.world import World


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


def build_twin(cell: Cell, scenario: "Scenario", state: Path) -> "Twin":
    """The cell with the simulator's robot and cameras over the scenario's parts; close it after use.

    Raises: Unavailable (another process, no URDF), BadInput (no weights, a wrong contract, parts or a robot that do
    not fit).
    """
    from safety.fit import check_fit
    from sim.driver import SimDriver
    from sim.setting import load_setting
    from sim.world import World

    check_fit(cell)
    parts = scenario.layout(cell.tray)
    with ExitStack() as undo:
        world = World(cell, scenario.seed, load_setting(scenario.setting))
        undo.callback(world.close)
        world.reset(parts)
        twin = _twin_over(cell, scenario, world, SimDriver(world), state)
        undo.pop_all()
        undo.callback(twin.close)
        twin.workcell.journal.table.lay_anew()
        undo.pop_all()
    return twin


def reopen_twin(cell: Cell, state: Path) -> "Twin":
    """The cell over the table that the last twin with this state folder left; close it after use.

    Raises: Unavailable (another process, no table), BadInput (no weights, a wrong contract, an unreadable table).
    """
    from sim.snapshot import load, restore

    saved = load(state)
    if saved is None:
        raise Unavailable(f"there is no table in {state}.", "Open the cell with a scene.")
    scenario = saved.scenario.model_copy(update={"surprises": (), "faults": ()})
    with ExitStack() as undo:
        world, driver = restore(cell, saved)
        undo.callback(world.close)
        twin = _twin_over(cell, scenario, world, driver, state)
        undo.pop_all()
    return twin


def _twin_over(cell: Cell, scenario: "Scenario", world: "World", driver: "SimDriver", state: Path) -> "Twin":
    from agent.corrections.staged import Staged
    from agent.faulty import FaultyCell
    from agent.twin import Surprises, Twin
    from sim.snapshot import lasting, snapshot

    cell = scenario.fitted(cell)
    checkpoints, perceiver = load_checkpoints(cell), load_perceiver(cell)
    state.mkdir(parents=True, exist_ok=True)
    with ExitStack() as undo:
        kept = lasting(state, scenario, world, driver)
        faulty = FaultyCell(scenario.faults, world, driver, kept)
        journal = undo.enter_context(faulty.journal(state))
        kept.keep()  # alone in the folder
        staged = {
            name: replace(known, policy=Staged(known.policy, state, lambda: snapshot(scenario, world, driver)))
            for name, known in faulty.checkpoints(checkpoints).items()
        }
        workcell = assemble(
            cell=cell,
            catalogue=catalogue_of(cell),
            gate=faulty.gate(cell, state),
            clock=faulty.driver,
            perceiver=perceiver,
            planner=build_planner(cell, grounder_of(cell, catalogue_of(cell), checkpoints).refusal),
            checkpoints=staged,
            journal=journal,
            calls=faulty.counted(Surprises(journal, world, scenario)),
            sureness=sureness_of(cell),
        )
        undo.pop_all()
    return Twin(workcell, world)


def build_recorded(cell: Cell, frames: "Sequence[Frame]", state: Path) -> Workcell:
    """The cell with recorded pictures in place of robot and cameras; close its journal after use.

    Raises: Unavailable (another process), BadInput (no weights, a wrong contract, no frames).
    """
    from agent.recorded import RecordedDriver

    driver = RecordedDriver(cell, frames)
    with ExitStack() as undo:
        journal = undo.enter_context(Journal(state))  # before the gate's files: another process may write them
        workcell = assemble(
            cell=cell,
            catalogue=catalogue_of(cell),
            gate=build_gate(cell, driver, driver, state),
            clock=driver,
            perceiver=load_perceiver(cell),
            planner=build_planner(cell),
            checkpoints=load_checkpoints(cell),
            journal=journal,
            sureness=sureness_of(cell),
        )
        undo.pop_all()
    return workcell


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
