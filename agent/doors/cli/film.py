"""`smolcell film`: a run as an animated picture, for a README or a report."""

from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated

from agent.doors.cli.files import check_free
from agent.doors.cli.group import new_app
from agent.doors.cli.narrate import Narrator, all_of
from agent.doors.cli.options import CellFile, Instruction, SceneFile, Seed, path_option
from agent.doors.cli.output import answer
from agent.doors.cli.scenes import scenario_of
from agent.doors.settings import configured_cell, usable_folder
from agent.exit_codes import ExitCode
from agent.opening import build_twin
from agent.run import run
from skills.errors import BadInput

FORMATS = (".webp", ".png")

app = new_app()


@app.command()
def film(
    instruction: Instruction,
    out: Annotated[Path, path_option("--out", "FILE", "Animated picture to write, .webp or .png.")],
    cell: CellFile = None,
    scene: SceneFile = None,
    seed: Seed = None,
) -> ExitCode:
    """Film a run: an animated picture of the overhead camera and the cell from the side.

    The run has a state folder of its own, which is thrown away.
    """
    if out.suffix not in FORMATS:
        raise BadInput("--out", str(out), f"a name that ends with {' or '.join(FORMATS)}")
    usable_folder("--out", out.parent)
    check_free("--out", out, force=True)
    configured, scenario = configured_cell(cell), scenario_of(scene, seed)
    with TemporaryDirectory(prefix="smolcell-film-") as state, build_twin(configured, scenario, Path(state)) as twin:
        from agent.doors.cli.pictures import Film

        narrator, reel = Narrator(), Film(twin.world)
        prepared = iter(scenario.answers)
        workcell = twin.workcell.heard_by(all_of([narrator, reel]))
        report = run(workcell, instruction, answer=lambda _: next(prepared, None), approved=True)
        narrator.close()
        frames = reel.save(out)
    answer(f"{out}: {frames} frames, {out.stat().st_size / 1e6:.1f} MB; the run ended {report.outcome.outcome}")
    return report.exit_code
