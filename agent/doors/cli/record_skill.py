"""`smolcell skills record`: training data of one skill, shown by the twin's expert."""

from pathlib import Path
from typing import Annotated, Final

import typer

from agent.doors.cli.errors import Interrupted
from agent.doors.cli.group import new_app
from agent.doors.cli.options import CORES, CellFile, DrawSeed, WorkersOfAllCores, number_option, path_option
from agent.doors.cli.output import answer
from agent.doors.cli.progress import progress
from agent.doors.settings import configured_cell, usable_folder
from agent.exit_codes import ExitCode
from skills.errors import BadInput, Unavailable

MOST: Final = 1_000_000


app = new_app()


@app.command()
def record(
    name: Annotated[str, typer.Argument(help="The skill: an installed one, or one of the cell's own.")],
    out: Annotated[Path | None, path_option("--out", "DIR", "Folder of the data set; its name is the set's.")] = None,
    scenes: Annotated[int, number_option("--scenes", 1, MOST, "Scenes in which the expert succeeds.")] = 1000,
    seed: DrawSeed = 0,
    workers: WorkersOfAllCores = CORES,
    setting: Annotated[
        str, typer.Option("--setting", metavar="NAME", help="What varies from scene to scene: sim/randomization.")
    ] = "calibrated",
    hardware: Annotated[
        bool, typer.Option("--hardware", help="Say how a person shows it on a real robot. Not verified.")
    ] = False,
    cell: CellFile = None,
) -> ExitCode:
    """Let the twin's expert carry the skill out, through the safety gate, and keep what succeeds as training data.

    A skill that moves a part on the tray is shown by its card's `demonstration`. Every tenth scene, the last ones, is
    kept for validation. The same command goes on with a data set that was cut off; the result does not depend on that,
    nor on --workers.
    """
    from sim.data.plan import ShownPlan
    from sim.data.show import show
    from sim.setting import load_setting
    from skills.catalogue import catalogue_of

    configured = configured_cell(cell)
    card = catalogue_of(configured)[name]
    if hardware:
        raise Unavailable(
            "this command records in the twin only; no robot was at hand to verify another way.",
            "LeRobot's own tool records a person's teleoperation, the phrase as task: lerobot-record --robot.type=…"
            f' --teleop.type=… --dataset.single_task="{card.phrases()[0]}". See: docs/add-a-skill.md, “On hardware”.',
        )
    if out is None:
        raise BadInput("--out", None, "given: a new folder for the data set")
    chosen = load_setting(setting).name
    plan = ShownPlan(usable_folder("--out", out), out.resolve().name, seed, scenes, chosen, skill=card.name)
    try:
        with progress("scenes") as update:
            index = show(plan, configured, workers, lambda done, total, failed: update(done, total, _note(failed)))
    except KeyboardInterrupt:
        options = {"--out": out, "--scenes": scenes, "--seed": seed, "--workers": workers, "--setting": setting}
        given = options | ({"--cell": cell} if cell else {})
        again = " ".join(f"{flag} {value}" for flag, value in given.items())
        raise Interrupted(f"smolcell skills record {name} {again}") from None
    answer(str(index))
    return ExitCode.DONE


def _note(failed: int) -> str:
    return f"{failed} more failed" if failed else ""
