"""`smolcell data`: training data from the twin and from elsewhere: made, recorded, inspected, mixed, exported."""

from collections.abc import Iterable, Iterator
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from agent.doors.cli import corrections, data_augment, flagged
from agent.doors.cli.errors import Interrupted
from agent.doors.cli.files import write_file
from agent.doors.cli.group import new_app
from agent.doors.cli.options import (
    CORES,
    AsJson,
    CellFile,
    DrawSeed,
    WorkersOfAllCores,
    a_path,
    number_option,
    path_option,
)
from agent.doors.cli.output import answer, answer_json, answer_table
from agent.doors.cli.progress import Update, progress
from agent.doors.settings import configured_cell, usable_folder
from agent.exit_codes import ExitCode
from skills.errors import BadInput

if TYPE_CHECKING:
    from sim.data.episodes import Episode
    from sim.data.merge import Part

MOST: Final = 10_000_000


class Form(StrEnum):
    """Forms of a data set that other tools read."""

    TUPLE = "tuple"
    RLDS = "rlds"


app = new_app("Make, inspect and mix training data.")


@app.callback()
def data() -> None:
    """Make, inspect and mix training data."""


@app.command()
def generate(
    out: Annotated[Path, path_option("--out", "DIR", "Folder of the data set; its name is the set's.")],
    scenes: Annotated[int, number_option("--scenes", 1, MOST, "Pictures of the tray.")],
    seed: DrawSeed = 0,
    workers: WorkersOfAllCores = CORES,
    setting: Annotated[
        str, typer.Option("--setting", metavar="NAME", help="What varies from scene to scene: sim/randomization.")
    ] = "training",
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
    chosen = load_setting(setting).name
    plan = DataPlan(usable_folder("--out", out), out.resolve().name, seed, scenes, chosen)
    hands = local_hands(workers) if ray is None else ray_hands(ray, workers)
    try:
        with progress("scenes") as update:
            index = make(plan, configured, hands, update)
    except KeyboardInterrupt:
        options = {"--out": out, "--scenes": scenes, "--seed": seed, "--workers": workers, "--setting": setting}
        given = options | {name: value for name, value in (("--ray", ray), ("--cell", cell)) if value}
        again = " ".join(f"{name} {value}" for name, value in given.items())
        raise Interrupted(f"smolcell data generate {again}") from None
    answer(str(index))
    return ExitCode.DONE


@app.command()
def record(
    out: Annotated[Path, path_option("--out", "DIR", "Folder of the new LeRobot dataset.")],
    episodes: Annotated[int, number_option("--episodes", 1, MOST, "Picks that succeed.")],
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
        failed = make(out, configured, episodes, seed, update)
    answer(f"{out}: {episodes} episodes; the expert failed {failed} more, which were left out")
    return ExitCode.DONE


@app.command()
def sheet(
    out: Annotated[Path, path_option("--out", "FILE", "Picture, a PNG file.")],
    setting: Annotated[
        str, typer.Option("--setting", metavar="NAME", help="What varies: a file of sim/randomization, without .yaml.")
    ] = "default",
    seed: DrawSeed = 0,
    cell: CellFile = None,
) -> ExitCode:
    """Draw twelve scenes of a setting side by side, as the overhead camera sees them."""
    from sim.data.episodes import png
    from sim.setting import load_setting
    from sim.sheet import sheet as make

    write_file("--out", out, png(make(configured_cell(cell), load_setting(setting), seed)))
    answer(str(out))
    return ExitCode.DONE


@app.command()
def inspect(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", parser=a_path("data set"), help="A data set: keyframes, or LeRobot.")
    ],
    against: Annotated[
        Path | None, path_option("--against", "DIR", "Another set; it must share no scene with it.")
    ] = None,
    html: Annotated[Path | None, path_option("--html", "FILE", "Write a page with pictures.")] = None,
    cell: CellFile = None,
    as_json: AsJson = False,
) -> ExitCode:
    """Count phrases and attributes, look at states and actions, and search for faults.

    Faults: unbalanced phrases and values, targets that have no company, held-out parts out of their split, swapped
    cameras, a drift of the start state, jumps between frames, scenes that stand twice or in two splits. Exit code 3
    when there is one.
    """
    from sim.data.inspect import inspect as look
    from sim.data.report import left_out_text, report
    from skills.catalogue import catalogue_of

    inspected = look(folder, against, catalogue_of(configured_cell(cell)))
    found = inspected.found
    if html is not None:
        write_file("--html", html, report(inspected).encode())
    if as_json:
        answer_json(found.model_dump(mode="json"))
    else:
        answer(f"{found.name}: {found.scenes} scenes or episodes, {found.examples} examples or frames")
        rows = [(name, len(n), max(n.values()), min(n.values())) for name, n in found.counts.items() if n]
        answer_table(("subject", "values", "most", "least"), rows)
        if found.left_out:
            answer(f"left out: {left_out_text(found.left_out)}")
        for finding in found.findings:
            answer(f"{finding.fault}: {finding.text}")
        answer("no faults found" if not found.findings else f"{len(found.findings)} findings")
    return ExitCode.INCOMPLETE if found.findings else ExitCode.DONE


@app.command()
def export(
    folder: Annotated[
        Path, typer.Argument(metavar="DIR", parser=a_path("data set"), help="A data set: keyframes, or LeRobot.")
    ],
    form: Annotated[Form, typer.Option("--format", help="tuple: image file, command, action text. rlds: TFRecord.")],
    out: Annotated[Path, path_option("--out", "DIR", "New folder.")],
) -> ExitCode:
    """Write a data set in a form that other tools read. The tuple form is of keyframes only."""
    from sim.data.keyframes import as_episodes, open_keyframes
    from sim.data.lerobot_form import is_lerobot, open_lerobot
    from sim.data.rlds import write_rlds
    from sim.data.tuples import write_tuples

    usable_folder("--out", out.parent)
    if form is Form.TUPLE:
        count = write_tuples(open_keyframes(folder), out)
    else:
        count = write_rlds(open_lerobot(folder) if is_lerobot(folder) else as_episodes(open_keyframes(folder)), out)
    answer(f"{out}: {count} examples")
    return ExitCode.DONE


@app.command(name="import")
def bring_in(
    folder: Annotated[
        Path,
        typer.Argument(
            metavar="DIR", parser=a_path("data set"), help="Folder with *.tfrecord files laid out like Bridge data."
        ),
    ],
    out: Annotated[Path, path_option("--out", "DIR", "Folder of the new LeRobot dataset.")],
    fps: Annotated[int, number_option("--fps", 1, 1000, "Frames a second; Bridge has 5.")],
    robot: Annotated[str, typer.Option("--robot", metavar="NAME", help="Whose data these are.")] = "unknown",
) -> ExitCode:
    """Bring RLDS episodes into a LeRobot dataset (v3). Needs the extra `train`, but no tensorflow."""
    from sim.data.lerobot_form import write_lerobot
    from sim.data.rlds import open_rlds

    usable_folder("--out", out.parent)
    data = open_rlds(folder, float(fps))
    with progress("episodes") as update:
        count = write_lerobot(out, data.terms, robot, told(data, data.count, update))
    answer(f"{out}: {count} episodes")
    return ExitCode.DONE


@app.command()
def merge(
    sets: Annotated[list[str], typer.Argument(metavar="DIR=WEIGHT...", help="Data sets and their weights in the mix.")],
    out: Annotated[Path, path_option("--out", "DIR", "New folder.")],
    map_file: Annotated[
        Path | None, path_option("--map", "FILE", "YAML: how sets are brought to the first one's terms.")
    ] = None,
    repeat: Annotated[
        bool,
        typer.Option(
            "--repeat", help="Take the first set whole, and the others as often as it takes to give them their weight."
        ),
    ] = False,
) -> ExitCode:
    """Mix data sets by weight. Different names, units, rates or cameras are refused unless a map tells what is what.

    A few corrections of a policy become a fifth of what it learns from: merge base=0.8 corrections=0.2 --repeat
    """
    from sim.data.merge import merge as mix

    parts = [weighted(text) for text in sets]
    usable_folder("--out", out.parent)
    answer(f"{out}: {mix(parts, out, map_file, repeat=repeat)} scenes or episodes")
    return ExitCode.DONE


app.add_typer(data_augment.app)
app.add_typer(flagged.app)
app.add_typer(corrections.app)


def weighted(text: str) -> "Part":
    """`DIR=WEIGHT`. Raises: BadInput."""
    from sim.data.merge import Part

    folder, equals, weight = text.rpartition("=")
    if equals and not folder:
        raise BadInput("data set", text, "DIR=WEIGHT, a folder and a number")
    try:
        return Part(Path(folder), float(weight))
    except ValueError:
        raise BadInput("data set", text, "DIR=WEIGHT, a folder and a number" if equals else "DIR=WEIGHT") from None


def told(episodes: "Iterable[Episode]", total: int, update: Update) -> "Iterator[Episode]":
    """The episodes, and how many have been taken."""
    for done, episode in enumerate(episodes):
        update(done, total, "")
        yield episode
    update(total, total, "")
