"""Signals from outside: Ctrl-C stops what moves, being told to end stops it and leaves."""

import signal
from collections.abc import Callable
from types import FrameType

from agent.doors.repl.desk import Desk


def obey_signals(desk: Desk) -> None:
    """From now on signals are the desk's."""
    signal.signal(signal.SIGINT, _then(desk.interrupt))
    for number in (signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _then(desk.terminate))


def _then(act: Callable[[], None]) -> Callable[[int, FrameType | None], None]:
    return lambda _number, _frame: act()
