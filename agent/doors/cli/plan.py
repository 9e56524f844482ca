"""`smolcell plan`: what an instruction would do, or a file of instructions; nothing moves."""

import json
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from agent.doors.cli.group import new_app
from agent.doors.cli.narrate import plan_lines
from agent.doors.cli.options import AsJson, CellFile, SceneFile, Seed
from agent.doors.cli.output import answer, answer_json
from agent.doors.cli.scenes import refuse_both, scenario_of
from agent.doors.settings import configured_cell
from agent.exit_codes import ExitCode
from agent.preview import CODE_OF, Preview, as_json
from skills.base import Value
from skills.errors import BadInput
from skills.plan import Understanding
from skills.yamlfile import parse_model

if TYPE_CHECKING:
    from sim.scenario import Scenario

STDIN = Path("-")
app = new_app()


class BatchLine(Value):
    """One instruction of a batch; `scene` is a scenario's content, or None where there is nothing to look at."""

    id: str | int
    instruction: str
    scene: dict[str, Any] | None = None


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
        typer.Option(
            "--batch",
            metavar="FILE",
            help='A JSON object a line, {"id", "instruction", "scene"}, answered a line each; - is stdin.',
        ),
    ] = None,
    as_json: AsJson = False,
) -> ExitCode:
    """Say what an instruction would do; nothing moves.

    With --scene or --seed the scene is looked at first, as a run would; without them there is nothing to look at.
    """
    refuse_both(scene, seed)
    if (instruction is None) == (batch is None):
        raise BadInput("instruction", instruction, "given exactly where --batch is not")
    preview = Preview(configured_cell(cell))
    if batch is not None:
        for flag, given in (("--scene", scene and str(scene)), ("--seed", seed)):
            if given is not None:
                raise BadInput(flag, given, "absent with --batch; each line names its own scene")
        return _plan_batch(preview, batch, as_json)
    assert instruction is not None
    looked_at = scenario_of(scene, seed) if scene is not None or seed is not None else None
    understanding = preview.understand(instruction, looked_at)
    _print(understanding, as_json)
    return CODE_OF[understanding.outcome]


def _print(understanding: Understanding, json_wanted: bool) -> None:
    if json_wanted:
        answer_json(as_json(understanding))
        return
    for line in plan_lines(understanding):
        answer(line)
    if understanding.choices:
        answer(f"          {' / '.join(understanding.choices)}")


def _plan_batch(preview: Preview, path: Path, json_wanted: bool) -> ExitCode:
    """Answer every line in its order; a bad one is answered as an error and the others are still done."""
    code = ExitCode.DONE
    for number, line in enumerate(_lines(path), 1):
        entry: Any = None
        try:
            entry = _read(line, number)
            asked = parse_model(entry, BatchLine, f"line {number}")
            shown = as_json(preview.understand(asked.instruction, _scenario(asked, number)))
        except BadInput as error:
            code = ExitCode.BAD_INPUT
            shown = {"outcome": "error", "steps": [], "text": str(error), "command": None}
        identity = entry.get("id") if isinstance(entry, Mapping) else None
        if json_wanted:
            answer_json({"id": identity, **shown})
        else:
            answer(f"{identity}: {_one_line(shown)}")
        sys.stdout.flush()
    return code


def _lines(path: Path) -> Iterator[str]:
    """The lines of the file that are not empty. Raises: BadInput."""
    try:
        text = sys.stdin.read() if path == STDIN else path.read_text(encoding="utf-8")
    except OSError as error:
        raise BadInput("--batch", str(path), f"a readable file ({error.strerror})") from None
    except UnicodeDecodeError as error:
        raise BadInput("--batch", str(path), f"UTF-8 text ({error.reason} at byte {error.start})") from None
    return (line for line in text.splitlines() if line.strip())


def _read(line: str, number: int) -> Any:
    try:
        return json.loads(line)
    except ValueError as error:
        raise BadInput(f"line {number}", line[:80], f"a JSON object ({error})") from None


def _scenario(asked: BatchLine, number: int) -> "Scenario | None":
    from sim.scenario import Scenario

    if asked.scene is None:
        return None
    return parse_model({"name": f"line-{number}", **asked.scene}, Scenario, f"line {number}: scene")


def _one_line(shown: Mapping[str, Any]) -> str:
    steps = "; ".join(json.dumps(step, ensure_ascii=False) for step in shown["steps"])
    return f"{shown['outcome']} {steps or shown['text'] or shown['command']}"
