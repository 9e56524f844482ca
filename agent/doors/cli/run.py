"""`smolcell run`: one instruction, done on the twin and accounted for."""

import sys
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from agent.doors.cli.asking import answers
from agent.doors.cli.files import ROOM, write_file
from agent.doors.cli.group import new_app
from agent.doors.cli.interrupt import soft_pause, software_stop
from agent.doors.cli.narrate import Narrator, all_of
from agent.doors.cli.options import AsJson, CellFile, Instruction, SceneFile, Seed, StateFolder, path_option
from agent.doors.cli.output import answer, answer_json, answer_table, talk
from agent.doors.cli.scenes import scenario_of
from agent.doors.person import person_here, require
from agent.doors.repl.words import heard
from agent.doors.report_page import new_file, page
from agent.doors.settings import configured_cell, state_folder, usable_folder
from agent.doors.stopping import stop
from agent.events import Event, Listener
from agent.exit_codes import ExitCode
from agent.journal.journal import Journal
from agent.opening import build_twin
from agent.report import COUNTS, Report, account_rows
from agent.run import run as run_instruction
from safety.state import LATCH_FILE
from skills.cell import Cell
from skills.errors import BadInput, StoppedBySafety, Unavailable

if TYPE_CHECKING:
    from sim.judge import Judged
    from sim.scenario import Scenario

app = new_app()


@app.command()
def run(
    instruction: Instruction,
    cell: CellFile = None,
    scene: SceneFile = None,
    seed: Seed = None,
    yes: Annotated[bool, typer.Option("--yes", help="Say yes beforehand to what needs one.")] = False,
    pictures: Annotated[
        Path | None,
        path_option(
            "--pictures",
            "DIR",
            "Save before.png, plan.png with the targets marked, after.png and one picture after each call.",
        ),
    ] = None,
    report: Annotated[Path | None, path_option("--report", "FILE", "Write one page on the run here.")] = None,
    state: StateFolder = None,
    as_json: AsJson = False,
) -> ExitCode:
    """Do what an instruction says, on the twin, and account for it.

    Without --scene and --seed the scene of seed 0 lies on the tray. Without a terminal nobody answers: a question
    or an approval then ends the run as incomplete. Ctrl-C is a software stop; it stays until `smolcell reset`. Ctrl-Z
    is a pause: the call under way ends, no other begins, and `smolcell chat` goes on from there by /resume; it ends
    the run as stopped, with exit code 3, for nothing is latched.
    The word stop lays and opens nothing: it closes the latch, or stops the process that has the cell open.
    Ground truth has the last word: a run that ends otherwise than the scene expects exits with 3, whatever it says.
    """
    configured = configured_cell(cell)
    folder = usable_folder("--state", state_folder(state, configured))
    if heard(instruction).kind == "stop":  # which is everybody's, and waits for nothing
        return _stop(instruction, folder, report, as_json)
    require(configured, "run instructions")
    scenario = scenario_of(scene, seed)
    album = usable_folder("--pictures", pictures) if pictures else None
    told: list[Event] = []
    page_file = new_file("--report", report) if report else None
    _check_past(folder, state)
    done, judged = _run(instruction, configured, scenario, folder, yes, album, told.append)
    if as_json:
        answer_json({**done.as_json(), "judged": judged.model_dump(mode="json")})
    else:
        _print(done, judged)
    if page_file:
        where = f" --state {state}" if state else ""
        later = f"smolcell replay {done.run_id}{where} --html FILE, or /report FILE in smolcell chat{where}"
        _keep_page(page_file, page(done, told, folder), later)
    return ExitCode.INCOMPLETE if judged.faults and done.exit_code == ExitCode.DONE else done.exit_code


def _stop(instruction: str, folder: Path, report: Path | None, as_json: bool) -> ExitCode:
    done = stop(folder, instruction)
    if as_json:
        answer_json({**done.as_json(), "judged": None})
    else:
        answer(f"{done.outcome.outcome}: {done.outcome.reason}")
    if report:
        _keep_page(report, page(done, (), folder))
    return done.exit_code


def _keep_page(file: Path, content: str, later: str = "") -> None:
    """Write the page of what is over. Where that can't be, only a line says so: what was done stands, and is told."""
    sys.stdout.flush()
    try:
        write_file("--report", new_file("--report", file), content.encode(), remedy=ROOM)
    except (BadInput, Unavailable) as error:
        get = f" To get one: {later}" if later else ""
        talk(f"report    {error} Only the page is missing, so do not run this again.{get}")


def _check_past(state: Path, given: Path | None) -> None:
    """What an earlier run left. Raises: StoppedBySafety, Unavailable (another process has the cell open)."""
    from safety.latch import Latch

    with Journal(state) as journal:
        unfinished = journal.unfinished()
    if reason := Latch(state / LATCH_FILE).reason:
        raise StoppedBySafety(reason, given)
    if unfinished:
        talk(f"{unfinished.id} was cut off ({unfinished.instruction!r}); this run begins anew and it can't be resumed")


def _run(
    instruction: str,
    cell: Cell,
    scenario: "Scenario",
    state: Path,
    approved: bool,
    album: Path | None,
    overhear: Listener,
) -> tuple[Report, "Judged"]:
    """The run, and what the judge says once it is over."""
    from sim.judge import judge

    narrator = Narrator()
    with ExitStack() as stack:
        talk(f"scene {scenario.name}, cell {cell.name}, state in {state}")
        twin = stack.enter_context(build_twin(cell, scenario, state))
        stack.callback(narrator.close)
        listeners: list[Listener] = [narrator, overhear]
        if album:
            from agent.doors.cli.pictures import Album

            listeners.append(stack.enter_context(Album(album, twin.world)))
        stack.enter_context(software_stop(twin.workcell.gate.request_stop))
        stack.enter_context(soft_pause(twin.workcell.pause.ask))
        answer_ = answers(scenario.answers, narrator.close)
        workcell = twin.workcell.heard_by(all_of(listeners)).worked_by(person_here(cell))
        report = run_instruction(workcell, instruction, answer=answer_, approved=approved)
        expected = scenario.expect if instruction == scenario.instruction else None
        return report, judge(twin.world, expected)


def _print(report: Report, judged: "Judged") -> None:
    if report.ledger:
        answer_table(COUNTS, account_rows(report.ledger))
    for line in report.remarks():
        answer(line)
    answer(f"{report.outcome.outcome}: {report.outcome.reason}")
    answer(f"judge: {judge_line(judged)}")


def judge_line(judged: "Judged") -> str:
    """What really lies where, in one line."""
    moved = ", ".join(f"{count} × {what}" for what, count in judged.moved.items()) or "nothing moved"
    wrong = f"; wrong: {', '.join(judged.faults)}" if judged.faults else ""
    return f"{moved}; {len(judged.left)} left on the tray{wrong}"
