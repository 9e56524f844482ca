"""A cell put together: the one place where its parts are chosen. Nothing here decides anything."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from agent.events import Event, Listener, ignore
from agent.executor import Checkpoint, Executor, Gate
from agent.grounding import Grounder
from agent.journal import Journal
from agent.looking import Looker
from agent.verifier import Verifier
from skills.catalogue import Catalogue
from skills.cell import Cell
from skills.protocols import Clock, Perceiver, Planner


@dataclass(frozen=True)
class Workcell:
    """Everything that a run works with; `listener` hears what it does."""

    cell: Cell
    catalogue: Catalogue
    gate: Gate
    clock: Clock
    planner: Planner
    journal: Journal
    looker: Looker
    grounder: Grounder
    executor: Executor
    verifier: Verifier
    listener: Listener = ignore

    def heard_by(self, listener: Listener) -> "Workcell":
        """The same cell, with somebody listening."""
        return replace(self, listener=listener)

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
) -> Workcell:
    """Connect the parts of a cell."""
    looker = Looker(cell, gate, perceiver)
    contracts = {name: checkpoint.contract for name, checkpoint in checkpoints.items()}
    return Workcell(
        cell=cell,
        catalogue=catalogue,
        gate=gate,
        clock=clock,
        planner=planner,
        journal=journal,
        looker=looker,
        grounder=Grounder(catalogue, contracts),
        executor=Executor(cell, catalogue, gate, clock, looker, checkpoints, journal),
        verifier=Verifier(looker),
    )
