"""A long job shared out among processes, which end with the command however it ends."""

import multiprocessing
import os
import signal
import sys
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from multiprocessing import connection, parent_process, resource_tracker
from multiprocessing.pool import Pool
from multiprocessing.process import BaseProcess
from typing import Final, TypeVar

from skills.errors import Unavailable

Job = TypeVar("Job")
Result = TypeVar("Result")

LOOK_EVERY: Final = 1.0
"""Seconds without a result after which the processes are looked at."""

GRACE: Final = 3.0
"""Seconds after which a process that was told to end is killed: the pool would wait for it for ever."""


def shared_out(work: Callable[[Job], Result], jobs: Iterable[Job], count: int) -> Iterator[Result]:
    """What `work` makes of each of `jobs`, as soon as it is made, `count` at a time.

    Raises: Unavailable when a process was killed; what `work` raises.
    """
    with _pool(count) as pool:
        hands = multiprocessing.active_children()
        results = pool.imap_unordered(work, jobs)
        while True:
            try:
                yield results.next(timeout=LOOK_EVERY)
            except StopIteration:
                return
            except multiprocessing.TimeoutError:
                if not all(hand.is_alive() for hand in hands):  # the pool would wait for its result for ever
                    raise Unavailable(
                        "a worker process was killed, as happens where memory runs out.",
                        "Run the same command again, with fewer --workers.",
                    ) from None


@contextmanager
def _pool(count: int) -> Iterator[Pool]:
    """Processes that inherit a blocked Ctrl-C: the command alone hears it, and ends them."""
    resource_tracker.ensure_running()  # its own start would unblock Ctrl-C again
    former = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        pool = multiprocessing.get_context("spawn").Pool(count, _begin)
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, former)
    try:
        yield pool
    finally:
        force = threading.Timer(GRACE, _kill, [multiprocessing.active_children()])
        force.start()
        pool.terminate()
        force.cancel()


def _kill(hands: list[BaseProcess]) -> None:
    for hand in hands:
        hand.kill()


def _begin() -> None:
    """In each process: clean up when told to end; end when the command is gone, even if it was killed."""
    signal.signal(signal.SIGTERM, _leave)
    threading.Thread(target=_end_with_the_command, daemon=True).start()


def _leave(*_: object) -> None:
    """By an exception, so that temporary folders go; by force where something swallows that."""
    signal.alarm(1)
    sys.exit(1)


def _end_with_the_command() -> None:
    command = parent_process()
    if command is not None:
        connection.wait([command.sentinel])
        os._exit(1)
