"""`smolcell data`: training data from the twin, as keyframes for the small policy or as LeRobot episodes."""

from pathlib import Path
from typing import Annotated, Final

import typer

from agent.doors.cli.errors import Interrupted
from agent.doors.cli.group import new_app
from agent.doors.cli.options import CORES, CellFile, DrawSeed, WorkersOfAllCores, whole
from agent.doors.cli.output import answer
from agent.doors.cli.progress import progress
from agent.doors.settings import configured_cell, usable_folder
from agent.exit_codes import ExitCode

MOST: Final = 10_000_000

app = new_app("Make training data in the twin.")


@app.callback()
def data() -> None:
    """Make training data in the twin."""


@app.command()
def generate(
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Folder of the data set; its name is the set's.")],
    scenes: Annotated[
        int, typer.Option("--scenes", metavar="N", parser=whole("--scenes", 1, MOST), help="Pictures of the tray.")
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


@app.command()
def record(
    out: Annotated[Path, typer.Option("--out", metavar="DIR", help="Folder of the new LeRobot dataset.")],
    episodes: Annotated[
        int, typer.Option("--episodes", metavar="N", parser=whole("--episodes", 1, MOST), help="Picks that succeed.")
    ],
    seed: DrawSeed = 0,
    cell: CellFile = None,
) -> ExitCode:
    """Record the expert's picks as a LeRobot dataset (v3): every camera, joints, actions, the phrase as task.

    Every motion goes through the safety gate. Needs the extra `train`.
    """
    from sim.record import record as make

    configured = configured_cell(cell)
    usable_folder("--out", out.parent)
    with progress("episodes") as update:
        failed = make(out, configured, episodes, seed, lambda done, total: update(done, total, ""))
    answer(f"{out}: {episodes} episodes; the expert failed {failed} more, which were left out")
    return ExitCode.DONE
