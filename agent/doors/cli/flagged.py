"""`smolcell data flagged`: attempts that failed, or that the policy was not sure of."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

from agent.doors.cli.files import write_file
from agent.doors.cli.group import new_app
from agent.doors.cli.options import AsJson, CellFile, StateFolder, path_option
from agent.doors.cli.output import answer, answer_json, answer_table
from agent.doors.settings import configured_cell, state_folder, usable_folder
from agent.exit_codes import ExitCode
from skills.errors import BadInput

if TYPE_CHECKING:
    from agent.journal.attempts import Flagged


app = new_app()


@app.command()
def flagged(
    pictures: Annotated[Path | None, path_option("--pictures", "DIR", "Save what each attempt saw, as PNG.")] = None,
    state: StateFolder = None,
    cell: CellFile = None,
    as_json: AsJson = False,
) -> ExitCode:
    """List attempts that failed, or that the policy was not sure of, the oldest first.

    The journal keeps the last 200: picture, phrase, state, chunk, confidence, verdict. `agent.flag_below` of the cell
    file says below which confidence a success is kept too. To learn from them: smolcell data corrections.
    """
    found = read_flagged(state_folder(state, configured_cell(cell)))
    if pictures is not None:
        folder = usable_folder("--pictures", pictures)
        for one in found:
            write_file("--pictures", folder / f"{file_name(one)}.png", one.picture)
    if as_json:
        answer_json({"n": len(found), "attempts": [_as_json(one) for one in found]})
    elif found:
        answer_table(("call", "phrase", "confidence", "verdict", "reason"), [_row(one) for one in found])
    else:
        answer("none: nothing has failed, and no chunk was doubted")
    return ExitCode.DONE


def read_flagged(state: Path) -> "tuple[Flagged, ...]":
    """What the journal in this folder keeps. Raises: BadInput (no journal there), Unavailable (another process)."""
    from agent.journal.journal import FILE, Journal

    if not (state / FILE).is_file():
        raise BadInput("--state", str(state), f"the folder of a cell that has run; it holds no {FILE}")
    with Journal(state) as journal:
        return journal.attempts.flagged()


def file_name(one: "Flagged") -> str:
    """The call's id as the name of a file: run-00001-3."""
    return one.call.id.replace("/", "-")


def _row(one: "Flagged") -> tuple[str, ...]:
    sure = one.proposal.confidence
    return (
        one.call.id,
        one.call.phrase,
        "" if sure is None else f"{sure:.2f}",
        one.verdict.judgement,
        one.verdict.reason,
    )


def _as_json(one: "Flagged") -> dict[str, Any]:
    return {
        "call": one.call.id,
        "skill": one.call.skill,
        "phrase": one.call.phrase,
        "confidence": one.proposal.confidence,
        "checkpoint": one.proposal.checkpoint,
        "verdict": one.verdict.model_dump(mode="json"),
    }
