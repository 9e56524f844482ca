"""The operator's terminal: `smolcell chat`. The prompt comes first; all else is loaded behind it.

What is imported on the way to the prompt is what the operator waits for, so nothing here, nor in `desk`,
`terminal`, `worker`, `screen`, `words` and `register`, imports pydantic, numpy or more at its top.
"""

import os
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from agent.exit_codes import ExitCode

if TYPE_CHECKING:
    from agent.doors.repl.screen import Screen
    from agent.doors.repl.shift import Shift
    from agent.doors.repl.worker import Worker


def chat(cell_file: Path | None, scene: Path | None, seed: int | None, state: Path | None, plain: bool) -> ExitCode:
    """Talk with the twin until the operator leaves.

    In a terminal there is a prompt that stays alive while the cell moves; with `plain`, with anything else at stdin or
    stdout, or on a dumb terminal, lines come in and lines go out, which are broken to fit where a terminal shows them
    and `plain` was not asked for. A cell that can't be opened ends the conversation with the error's own exit code.
    """

    def opening(screen: "Screen", worker: "Worker") -> "Shift":
        from agent.doors.repl.table import begin_shift

        return begin_shift(screen, worker, cell_file, scene, seed, state)

    if is_terminal() and not plain:
        from agent.doors.repl.terminal import converse_at_terminal

        return converse_at_terminal(opening, cell_file, state)
    from agent.doors.repl.plain import converse_in_lines

    return converse_in_lines(opening, state, whole=plain or not sys.stdout.isatty())


def is_terminal() -> bool:
    """Whether a prompt with colours and cursor movements can be drawn."""
    return sys.stdin.isatty() and sys.stdout.isatty() and os.environ.get("TERM", "dumb") != "dumb"
