"""`smolcell skills`: what may be said to the policies, and how a skill is added."""

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from agent.cell_weights import checkpoint_path
from agent.doors.cli import promote_skill, record_skill
from agent.doors.cli.group import new_app
from agent.doors.cli.options import AsJson, CellFile, a_path, path_option
from agent.doors.cli.output import answer, answer_json, answer_table, talk
from agent.doors.settings import configured_cell, usable_folder
from agent.exit_codes import ExitCode
from skills.card import AT_REGION, DONE_CHECKS, START_POSES, SkillCard
from skills.catalogue import LIBRARY, catalogue_of
from skills.cell import Cell
from skills.contract import Contract, load_contract
from skills.errors import BadInput
from skills.lint import Written, lint, read_cards
from skills.regions import REGIONS

LOCAL: Final = Path("skills-local")

app = new_app("List and check skills; write, record and promote one of your own.")


@app.callback()
def skills() -> None:
    """List and check skills; write, record and promote one of your own."""


@app.command("list")
def list_(
    skill: Annotated[
        str | None, typer.Argument(help="List the phrases of this one; else all skills.", show_default=False)
    ] = None,
    cell: CellFile = None,
    as_json: AsJson = False,
) -> ExitCode:
    """List the skills, or every phrase of one with how often it was trained and what it scored."""
    configured = configured_cell(cell)
    catalogue = catalogue_of(configured)
    chosen = list(catalogue) if skill is None else [catalogue[skill]]
    shown = [_summary(card, _contract_of(configured, card)) for card in chosen]
    if as_json:
        answer_json({"skills": shown})
    elif skill:
        rows = [_phrase_row(*entry) for entry in shown[0]["phrases"].items()]
        answer_table(("phrase", "episodes", "successes, trials"), rows)
    else:
        rows = [(s["name"], s["pattern"], f"{s['trained']} of {len(s['phrases'])}", s["summary"]) for s in shown]
        answer_table(("skill", "phrase", "trained", "what it does"), rows)
    return ExitCode.DONE


@app.command()
def check(
    folder: Annotated[
        Path | None,
        typer.Argument(
            metavar="DIR", parser=a_path("folder"), help="Folder of skill cards.", show_default="the installed ones"
        ),
    ] = None,
    cell: CellFile = None,
    as_json: AsJson = False,
) -> ExitCode:
    """Look for what is wrong with skill cards: each finding by name, with file and field.

    Broken cards (exit code 2): broken-card, no-done-check, same-name, same-phrase. What a person should look at (exit
    code 3): confusable-phrases, no-examples, no-demonstration, unknown-checkpoint, untrained-phrases,
    unrendered-phrases, unsayable-value.
    """
    configured = configured_cell(cell)
    checked, found = read_cards(folder or LIBRARY)
    others = tuple(written for beside in _beside(configured, folder or LIBRARY) for written in read_cards(beside)[0])
    contracts = {
        name: _contract_at(configured, name)
        for name in dict.fromkeys(written.card.checkpoint for written in checked)
        if name in configured.checkpoints
    }
    findings = (*found, *lint(checked, others, configured, contracts))
    if as_json:
        shown = [{**finding.model_dump(), "broken": finding.is_broken} for finding in findings]
        answer_json({"cards": [written.card.name for written in checked], "findings": shown})
    else:
        for finding in findings:
            answer(finding.describe())
        answer(f"{len(checked) + len(found)} cards, {len(findings)} findings" if findings else _all_well(checked))
    if any(finding.is_broken for finding in findings):
        return ExitCode.BAD_INPUT
    return ExitCode.INCOMPLETE if findings else ExitCode.DONE


@app.command()
def new(
    name: Annotated[str, typer.Argument(help="What the skill is called: small letters, digits, _.")],
    folder: Annotated[Path, path_option("--folder", "DIR", "Folder of your own skills.")] = LOCAL,
    summary: Annotated[str | None, typer.Option("--summary", help="What it does, in a sentence.")] = None,
    phrase: Annotated[str | None, typer.Option("--phrase", help="The phrase, with a {slot} for what changes.")] = None,
    value: Annotated[
        list[str] | None, typer.Option("--value", metavar="SLOT=V,V", help="The values of a slot; once for each.")
    ] = None,
    optional: Annotated[
        list[str] | None, typer.Option("--optional", metavar="SLOT", help="A slot that may be left out.")
    ] = None,
    checkpoint: Annotated[
        str | None, typer.Option("--checkpoint", metavar="NAME", help="Whose weights act on it; else the skill's name.")
    ] = None,
    start_pose: Annotated[str | None, typer.Option("--start-pose", help=f"One of {', '.join(START_POSES)}.")] = None,
    done_check: Annotated[str | None, typer.Option("--done-check", help=f"One of {', '.join(DONE_CHECKS)}.")] = None,
    region: Annotated[
        str | None, typer.Option("--region", help=f"With {AT_REGION}: {', '.join(REGIONS)}, or a {{slot}} of them.")
    ] = None,
    example: Annotated[
        list[str] | None,
        typer.Option("--example", metavar="TEXT", help="An instruction -> slot=value, …; more than one may be given."),
    ] = None,
    cell: CellFile = None,
) -> ExitCode:
    """Write the card of a new skill, a test that pins its phrases, and a page of documentation.

    What no flag says is asked at the terminal. Nothing is overwritten.
    """
    from agent.doors.cli.new_skill import Flags, answers_of
    from agent.skill_draft import make_card, require_new, write_skill

    configured = configured_cell(cell)
    require_new(folder, name)
    flags = Flags(
        name, summary, phrase, tuple(value or ()), tuple(optional or ()), checkpoint, start_pose, done_check, region,
        tuple(example or ()),
    )  # fmt: skip
    card, content = make_card(answers_of(flags, configured))
    mine = Written(file=str(folder / f"{card.name}.yaml"), card=card)
    others = tuple(written for beside in _beside(configured, folder) for written in read_cards(beside)[0])
    here = read_cards(folder)[0] if folder.is_dir() and any(folder.glob("*.yaml")) else ()
    found = list(lint((mine,), (*others, *here), configured, {}))
    for finding in found:
        if finding.is_broken:
            raise BadInput(finding.field, name, f"changed: {finding.text}")
    for path in write_skill(usable_folder("--folder", folder), card, content):
        answer(str(path))
    for finding in found:
        talk(finding.describe())
    return ExitCode.DONE


def _beside(cell: Cell, folder: Path) -> list[Path]:
    """The other folders whose cards are installed."""
    return [one for one in (LIBRARY, *map(Path, cell.skills)) if one.resolve() != folder.resolve()]


def _all_well(checked: Sequence[Written]) -> str:
    phrases = sum(len(written.card.phrases()) for written in checked)
    return f"{len(checked)} cards with {phrases} phrases: nothing found"


def _contract_of(cell: Cell, card: SkillCard) -> Contract | None:
    """The contract that the card's phrases are held against; None where there are no weights yet."""
    return _contract_at(cell, card.checkpoint)


def _contract_at(cell: Cell, checkpoint: str) -> Contract | None:
    folder = checkpoint_path(cell, checkpoint)
    return load_contract(folder) if folder.is_dir() else None


def _summary(card: SkillCard, contract: Contract | None) -> dict[str, Any]:
    trained = contract.phrases if contract else {}
    success = contract.success if contract else {}
    return {
        "name": card.name,
        "summary": card.summary,
        "pattern": card.phrase,
        "checkpoint": card.checkpoint,
        "trained": sum(phrase in trained for phrase in card.phrases()),
        "phrases": {
            phrase: {"episodes": trained.get(phrase, 0), "success": success.get(phrase)} for phrase in card.phrases()
        },
    }


def _phrase_row(phrase: str, told: dict[str, Any]) -> tuple[object, ...]:
    success = told["success"]
    return phrase, told["episodes"], f"{success[0]}, {success[1]}" if success else "not measured"


app.add_typer(record_skill.app)
app.add_typer(promote_skill.app)
