"""Options that several commands share, and numbers that are refused by name, value and bounds."""

import os
from collections.abc import Callable
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from skills.errors import BadInput

GREATEST_SEED: Final = 2**32 - 1
CORES: Final = os.cpu_count() or 1


def whole(name: str, low: int, high: int | None = None) -> Callable[[str], int]:
    """A parser of whole numbers from `low` to `high`, which may be open."""
    allowed = f"a whole number from {low} to {high}" if high is not None else f"a whole number, {low} or more"

    def parse(text: str | int) -> int:
        try:
            value = int(text)
        except ValueError:
            raise BadInput(name, text, allowed) from None
        if value < low or (high is not None and value > high):
            raise BadInput(name, value, allowed)
        return value

    return parse


def a_path(name: str) -> Callable[[str], Path]:
    """A parser of paths: an empty one, as a variable that is not set leaves behind, would mean the current folder."""

    def parse(text: str | Path) -> Path:
        if not str(text):
            raise BadInput(name, "", "a path")
        return Path(text)

    return parse


def path_option(name: str, metavar: str, text: str, **more: Any) -> Any:
    """The option `name` for a path, with its line of help; `more` is typer's."""
    return typer.Option(name, metavar=metavar, parser=a_path(name), help=text, **more)


def number_option(name: str, low: int, high: int | None, text: str, **more: Any) -> Any:
    """The option `name` for a whole number from `low` to `high`, with its line of help; `more` is typer's."""
    return typer.Option(name, metavar="N", parser=whole(name, low, high), help=text, **more)


Instruction = Annotated[str, typer.Argument(help="What to do, in quotes.", show_default=False)]
CellFile = Annotated[
    Path | None, path_option("--cell", "FILE", "Cell file; else $SMOLCELL_CELL, else the installed default.")
]
SceneFile = Annotated[Path | None, path_option("--scene", "FILE", "Scenario file that says what lies on the tray.")]
Seed = Annotated[int | None, number_option("--seed", 0, GREATEST_SEED, "Draw a scene from this seed.")]
DrawSeed = Annotated[int, number_option("--seed", 0, GREATEST_SEED, "What scenes are drawn from.")]
StateFolder = Annotated[
    Path | None,
    path_option("--state", "DIR", "Folder of journal, latch and audit; else $SMOLCELL_STATE, else the user's."),
]
CheckpointFolder = Annotated[
    Path | None, path_option("--checkpoint", "DIR", "Weights and contract; else those that the cell file names.")
]
Workers = Annotated[int, number_option("--workers", 1, 256, "Processes at a time.")]
WorkersOfAllCores = Annotated[
    int, number_option("--workers", 1, 256, "Processes at a time.", show_default="one for each core")
]
Threads = Annotated[int, number_option("--threads", 1, 256, "Threads of torch.", show_default="one for each core")]
AsJson = Annotated[bool, typer.Option("--json", help="Print one JSON object on stdout, and nothing else there.")]
