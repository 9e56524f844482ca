"""`smolcell regress`: scenarios through the whole cell, each judged by ground truth."""

from pathlib import Path
from typing import Annotated

import typer

from agent.doors.cli.group import new_app
from agent.doors.cli.options import AsJson, CellFile, Workers
from agent.doors.cli.output import answer, answer_json, talk
from agent.doors.settings import configured_cell
from agent.exit_codes import ExitCode
from agent.regress import ScenarioResult, SuiteReport, find_scenarios, run_suite

app = new_app()


@app.command()
def regress(
    suite: Annotated[
        list[Path] | None,
        typer.Argument(metavar="SUITE", help="Scenario files or folders; else the installed ones.", show_default=False),
    ] = None,
    tags: Annotated[
        str, typer.Option("--tags", metavar="TAG,…", help="Only scenarios with one of these tags.", show_default=False)
    ] = "",
    workers: Workers = 1,
    cell: CellFile = None,
    as_json: AsJson = False,
) -> ExitCode:
    """Run scenarios through the whole cell and judge each by ground truth.

    Exit code 0 when all of them passed, 3 when one did not.
    """
    wanted = [tag.strip() for tag in tags.split(",") if tag.strip()]
    paths = find_scenarios(suite or [], wanted)
    talk(f"{len(paths)} scenarios, {workers} at a time")
    report = run_suite(paths, configured_cell(cell), workers, lambda result: talk(result_line(result)))
    if as_json:
        answer_json(report.as_json())
    else:
        _print(report)
    return report.exit_code


def result_line(result: ScenarioResult) -> str:
    """One scenario in one line; why it failed where it did."""
    mark = "passed" if result.passed else "FAILED"
    why = "" if result.passed else f" · {result.reason} · {'; '.join(result.judged.get('faults', ()))}"
    return f"{mark}  {result.name}  {result.outcome}, {result.seconds:.1f} s{why}"


def _print(report: SuiteReport) -> None:
    for result in report.results:
        answer(result_line(result))
    content = report.as_json()
    low, high = content["wilson95"]
    answer(f"{report.passed} of {report.n} passed (95 % interval {low:.3f}–{high:.3f})")
    if content["false_done"]:
        answer(f"said done and were not: {', '.join(content['false_done'])}")
