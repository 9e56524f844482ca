"""Where words go: answers to stdout, talk to stderr, and with --json one object on stdout."""

import json
import os
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from rich.console import Console


WIDE: Final = 200
"""Columns where nobody looks: a line for each row, as far as words allow."""


def open_closed_streams() -> None:
    """What whoever started us has closed is empty to read, and nobody's to hear."""
    for number, name in enumerate(("stdin", "stdout", "stderr")):
        if getattr(sys, name) is None:
            mode = "w" if number else "r"
            setattr(sys, name, os.fdopen(_nowhere(number), mode, encoding="utf-8"))


def _nowhere(number: int) -> int:
    """The descriptor `number`, open to nowhere."""
    nowhere = os.open(os.devnull, os.O_RDWR)
    if nowhere != number:
        os.dup2(nowhere, number)
        os.close(nowhere)
    return number


def keep_stdout_for_answers() -> None:
    """From here on only `answer…` reaches stdout: what libraries in C print there (pybullet does) goes nowhere."""
    sys.stdout.flush()
    answers = os.dup(1)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 1)
    os.close(nowhere)
    sys.stdout = os.fdopen(answers, "w", encoding="utf-8", errors="backslashreplace")


@contextmanager
def unheard() -> Iterator[None]:
    """Meanwhile nothing reaches stderr, not from libraries in C either."""
    sys.stderr.flush()
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        yield
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


def answer(text: str) -> None:
    """One line of the answer."""
    sys.stdout.write(f"{text}\n")


def answer_json(content: Mapping[str, Any]) -> None:
    """The whole answer as one JSON object on one line."""
    answer(json.dumps(content, ensure_ascii=False))


def talk(text: str) -> None:
    """One line beside the answer."""
    sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


def talk_console() -> "Console":
    """A terminal on stderr for progress; plain where stderr is none."""
    from rich.console import Console

    return Console(stderr=True, highlight=False, markup=False, soft_wrap=True)


def answer_table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """A table on stdout, WIDE where that is no terminal."""
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False)
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(Text(str(value)) for value in row))
    console = Console(highlight=False) if sys.stdout.isatty() else Console(highlight=False, width=WIDE)
    with console.capture() as drawn:
        console.print(table)
    answer("\n".join(line.rstrip() for line in drawn.get().splitlines()).strip("\n"))
