"""`smolcell eval`: how often a policy, or the expert, succeeds at its first attempt, on scenes that no training saw."""

from pathlib import Path
from typing import Annotated, Any

import typer

from agent.doors.cli.group import new_app
from agent.doors.cli.options import AsJson, CellFile, DrawSeed, Workers, a_path, whole
from agent.doors.cli.output import answer, answer_json, answer_table
from agent.doors.cli.progress import progress
from agent.doors.settings import configured_cell, usable_folder
from agent.exit_codes import ExitCode
from skills.cell import Cell
from skills.contract import load_contract, save_contract
from skills.errors import BadInput

app = new_app()


@app.command()
def evaluate(
    skill: Annotated[str, typer.Option("--skill", metavar="NAME", help="One of: smolcell skills list.")] = "pick",
    checkpoint: Annotated[
        Path | None,
        typer.Option(
            "--checkpoint",
            metavar="DIR",
            parser=a_path("--checkpoint"),
            help="Weights and contract; else those that the cell file names.",
        ),
    ] = None,
    split: Annotated[
        str, typer.Option("--split", metavar="NAME", help="new-scenes, varied, shifted-light, touching or heaped.")
    ] = "new-scenes",
    expert: Annotated[
        bool, typer.Option("--expert", help="Measure the expert that training data is made of, not a policy.")
    ] = False,
    n: Annotated[int, typer.Option("--n", metavar="N", parser=whole("--n", 1, 100_000), help="Scenes.")] = 300,
    seed: DrawSeed = 0,
    runtime: Annotated[
        str, typer.Option("--runtime", metavar="NAME", help="onnx: as in the cell; lerobot: with torch.")
    ] = "onnx",
    save: Annotated[
        bool, typer.Option("--save", help="Write successes and trials by phrase into the checkpoint's contract.")
    ] = False,
    scene: Annotated[
        Path | None,
        typer.Option(
            "--scene",
            metavar="FILE",
            parser=a_path("--scene"),
            help="With --expert: let it move what this scenario expects, and judge the end.",
        ),
    ] = None,
    pictures: Annotated[
        Path | None,
        typer.Option(
            "--pictures",
            metavar="DIR",
            parser=a_path("--pictures"),
            help="With --scene: save a picture before each step.",
        ),
    ] = None,
    workers: Workers = 1,
    cell: CellFile = None,
    as_json: AsJson = False,
) -> ExitCode:
    """Measure how often a policy succeeds at its first attempt, on scenes that it never saw.

    Every scene is drawn from a seed that no training data uses, and judged by ground truth after the call. With
    --expert the demonstrator is measured instead; in clutter it takes the easiest part first.
    """
    from agent.evaluation import Job
    from agent.evaluation import evaluate as measure
    from agent.trials import ExpertActor, PolicyActor, checkpoint_of

    if checkpoint is not None and expert:
        raise BadInput("--checkpoint", str(checkpoint), "left out with --expert, which has no weights")
    if save and expert:
        raise BadInput("--save", "true", "left out with --expert, which has no contract")
    if scene is not None and not expert:
        raise BadInput("--scene", str(scene), "given with --expert, which knows the truth")
    if pictures is not None and scene is None:
        raise BadInput("--pictures", str(pictures), "given with --scene")
    whole_cell = configured_cell(cell)
    if scene is not None:
        return _demonstrate(whole_cell, scene, pictures, as_json)
    actor = ExpertActor() if expert else PolicyActor(whole_cell, checkpoint, runtime)
    job = Job(whole_cell, actor, skill, split, seed)
    with progress("scenes") as update:
        report = measure(job, n, workers, lambda done, total: update(done, total, ""))
    if save:
        _save(checkpoint or checkpoint_of(whole_cell, skill), report.by_phrase())
    content = report.as_json()
    if as_json:
        answer_json(content)
    else:
        _print(content)
    return ExitCode.DONE


def _demonstrate(cell: Cell, scene: Path, pictures: Path | None, as_json: bool) -> ExitCode:
    """The expert at one scene. Exit code 0 when everything lies where it is to lie, 3 when it does not."""
    from agent.demonstration import demonstrate
    from sim.scenario import load_scenario

    scenario = load_scenario(scene)
    if pictures is None:
        report = demonstrate(cell, scenario)
    else:
        from agent.doors.cli.pictures import Steps

        report = demonstrate(cell, scenario, Steps(usable_folder("--pictures", pictures)))
    if as_json:
        answer_json(report.as_json())
    else:
        answer_table(("part", "to", "result"), [(m.part, m.to, _result(m.cause, m.detail)) for m in report.moves])
        answer("; ".join(report.faults) or f"all as expected, by the {cell.robot.description.maker}")
    return report.exit_code


def _result(cause: str | None, detail: str) -> str:
    return "done" if cause is None else f"{cause}: {detail}"


def _save(folder: Path, by_phrase: dict[str, tuple[int, int]]) -> None:
    contract = load_contract(folder)
    save_contract(contract.model_copy(update={"success": {**contract.success, **by_phrase}}), folder)


def _print(content: dict[str, Any]) -> None:
    rows = [(word, value, *_share(share)) for word, values in content["by"].items() for value, share in values.items()]
    answer_table(("word", "value", "n", "successes", "95 % interval"), [("all", "", *_share(content)), *rows])
    answer(", ".join(f"{count} × {cause}" for cause, count in content["causes"].items()))


def _share(share: dict[str, Any]) -> tuple[object, ...]:
    low, high = share["wilson95"]
    return share["n"], share["successes"], f"{low:.3f}–{high:.3f}"
