"""`smolcell train`: a network, its export and its contract, from a data set and a preset."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from agent.doors.cli.errors import Interrupted
from agent.doors.cli.group import new_app
from agent.doors.cli.options import CORES, a_path, whole
from agent.doors.cli.output import answer
from agent.doors.cli.progress import progress
from agent.exit_codes import ExitCode
from skills.errors import Unavailable

if TYPE_CHECKING:
    from policy.training.loop import StageProgress

app = new_app()


@app.command()
def train(
    preset: Annotated[str, typer.Argument(help="What is trained: pick, place, perceiver, …", show_default=False)],
    data: Annotated[
        Path,
        typer.Option("--data", metavar="DIR", parser=a_path("--data"), help="Data set, from: smolcell data generate."),
    ],
    out: Annotated[
        Path,
        typer.Option(
            "--out", metavar="DIR", parser=a_path("--out"), help="Folder of the run; its checkpoint/ is the result."
        ),
    ],
    skill: Annotated[
        list[str] | None,
        typer.Option(
            "--skill",
            metavar="NAME",
            help="Train this skill of the data set by a policy's preset; more than one may be given.",
        ),
    ] = None,
    start_from: Annotated[
        Path | None,
        typer.Option(
            "--start-from",
            metavar="DIR",
            parser=a_path("--start-from"),
            help="Checkpoint whose weights the run begins with.",
            show_default=False,
        ),
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the run in --out.")] = False,
    threads: Annotated[
        int,
        typer.Option(
            "--threads",
            metavar="N",
            parser=whole("--threads", 1, 256),
            help="Threads of torch.",
            show_default="one for each core",
        ),
    ] = CORES,
) -> ExitCode:
    """Train, export and write the contract of a network.

    A run that was cut off goes on with --resume and ends with the same weights. Needs the extra `train`.
    """
    try:
        from policy.training.config import for_skills
        from policy.training.config import preset as preset_of
        from policy.training.train import train as train_by
    except ModuleNotFoundError as error:
        raise Unavailable(
            f"training needs the package {error.name!r}.", "Install it: pip install 'smolcell[train]'"
        ) from None
    config = for_skills(preset_of(preset), tuple(skill or ()))
    try:
        with progress("steps") as update:

            def report(stage: "StageProgress") -> None:
                figures = ", ".join(f"{name} {value:.4g}" for name, value in stage.figures.items())
                update(stage.step, stage.steps, f"{stage.stage} {figures}")

            folder = train_by(config, data, out, resume=resume, threads=threads, report=report, start_from=start_from)
    except KeyboardInterrupt:
        begun = "".join(f" --skill {name}" for name in skill or ())
        begun += f" --start-from {start_from}" if start_from else ""
        raise Interrupted(f"smolcell train {preset} --data {data} --out {out}{begun} --resume") from None
    answer(f"{folder}")
    return ExitCode.DONE
