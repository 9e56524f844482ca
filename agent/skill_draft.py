"""A new skill from a few answers: its card, a test that pins its phrases, and a page of documentation."""

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import yaml

from skills.base import Value
from skills.card import SkillCard
from skills.cell import Cell
from skills.errors import BadInput, UnknownName
from skills.lint import WORDS_OF
from skills.words import BRINGING
from skills.yamlfile import parse_model

SLOT: Final = re.compile(r"\{(\w+)\}")
NAME: Final = re.compile(r"[a-z][a-z0-9_]*")
ARROW: Final = "->"
MOST_PINNED: Final = 40
"""Phrases that the test pins one by one; of more it pins how many there are, the first and the last."""


class Answers(Value):
    """What a developer says of a new skill.

    Attributes:
        values: of each slot of the phrase.
        optional: the slots that may be left out.
        examples: an instruction, with the arguments of the call that it leads to.
    """

    name: str
    summary: str
    phrase: str
    values: dict[str, tuple[str, ...]] = {}
    optional: tuple[str, ...] = ()
    checkpoint: str
    start_pose: str
    done_check: str
    region: str | None = None
    seconds: float = 40.0
    chunks: int = 1
    examples: tuple[tuple[str, dict[str, str]], ...] = ()


def require_name(field: str, name: str) -> str:
    """Raises: BadInput unless `name` may name a skill, a slot or a checkpoint."""
    if not NAME.fullmatch(name):
        raise BadInput(field, name, "small letters, digits and _, a letter first")
    return name


def parse_values(field: str, slot: str, text: str, cell: Cell) -> tuple[str, ...]:
    """“bracket, gear” for the slot `kind`. Raises: BadInput, UnknownName (a word that names nothing in the cell)."""
    values = tuple(value.strip() for value in text.split(",") if value.strip())
    if not values:
        raise BadInput(field, text, "one value or more, with commas between")
    known = WORDS_OF.get(slot) or (cell.destinations if slot in BRINGING else ())
    for value in values:
        if known and value not in known:
            raise UnknownName(field, value, known)
    return values


def parse_example(field: str, text: str) -> tuple[str, dict[str, str]]:
    """“shove the bracket aside -> kind=bracket, edge=left edge”. Raises: BadInput."""
    instruction, _, rest = (part.strip() for part in text.partition(ARROW))
    pairs = [pair.partition("=") for pair in rest.split(",") if pair.strip()]
    if not instruction or not all(equals and value.strip() for _, equals, value in pairs):
        raise BadInput(field, text, f"INSTRUCTION {ARROW} SLOT=VALUE, SLOT=VALUE")
    return instruction, {slot.strip(): value.strip() for slot, _, value in pairs}


def make_card(answers: Answers) -> tuple[SkillCard, dict[str, Any]]:
    """The card, and its content as it is written. Raises: BadInput, UnknownName."""
    content: dict[str, Any] = {
        "name": answers.name,
        "summary": answers.summary,
        "phrase": answers.phrase,
        "parameters": {slot: _parameter(answers, slot) for slot in answers.values},
        "checkpoint": answers.checkpoint,
        "start_pose": answers.start_pose,
        "done_check": answers.done_check,
        **({"region": answers.region} if answers.region else {}),
        "budget": {"seconds": answers.seconds, "chunks": answers.chunks},
        "examples": [{"instruction": said, "arguments": meant} for said, meant in answers.examples],
    }
    return parse_model(content, SkillCard, f"card {answers.name}"), content


def _parameter(answers: Answers, slot: str) -> dict[str, Any]:
    optional = {"optional": True} if slot in answers.optional else {}
    return {"values": list(answers.values[slot]), **optional}


def files_of(folder: Path, name: str) -> tuple[Path, Path, Path]:
    """Card, test and page of a skill."""
    return folder / f"{name}.yaml", folder / f"test_{name}.py", folder / f"{name}.md"


def require_new(folder: Path, name: str) -> None:
    """Raises: BadInput when one of the files is there already."""
    for path in files_of(folder, name):
        if path.exists():
            raise BadInput("name", name, f"another name, or remove {path}: nothing is overwritten")


def write_skill(folder: Path, card: SkillCard, content: Mapping[str, Any]) -> tuple[Path, ...]:
    """Write card, test and page. Raises: BadInput (one is there already)."""
    require_new(folder, card.name)
    paths = files_of(folder, card.name)
    text = yaml.safe_dump(dict(content), sort_keys=False, allow_unicode=True, width=110)
    for path, written in zip(paths, (text, test_text(card), page_text(card)), strict=True):
        path.write_text(written, encoding="utf-8")
    return paths


def test_text(card: SkillCard) -> str:
    """A test that fails when the card says anything else than what is trained."""
    phrases = card.phrases()
    if len(phrases) <= MOST_PINNED:
        listed = "".join(f"    {phrase!r},\n" for phrase in phrases)
        pinned, check = f"PHRASES = (\n{listed})\n", "CARD.phrases() == PHRASES"
    else:
        pinned = f"MANY, FIRST, LAST = {len(phrases)}, {phrases[0]!r}, {phrases[-1]!r}\n"
        check = "(len(CARD.phrases()), CARD.phrases()[0], CARD.phrases()[-1]) == (MANY, FIRST, LAST)"
    told = (card.start_pose, card.done_check, card.region)
    return f'''"""What the skill {card.name} promises; a phrase that is changed has to be trained anew."""

from pathlib import Path

from skills.card import load_card

CARD = load_card(Path(__file__).with_name("{card.name}.yaml"))
{pinned}

def test_phrases_are_letter_for_letter_what_is_trained():
    assert {check}


def test_where_it_begins_and_what_must_be_seen_at_its_end():
    assert (CARD.start_pose, CARD.done_check, CARD.region) == {told!r}


def test_an_instruction_shows_when_it_is_meant():
    assert all(CARD.render(example.arguments) in CARD.phrases() for example in CARD.examples) and CARD.examples
'''


test_text.__test__ = False  # type: ignore[attr-defined]


def page_text(card: SkillCard) -> str:
    """A page to go on with."""
    rows = "".join(f"| `{slot}` | {_values(parameter.values)} |\n" for slot, parameter in card.parameters.items())
    table = f"\n| slot | values |\n|---|---|\n{rows}" if rows else ""
    examples = "".join(f"- “{one.instruction}” → `{card.render(one.arguments)}`\n" for one in card.examples)
    region = f", `{card.region}`" if card.region else ""
    return f"""# {card.name}

{card.summary}

Phrase: `{card.phrase}` ({len(card.phrases())} in all).
{table}
{examples}
It begins {"with empty fingers" if card.start_pose == "home" else "with a part in the gripper"}; success is
`{card.done_check}`{region}. Checkpoint `{card.checkpoint}`: not trained yet.
"""


def _values(values: Sequence[str]) -> str:
    return ", ".join(values)
