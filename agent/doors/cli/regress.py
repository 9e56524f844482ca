"""`smolcell regress`: scenarios through the whole cell, each judged by ground truth."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from agent.doors.cli.errors import Interrupted
from agent.doors.cli.group import new_app
from agent.doors.cli.options import AsJson, CellFile, Workers, a_path
from agent.doors.cli.output import answer, answer_json, talk
from agent.doors.cli.progress import progress
from agent.doors.settings import configured_cell, usable_folder
from agent.exit_codes import ExitCode
from agent.regress.kept import Kept
from agent.regress.one import ScenarioResult
from agent.regress.reports import write_html, write_junit
from agent.regress.suite import SuiteReport, find_scenarios, run_suite
from skills.errors import BadInput

if TYPE_CHECKING:
    from agent.regress.compare import Comparison

app = new_app()


@app.command()
def regress(
    suite: Annotated[
        list[Path] | None,
        typer.Argument(
            metavar="SUITE",
            parser=a_path("scenario"),
            help="Scenario files or folders; else the installed ones.",
            show_default=False,
        ),
    ] = None,
    tags: Annotated[
        str | None,
        typer.Option("--tags", metavar="TAG,…", help="Only scenarios with one of these tags.", show_default=False),
    ] = None,
    workers: Workers = 1,
    results: Annotated[
        Path | None,
        typer.Option(
            "--results",
            metavar="FILE",
            parser=a_path("--results"),
            help="Keep each result here as it comes; what it holds already for the same scenario and cell is not run "
            "again. Take a new file after a change of the code or the weights.",
        ),
    ] = None,
    base: Annotated[
        Path | None,
        typer.Option(
            "--compare",
            metavar="BASE.json",
            parser=a_path("--compare"),
            help="What an earlier --json printed: say what got better and what worse. Exit code 3 then means "
            "significantly worse, or a new false `done`.",
        ),
    ] = None,
    junit: Annotated[
        Path | None,
        typer.Option("--junit", metavar="FILE", parser=a_path("--junit"), help="Write the results as JUnit XML."),
    ] = None,
    html: Annotated[
        Path | None,
        typer.Option(
            "--html", metavar="FILE", parser=a_path("--html"), help="Write one page with pictures of before and after."
        ),
    ] = None,
    cell: CellFile = None,
    as_json: AsJson = False,
) -> ExitCode:
    """Run scenarios through the whole cell and judge each by ground truth.

    Exit code 0 when all of them passed, 3 when one did not.
    """
    from agent.regress.compare import compare, load_base

    paths = find_scenarios(suite or [], [] if tags is None else _listed(tags))
    for option, file in (("--junit", junit), ("--html", html), ("--results", results)):
        if file:
            usable_folder(option, file.absolute().parent)
    then = load_base(base) if base else None
    report = _run(paths, workers, cell, Kept(results) if results else None, results)
    if junit:
        write_junit(report, junit)
    if html:
        write_html(report, html)
    comparison = None if then is None else compare(then, report)
    if as_json:
        answer_json({**report.as_json(), **({"comparison": comparison.as_json()} if comparison else {})})
    else:
        _print(report, comparison)
    if comparison:
        return ExitCode.INCOMPLETE if comparison.is_worse else ExitCode.DONE
    return report.exit_code


def _listed(tags: str) -> list[str]:
    listed = [tag.strip() for tag in tags.split(",") if tag.strip()]
    if not listed:
        raise BadInput("--tags", tags, "one tag or more, separated by commas")
    return listed


def _run(paths: list[Path], workers: int, cell: Path | None, kept: Kept | None, file: Path | None) -> SuiteReport:
    done = failed = 0
    talk(f"{len(paths)} scenarios, {workers} at a time")
    with progress("scenarios") as update:

        def tell(result: ScenarioResult) -> None:
            nonlocal done, failed
            done, failed = done + 1, failed + (not result.passed)
            talk(result_line(result))
            update(done, len(paths), f"{failed} failed" if failed else "")

        update(0, len(paths), "")
        try:
            return run_suite(paths, configured_cell(cell), workers, tell, kept)
        except KeyboardInterrupt:
            raise Interrupted(f"the same command; {file} holds {done} results" if file else "") from None


def result_line(result: ScenarioResult) -> str:
    """One scenario in one line; why it failed where it did."""
    mark = "passed" if result.passed else "FAILED"
    why = "" if result.passed else f" · {result.reason} · {'; '.join(result.judged.get('faults', ()))}"
    return f"{mark}  {result.name}  {result.outcome}, {result.seconds:.1f} s{why}"


def _print(report: SuiteReport, comparison: "Comparison | None") -> None:
    for result in report.results:
        answer(result_line(result))
    low, high = report.tally.wilson95
    answer(f"{report.passed} of {report.n} passed (95 % interval {low:.3f}–{high:.3f})")
    if report.false_done:
        answer(f"said done and were not: {', '.join(report.false_done)}")
    for line in comparison.lines() if comparison else ():
        answer(line)
