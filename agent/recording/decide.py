"""What today's code decides from what was recorded: node by node, each from the state that the run was really in."""

import sqlite3
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, fields, replace
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, Final, cast

from langgraph.graph import END, START, StateGraph
from langgraph.types import Command

from agent.executor import Checkpoint, Gate
from agent.graph import NODES, build_graph
from agent.journal.checkpoints import saver_over
from agent.journal.journal import FILE, Journal
from agent.recording.coding import decode
from agent.recording.compare import Difference, Gap, gaps
from agent.recording.entries import Began
from agent.recording.nodes import Node, overheard
from agent.recording.playback import (
    Ended,
    Played,
    PlayedClock,
    PlayedGate,
    PlayedPerceiver,
    PlayedPlanner,
    StillClock,
    Tape,
    played,
)
from agent.recording.read import Recording, State, Visit
from agent.recording.robot import PlayedRobot
from agent.state import RunState
from agent.verifying.sureness import Sureness
from agent.workcell import Workcell, assemble
from skills.base import Value
from skills.catalogue import Catalogue
from skills.cell import Cell
from skills.protocols import Perceiver, Planner
from skills.scene import Scene

Progress = Callable[[int, int], None]
ASKING: Final = "asks"
"""What differs where one code asks a person and the other does not, or asks something else."""


@dataclass(frozen=True)
class Today:
    """Today's code and weights.

    Attributes:
        gate: today's gate over a robot, with a state folder of its own; without one no ruling is made again.
        sureness: how sure today's verdicts may be.
    """

    cell: Cell
    catalogue: Catalogue
    planner: Planner
    perceiver: Perceiver
    checkpoints: Mapping[str, Checkpoint]
    gate: Callable[[Cell, PlayedRobot, Path], Gate] | None = None
    sureness: Sureness | None = None
    nodes: Sequence[Node] = NODES


class Decisions(Value):
    """What was compared: `n` decisions, and those that would be others today."""

    n: int
    differences: tuple[Difference, ...]


def decide(recording: Recording, today: Today, progress: Progress = lambda _, __: None) -> Decisions:
    """Take every recorded decision again. Nothing moves; the cell's state is not touched."""
    with TemporaryDirectory(prefix="smolcell-replay-") as folder:
        replay = _Replay(recording, today, Path(folder))
        with closing(replay.journal):
            for number, visit in enumerate(recording.visits):
                progress(number, len(recording.visits))
                replay.visit(number, visit)
        return Decisions(n=replay.n + replay.tape.compared, differences=tuple(replay.differences))


class _Replay:
    def __init__(self, recording: Recording, today: Today, folder: Path) -> None:
        self._recording, self._nodes = recording, {node.__name__: node for node in today.nodes}
        self.tape = Tape(recording, self._note)
        self.differences: list[Difference] = []
        self.n = 0
        self._call: str | None = None
        self.journal = _journal_of(recording.began.run, folder)
        self._workcell = self._assembled(today, folder)
        self._routes = build_graph(saver_over(sqlite3.connect(":memory:"))).builder.branches

    def visit(self, number: int, visit: Visit) -> None:
        """Run today's node from the recorded state, and compare what it decides."""
        if visit.began is not None:
            self._begin(visit.began)
        if visit.update is None:
            return
        self._call = visit.call
        self.n += 1
        if visit.node not in self._nodes:
            self._note(visit.node, Gap("node", "was there", "there is no such node"))
            return
        try:
            found = _first(self._decided(visit))
        except Ended as ended:
            found = [Gap(ASKING, "what it was told", str(ended))]
        for gap in found:
            self._note(visit.node, gap)
        self._route(number, visit)

    def _begin(self, began: Began) -> None:
        """What a run begins with, or goes on with, beside its state."""
        self._workcell.looker.remember(Scene.model_validate(began.seen) if began.seen else None)
        known = {field.name for field in fields(self._workcell)}
        told = {name: decode(coded, {}) for name, coded in began.told.items() if name in known}
        self._workcell = replace(self._workcell, **told)

    def _decided(self, visit: Visit) -> Iterator[Gap]:
        """Where today's node leaves another state, or asks another question."""
        yield from ()
        assert visit.update is not None
        before, after = _state(visit.before), _state(visit.after)
        result = _One(self._nodes[visit.node], self._workcell, self.tape).run(before, visit)
        if isinstance(result, Gap):
            yield result
        else:
            yield from gaps(after.model_dump(mode="json"), result.model_dump(mode="json"), {})

    def _route(self, number: int, visit: Visit) -> None:
        """Where today's graph goes on elsewhere; a run that was cut off went nowhere."""
        following = self._recording.visits[number + 1 : number + 2]
        branches = self._routes.get(visit.node)
        if not following or not branches or following[0].before != visit.after:
            return
        self.n += 1
        chosen = [branch.path.invoke(_state(visit.after)) for branch in branches.values()]
        if following[0].node not in chosen:
            self._note("route", Gap(f"after {visit.node}", following[0].node, ", ".join(map(str, chosen))))

    def _note(self, node: str, gap: Gap) -> None:
        self.differences.append(
            Difference(node=node, call=self._call, what=gap.what, recorded=gap.recorded, today=gap.today)
        )

    def _assembled(self, today: Today, folder: Path) -> Workcell:
        """Today's cell, with all that comes from the world played back."""
        heard = [one for visit in self._recording.visits for one in visit.heard if one.of == "gate.observe"]
        widths = [one.answer.get("value", {}).get("gripper_width", 0.0) for one in heard]
        robot = PlayedRobot(today.cell, widths)
        rule = today.gate(today.cell, robot, folder / "gate") if today.gate else None
        workcell = assemble(
            cell=today.cell,
            catalogue=today.catalogue,
            gate=PlayedGate(self.tape, robot, rule),
            clock=PlayedClock(self.tape),
            perceiver=PlayedPerceiver(self.tape, today.perceiver),
            planner=PlayedPlanner(self.tape, today.planner),
            checkpoints={name: played(name, one, self.tape) for name, one in today.checkpoints.items()},
            journal=self.journal,
            calls=cast(Any, Played("calls", self.tape, self.journal)),
            sureness=today.sureness,
        )
        still = replace(workcell, clock=StillClock(self.tape))  # what only events ask is not on the tape
        return overheard(still, lambda name, part: Played(name, self.tape, part))


class _One:
    """A graph of one node, so that it may ask as it does in the whole one."""

    def __init__(self, node: Node, workcell: Workcell, tape: Tape) -> None:
        self._workcell, self._tape = workcell, tape
        graph = StateGraph(RunState, context_schema=Workcell)
        graph.add_node(node.__name__, node)
        graph.add_edge(START, node.__name__)
        graph.add_edge(node.__name__, END)
        self._database = sqlite3.connect(":memory:", check_same_thread=False)
        self._graph: Any = graph.compile(checkpointer=saver_over(self._database))

    def run(self, before: RunState, visit: Visit) -> RunState | Gap:
        """The state that the node leaves, answered as it was then; or where it asks otherwise."""
        config = {"configurable": {"thread_id": "replay"}}
        feed: Any = before
        with closing(self._database):
            for attempt in visit.tries:
                self._tape.wind(attempt.heard)
                result = self._graph.invoke(feed, config, context=self._workcell, durability="exit")
                pending = result.get("__interrupt__")
                asked = pending[0].value if pending else None
                if asked is None and attempt.question is None:
                    return RunState.model_validate(result)
                if gap := next(gaps(attempt.question, asked, {}, ASKING), None):
                    return gap
                feed = Command(resume=attempt.reply or "")
        return Gap(ASKING, None, asked)


def _state(recorded: State) -> RunState:
    """The state as today's code knows it; fields that it has no more are passed over."""
    return RunState.model_validate({name: value for name, value in recorded.items() if name in RunState.model_fields})


def _first(found: Iterator[Gap]) -> list[Gap]:
    """Of the differences the first in each field of the state."""
    fields: dict[str, Gap] = {}
    for gap in found:
        fields.setdefault(gap.what.split(".")[0].split("[")[0], gap)
    return list(fields.values())


def _journal_of(run_id: str, folder: Path) -> Journal:
    """An empty journal that knows this run."""
    Journal(folder).close()
    with closing(sqlite3.connect(folder / FILE)) as database, database:
        database.execute("INSERT INTO runs (id, instruction) VALUES (?, '')", (run_id,))
    return Journal(folder)
