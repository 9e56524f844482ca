"""`smolcell reset`: a person clears a latched stop."""

from typing import Annotated

import typer

from agent.doors.cli.group import new_app
from agent.doors.cli.options import CellFile, StateFolder
from agent.doors.cli.output import answer
from agent.doors.person import require, reset_of
from agent.doors.settings import configured_cell, state_folder, usable_folder
from agent.exit_codes import ExitCode
from agent.journal.journal import Journal
from safety.audit import Audit
from safety.latch import Latch
from safety.state import AUDIT_FILE, LATCH_FILE
from safety.stops import open_latch

app = new_app()


@app.command()
def reset(
    by: Annotated[
        str,
        typer.Option(
            "--by",
            metavar="NAME",
            help="Name of the person who has looked at the cell; it is kept in the audit.",
            show_default=False,
        ),
    ],
    cell: CellFile = None,
    state: StateFolder = None,
) -> ExitCode:
    """Clear a latched stop, after a person has looked at the cell.

    Refused while another process has the cell open: that one holds the latch closed by itself.
    """
    configured = configured_cell(cell)
    folder = usable_folder("--state", state_folder(state, configured))
    with Journal(folder):
        latch = Latch(folder / LATCH_FILE)
        person = require(configured, reset_of(is_fault=latch.is_fault))
        if configured.people and by.strip() not in ("", person.name):
            by = f"{by} (account {person.name})"  # nobody signs as somebody else
        reason = open_latch(latch, Audit(folder / AUDIT_FILE), by, time_ns=None)
    answer(f"reset by {by}: {reason}" if reason else "no stop was latched")
    return ExitCode.DONE
