"""`smolcell replay`: a recorded run as a page and a Rerun file, and what today's code would decide from it."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from agent.doors.cli.files import check_free
from agent.doors.cli.group import new_app
from agent.doors.cli.options import AsJson, CellFile, StateFolder, path_option
from agent.doors.cli.output import answer, answer_json, answer_table, talk
from agent.doors.cli.progress import progress
from agent.doors.settings import configured_cell, state_folder
from agent.exit_codes import ExitCode
from agent.recording.read import Recording, read
from agent.recording.shelf import FOLDER, PICTURES, Shelf, find, size_of
from skills.cell import Cell
from skills.cell_agent import Recordings
from skills.errors import BadInput

if TYPE_CHECKING:
    from agent.recording.decide import Decisions

SHORT = 60
"""Characters of a value in the table of differences; --json has it whole."""

app = new_app()


@app.command()
def replay(
    run: Annotated[
        str | None,
        typer.Argument(
            metavar="RUN", help="A run's name or its folder; without it the runs are listed.", show_default=False
        ),
    ] = None,
    decide: Annotated[
        bool, typer.Option("--decide", help="Say where today's code and weights would decide otherwise.")
    ] = False,
    html: Annotated[Path | None, path_option("--html", "FILE", "Write the page here, and no Rerun file.")] = None,
    rerun: Annotated[Path | None, path_option("--rerun", "FILE", "Write the Rerun file here.")] = None,
    cell: CellFile = None,
    state: StateFolder = None,
    as_json: AsJson = False,
) -> ExitCode:
    """Show a recorded run, or take its decisions again.

    Without options it writes replay.html and replay.rrd beside the recording. The page needs nothing else to be
    shown; the .rrd file is for the Rerun viewer and needs the extra `replay`. With --decide the recorded observations
    go through today's planner, perceiver, policies, gate and nodes: exit code 0 where nothing differs, 3 where
    something does. Nothing moves, and the cell's state is not touched.
    """
    configured = configured_cell(cell)
    folder = state_folder(state, configured) / FOLDER
    if run is None:
        if decide or html or rerun:
            raise BadInput("RUN", None, "given, with --decide, --html or --rerun; smolcell replay lists the runs")
        return _list(folder, as_json)
    recording = read(find(folder, run))
    if decide:
        return _decide(recording, configured, as_json)
    return _show(recording, html, rerun, as_json)


def _list(folder: Path, as_json: bool) -> ExitCode:
    rows = [_row(path) for path in reversed(Shelf(folder, Recordings()).recordings())]
    if as_json:
        answer_json({"folder": str(folder), "runs": rows})
    elif rows:
        answer_table(("run", "at", "instruction", "outcome", "MB"), [tuple(row.values()) for row in rows])
    else:
        answer(f"no run is recorded in {folder}")
    return ExitCode.DONE


def _row(path: Path) -> dict[str, Any]:
    megabytes = round(size_of(path) / 1e6, 1)
    try:
        recording = read(path)
    except BadInput:
        return {"run": path.name, "at": "", "instruction": "", "outcome": "unreadable", "megabytes": megabytes}
    return {
        "run": path.name,
        "at": recording.began.at,
        "instruction": recording.began.state["instruction"],
        "outcome": recording.outcome["outcome"] if recording.outcome else "cut off",
        "megabytes": megabytes,
    }


def _show(recording: Recording, html: Path | None, rerun: Path | None, as_json: bool) -> ExitCode:
    from agent.recording.page import lacking, write_page
    from agent.recording.rerun_file import write_rerun

    for flag, file in (("--html", html), ("--rerun", rerun)):
        if file is not None:
            check_free(flag, file, force=True)
    both = html is None and rerun is None
    page = html or (recording.path / "replay.html" if both else None)
    stream = rerun or (recording.path / "replay.rrd" if both else None)
    say = talk if as_json else answer
    if recording.damaged:
        talk(f"recording   {lacking(recording)}: {recording.path / PICTURES}")
    if page is not None:
        write_page(recording, page)
        say(f"page        {page}")
    if stream is not None:
        write_rerun(recording, stream)
        say(f"Rerun file  {stream}   (rerun {stream})")
    if as_json:
        answer_json(
            {"run": recording.began.run, "html": _text(page), "rerun": _text(stream), "damaged": len(recording.damaged)}
        )
    return ExitCode.DONE


def _decide(recording: Recording, cell: Cell, as_json: bool) -> ExitCode:
    from agent.recording.decide import decide
    from agent.recording.page import lacking
    from agent.recording.today import changes, today_of

    if recording.damaged:
        wanted = f"a recording with all its pictures, to be decided again; {lacking(recording)}"
        raise BadInput("RUN", str(recording.path), wanted)
    today = today_of(cell)
    for change in changes(recording, today):
        talk(f"since then: {change}")
    with progress("nodes") as update:
        decisions = decide(recording, today, lambda done, total: update(done, total))
    if as_json:
        answer_json(decisions.model_dump(mode="json"))
    else:
        _print(decisions)
    return ExitCode.INCOMPLETE if decisions.differences else ExitCode.DONE


def _print(decisions: "Decisions") -> None:
    rows = [
        (one.node, one.call or "", one.what, _short(one.recorded), _short(one.today)) for one in decisions.differences
    ]
    if rows:
        answer_table(("node", "call", "what", "recorded", "today"), rows)
    differ = f"{len(rows)} would be others today" if rows else "all as today"
    answer(f"{decisions.n} decisions, {differ}")


def _short(value: object) -> str:
    text = str(value)
    return text if len(text) <= SHORT else f"{text[: SHORT - 1]}…"


def _text(path: Path | None) -> str | None:
    return str(path) if path else None
