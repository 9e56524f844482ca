"""`smolcell chat`: the operator's terminal."""

from typing import Annotated

import typer

from agent.doors.cli.group import new_app
from agent.doors.cli.options import CellFile, SceneFile, Seed, StateFolder
from agent.doors.cli.scenes import refuse_both
from agent.exit_codes import ExitCode

app = new_app()


@app.command()
def chat(
    cell: CellFile = None,
    scene: SceneFile = None,
    seed: Seed = None,
    state: StateFolder = None,
    plain: Annotated[
        bool,
        typer.Option("--plain", help="Lines alone, no colours, pictures or tables: for screen readers."),
    ] = False,
) -> ExitCode:
    """Talk with the cell: the operator's terminal."""
    from agent.doors.repl import chat as talk_with

    refuse_both(scene, seed)
    return talk_with(cell, scene, seed, state, plain)
