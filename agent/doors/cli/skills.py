"""`smolcell skills`: what may be said to the policies, and whether skill cards hold."""

from pathlib import Path
from typing import Annotated, Any

import typer

from agent.doors.cli.group import new_app
from agent.doors.cli.options import AsJson, CellFile, a_path
from agent.doors.cli.output import answer, answer_json, answer_table
from agent.doors.settings import configured_cell
from agent.exit_codes import ExitCode
from agent.workcell import checkpoint_path
from skills.card import SkillCard
from skills.catalogue import LIBRARY, load_catalogue
from skills.cell import Cell
from skills.contract import Contract, load_contract

app = new_app("List the skills and what may be said to them, or check skill cards.")


@app.callback()
def skills() -> None:
    """List the skills and what may be said to them, or check skill cards."""


@app.command("list")
def list_(
    skill: Annotated[
        str | None, typer.Argument(help="List the phrases of this one; else all skills.", show_default=False)
    ] = None,
    cell: CellFile = None,
    as_json: AsJson = False,
) -> ExitCode:
    """List the skills, or every phrase of one with how often it was trained and what it scored."""
    configured, catalogue = configured_cell(cell), load_catalogue()
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
        Path,
        typer.Argument(
            metavar="DIR", parser=a_path("folder"), help="Folder of skill cards.", show_default="the installed ones"
        ),
    ] = LIBRARY,
    cell: CellFile = None,
    as_json: AsJson = False,
) -> ExitCode:
    """Check skill cards, and that every phrase that they render stands in the checkpoint's contract.

    Exit code 3 when a phrase was not trained.
    """
    configured = configured_cell(cell)
    cards = {card.name: _untrained(card, _contract_of(configured, card)) for card in load_catalogue(folder)}
    if as_json:
        answer_json({"cards": {name: {"untrained": untrained} for name, untrained in cards.items()}})
    else:
        for name, untrained in cards.items():
            answer(
                f"{name}: ok" if not untrained else f"{name}: {len(untrained)} not trained, such as {untrained[0]!r}"
            )
    return ExitCode.INCOMPLETE if any(cards.values()) else ExitCode.DONE


def _contract_of(cell: Cell, card: SkillCard) -> Contract | None:
    """The contract that the card's phrases are held against; None where there are no weights yet."""
    folder = checkpoint_path(cell, card.checkpoint)
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


def _untrained(card: SkillCard, contract: Contract | None) -> list[str]:
    return [phrase for phrase in card.phrases() if contract is None or phrase not in contract.phrases]
