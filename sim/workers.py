"""A long job shared out among processes, which end with the command however it ends."""

import multiprocessing
import os
import pickle
import signal
import sys
import tempfile
import threading
import time
import traceback
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import contextmanager, suppress
from itertools import islice
from multiprocessing import connection, parent_process, resource_tracker
from pathlib import Path
from typing import Any, Final, TypeVar

from skills.errors import Unavailable

Job = TypeVar("Job")
Result = TypeVar("Result")
Hand = tuple[Any, connection.Connection]
"""A process, and the pipe to it."""

STDERR: Final = 2
GRACE: Final = 3.0
"""Seconds that a process which was told to end has to clean up; then it is killed."""


def shared_out(work: Callable[[Job], Result], jobs: Iterable[Job], count: int) -> Generator[Result, None, None]:
    """What `work` makes of each of `jobs`, as soon as it is made, by `count` processes, each with one job at a time.

    Raises: Unavailable when a process was killed; what `work` raises.
    """
    waiting = iter(jobs)
    first = list(islice(waiting, count))
    with tempfile.TemporaryDirectory(prefix="smolcell-work-") as scratch, _hands(work, scratch, len(first)) as pipes:
        for pipe, job in zip(pipes, first, strict=True):
            _give(pipe, job)
        busy = set(pipes)
        while busy:
            for pipe in busy.intersection(connection.wait(busy)):
                result = _taken(pipe)
                busy.discard(pipe)
                for job in islice(waiting, 1):
                    _give(pipe, job)
                    busy.add(pipe)
                yield result


def worked_off(work: Callable[[Job], Result], jobs: Iterable[Job], count: int) -> Generator[Result, None, None]:
    """As `shared_out`; one process alone is this one, which keeps what it has loaded.

    Raises: as `shared_out`.
    """
    yield from map(work, jobs) if count == 1 else shared_out(work, jobs, count)


def _give(pipe: connection.Connection, job: Any) -> None:
    with _alive():
        pipe.send(job)


def _taken(pipe: connection.Connection) -> Any:
    with _alive():
        done, content = pipe.recv()
    if not done:
        raise content
    return content


@contextmanager
def _alive() -> Iterator[None]:
    try:
        yield
    except (EOFError, ConnectionError):
        raise Unavailable(
            "a worker process was killed, as happens where memory runs out.",
            "Run the same command again, with fewer --workers.",
        ) from None


@contextmanager
def _hands(work: Callable[[Any], Any], scratch: str, count: int) -> Iterator[list[connection.Connection]]:
    """Pipes to processes that wait for jobs. The command alone hears Ctrl-C, and ends them."""
    hands: list[Hand] = []
    in_order = False
    try:
        resource_tracker.ensure_running()  # its own start would let Ctrl-C through again
        with _deaf():  # so they are from their first moment on
            for _ in range(count):
                hands.append(_begun(work, scratch))
        yield [pipe for _, pipe in hands]
        in_order = True
    finally:
        with _deaf():
            _end(hands, in_order=in_order)


def _begun(work: Callable[[Any], Any], scratch: str) -> Hand:
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    with theirs:
        process = context.Process(target=_serve, args=(work, scratch, theirs), daemon=True)
        process.start()
    return process, ours


def _end(hands: list[Hand], *, in_order: bool) -> None:
    for process, pipe in hands:
        pipe.close()  # who waits for a job ends by this
        if not in_order:
            process.terminate()
    end = time.monotonic() + GRACE
    for process, _ in hands:
        process.join(max(0.0, end - time.monotonic()))
        process.kill()
        process.join()


@contextmanager
def _deaf() -> Iterator[None]:
    former = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, former)


def _serve(work: Callable[[Any], Any], scratch: str, pipe: connection.Connection) -> None:
    """In each process: do one job after another until there is nobody to do them for."""
    signal.signal(signal.SIGTERM, _leave)
    threading.Thread(target=_end_with_the_command, daemon=True).start()
    tempfile.tempdir = scratch  # what a killed process leaves there goes with the command
    try:
        with suppress(EOFError, ConnectionError):
            while True:
                pipe.send(_tried(work, pipe.recv()))
    finally:
        with suppress(OSError):
            Path(scratch).rmdir()  # where the command was killed


def _tried(work: Callable[[Any], Any], job: Any) -> tuple[bool, Any]:
    try:
        return True, work(job)
    except Exception as error:
        return False, _that_can_be_sent(error)


def _that_can_be_sent(error: Exception) -> Exception:
    told = "".join(traceback.format_exception(error))
    error.add_note(told)
    try:
        pickle.loads(pickle.dumps(error))
    except Exception:
        return RuntimeError(told)
    return error


def _leave(*_: object) -> None:
    """By an exception, so that temporary folders go; what it hits on its way has nothing to say any more."""
    signal.signal(signal.SIGTERM, signal.SIG_IGN)
    os.dup2(os.open(os.devnull, os.O_WRONLY), STDERR)
    sys.exit(1)


def _end_with_the_command() -> None:
    command = parent_process()
    if command is not None:
        connection.wait([command.sentinel])
        signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGTERM)
        time.sleep(GRACE)
        os._exit(1)
