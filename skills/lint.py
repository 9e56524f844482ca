"""`smolcell skills check`: what is wrong with skill cards, each finding by name, with file and field.

Pure over what it is given: cards as files, contracts by checkpoint, the words of a cell.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final, Literal, get_args

from skills.base import Value
from skills.card import SkillCard, load_card
from skills.catalogue import cards_in, require_file_name
from skills.cell import Cell
from skills.confusable import confusable_phrases
from skills.contract import CONTRACT_FILE, Contract
from skills.errors import BadInput, nearest
from skills.words import BRINGING, COLOURS, CONDITIONS, FINISHES, KINDS, SIZES
from skills.yamlfile import read_yaml

Name = Literal[
    "broken-card",
    "no-done-check",
    "same-name",
    "same-phrase",
    "confusable-phrases",
    "no-examples",
    "no-demonstration",
    "unknown-checkpoint",
    "untrained-phrases",
    "unrendered-phrases",
    "unsayable-value",
]
NAMES: Final[tuple[Name, ...]] = get_args(Name)
BROKEN: Final[frozenset[Name]] = frozenset({"broken-card", "no-done-check", "same-name", "same-phrase"})
"""With one of these the card can't be installed; with the others a person should look."""

WORDS_OF: Final[Mapping[str, tuple[str, ...]]] = {
    "condition": CONDITIONS,
    "size": SIZES,
    "appearance": (*COLOURS, *FINISHES),
    "kind": (*KINDS, "part"),
}
"""Parameters that say how a part looks, and what the perceiver can tell."""


class Finding(Value):
    """One thing that is wrong, and where."""

    name: Name
    file: str
    field: str
    text: str

    @property
    def is_broken(self) -> bool:
        return self.name in BROKEN

    def describe(self) -> str:
        return f"{self.file}: {self.field}: [{self.name}] {self.text}"


class Written(Value):
    """A card and the file that it stands in."""

    file: str
    card: SkillCard


def read_cards(folder: Path) -> tuple[tuple[Written, ...], tuple[Finding, ...]]:
    """The cards of a folder that can be read, and what is wrong with the others. Raises: BadInput (no cards there)."""
    cards: list[Written] = []
    findings: list[Finding] = []
    for path in cards_in(folder):
        try:
            card = load_card(path)
            require_file_name(card, path)
            cards.append(Written(file=str(path), card=card))
        except BadInput as error:
            findings.append(_broken(path, error))
    return tuple(cards), tuple(findings)


def _broken(path: Path, error: BadInput) -> Finding:
    field = error.field.removeprefix(f"{path}: ")
    name: Name = "no-done-check" if field == "done_check" and _says_no_check(path) else "broken-card"
    text = str(error).removeprefix(f"{error.field}: ")
    return Finding(name=name, file=str(path), field=field, text=text)


def _says_no_check(path: Path) -> bool:
    content = read_yaml(path)
    return isinstance(content, Mapping) and not content.get("done_check")


def lint(
    checked: Sequence[Written], others: Sequence[Written], cell: Cell, contracts: Mapping[str, Contract | None]
) -> Iterator[Finding]:
    """All findings of the cards `checked`, among the `others` that are installed beside them.

    Args:
        contracts: by checkpoint; None where the cell names it and there are no weights yet.
    """
    yield from _twice(checked, others)
    yield from _confusable(checked, others)
    for written in checked:
        yield from _of_card(written, cell, contracts)
    yield from _unrendered(checked, others, contracts)


def _of_card(written: Written, cell: Cell, contracts: Mapping[str, Contract | None]) -> Iterator[Finding]:
    file, card = written.file, written.card
    if not card.examples:
        text = "no instruction shows a planner or a reader when the skill is meant; give at least one"
        yield Finding(name="no-examples", file=file, field="examples", text=text)
    if card.moves_on_tray and not card.demonstration:
        text = "nothing shows the twin's expert how a part is moved, so that no data can be recorded there"
        yield Finding(name="no-demonstration", file=file, field="demonstration", text=text)
    if card.checkpoint not in cell.checkpoints:
        near = nearest(card.checkpoint, cell.checkpoints)
        text = f"cell {cell.name} names no checkpoint {card.checkpoint!r}; it names {', '.join(cell.checkpoints)}"
        text += f"; nearest: {', '.join(near)}" if near else ""
        yield Finding(name="unknown-checkpoint", file=file, field="checkpoint", text=text)
    yield from _untrained(written, contracts.get(card.checkpoint))
    yield from _unsayable(written, cell)


def _untrained(written: Written, contract: Contract | None) -> Iterator[Finding]:
    phrases = written.card.phrases()
    absent = [phrase for phrase in phrases if contract is None or phrase not in contract.phrases]
    if absent:
        text = f"{len(absent)} of {len(phrases)} phrases were not trained, such as {absent[0]!r}"
        yield Finding(name="untrained-phrases", file=written.file, field="phrase", text=text)


def _unrendered(
    checked: Sequence[Written], others: Sequence[Written], contracts: Mapping[str, Contract | None]
) -> Iterator[Finding]:
    """Phrases of a contract that no card says: trained for nothing, or a card's wording was changed since."""
    said = {phrase for written in (*checked, *others) for phrase in written.card.phrases()}
    for name in dict.fromkeys(written.card.checkpoint for written in checked):
        contract = contracts.get(name)
        idle = [phrase for phrase in contract.phrases if phrase not in said] if contract else []
        if idle and contract:
            text = (
                f"{len(idle)} of {len(contract.phrases)} trained phrases are rendered by no card, such as {idle[0]!r}"
            )
            file = f"{CONTRACT_FILE} of checkpoint {name}"
            yield Finding(name="unrendered-phrases", file=file, field="phrases", text=text)


def _unsayable(written: Written, cell: Cell) -> Iterator[Finding]:
    """Values that stand in no phrase, that have no words, or that name nothing that there is."""
    card = written.card
    used = {(slot, value) for arguments in card.calls() for slot, value in arguments.items()}
    for slot, parameter in card.parameters.items():
        for value in parameter.values:
            why = _why_unsayable(slot, value, parameter.said.get(value, value), cell, used=(slot, value) in used)
            if why:
                field = f"parameters.{slot}.values"
                yield Finding(name="unsayable-value", file=written.file, field=field, text=f"{value!r} {why}")


def _why_unsayable(slot: str, value: str, said: str, cell: Cell, *, used: bool) -> str:
    if not any(letter.isalnum() for letter in said):
        return f"is said as {said!r}, which is no word"
    if said != " ".join(said.split()) or not said.isprintable():
        return f"is said as {said!r}; words are one space apart"
    if not used:
        return "stands in no phrase: every combination with it is under `never`"
    known = WORDS_OF.get(slot) or (cell.destinations if slot in BRINGING else ())
    if known and value not in known:
        near = nearest(value, known)
        return f"names nothing in cell {cell.name}" + (f"; nearest: {', '.join(near)}" if near else "")
    return ""


def _twice(checked: Sequence[Written], others: Sequence[Written]) -> Iterator[Finding]:
    """Names and phrases that another card has too."""
    earlier = list(others)
    for written in checked:
        for other in earlier:
            if other.card.name == written.card.name:
                text = f"{written.card.name!r} is the name of the card in {other.file} too"
                yield Finding(name="same-name", file=written.file, field="name", text=text)
            both = [phrase for phrase in written.card.phrases() if phrase in set(other.card.phrases())]
            if both:
                text = f"{both[0]!r} is rendered by card {other.card.name!r} too ({len(both)} phrases in all)"
                yield Finding(name="same-phrase", file=written.file, field="phrase", text=text)
        earlier.append(written)


def _confusable(checked: Sequence[Written], others: Sequence[Written]) -> Iterator[Finding]:
    """One finding for each pair of cards, with its first pair of phrases."""
    phrases = [
        (number, phrase)
        for number, one in enumerate((*checked, *others))
        for phrase in dict.fromkeys(one.card.phrases())
    ]
    everyone = (*checked, *others)
    found: dict[tuple[int, int], list[tuple[str, str, str]]] = {}
    for (one, phrase), (other, near), why in confusable_phrases(phrases):
        found.setdefault((min(one, other), max(one, other)), []).append((phrase, near, why))
    for (one, other), pairs in found.items():
        if one < len(checked):
            text = _alike(pairs, "" if one == other else f" of card {everyone[other].card.name!r}")
            yield Finding(name="confusable-phrases", file=everyone[one].file, field="phrase", text=text)


def _alike(pairs: Iterable[tuple[str, str, str]], whose: str) -> str:
    listed = list(pairs)
    phrase, near, why = listed[0]
    more = f" ({len(listed)} such pairs)" if len(listed) > 1 else ""
    return f"{phrase!r} and {near!r}{whose} {why}{more}"
