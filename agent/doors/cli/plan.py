"""`smolcell plan`: what an instruction would do, or a file of instructions; nothing moves."""

import json
import sys
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from agent.doors.batch import answer_lines, has_errors
from agent.doors.cli.files import check_free, write_file
from agent.doors.cli.group import new_app
from agent.doors.cli.narrate import plan_lines
from agent.doors.cli.options import AsJson, CellFile, SceneFile, Seed, path_option
from agent.doors.cli.output import answer, answer_json
from agent.doors.cli.progress import patience
from agent.doors.cli.scenes import refuse_both, scenario_of
from agent.doors.proposal_table import foreseen_lines, move_lines
from agent.doors.settings import configured_cell
from agent.exit_codes import ExitCode
from agent.preview import CODE_OF, Preview, Previewed
from skills.errors import BadInput
from skills.scene import Scene
from skills.yamlfile import parse_model

STDIN: Final = Path("-")

app = new_app()


@app.command()
def plan(
    instruction: Annotated[
        str | None, typer.Argument(help="What would be done, in quotes; absent with --batch.", show_default=False)
    ] = None,
    cell: CellFile = None,
    scene: SceneFile = None,
    seed: Seed = None,
    batch: Annotated[
        Path | None,
        path_option(
            "--batch", "FILE", 'A JSON object a line, {"id", "instruction", "scene"}, answered a line each; - is stdin.'
        ),
    ] = None,
    picture: Annotated[
        Path | None,
        path_option(
            "--picture",
            "FILE.png",
            "Also the overhead picture, with a numbered ring round the parts that each step would move.",
        ),
    ] = None,
    as_json: AsJson = False,
) -> ExitCode:
    """Say what an instruction would do; nothing moves.

    With --scene or --seed the scene is looked at first, as a run would: the plan is then a table with what was seen.
    It also says whose yes a run would ask for, and why; what depends on what lies there stands behind an "if".
    Exit code 0 for a plan, an answer or a word of control, 3 for a question, 2 for a refusal.
    """
    refuse_both(scene, seed)
    if (instruction is None) == (batch is None):
        raise BadInput("instruction", instruction, "given exactly where --batch is not")
    configured = configured_cell(cell)
    preview = Preview(configured)
    if batch is not None:
        paths = {"--scene": scene, "--picture": picture}
        for flag, given in (*((flag, path and str(path)) for flag, path in paths.items()), ("--seed", seed)):
            if given is not None:
                raise BadInput(flag, given, "absent with --batch; each line names its own scene")
        return _plan_batch(preview, batch, as_json)
    assert instruction is not None
    if picture:
        _check_picture(picture, looks=scene is not None or seed is not None)
    seen = preview.photograph(scenario_of(scene, seed)) if scene is not None or seed is not None else None
    with patience("reading the instruction"):
        previewed = preview.plan(instruction, seen.scene if seen else None)
    if picture and seen:
        from agent.doors.marking import marked
        from sim.data.episodes import png

        write_file("--picture", picture, png(marked(seen.picture, configured, previewed.moves)))
    if as_json:
        answer_json(previewed.as_json())
    else:
        answer("\n".join(_lines_of(previewed, seen=seen is not None)))
    return CODE_OF[previewed.understanding.outcome]


def _lines_of(previewed: Previewed, *, seen: bool) -> tuple[str, ...]:
    """The plan; what was seen of it, where somebody looked; and whose yes it takes."""
    lines = plan_lines(previewed.understanding)
    if previewed.foreseen is None:
        return lines
    return (*lines, *(move_lines(previewed.moves) if seen else ()), *foreseen_lines(previewed.foreseen))


def _check_picture(path: Path, *, looks: bool) -> None:
    """Raises: BadInput, before the work is done."""
    if path.suffix != ".png":
        raise BadInput("--picture", str(path), "a name that ends with .png")
    if not looks:
        raise BadInput("--picture", str(path), "given with --scene or --seed: without them there is nothing to look at")
    check_free("--picture", path, force=True)


def _plan_batch(preview: Preview, path: Path, json_wanted: bool) -> ExitCode:
    """Answer every line in its order, as soon as it is known; a bad one is told and the others are still done."""

    def look(content: Any) -> Scene:
        from sim.scenario import Scenario

        named = {"name": "batch", **content} if isinstance(content, dict) else content
        return preview.look(parse_model(named, Scenario, "scene"))

    failed = False

    def plan_of(instruction: str, scene: Scene | None) -> dict[str, Any]:
        return preview.plan(instruction, scene).as_json()

    for shown in answer_lines(_lines(path), plan_of, look):
        failed = failed or has_errors([shown])
        if json_wanted:
            answer_json(shown)
        else:
            answer(f"{shown['id']}: {_one_line(shown)}")
        sys.stdout.flush()
    return ExitCode.BAD_INPUT if failed else ExitCode.DONE


def _lines(path: Path) -> list[str]:
    """Raises: BadInput."""
    try:
        text = sys.stdin.read() if path == STDIN else path.read_text(encoding="utf-8")
    except OSError as error:
        raise BadInput("--batch", str(path), f"a readable file ({error.strerror})") from None
    except UnicodeDecodeError as error:
        raise BadInput("--batch", str(path), f"UTF-8 text ({error.reason} at byte {error.start})") from None
    return text.split("\n")


def _one_line(shown: dict[str, Any]) -> str:
    steps = "; ".join(json.dumps(step, ensure_ascii=False) for step in shown["steps"])
    return f"{shown['outcome']} {steps or shown['text'] or shown['command']}"
