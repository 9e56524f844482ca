"""`smolcell calibrate`: how sure a policy may be of its chunks, fitted and written beside its weights."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from agent.doors.cli.group import new_app
from agent.doors.cli.options import AsJson, CellFile, CheckpointFolder, DrawSeed, Workers, number_option, path_option
from agent.doors.cli.output import answer, answer_json
from agent.doors.cli.progress import progress
from agent.doors.settings import configured_cell, usable_folder
from agent.exit_codes import ExitCode
from skills.errors import BadInput

if TYPE_CHECKING:
    from policy.confidence import Confidence
    from skills.cell import Cell

VERIFIER: Final = "verifier"

app = new_app()


@app.command()
def calibrate(
    name: Annotated[
        str, typer.Argument(metavar="NAME", help="Checkpoint of the skill cards: pick or place; or verifier.")
    ],
    checkpoint: CheckpointFolder = None,
    n: Annotated[int, number_option("--n", 1, 100_000, "Scenes.")] = 300,
    seed: DrawSeed = 0,
    workers: Workers = 1,
    results: Annotated[
        Path | None,
        path_option(
            "--results", "FILE", "Keep each scene here as it comes; the same command goes on where it was cut off."
        ),
    ] = None,
    cell: CellFile = None,
    as_json: AsJson = False,
) -> ExitCode:
    """Fit how sure a policy may be of its chunks, on scenes that serve nothing else.

    A chunk is what several answers agree in. How far they lie apart, and whether the call succeeded, give a curve,
    which is written to confidence.json beside the weights. From then on every chunk has a confidence. A checkpoint
    without the file has none. Fit it anew after every training.

    Of a verifier it is how sure a verdict may be: attempts of the cell's policies during which something goes wrong or
    nothing does, what was said of them, and what was true, give curves, which are written to verdicts.json beside the
    perceiver's weights.
    """
    whole_cell = configured_cell(cell)
    if results:
        usable_folder("--results", results.absolute().parent)
    if name == VERIFIER:
        if checkpoint is not None:
            raise BadInput(
                "--checkpoint", str(checkpoint), f"left out with {VERIFIER}; the cell file names its perceiver"
            )
        return _verifier(whole_cell, seed, n, workers, results, as_json)
    from agent.evaluation.calibration import Calibration
    from agent.evaluation.calibration import calibrate as fit

    job = Calibration(whole_cell, name, seed, checkpoint)
    with progress("scenes") as update:
        found = fit(job, n, workers, update, results)
    if as_json:
        answer_json(found.model_dump(mode="json"))
    else:
        _print(found)
    return ExitCode.DONE


def _verifier(cell: "Cell", seed: int, scenes: int, workers: int, results: Path | None, as_json: bool) -> ExitCode:
    from agent.evaluation.verdict_calibration import VerdictCalibration, calibrate_verdicts

    with progress("attempts") as update:
        found = calibrate_verdicts(VerdictCalibration(cell, seed), scenes, workers, update, results)
    if as_json:
        answer_json(found.model_dump(mode="json"))
        return ExitCode.DONE
    for name, (right, said) in found.right.items():
        answer(f"{name}: {right} of {said} verdicts were right")
    answer(f"Brier score {found.brier:.4f}; {found.brier_before:.4f} with the confidence that was said before")
    return ExitCode.DONE


def _print(found: "Confidence") -> None:
    calls = sum(found.scenes.values())
    scenes = ", ".join(f"{count} {split}" for split, count in found.scenes.items())
    answer(f"{found.successes} of {calls} calls succeeded ({scenes})")
    for apart in (1, 2, 5, 10, 20, 50):
        answer(f"answers {apart} mm apart: {found.curve.of(apart / 1000):.2f}")
    answer(f"Brier score {found.brier:.3f}; {found.brier_constant:.3f} for always the same")
