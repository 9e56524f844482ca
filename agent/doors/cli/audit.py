"""`smolcell audit verify`: whether the gate's record is as it was written."""

from pathlib import Path
from typing import Annotated

import typer

from agent.doors.cli.group import new_app
from agent.doors.cli.options import AsJson, CellFile, StateFolder, a_path
from agent.doors.cli.output import answer, answer_json
from agent.doors.settings import configured_cell, state_folder
from agent.exit_codes import ExitCode
from safety.audit import verify_audit
from safety.state import AUDIT_FILE

app = new_app("Verify the chained record of the safety gate.")


@app.callback()
def audit() -> None:
    """Verify the chained record of the safety gate."""


@app.command()
def verify(
    file: Annotated[
        Path | None,
        typer.Argument(
            metavar="FILE", parser=a_path("file"), help="Audit file; else the cell's own.", show_default=False
        ),
    ] = None,
    cell: CellFile = None,
    state: StateFolder = None,
    as_json: AsJson = False,
) -> ExitCode:
    """Walk the chain of hashes and name the first line that is not as it was written.

    Exit code 0 when the whole chain holds, 3 when it is broken.
    """
    path = file or state_folder(state, configured_cell(cell)) / AUDIT_FILE
    broken = verify_audit(path)
    if as_json:
        answer_json({"file": str(path), "intact": broken is None, **(broken.model_dump() if broken else {})})
    else:
        answer(f"{path}: line {broken.line}: {broken.reason}" if broken else f"{path}: intact")
    return ExitCode.INCOMPLETE if broken else ExitCode.DONE
