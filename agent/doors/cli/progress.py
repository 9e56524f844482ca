"""Progress of long jobs on stderr: a bar with rate and time left on a terminal, now and then a line elsewhere."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Final, Protocol

from agent.doors.cli.output import talk, talk_console


class Update(Protocol):
    """Tells that so many of so many are done, and what else there is to say."""

    def __call__(self, done: int, total: int, note: str = "") -> None: ...


EVERY: Final = 10.0
"""Seconds between two lines where stderr is no terminal."""
PATIENCE: Final = 2.0
"""Seconds after which a person wants to know what takes so long."""


@contextmanager
def progress(unit: str) -> Iterator[Update]:
    """An update function for a job that is counted in `unit`."""
    console = talk_console()
    if not console.is_terminal:
        yield _Lines(unit)
        return
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (BarColumn(), MofNCompleteColumn(), TextColumn("{task.fields[rate]}"), TimeRemainingColumn())
    with Progress(TextColumn(unit), *columns, TextColumn("{task.fields[note]}"), console=console) as bar:
        task = bar.add_task(unit, total=None, rate="", note="")
        rate = _Rate()

        def update(done: int, total: int, note: str = "") -> None:
            shown = f"{rate.of(done):.2f}/s"
            bar.update(task, completed=done, total=total, rate=shown, note=note)

        yield update


@contextmanager
def patience(doing: str) -> Iterator[Callable[[str], None]]:
    """For a job without a known end: says what it does where it takes longer than PATIENCE, and again EVERY so often.

    It yields a function that takes what is done now.
    """
    now, over, began = [doing], threading.Event(), time.monotonic()

    def speak() -> None:
        wait = PATIENCE
        while not over.wait(wait):
            talk(f"{now[0]}, {time.monotonic() - began:.0f} s")
            wait = EVERY

    speaker = threading.Thread(target=speak, daemon=True)
    speaker.start()
    try:
        yield lambda what: now.__setitem__(0, what)
    finally:
        over.set()
        speaker.join()


class _Rate:
    """Units a second since the first update: what was there before it is not counted. Fewer: a new count."""

    def __init__(self) -> None:
        self._start: tuple[float, int] | None = None
        self._last = 0

    def of(self, done: int) -> float:
        now = time.monotonic()
        if self._start is None or done < self._last:
            self._start = (now, done)
        self._last = done
        seconds = now - self._start[0]
        return (done - self._start[1]) / seconds if seconds else 0.0


class _Lines:
    def __init__(self, unit: str) -> None:
        self._unit, self._rate, self._next = unit, _Rate(), 0.0

    def __call__(self, done: int, total: int, note: str = "") -> None:
        rate = self._rate.of(done)
        if time.monotonic() < self._next and done < total:
            return
        self._next = time.monotonic() + EVERY
        left = f", {(total - done) / rate:.0f} s left" if rate else ""
        talk(f"{self._unit} {done}/{total}, {rate:.2f}/s{left}{f', {note}' if note else ''}")
