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
    setting: Annotated[
        str, typer.Option("--setting", metavar="NAME", help="What varies from scene to scene: sim/randomization.")
    ] = "default",
    ray: Annotated[
        str | None,
        typer.Option("--ray", metavar="ADDRESS", help="Work on this Ray cluster (or: local). Needs the extra `scale`."),
    ] = None,
    cell: CellFile = None,
) -> ExitCode:
    """Draw scenes, photograph them, and write down parts, phrases and keyframes: about 10 examples a scene.

    The same command goes on with a data set that was cut off; the result does not depend on that, nor on --workers.
    """
    from sim.data.generate import generate as make
    from sim.data.generate import local_hands, ray_hands
    from sim.data.plan import DataPlan
    from sim.setting import load_setting

    configured = configured_cell(cell)
    plan = DataPlan(usable_folder("--out", out), out.resolve().name, seed, scenes, load_setting(setting).name)
    hands = local_hands(workers) if ray is None else ray_hands(ray, workers)
    try:
        with progress("scenes") as update:
            index = make(plan, configured, hands, lambda done, total: update(done, total, ""))
    except KeyboardInterrupt:
        options = {"--out": out, "--scenes": scenes, "--seed": seed, "--workers": workers, "--setting": setting}
        given = options | {name: value for name, value in (("--ray", ray), ("--cell", cell)) if value}
        again = " ".join(f"{name} {value}" for name, value in given.items())
        raise Interrupted(f"smolcell data generate {again}") from None
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


@app.command()
def sheet(
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="The picture, a PNG file.")],
    setting: Annotated[
        str, typer.Option("--setting", metavar="NAME", help="What varies: a file of sim/randomization, without .yaml.")
    ] = "default",
    seed: DrawSeed = 0,
    cell: CellFile = None,
) -> ExitCode:
    """Draw twelve scenes of a setting side by side, as the overhead camera sees them."""
    from sim.setting import load_setting
    from sim.sheet import save
    from sim.sheet import sheet as make

    save(make(configured_cell(cell), load_setting(setting), seed), out)
    answer(str(out))
    return ExitCode.DONE
