"""`smolcell skills promote`: new weights for a skill, where the cell file names them."""

from pathlib import Path
from typing import Annotated

import typer

from agent.doors.cli.group import new_app
from agent.doors.cli.options import AsJson, CellFile, path_option
from agent.doors.cli.output import answer, answer_json
from agent.doors.person import require
from agent.doors.settings import configured_cell
from agent.exit_codes import ExitCode

app = new_app()


@app.command()
def promote(
    name: Annotated[str, typer.Argument(help="The skill: an installed one, or one of the cell's own.")],
    checkpoint: Annotated[Path, path_option("--checkpoint", "DIR", "New weights, as training wrote them.")],
    cell: CellFile = None,
    as_json: AsJson = False,
) -> ExitCode:
    """Check new weights and put them where the cell file names those of the skill; the old ones are kept beside them.

    They have to be whole and as they were trained (SHA-256), trained on every phrase of all skills that share them and
    with the cell's cameras and places, measured by `smolcell eval --save`, and not clearly worse than the old ones.
    """
    from agent.training.promotion import promote as put_in_force
    from policy.evaluation.statistics import Tally
    from skills.catalogue import catalogue_of

    configured = configured_cell(cell)
    require(configured, "put weights in force")
    catalogue = catalogue_of(configured)
    promoted = put_in_force(configured, catalogue, catalogue[name], checkpoint)
    if as_json:
        answer_json(promoted.model_dump(mode="json"))
        return ExitCode.DONE
    hits, trials = promoted.measured
    answer(f"{promoted.folder}: {promoted.weights_hash[:12]}, measured {Tally(hits=hits, trials=trials).describe()}")
    if promoted.previous:
        answer(
            f"kept: {promoted.previous}; back to them: smolcell skills promote {name} --checkpoint {promoted.previous}"
        )
    return ExitCode.DONE
