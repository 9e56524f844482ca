"""`smolcell data corrections`: what should have been done in attempts that failed, as a data set to train on."""

import sys
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from agent.doors.cli.errors import Interrupted
from agent.doors.cli.files import write_file
from agent.doors.cli.flagged import file_name, read_flagged
from agent.doors.cli.group import new_app
from agent.doors.cli.options import CellFile, DrawSeed, StateFolder, Workers, number_option, path_option
from agent.doors.cli.output import answer, talk
from agent.doors.cli.progress import progress
from agent.doors.settings import configured_cell, state_folder, usable_folder
from agent.exit_codes import ExitCode
from skills.cell import Cell
from skills.errors import BadInput, UnknownName
from skills.yamlfile import read_yaml

if TYPE_CHECKING:
    from collections.abc import Callable, Mapping, Sequence

    from agent.corrections.by_person import Case
    from agent.corrections.sitting import Sitting
    from agent.journal.attempts import Flagged
    from skills.protocols import Perceiver


app = new_app()


@app.command()
def corrections(
    out: Annotated[Path, path_option("--out", "DIR", "Folder of the data set; its name is the set's.")],
    answers: Annotated[
        Path | None, path_option("--answers", "FILE", "YAML: call: answer. Else a person is asked.")
    ] = None,
    expert: Annotated[
        bool, typer.Option("--expert", help="Let the demonstrator correct them, where the cell is a twin.")
    ] = False,
    practice: Annotated[
        bool, typer.Option("--practice", help="Let a policy practise in drawn scenes, and the demonstrator correct it.")
    ] = False,
    n: Annotated[int, number_option("--n", 1, 100_000, "With --practice: corrections.")] = 100,
    setting: Annotated[
        str, typer.Option("--setting", metavar="NAME", help="With --practice: what scenes are like: sim/randomization.")
    ] = "training",
    checkpoint: Annotated[
        Path | None,
        path_option(
            "--checkpoint", "DIR", "With --practice: weights and contract; else those that the cell file names."
        ),
    ] = None,
    seed: DrawSeed = 0,
    workers: Workers = 1,
    state: StateFolder = None,
    cell: CellFile = None,
) -> ExitCode:
    """Correct attempts that failed, and write them as a data set to train on.

    They are the picks of `smolcell data flagged`. For each a sheet is saved, with the parts' numbers and a cross where
    the fingers closed, and a person answers with a part's number, with a grasp (x y turn opening [height], in mm from
    the tray's middle and degrees), or with skip. With --expert the demonstrator shows it on the twin as it lay then.
    With --practice scenes are drawn that serve nothing else, and what the policy fails at and the demonstrator then
    does is a correction. The same command goes on where it was cut off.
    """
    whole_cell = configured_cell(cell)
    usable_folder("--out", out.absolute().parent)
    if practice:
        for option, value in (("--answers", answers), ("--state", state), ("--expert", expert or None)):
            if value is not None:
                raise BadInput(option, str(value), "left out with --practice, whose scenes are drawn")
        return _practised(whole_cell, out, checkpoint, setting, n, seed, workers)
    if checkpoint is not None:
        raise BadInput("--checkpoint", str(checkpoint), "given with --practice; flagged attempts have their own")
    if expert and answers is not None:
        raise BadInput("--answers", str(answers), "left out with --expert, which needs nobody's word")
    folder = state_folder(state, whole_cell)
    return _by_expert(whole_cell, folder, out) if expert else _by_hand(whole_cell, folder, out, answers)


def _practised(
    cell: Cell, out: Path, checkpoint: Path | None, setting: str, n: int, seed: int, workers: int
) -> ExitCode:
    from agent.corrections.practised import collect, practice_of

    practice = practice_of(cell, checkpoint, setting, seed)
    try:
        with progress("corrections") as update:
            found = collect(practice, out, n, workers, lambda done, all_, tried: update(done, all_, f"{tried} scenes"))
    except KeyboardInterrupt:
        raise Interrupted("the same command; fewer corrections with a smaller --n") from None
    right = found.outcomes.get("success", 0)
    answer(f"{found.index}: {n} corrections; the policy succeeded in {right} of {found.tried} scenes")
    return ExitCode.DONE


def _by_hand(cell: Cell, state: Path, out: Path, answers: Path | None) -> ExitCode:
    from agent.cell_weights import load_perceiver
    from agent.corrections.sitting import PERSON, sitting

    picks = _picks(state)
    given = None if answers is None else _read(answers, picks)
    case_of = partial(_case, cell, load_perceiver(cell), out)
    with sitting(cell, state, out, PERSON) as kept:
        waiting = kept.unanswered(picks)
        if given is None and sys.stdin.isatty() and sys.stderr.isatty():
            _ask(kept, waiting, case_of)
        else:
            _answer(kept, waiting, case_of, given or {})
            talk(f"the sheets of what was not answered before lie in {out}")
        left = len(kept.unanswered(picks))
        return _written(kept, left, "nothing is corrected; answer at a terminal, or with --answers FILE")


def _by_expert(cell: Cell, state: Path, out: Path) -> ExitCode:
    from agent.corrections.sitting import EXPERT, sitting
    from agent.corrections.staged import demonstrated

    picks = _picks(state)
    with sitting(cell, state, out, EXPERT) as kept, progress("attempts") as update:
        left = kept.unanswered(picks)
        for number, attempt in enumerate(left):
            update(number, len(left), attempt.call.id)
            shown = demonstrated(cell, state, attempt)
            if isinstance(shown, str):
                talk(f"{attempt.call.id}: left out: {shown}")
                kept.take(attempt, shown, None)
            else:
                kept.take(attempt, EXPERT, shown)
        update(len(left), len(left), "")
        return _written(kept, 0, "nothing is corrected")


def _picks(state: Path) -> "Sequence[Flagged]":
    """The flagged picks: a release goes where its phrase says, so there is nothing to point at."""
    return [attempt for attempt in read_flagged(state) if attempt.call.skill == "pick"]


def _written(kept: "Sitting", left: int, nothing: str) -> ExitCode:
    """Write what is corrected so far, where anything is."""
    if not kept.corrections:
        answer(nothing)
        return ExitCode.INCOMPLETE
    open_ = f"; {left} attempts are not answered yet" if left else ""
    answer(f"{kept.write()}: {kept.corrections} corrections{open_}")
    return ExitCode.INCOMPLETE if left else ExitCode.DONE


def _case(cell: Cell, perceiver: "Perceiver", out: Path, attempt: "Flagged") -> "Case":
    """The attempt as it is asked about, its sheet saved."""
    from agent.corrections.by_person import Case
    from agent.corrections.sheet import sheet
    from agent.journal.attempts import observation_of
    from sim.data.episodes import png

    seen = observation_of(attempt)
    case = Case(attempt, seen, perceiver.perceive(seen))
    write_file("--out", out / f"{file_name(attempt)}.png", png(sheet(cell, case)))
    return case


def _answer(
    kept: "Sitting", attempts: "Sequence[Flagged]", case_of: "Callable[[Flagged], Case]", given: "Mapping[str, str]"
) -> None:
    """Draw a sheet of each, and take the answers that are given."""
    with progress("sheets") as update:
        for number, attempt in enumerate(attempts, 1):
            case = case_of(attempt)
            if attempt.call.id in given:
                kept.add(case, given[attempt.call.id])
            update(number, len(attempts), "")


def _ask(kept: "Sitting", attempts: "Sequence[Flagged]", case_of: "Callable[[Flagged], Case]") -> None:
    """Put one after another to the person, until none is left or the input ends."""
    for number, attempt in enumerate(attempts, 1):
        case = case_of(attempt)
        talk(f"{number} of {len(attempts)}: {attempt.call.phrase!r}: {attempt.verdict.reason}")
        talk(f"sheet {file_name(attempt)}.png; " + "; ".join(_named(case)))
        while (said := _line()) is not None:
            try:
                kept.add(case, said)
                break
            except BadInput as error:
                talk(str(error))
        else:
            return


def _named(case: "Case") -> list[str]:
    return [
        f"{number} {part.describe()} ({1e3 * part.at[0]:.0f}, {1e3 * part.at[1]:.0f})"
        for number, part in enumerate(case.parts, 1)
    ]


def _line() -> str | None:
    """What the person answers; None where the input ends."""
    sys.stderr.write("part, grasp or skip> ")
    sys.stderr.flush()
    line = sys.stdin.readline()
    return line.strip() if line else None


def _read(path: Path, picks: "Sequence[Flagged]") -> "Mapping[str, str]":
    """Answers by call. Raises: BadInput, UnknownName (of no flagged pick)."""
    content = read_yaml(path)
    if not isinstance(content, dict):
        raise BadInput(str(path), type(content).__name__, "a mapping from calls to answers, as run-00001/1: 2")
    known = [attempt.call.id for attempt in picks]
    for call in content:
        if call not in known:
            raise UnknownName(f"{path}: call", str(call), known, "See: smolcell data flagged")
    return {str(call): str(said) for call, said in content.items()}
