"""Ctrl-C while something may move: a software stop that the gate confirms, never a torn-off process."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from types import FrameType
from typing import Final

SIGNALS: Final = {signal.SIGINT: "Ctrl-C at the terminal", signal.SIGTERM: "the process was told to end"}


@contextmanager
def software_stop(request_stop: Callable[[str], None]) -> Iterator[None]:
    """While inside, Ctrl-C and SIGTERM ask the gate to stop; the run then ends by itself as stopped."""

    def stop(number: int, _: FrameType | None) -> None:
        request_stop(SIGNALS[signal.Signals(number)])

    former = {number: signal.signal(number, stop) for number in SIGNALS}
    try:
        yield
    finally:
        for number, handler in former.items():
            signal.signal(number, handler)


@contextmanager
def soft_pause(pause: Callable[[str], None]) -> Iterator[None]:
    """While inside, Ctrl-Z asks for a pause between two calls, and no longer suspends the process of a moving cell."""
    former = signal.signal(signal.SIGTSTP, lambda *_: pause("Ctrl-Z at the terminal"))
    try:
        yield
    finally:
        signal.signal(signal.SIGTSTP, former)


@contextmanager
def plain_interrupt() -> Iterator[None]:
    """While inside, Ctrl-C is Python's own again: nothing moves while a question is open."""
    former = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, former)
