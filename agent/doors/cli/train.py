"""`smolcell train`: a network, its export and its contract, from a configuration and a data set."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from agent.doors.cli.files import write_file
from agent.doors.cli.group import new_app
from agent.doors.cli.options import CORES, CellFile, Threads, WorkersOfAllCores, path_option
from agent.doors.cli.output import answer, answer_table
from agent.doors.cli.train_order import Order, carry_out
from agent.exit_codes import ExitCode
from policy.training.presets import as_yaml, load_training, preset, preset_names
from skills.errors import BadInput

app = new_app()

HELP = f"""Train, export and write the contract of a network.

    CONFIG is a preset ({", ".join(preset_names())}) or a YAML file:
    `preset: pick` and what is different, or all fields. --list says what each preset is for, --show prints a
    configuration whole.

    Without --data the twin makes the data set that the configuration names, in --out. While it trains, drafts are
    tried in closed loop: --out then holds the last three, the best one, and a plot of success over time. A run that
    was cut off goes on with --resume and ends with the same weights. Needs the extra `train`.
    """


@app.command(help=HELP)
def train(
    named: Annotated[
        str | None, typer.Argument(metavar="CONFIG", help="A preset, or a YAML file.", show_default=False)
    ] = None,
    data: Annotated[
        Path | None,
        path_option(
            "--data",
            "DIR",
            "Data set, from: smolcell data generate; else the twin makes the configuration's own.",
            show_default=False,
        ),
    ] = None,
    out: Annotated[
        Path | None,
        path_option("--out", "DIR", "Folder of the run; its checkpoint/ is the result.", show_default=False),
    ] = None,
    start_from: Annotated[
        Path | None,
        path_option("--start-from", "DIR", "Folder of the weights that the run begins with.", show_default=False),
    ] = None,
    resume: Annotated[bool, typer.Option("--resume", help="Go on with the run in --out.")] = False,
    show: Annotated[bool, typer.Option("--show", help="Print CONFIG whole, as YAML, and train nothing.")] = False,
    listed: Annotated[bool, typer.Option("--list", help="Print the presets, and train nothing.")] = False,
    slurm: Annotated[
        Path | None,
        path_option(
            "--slurm",
            "FILE",
            "Write this command as an sbatch script that goes on after a time limit, and train nothing.",
            show_default=False,
        ),
    ] = None,
    wandb: Annotated[
        bool, typer.Option("--wandb", help="Track with Weights & Biases as well as TensorBoard; $WANDB_MODE=offline.")
    ] = False,
    threads: Threads = CORES,
    workers: WorkersOfAllCores = CORES,
    cell: CellFile = None,
) -> ExitCode:
    """The parser's way in; see HELP."""
    if listed:
        presets = {name: preset(name) for name in preset_names()}
        answer_table(("preset", "kind", "summary"), [(name, one.kind, one.summary) for name, one in presets.items()])
        return ExitCode.DONE
    if named is None:
        raise BadInput("CONFIG", "", "a preset or a YAML file; see: smolcell train --list")
    config = load_training(named)
    if show:
        answer(as_yaml(config).rstrip())
        return ExitCode.DONE
    if out is None:
        raise BadInput("--out", "", "the folder of the run")
    order = Order(named, config, data, out, start_from, threads, workers, cell, wandb)
    if slurm is not None:
        from policy.training.slurm import sbatch_script

        script = sbatch_script(config, out, sys.executable, order.arguments(), threads)
        write_file("--slurm", slurm, script.encode())
        answer(f"sbatch {slurm}")
        return ExitCode.DONE
    folder = carry_out(order, resume)
    if os.environ.get("RANK", "0") == "0":  # of the processes that a launcher has started one answers
        answer(str(folder))
    return ExitCode.DONE
