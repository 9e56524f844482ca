"""A conversation over the little kinematic tray, with everything that was said kept, and a gate that takes its time."""

import threading
from collections.abc import Callable
from pathlib import Path

import numpy as np
from rich.console import Console

from agent.doors.repl.desk import Desk
from agent.doors.repl.screen import PLAIN_WIDTH, Screen
from agent.doors.repl.shift import Shift, Station
from agent.doors.repl.transcript import Transcript as Kept
from agent.doors.repl.worker import Worker
from skills.call import Finding, Ruling
from skills.chunk import ActionChunk
from skills.plan import Understanding
from skills.roles import Person
from tests.agent.kinematic_tray import Bench, Tray, TrayGate

PATIENCE = 100.0
"""Seconds after which a test gives up waiting."""


class Transcript:
    """A file that a console writes to, and that a test waits at."""

    def __init__(self) -> None:
        self._text = ""
        self._grown = threading.Condition()
        self._acts: dict[str, Callable[[], None]] = {}

    def at(self, words: str, act: Callable[[], None]) -> None:
        """Do `act` when `words` are first written, in the writer's thread, before anything else comes to pass there."""
        self._acts[words] = act

    def write(self, text: str) -> int:
        with self._grown:
            self._text += text
            self._grown.notify_all()
        for words in [words for words in self._acts if words in text]:
            self._acts.pop(words)()
        return len(text)

    def flush(self) -> None:
        """Nothing is buffered."""

    @property
    def text(self) -> str:
        with self._grown:
            return self._text

    @property
    def lines(self) -> list[str]:
        return [line.rstrip() for line in self.text.splitlines()]

    def wait_for(self, words: str, times: int = 1) -> None:
        with self._grown:
            assert self._grown.wait_for(lambda: self._text.count(words) >= times, PATIENCE), self._text


class SlowGate(TrayGate):
    """A gate whose n-th motions last until a stop is asked for, or somebody lets them go on."""

    def __init__(self, world: Tray, *slow: int) -> None:
        super().__init__(world)
        self.slow = set(slow)
        self.moving, self.go_on, self.stopped = threading.Event(), threading.Event(), threading.Event()
        self.at_pause: Callable[[], None] = lambda: None

    def execute(self, chunk: ActionChunk, on_progress: Callable[[float], None] = lambda _: None) -> Ruling:
        if len(self.executed) + 1 not in self.slow:
            return super().execute(chunk, on_progress)
        self.moving.set()
        while not (self.stopped.is_set() or self.go_on.wait(0.01)):
            on_progress(0.5)
        if self.stopped.is_set():
            self.executed.append(chunk.call_id)
            assert self.latched is not None
            stop = Finding(rule="stop_request", text=self.latched)
            return Ruling(decision="stop", findings=(stop,), sent_rows=3, seconds=0.4, latched=True)
        self.slow.clear()
        return super().execute(chunk, on_progress)

    def request_stop(self, reason: str) -> None:
        super().request_stop(reason)
        self.stopped.set()

    def reset(self, by: str, seen: int) -> None:
        super().reset(by, seen)
        self.stopped.clear()
        self.slow.clear()


class Conversation:
    """A desk over a bench. The planner knows what `script` says. At a `terminal` there are pictures, in shades."""

    def __init__(
        self,
        folder: Path,
        world: Tray,
        script: dict[str, Understanding],
        gate: TrayGate | None = None,
        transcript: Kept | None = None,
        *,
        terminal: bool = False,
    ) -> None:
        self.transcript = Transcript()
        self.bench = Bench(folder, world, gate=gate or TrayGate(world))
        self.bench.script.update(script)
        self.person = Person(name="Ada", role="maintainer")
        self.opened = threading.Event()
        console = Console(
            file=self.transcript,  # type: ignore[arg-type]
            color_system=None,
            highlight=False,
            width=PLAIN_WIDTH,
            force_terminal=terminal,
        )
        self.desk = Desk(Screen(lambda: console, transcript), self._open)

    def __enter__(self) -> "Conversation":
        self.desk.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.opened.set()
        self.desk.terminate()
        self.desk.join()

    def begin(self) -> "Conversation":
        """Let the cell open, and wait until it is ready."""
        self.opened.set()
        self.transcript.wait_for("ready: ")
        return self

    def say(self, line: str, until: str = "", times: int = 1) -> None:
        self.desk.hear(line)
        if until:
            self.transcript.wait_for(until, times)

    def _open(self, screen: Screen, worker: Worker) -> Shift:
        assert self.opened.wait(PATIENCE)
        gate = self.bench.gate
        blank = np.zeros((256, 256, 3), np.uint8)
        station = Station(
            self.bench.workcell.worked_by(self.person), gate.reset, lambda: blank, self.bench.journal.close
        )
        return Shift(screen, station, worker)
