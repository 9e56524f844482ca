"""`smolcell doctor`: is everything there that a run needs?"""

from agent.doctor import examine, exit_code
from agent.doors.cli.group import new_app
from agent.doors.cli.options import AsJson, CellFile, StateFolder
from agent.doors.cli.output import answer_json, answer_table
from agent.doors.settings import configured_cell, state_folder
from agent.exit_codes import ExitCode

app = new_app()


@app.command()
def doctor(cell: CellFile = None, state: StateFolder = None, as_json: AsJson = False) -> ExitCode:
    """Check installation, cell, weights, contracts, cameras, state and latch.

    Each check by name, each failure with its remedy; the exit code is that of the first failure.
    """
    findings = examine(lambda: configured_cell(cell), lambda configured: state_folder(state, configured))
    code = exit_code(findings)
    if as_json:
        checks = [{"check": f.check, "ok": f.ok, "detail": f.detail} for f in findings]
        answer_json({"ok": code == ExitCode.DONE, "checks": checks})
    else:
        answer_table(("check", "", "found"), [(f.check, "ok" if f.ok else "FAILED", f.detail) for f in findings])
    return code
