"""A cell that is killed with SIGKILL, at a named instant or at any time; the world outlives it.

The cell works in a process of its own, forked. What is done to the world there is told to this process with every
row of a motion, so that the world is afterwards as it was at the kill: the arm over the tray, a part in the gripper.
"""

import multiprocessing
import os
import pickle
import signal
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from multiprocessing.connection import Connection
from pathlib import Path
from types import FrameType, SimpleNamespace
from typing import Any, Final

import numpy as np

from agent.graph import NODES
from agent.run import resume, run
from skills.observation import Observation
from skills.plan import Understanding
from tests.agent.kinematic_tray import CELL, Bench, Tray, TrayGate, part, planned, step

INSTRUCTION: Final = "clear it"
"""It is asked about before it is planned."""
FAILED: Final = (
    part("gear", "large", "red", "failed", (-0.09, 0.05)),
    part("nut", "M8", "brass", "failed", (0.05, -0.09)),
)
GOOD: Final = part("nut", "M8", "brass", "ok", (0.0, -0.05))
SCRIPT: Final = {
    INSTRUCTION: Understanding(outcome="question", text="of what?", choices=("of failed parts",)),
    "of failed parts": planned(step(condition="failed")),
}
SOURCES: Final = {node.__code__.co_filename for node in NODES}
SMALL_BIN: Final = CELL.places["rejection bin"].model_copy(update={"capacity": 1})
SMALL: Final = CELL.model_copy(update={"places": {**CELL.places, "rejection bin": SMALL_BIN}})
"""The first part fills the bin, which is asked about."""
NAMES: Final = {node.__name__ for node in NODES}

WRITES: Final = ("BEGIN", "INSERT", "UPDATE", "DELETE", "CREATE", "COMMIT")

Hit = Callable[[str], None]
"""Hears the name of every instant at which a process can be killed."""
Target = tuple[str, int]


@dataclass
class Story:
    """The world, and what was done in it, over as many processes as it takes.

    Attributes:
        kept: the tray's own state.
        executed: the call of each motion.
        log: "look" and "motion" in their order, and "kill".
        instants: what the last process came by; empty where nobody listened.
    """

    kept: dict[str, Any]
    executed: list[str] = field(default_factory=list)
    log: list[str] = field(default_factory=list)
    instants: list[str] = field(default_factory=list)

    @classmethod
    def begin(cls, *parts: Any, faults: dict[int, str] | None = None) -> "Story":
        return cls(vars(Tray(*parts, faults=faults)))

    @property
    def world(self) -> Tray:
        world = Tray()
        vars(world).update(self.kept)
        return world


class ToldTray(Tray):
    """A tray that tells of every look and every row of a motion."""

    tell: Callable[[], None]
    hit: Hit

    def observe(self) -> Observation:
        seen = super().observe()
        self.tell()
        self.hit("observed")
        return seen

    def move(self, chunk: Any) -> bool:
        return super().move(SimpleNamespace(values=self._rows(chunk.values)))

    def _rows(self, values: np.ndarray) -> Iterator[np.ndarray]:
        for number, row in enumerate(values):
            self.hit(f"row {number}")
            yield row
            self.tell()
        self.hit("row last")


class ToldGate(TrayGate):
    """A gate whose motions are told."""

    log: list[str]

    def execute(self, chunk: Any, *rest: Any) -> Any:
        self.log.append("motion")
        return super().execute(chunk, *rest)


def live(story: Story, folder: Path, target: Target | None = None, lifetime: float | None = None) -> bool:
    """Let a process of the cell work on `story` until it ends or is killed; whether it was killed.

    Args:
        target: an instant's name, and at which time that it comes by the process is killed. Without target and
            lifetime the instants are recorded.
        lifetime: seconds after which it is killed wherever it is.
    """
    context = multiprocessing.get_context("fork")
    receiving, sending = context.Pipe(duplex=False)
    process = context.Process(target=_work, args=(sending, story, folder, target, lifetime))
    process.start()
    sending.close()
    deadline = None if lifetime is None else time.monotonic() + lifetime
    with receiving, suppress(EOFError):
        while True:
            left = None if deadline is None else deadline - time.monotonic()
            if left is not None and (left <= 0 or not receiving.poll(left)):
                process.kill()
                deadline = None
            story.kept, story.executed, story.log, story.instants = pickle.loads(receiving.recv_bytes())
    process.join()
    assert process.exitcode in (0, -signal.SIGKILL), f"the cell ended by itself with {process.exitcode}"
    if process.exitcode:
        story.log.append("kill")
    return bool(process.exitcode)


def _work(sending: Connection, story: Story, folder: Path, target: Target | None, lifetime: float | None) -> None:
    """In the forked process: take the job up where it is, as a person would have it."""
    seen: Counter[str] = Counter()
    instants: list[str] = []

    def hit(name: str) -> None:
        seen[name] += 1
        if target is None:
            instants.append(name)
        elif target == (name, seen[name]):
            os.kill(os.getpid(), signal.SIGKILL)

    def tell() -> None:
        kept = {name: value for name, value in vars(world).items() if name not in ("hit", "tell")}
        sending.send_bytes(pickle.dumps((kept, gate.executed, gate.log, instants)))

    world = ToldTray()
    vars(world).update(story.kept, hit=hit, tell=tell)
    gate = ToldGate(world)
    gate.executed, gate.log = list(story.executed), list(story.log)
    bench = opened(folder, world, gate)
    assert (world.motions, gate.log) == (story.kept["motions"], story.log), "nothing moves by itself"
    if lifetime is None:
        _watch(bench, hit)
    take_up(bench)
    sys.settrace(None)
    tell()


def opened(folder: Path, world: Tray, gate: TrayGate) -> Bench:
    """The cell; nothing moves by that."""
    bench = Bench(folder, world, gate=gate)
    bench.workcell = replace(bench.workcell, cell=SMALL)
    bench.script.update(SCRIPT)
    perceive = bench.perceiver.perceive

    def noted(observation: Observation) -> Any:
        if isinstance(gate, ToldGate):
            gate.log.append("look")
        return perceive(observation)

    bench.perceiver.perceive = noted  # type: ignore[method-assign]
    return bench


def take_up(bench: Bench) -> Any:
    """What a person does: say resume where something was cut off, say the instruction where nothing was begun."""
    if bench.journal.unfinished() is not None:
        return resume(bench.workcell, answer=lambda _: "1")
    if bench.journal.runs():
        return None
    return run(bench.workcell, INSTRUCTION, answer=lambda _: "1")


def _watch(bench: Bench, hit: Hit) -> None:
    """Name every instant: each line of a node and of its helpers, its end, each statement of the journal."""
    node = "outside"

    def of_statement(statement: str) -> None:
        words = statement.replace("OR IGNORE ", "").replace("OR REPLACE ", "").split()
        if words[0] in WRITES:
            hit(f"{node}: {' '.join(words[:3])}")

    def of_frame(frame: FrameType, event: str, _: Any) -> Any:
        nonlocal node
        if frame.f_code.co_filename not in SOURCES:
            return None
        name = frame.f_code.co_name
        if name in NAMES:
            node = name
        hit(f"{name} begins" if event == "call" else f"{name}:{frame.f_lineno}" if event == "line" else f"{name} ends")
        return of_frame

    for connection in (bench.journal._database._connection, bench.journal._saver_connection):
        connection.set_trace_callback(of_statement)
    threading.settrace(of_frame)
    sys.settrace(of_frame)
