"""`smolcell scene`: a scenario file from words."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from agent.doors.cli.files import check_free, write_file
from agent.doors.cli.group import new_app
from agent.doors.cli.options import AsJson, CellFile, DrawSeed, a_path, path_option
from agent.doors.cli.output import answer, answer_json, talk
from agent.doors.cli.progress import patience
from agent.doors.settings import configured_cell
from agent.exit_codes import ExitCode
from skills.errors import BadInput

if TYPE_CHECKING:
    from agent.scene_words.make import Made
    from sim.world import World

app = new_app()


@app.command()
def scene(
    words: Annotated[str, typer.Argument(help="What lies on the tray, in quotes.", show_default=False)],
    out: Annotated[
        Path | None,
        typer.Option(
            "--out", "-o", metavar="FILE", parser=a_path("--out"), help="Scenario file to write; else to stdout."
        ),
    ] = None,
    picture: Annotated[
        Path | None, path_option("--picture", "FILE.png", "Also a picture: the tray from above, the cell from aside.")
    ] = None,
    seed: DrawSeed = 0,
    name: Annotated[
        str, typer.Option("--name", metavar="NAME", help="The scenario's name; else made of the words.")
    ] = "",
    instruction: Annotated[
        str, typer.Option("--instruction", metavar="TEXT", help="What the cell shall be told to do there.")
    ] = "",
    force: Annotated[bool, typer.Option("--force", help="Write over files that exist.")] = False,
    cell: CellFile = None,
    as_json: AsJson = False,
) -> ExitCode:
    """Write a scene as a scenario file, from words.

    \b
    smolcell scene "eight gears on the tray, two of them failed, dim light" -o gears.yaml
    smolcell scene "three M8 bolts on the left and 2 small brass gears at the back"
    smolcell scene "a heap of 12 random parts, hard light" --seed 7 --picture heap.png
    smolcell scene "six nuts, half of them red, the rest blue, touching" --instruction "remove all failed parts"
    smolcell run "remove all failed parts" --scene gears.yaml

    What can be said: how many (three, 3, 3-5, some, many; 1 to 20 parts in all) · kind (bolt, nut, gear, bracket, or
    part for any) · size (M6, M8, M10; small, large) · colour (silver, brass, black, red, blue, green) or finish
    (shiny, matte) · condition (failed, ok, random) · where (on the left, on the right, at the front, at the back, in
    the middle, in the back left corner) · of them (two of them failed, half of them red, all failed, the rest blue) ·
    how they lie (separated, touching, heaped) · light (dim, harsh, shifted, wild, plain, training or normal light).
    What is not said is drawn from the seed; parts are ok unless it is said. The same words and seed give the same file.

    Other words are read by the chat model of the cell file (planner: {model: "provider:name"}, or
    SMOLCELL_PLANNER_MODEL), where there is one. Each scene is built in the twin first: it must fit on the tray, and the
    robot must reach it.
    """
    _check_files(out, picture, force=force)
    with patience("loading the simulator") as doing:
        from agent.scene_words.make import Order, make_scene
        from agent.scene_words.writing import checked_name

        order = Order(words, seed, checked_name(name) if name else "", instruction)
        made = make_scene(order, configured_cell(cell), talk, doing=doing)
    try:
        if picture:
            write_file("--picture", picture, _png(made.world))
    finally:
        made.world.close()
    if out:
        write_file("--out", out, made.text.encode())
    talk(f"{made.scenario.name}: {made.understood}")
    if as_json:
        answer_json(_as_json(made, out, picture))
    else:
        answer(str(out) if out else made.text.rstrip("\n"))
    return ExitCode.DONE


def _check_files(out: Path | None, picture: Path | None, *, force: bool) -> None:
    """Raises: BadInput, before the work is done."""
    if picture and picture.suffix != ".png":
        raise BadInput("--picture", str(picture), "a name that ends with .png")
    if out and picture and out.absolute() == picture.absolute():
        raise BadInput("--picture", str(picture), "another file than that of --out")
    for option, path in (("--out", out), ("--picture", picture)):
        if path:
            check_free(option, path, force=force)


def _png(world: "World") -> bytes:
    from agent.doors.cli.pictures import both_sides
    from sim.data.episodes import png

    return png(both_sides(world))


def _as_json(made: "Made", out: Path | None, picture: Path | None) -> dict[str, Any]:
    return {
        "outcome": "done",
        "name": made.scenario.name,
        "by": made.by,
        "understood": made.understood,
        "file": str(out) if out else None,
        "picture": str(picture) if picture else None,
        "scenario": made.scenario.model_dump(mode="json", exclude_unset=True),
    }
