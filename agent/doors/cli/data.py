"""`smolcell data generate`: training data from the twin; goes on where it was cut off."""

from pathlib import Path
from typing import Annotated

import typer

from agent.doors.cli.errors import Interrupted
from agent.doors.cli.group import new_app
from agent.doors.cli.options import CORES, CellFile, DrawSeed, WorkersOfAllCores, whole
from agent.doors.cli.output import answer
from agent.doors.cli.progress import progress
from agent.doors.settings import configured_cell, usable_folder
from agent.exit_codes import ExitCode

app = new_app("Make training data in the twin.")


@app.callback()
def data() -> None:
    """Make training data in the twin."""


@app.command()
def generate(
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Folder of the data set; its name is the set's.")],
    scenes: Annotated[
        int, typer.Option("--scenes", metavar="N", parser=whole("--scenes", 1), help="Pictures of the tray.")
    ],
    seed: DrawSeed = 0,
    workers: WorkersOfAllCores = CORES,
    cell: CellFile = None,
) -> ExitCode:
    """Draw scenes, photograph them, and write down parts, phrases and keyframes.

    The same command goes on with a data set that was cut off; the result does not depend on that, nor on --workers.
    """
    from sim.generate import DataPlan
    from sim.generate import generate as make

    configured = configured_cell(cell)
    plan = DataPlan(usable_folder("--out", out), out.resolve().name, seed, scenes)
    try:
        with progress("scenes") as update:
            index = make(plan, configured, workers, lambda done: update(done.done, done.total, ""))
    except KeyboardInterrupt:
        again = f"smolcell data generate --out {out} --scenes {scenes} --seed {seed} --workers {workers}"
        raise Interrupted(f"{again}{f' --cell {cell}' if cell else ''}") from None
    answer(str(index))
    return ExitCode.DONE
