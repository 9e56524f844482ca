"""The operator's terminal: `smolcell chat`. The prompt comes first; the cell is opened behind it."""

import getpass
import os
import sys
from pathlib import Path

from agent.doors.repl.record import left_open
from agent.doors.settings import configured_cell, state_folder, usable_folder
from agent.exit_codes import ExitCode
from agent.journal import Journal


def chat(cell_file: Path | None, scene: Path | None, seed: int | None, state: Path | None) -> ExitCode:
    """Talk with the twin until the operator leaves.

    In a terminal there is a prompt that stays alive while the cell moves; with anything else at stdin or stdout,
    or on a dumb terminal, lines come in and lines go out.

    Raises: BadInput, UnknownName (flags, cell, scene), Unavailable (another process has the cell open).
    """
    from agent.doors.repl.table import choose_table

    cell = configured_cell(cell_file)
    folder = usable_folder("--state", state_folder(state, cell))
    with Journal(folder) as journal:
        left = left_open(journal)
    table = choose_table(cell, folder, scene, seed, left)
    greeting = (f"cell {cell.name}, {table.said}; state in {folder}", *(left.lines() if left else ()))
    if is_terminal():
        from agent.doors.repl.terminal import converse_at_terminal

        return converse_at_terminal(table.station, _user(), greeting, cell, folder)
    from agent.doors.repl.plain import converse_in_lines

    return converse_in_lines(table.station, _user(), greeting)


def is_terminal() -> bool:
    """Whether a prompt with colours and cursor movements can be drawn."""
    return sys.stdin.isatty() and sys.stdout.isatty() and os.environ.get("TERM", "dumb") != "dumb"


def _user() -> str:
    """Who sits here, by the system's word."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return f"uid {os.getuid()}"
