"""`smolcell study`: what scenes, size and each part of a recipe are worth, in one table."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from agent.doors.cli.errors import Interrupted
from agent.doors.cli.group import new_app
from agent.doors.cli.options import CORES, CellFile, Threads, WorkersOfAllCores, path_option
from agent.doors.cli.output import answer_table, talk
from agent.doors.cli.progress import Update, progress
from agent.doors.cli.train_order import data_from_twin
from agent.doors.settings import configured_cell, usable_folder
from agent.exit_codes import ExitCode
from policy.training.run_folder import DATA_FOLDER
from policy.training.study import Study, Variant, load_study, study_names
from skills.cell import Cell
from skills.errors import BadInput

if TYPE_CHECKING:
    from agent.training.study import Bench
    from policy.training.job import Watch
    from policy.training.loop import StageProgress

app = new_app()


@app.command()
def study(
    named: Annotated[str, typer.Argument(metavar="STUDY", help="recipe, or a YAML file.")] = "recipe",
    out: Annotated[Path | None, path_option("--out", "DIR", "Folder of the study.", show_default=False)] = None,
    data: Annotated[
        Path | None,
        path_option(
            "--data",
            "DIR",
            "Data set, from: smolcell data generate; else the twin makes the study's own.",
            show_default=False,
        ),
    ] = None,
    listed: Annotated[
        bool, typer.Option("--list", help="Print the studies and their variants, and do nothing.")
    ] = False,
    threads: Threads = CORES,
    workers: WorkersOfAllCores = CORES,
    cell: CellFile = None,
) -> ExitCode:
    """Train a policy many times, each time with one thing changed, and try all of them on the same scenes.

    --out gets table.md and table.svg, written anew after every variant: success with its interval, the right part, and
    a test in pairs against the first row. The same command goes on where it was cut off. Begun twice at a time, with
    --threads 1 --workers 1, each takes the variants that the other is not at. Needs the extra `train`.
    """
    if listed:
        rows = [(name, one.group, one.label) for name in study_names() for one in load_study(name).variants]
        answer_table(("study", "group", "variant"), rows)
        return ExitCode.DONE
    found = load_study(named)
    if out is None:
        raise BadInput("--out", "", "the folder of the study")
    usable_folder("--out", out)
    try:
        return _made(found, out, data, threads, workers, configured_cell(cell))
    except KeyboardInterrupt:
        raise Interrupted(f"smolcell study {named} --out {out}{f' --data {data}' if data else ''}") from None


def _made(found: Study, out: Path, data: Path | None, threads: int, workers: int, cell: Cell) -> ExitCode:
    from agent.training.study import Bench, check_study, made
    from agent.training.study_table import COLUMNS, rows, write_table

    check_study(found)
    bench = Bench(
        found, out, data or data_from_twin(found.data, out / DATA_FOLDER, cell, workers), cell, threads, workers
    )
    left = []
    for variant in found.variants:
        if _one(bench, variant):
            write_table(rows(found, made(bench)), out)
        else:
            left.append(variant.name)
    answer_table(COLUMNS, (row.cells for row in rows(found, made(bench))))
    if left:
        talk(f"left to the processes that are at them: {', '.join(left)}")
    return ExitCode.DONE


def _one(bench: "Bench", variant: Variant) -> bool:
    """Whether the variant is done, and not another process at it."""
    from agent.training.study import carry_out

    with progress(variant.name) as update:
        return carry_out(bench, variant, _watch(update), lambda done, total: update(done, total, "trials"))


def _watch(update: Update) -> "Watch":
    from policy.training.job import Watch

    def report(stage: "StageProgress") -> None:
        update(stage.step, stage.steps, stage.stage)

    return Watch(report, lambda text: talk(f"warning: {text}"))
