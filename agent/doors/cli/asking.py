"""Who answers a run's questions: the scenario's answers first, then whoever sits at the terminal."""

import sys
from collections.abc import Callable, Iterable

from agent.doors.cli.interrupt import plain_interrupt
from agent.events import Asked
from agent.run import Answer


def answers(scripted: Iterable[str], before: Callable[[], None]) -> Answer:
    """Answer from `scripted` while there are any, then from the terminal, if there is one; else not at all. To what
    needs a yes no script answers: it is a person's.

    Args:
        before: called before the terminal is read; clears what is drawn there.
    """
    prepared = iter(scripted)

    def answer(asked: Asked) -> str | None:
        said = None if asked.proposal else next(prepared, None)
        if said is not None or not (sys.stdin.isatty() and sys.stderr.isatty()):
            return said
        before()
        return _read()

    return answer


def _read() -> str | None:
    """A line from the terminal; None when the person declines by Ctrl-C or Ctrl-D."""
    sys.stderr.write("> ")
    sys.stderr.flush()
    try:
        with plain_interrupt():
            line = sys.stdin.readline()
    except KeyboardInterrupt:
        return None
    return line.strip() or None
