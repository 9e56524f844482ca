"""The ways in which `smolcell eval` measures: closed loop, in pairs, against data; and the expert at one scene."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from agent.doors.cli.errors import Interrupted
from agent.doors.cli.evaluate_tables import print_comparison, print_open_loop, print_report, print_verifier
from agent.doors.cli.output import answer, answer_json, answer_table
from agent.doors.cli.progress import progress
from agent.doors.settings import usable_folder
from agent.evaluation.actors import ONNX, Actor, ExpertActor, PolicyActor, checkpoint_of, open_policy
from agent.evaluation.closed_loop import EACH, Job, check_job, evaluate
from agent.evaluation.kept import KeptTrials, load_report
from agent.evaluation.report import EvalReport
from agent.evaluation.table import split_for
from agent.evaluation.trial import Trial
from agent.exit_codes import ExitCode
from policy.checkpoint import is_tuned
from skills.catalogue import catalogue_of
from skills.cell import Cell
from skills.contract import load_contract, save_contract
from skills.errors import BadInput

LIBRARY: Final = EACH.join(("pick", "place", "put_back", "insert"))
"""The skills whose attempts a verifier is measured on, in turn."""
Data = tuple[Path, str | None, int | None]
"""Folder, split, and how many examples or frames."""


@dataclass(frozen=True)
class Scenes:
    """The scenes 0 to n-1 of `seed`, for that skill."""

    cell: Cell
    skill: str
    split: str
    seed: int
    n: int
    workers: int

    def job(self, actor: Actor) -> Job:
        return Job(self.cell, actor, self.skill, self.split, self.seed)


@dataclass(frozen=True)
class Outputs:
    """Where else results go: trials as they come, a page, the checkpoint's contract."""

    results: Path | None = None
    html: Path | None = None
    save: bool = False


def measure(scenes: Scenes, policy: tuple[Path | None, str | None] | None, outputs: Outputs, as_json: bool) -> ExitCode:
    """The policy in that folder by that runtime (None: ONNX), else the expert."""
    if outputs.save and split_for(scenes.split, scenes.skill).wording != "trained":
        raise BadInput("--save", "true", f"left out with --split {scenes.split}, which says what no contract holds")
    actor = PolicyActor(scenes.cell, policy[0], policy[1] or ONNX) if policy else ExpertActor()
    report = _reported(scenes, actor, outputs)
    if outputs.save and policy:
        _save(policy[0] or checkpoint_of(scenes.cell, scenes.skill), report.by_phrase())
    if as_json:
        answer_json(report.as_json())
    else:
        print_report(report)
    return ExitCode.DONE


def verify(scenes: Scenes, outputs: Outputs, expert: bool, as_json: bool) -> ExitCode:
    """The verifier of the cell: on attempts of its policies, or on picks that the expert makes come out right or
    wrong.
    """
    actor: Actor
    if expert:
        from agent.evaluation.verifier_trials import VerifierActor, verifier_json

        actor, summary = VerifierActor(scenes.cell), verifier_json
    else:
        from agent.evaluation.attempts_trials import AttemptsActor, attempts_json

        actor, summary = AttemptsActor(scenes.cell), attempts_json
    report = _reported(scenes, actor, outputs, "judged rightly")
    if as_json:
        answer_json(summary(report))
    else:
        print_verifier(summary(report), report)
    return ExitCode.DONE


def compare(scenes: Scenes, sides: tuple[str, str], runtime: str | None, as_json: bool) -> ExitCode:
    """Two checkpoints' folders, each tried now, or files of results."""
    from agent.evaluation.compare import compare as paired

    first, second = (
        load_report(Path(side))
        if Path(side).is_file()
        else _run(scenes, PolicyActor(scenes.cell, Path(side), runtime or ONNX), None)
        for side in sides
    )
    comparison = paired(first, second)
    if as_json:
        answer_json(comparison.as_json())
    else:
        print_comparison(comparison)
    return ExitCode.DONE


def open_loop(
    cell: Cell,
    data: Data,
    skill: str,
    checkpoint: Path | None,
    runtime: str | None,
    as_json: bool,
) -> ExitCode:
    """The networks that the cell names, or one checkpoint, against a split of a data set of either form."""
    from sim.data.lerobot_form import is_lerobot

    if is_lerobot(data[0]):
        found = _against_recording(cell, data, checkpoint, runtime)
    else:
        found = _against_tray(cell, data, skill, checkpoint, runtime)
    if as_json:
        answer_json(found)
    else:
        print_open_loop(found)
    return ExitCode.DONE


def _against_recording(cell: Cell, data: Data, checkpoint: Path | None, runtime: str | None) -> dict[str, Any]:
    """Fine-tuned policies: of the cell, or one checkpoint by its own name."""
    from agent.cell_weights import checkpoint_folder
    from agent.evaluation.open_loop import Source
    from agent.evaluation.open_loop_tuned import open_loop_tuned

    if checkpoint:
        networks = {load_contract(checkpoint).name: checkpoint}
    else:
        folders = {name: checkpoint_folder(cell, name) for name in cell.checkpoints}
        networks = {name: folder for name, folder in folders.items() if is_tuned(folder)}
    if not networks:
        allowed = "the folder of a fine-tuned policy, for a LeRobot data set; the cell file names none"
        raise BadInput("--checkpoint", None, allowed)
    with progress("frames") as update:
        return open_loop_tuned(Source(*data), networks, runtime, update)


def _against_tray(cell: Cell, data: Data, skill: str, checkpoint: Path | None, runtime: str | None) -> dict[str, Any]:
    """Keyframe policies and perceiver: of the cell, or one checkpoint of that skill."""
    from agent.cell_weights import checkpoint_folder
    from agent.evaluation.open_loop import Measured, Source
    from agent.evaluation.open_loop import open_loop as held_against

    cards = list(catalogue_of(cell))
    names = [catalogue_of(cell)[skill].checkpoint] if checkpoint else list(cell.checkpoints)
    networks = [
        Measured(
            name,
            checkpoint or checkpoint_folder(cell, name),
            tuple(card.name for card in cards if card.checkpoint == name),
        )
        for name in names
    ]
    with progress("examples") as update:
        return held_against(
            Source(*data),
            networks,
            lambda folder: open_policy(runtime or ONNX, folder),
            update,
        )


def demonstrate(cell: Cell, scene: Path, pictures: Path | None, as_json: bool) -> ExitCode:
    """The expert at one scene. Exit code 0 when everything lies where it is to lie, 3 when it does not."""
    from agent.evaluation.demonstration import demonstrate as shown
    from sim.scenario import load_scenario

    scenario = load_scenario(scene)
    if pictures is None:
        report = shown(cell, scenario)
    else:
        from agent.doors.cli.pictures import Steps

        report = shown(cell, scenario, Steps(usable_folder("--pictures", pictures)))
    if as_json:
        answer_json(report.as_json())
    else:
        rows = [(m.part, m.to, "done" if m.cause is None else f"{m.cause}: {m.detail}") for m in report.moves]
        answer_table(("part", "to", "result"), rows)
        answer("; ".join(report.faults) or f"all as expected, by the {cell.robot.description.maker}")
    return report.exit_code


def _reported(scenes: Scenes, actor: Actor, outputs: Outputs, claim: str = "at the first attempt") -> EvalReport:
    for option, file in (("--results", outputs.results), ("--html", outputs.html)):
        if file:
            usable_folder(option, file.absolute().parent)
    report = _run(scenes, actor, outputs.results)
    if outputs.html:
        from agent.evaluation.page import write_page

        write_page(report, outputs.html, claim)
    return report


def _run(scenes: Scenes, actor: Actor, file: Path | None) -> EvalReport:
    job = scenes.job(actor)
    check_job(job)
    kept = KeptTrials(file, job.heading) if file else None
    done = failed = 0
    with progress("scenes") as update:

        def tell(trial: Trial) -> None:
            nonlocal done, failed
            done, failed = done + 1, failed + (not trial.success)
            update(done, scenes.n, f"{failed} failed" if failed else "")

        try:
            return evaluate(job, scenes.n, scenes.workers, tell, kept)
        except KeyboardInterrupt:
            raise Interrupted(f"the same command; {file} holds {done} trials" if file else "") from None


def _save(folder: Path, by_phrase: dict[str, tuple[int, int]]) -> None:
    contract = load_contract(folder)
    save_contract(contract.model_copy(update={"success": {**contract.success, **by_phrase}}), folder)
