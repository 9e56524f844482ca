"""`smolcell eval`: how often a policy, or the expert, succeeds at its first attempt, on scenes that no training saw."""

from pathlib import Path
from typing import Annotated, Any, Final

import typer

from agent.doors.cli.group import new_app
from agent.doors.cli.options import AsJson, CellFile, CheckpointFolder, DrawSeed, Workers, number_option, path_option
from agent.doors.settings import configured_cell
from agent.exit_codes import ExitCode
from skills.errors import BadInput, UnknownName

SCENES: Final = 300
"""Where --n is left out."""
SKILL: Final = "pick"
"""Where --skill is left out."""
SPLIT: Final = "new-scenes"
"""Where --split is left out."""
WHATS: Final = ("policy", "verifier")
EXCLUDES: Final = {
    "verifier": ("--compare", "--open-loop", "--checkpoint", "--save", "--scene", "--pictures"),
    "--compare": ("--open-loop", "--expert", "--checkpoint", "--save", "--results", "--html", "--scene", "--pictures"),
    "--open-loop": ("--expert", "--save", "--results", "--html", "--scene", "--pictures"),
    "--expert": ("--checkpoint", "--save"),
    "--scene": ("--results", "--html"),
}
"""Options that have nothing to do beside another."""
NEEDS: Final = {"--scene": "--expert", "--pictures": "--scene"}
"""Options that do nothing without another."""

app = new_app()


@app.command()
def evaluate(
    what: Annotated[
        str,
        typer.Argument(metavar="[WHAT]", help="policy, or verifier: whether it knows a good attempt from a bad one."),
    ] = "policy",
    skill: Annotated[
        str | None,
        typer.Option(
            "--skill",
            metavar="NAME",
            help="One of: smolcell skills list.",
            show_default="pick; of a verifier the library's, in turn",
        ),
    ] = None,
    checkpoint: CheckpointFolder = None,
    split: Annotated[
        str | None,
        typer.Option(
            "--split",
            metavar="NAME",
            help="What is new: new-scenes, new-triples, varied, shifted-light, touching, crowded, heaped; or in the "
            "words: paraphrased, untrained. With --open-loop a split of the data set (LeRobot: train, validation).",
            show_default="new-scenes",
        ),
    ] = None,
    expert: Annotated[
        bool, typer.Option("--expert", help="Measure the expert that training data is made of, not a policy.")
    ] = False,
    n: Annotated[
        int | None,
        number_option(
            "--n",
            1,
            100_000,
            "Scenes; with --open-loop examples, or frames of a LeRobot data set.",
            show_default="300; all examples",
        ),
    ] = None,
    seed: DrawSeed = 0,
    runtime: Annotated[
        str | None,
        typer.Option(
            "--runtime",
            metavar="NAME",
            help="onnx: as in the cell; lerobot: with torch, and the only one of a fine-tuned policy.",
            show_default="onnx",
        ),
    ] = None,
    compare: Annotated[
        tuple[str, str] | None,
        typer.Option(
            "--compare",
            metavar="A B",
            help="Two checkpoints on the same scenes, or two files of --results, in pairs: is the difference chance?",
        ),
    ] = None,
    open_loop: Annotated[
        Path | None,
        path_option(
            "--open-loop",
            "DATA",
            "Hold the networks against this data set, fine-tuned ones against a LeRobot one; nothing moves.",
        ),
    ] = None,
    results: Annotated[
        Path | None,
        path_option(
            "--results",
            "FILE",
            "Keep each trial here as it comes; the same command goes on where it was cut off, and --compare reads it.",
        ),
    ] = None,
    html: Annotated[
        Path | None, path_option("--html", "FILE", "Write one page with figures, tables and pictures of the failures.")
    ] = None,
    save: Annotated[
        bool, typer.Option("--save", help="Write successes and trials by phrase into the checkpoint's contract.")
    ] = False,
    scene: Annotated[
        Path | None,
        path_option("--scene", "FILE", "With --expert: let it move what this scenario expects, and judge the end."),
    ] = None,
    pictures: Annotated[
        Path | None, path_option("--pictures", "DIR", "With --scene: save a picture before each step.")
    ] = None,
    workers: Workers = 1,
    cell: CellFile = None,
    as_json: AsJson = False,
) -> ExitCode:
    """Measure how often a policy succeeds at its first attempt, on scenes that it never saw.

    Every scene is drawn from a seed that no training data uses, and judged by ground truth after the call. Only parts
    that can be seen and that the expert finds a grasp for are asked for. With --expert the demonstrator is measured
    instead; in clutter it takes the easiest part first.

    A verifier is measured on attempts of the cell's own policies, during which something goes wrong or nothing does;
    with --expert on picks that the expert makes come out right or wrong.
    """
    from agent.doors.cli import evaluate_ways as ways

    if what not in WHATS:
        raise UnknownName("what to evaluate", what, WHATS)
    _check({
        "verifier": what == "verifier",
        "--compare": compare, "--open-loop": open_loop, "--expert": expert, "--checkpoint": checkpoint, "--save": save,
        "--results": results, "--html": html, "--scene": scene, "--pictures": pictures,
    })  # fmt: skip
    whole_cell = configured_cell(cell)
    if scene is not None:
        return ways.demonstrate(whole_cell, scene, pictures, as_json)
    if open_loop is not None:
        return ways.open_loop(whole_cell, (open_loop, split, n), skill or SKILL, checkpoint, runtime, as_json)
    every = what == "verifier" and not expert
    scenes = ways.Scenes(
        whole_cell, skill or (ways.LIBRARY if every else SKILL), split or SPLIT, seed, n or SCENES, workers
    )
    if what == "verifier":
        return ways.verify(scenes, ways.Outputs(results, html), expert, as_json)
    if compare is not None:
        return ways.compare(scenes, compare, runtime, as_json)
    return ways.measure(scenes, None if expert else (checkpoint, runtime), ways.Outputs(results, html, save), as_json)


def _check(given: dict[str, Any]) -> None:
    """Raises: BadInput (options that do nothing beside, or without, another)."""
    for option, others in EXCLUDES.items():
        for other in others:
            if given[option] and given[other]:
                raise BadInput(other, _told(given[other]), f"left out with {option}")
    for option, other in NEEDS.items():
        if given[option] and not given[other]:
            raise BadInput(option, _told(given[option]), f"given with {other}")


def _told(value: Any) -> str:
    return "true" if value is True else str(value)
