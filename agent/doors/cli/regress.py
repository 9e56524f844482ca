"""`smolcell regress`: scenarios through the whole cell, each judged by ground truth."""

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from agent.doors.cli.errors import Interrupted
from agent.doors.cli.group import new_app
from agent.doors.cli.options import GREATEST_SEED, AsJson, CellFile, Workers, a_path, number_option, path_option
from agent.doors.cli.output import answer, answer_json, talk
from agent.doors.cli.progress import progress
from agent.doors.settings import configured_cell, usable_folder
from agent.exit_codes import ExitCode
from agent.regress.kept import Kept
from agent.regress.more import drawn, repeated
from agent.regress.one import ScenarioResult
from agent.regress.reports import write_html, write_junit
from agent.regress.suite import Job, SuiteReport, find_scenarios, run_suite
from skills.errors import BadInput

if TYPE_CHECKING:
    from agent.regress.compare import Comparison

MOST: Final = 100_000
"""Runs of one kind; more is a slip of the finger."""
DRAWN_BY_DEFAULT: Final = 100

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
    repeat: Annotated[
        int,
        number_option(
            "--repeat",
            1,
            MOST,
            "Run each scenario N times: as it is, then as NAME#1, NAME#2, … with other seeds, and so other light, "
            "finishes and noise, and other places where the file gives none.",
        ),
    ] = 1,
    draw: Annotated[
        str | None,
        typer.Option(
            "--draw",
            metavar="KIND",
            help="Draw jobs instead of reading a suite: removal (one to four failed parts among four to nine).",
            show_default=False,
        ),
    ] = None,
    n: Annotated[
        int | None, number_option("--n", 1, MOST, "With --draw: how many; else 100.", show_default=False)
    ] = None,
    seed: Annotated[
        int | None,
        number_option("--seed", 0, GREATEST_SEED, "With --draw: what they are drawn from; else 0.", show_default=False),
    ] = None,
    workers: Workers = 1,
    results: Annotated[
        Path | None,
        path_option(
            "--results",
            "FILE",
            "Keep each result here as it comes; what it holds already for the same scenario and cell is not run "
            "again. Take a new file after a change of the code or the weights.",
        ),
    ] = None,
    base: Annotated[
        Path | None,
        path_option(
            "--compare",
            "BASE.json",
            "What an earlier --json printed: say what got better and what worse. Exit code 3 then means "
            "significantly worse, or a new false `done`.",
        ),
    ] = None,
    junit: Annotated[Path | None, path_option("--junit", "FILE", "Write the results as JUnit XML.")] = None,
    html: Annotated[
        Path | None, path_option("--html", "FILE", "Write one page with pictures of before and after.")
    ] = None,
    cell: CellFile = None,
    as_json: AsJson = False,
) -> ExitCode:
    """Run scenarios through the whole cell and judge each by ground truth.

    The run's own account is held against it, too. Exit code 0 when all of them passed, 3 when one did not.
    """
    from agent.regress.compare import compare, load_base

    jobs: Sequence[Job]
    if draw is None:
        _only_with_draw(n, seed)
        jobs = repeated(find_scenarios(suite or [], [] if tags is None else _listed(tags)), repeat)
    else:
        _not_with_draw(suite, tags, repeat)
        jobs = drawn(draw, n or DRAWN_BY_DEFAULT, seed or 0)
    for option, file in (("--junit", junit), ("--html", html), ("--results", results)):
        if file:
            usable_folder(option, file.absolute().parent)
    then = load_base(base) if base else None
    report = _run(jobs, workers, cell, Kept(results) if results else None, results)
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


def _only_with_draw(n: int | None, seed: int | None) -> None:
    for option, value in (("--n", n), ("--seed", seed)):
        if value is not None:
            raise BadInput(option, value, "given together with --draw; a suite's scenarios bring their own")


def _not_with_draw(suite: list[Path] | None, tags: str | None, repeat: int) -> None:
    for option, value in (("SUITE", suite), ("--tags", tags), ("--repeat", repeat if repeat > 1 else None)):
        if value:
            given = ", ".join(map(str, value)) if isinstance(value, list) else value
            raise BadInput(option, given, "left out beside --draw; drawn jobs come from --n and --seed alone")


def _listed(tags: str) -> list[str]:
    listed = [tag.strip() for tag in tags.split(",") if tag.strip()]
    if not listed:
        raise BadInput("--tags", tags, "one tag or more, separated by commas")
    return listed


def _run(jobs: Sequence[Job], workers: int, cell: Path | None, kept: Kept | None, file: Path | None) -> SuiteReport:
    done = failed = 0
    talk(f"{len(jobs)} scenarios, {workers} at a time")
    with progress("scenarios") as update:

        def tell(result: ScenarioResult) -> None:
            nonlocal done, failed
            done, failed = done + 1, failed + (not result.passed)
            talk(result_line(result))
            update(done, len(jobs), f"{failed} failed" if failed else "")

        update(0, len(jobs), "")
        try:
            return run_suite(jobs, configured_cell(cell), workers, tell, kept)
        except KeyboardInterrupt:
            raise Interrupted(f"the same command; {file} holds {done} results" if file else "") from None


def result_line(result: ScenarioResult) -> str:
    """One scenario in one line; why it failed where it did."""
    mark = "passed" if result.passed else "FAILED"
    why = "" if result.passed else f" · {result.reason} · {'; '.join(result.judged.get('faults', ()))}"
    account = f" · wrong account: {'; '.join(result.account_faults)}" if result.account_faults else ""
    return f"{mark}  {result.name}  {result.outcome}, {result.seconds:.1f} s{why}{account}"


def _print(report: SuiteReport, comparison: "Comparison | None") -> None:
    for result in report.results:
        answer(result_line(result))
    low, high = report.tally.wilson95
    answer(f"{report.passed} of {report.n} passed (95 % interval {low:.3f}–{high:.3f})")
    if report.accounts.trials:
        answer(f"said done and were: {report.done.describe()}; exact accounts: {report.accounts.describe()}")
    if report.wrong_moved:
        answer(f"moved or dropped what was to stay: {', '.join(report.wrong_moved)}")
    if report.false_done:
        answer(f"said done and were not: {', '.join(report.false_done)}")
    for line in comparison.lines() if comparison else ():
        answer(line)
