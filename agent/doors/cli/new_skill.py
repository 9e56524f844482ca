"""`smolcell skills new`: what is not given by a flag is asked at the terminal, and asked again where it is wrong."""

import sys
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

from agent.cell_weights import PERCEIVER
from agent.doors.cli.output import talk
from agent.skill_draft import SLOT, Answers, parse_example, parse_values, require_name
from skills.card import AT_REGION, DONE_CHECKS, START_POSES
from skills.cell import Cell
from skills.errors import BadInput, UnknownName
from skills.regions import REGIONS

Wanted = TypeVar("Wanted")


@dataclass(frozen=True)
class Flags:
    """What the command line says; None and () are not said."""

    name: str
    summary: str | None
    phrase: str | None
    values: tuple[str, ...]
    optional: tuple[str, ...]
    checkpoint: str | None
    start_pose: str | None
    done_check: str | None
    region: str | None
    examples: tuple[str, ...]


def answers_of(flags: Flags, cell: Cell) -> Answers:
    """All that a card needs. Raises: BadInput, UnknownName (a wrong flag, or one that is missing with no terminal)."""
    name = require_name("name", flags.name)
    summary = _said("--summary", flags.summary, "what it does, in a sentence", _some("--summary"))
    phrase = _said("--phrase", flags.phrase, "the phrase, with a {slot} for what changes", _some("--phrase"))
    slots = tuple(dict.fromkeys(SLOT.findall(phrase)))
    given = dict(_slot_and_values(text, slots, cell) for text in flags.values)
    for slot in slots:
        if slot not in given:
            flag = f"--value {slot}"
            given[slot] = _said(flag, None, f"values of {{{slot}}}, with commas", _values(flag, slot, cell))
    for slot in flags.optional:
        if slot not in slots:
            raise UnknownName("--optional", slot, slots)
    start = _said("--start-pose", flags.start_pose, f"starts ({', '.join(START_POSES)})", _one_of(START_POSES))
    check = _said("--done-check", flags.done_check, f"is done ({', '.join(DONE_CHECKS)})", _one_of(DONE_CHECKS))
    region = flags.region
    if check == AT_REGION:
        region = _said("--region", region, f"region ({', '.join(REGIONS)}, or a {{slot}})", _some("--region"))
    texts = flags.examples or (_said("--example", None, "an instruction -> slot=value, …", _example),)
    return Answers(
        name=name,
        summary=summary,
        phrase=phrase,
        values={slot: given[slot] for slot in slots},
        optional=flags.optional,
        checkpoint=_checkpoint(flags.checkpoint or name),
        start_pose=start,
        done_check=check,
        region=region,
        examples=tuple(parse_example("--example", text) for text in texts),
    )


def _checkpoint(name: str) -> str:
    if name == PERCEIVER:
        raise BadInput("--checkpoint", name, "weights that act; the perceiver only looks")
    return require_name("--checkpoint", name)


def _said(flag: str, given: str | None, question: str, read: Callable[[str], Wanted]) -> Wanted:
    """The flag's value, or what the terminal answers. Raises: BadInput, UnknownName."""
    if given is not None:
        return _named(flag, given, read)
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise BadInput(flag, None, f"given, where nobody sits at a terminal: {question}")
    while True:
        talk(f"{question}?")
        sys.stderr.write("> ")
        sys.stderr.flush()
        line = sys.stdin.readline()
        if not line:
            raise BadInput(flag, None, "answered")
        try:
            return _named(flag, line.strip(), read)
        except BadInput as error:
            talk(str(error))


def _named(flag: str, text: str, read: Callable[[str], Wanted]) -> Wanted:
    try:
        return read(text)
    except _NotOneOf as error:
        raise UnknownName(flag, text, error.known) from None


class _NotOneOf(Exception):
    def __init__(self, known: tuple[str, ...]) -> None:
        self.known = known


def _one_of(known: tuple[str, ...]) -> Callable[[str], str]:
    def read(text: str) -> str:
        if text not in known:
            raise _NotOneOf(known)
        return text

    return read


def _some(flag: str) -> Callable[[str], str]:
    def read(text: str) -> str:
        if not text.strip():
            raise BadInput(flag, text, "some words")
        return " ".join(text.split())

    return read


def _values(flag: str, slot: str, cell: Cell) -> Callable[[str], tuple[str, ...]]:
    return lambda text: parse_values(flag, slot, text, cell)


def _example(text: str) -> str:
    parse_example("--example", text)
    return text


def _slot_and_values(text: str, slots: tuple[str, ...], cell: Cell) -> tuple[str, tuple[str, ...]]:
    """“kind=bracket,gear”."""
    slot, equals, values = (part.strip() for part in text.partition("="))
    if not equals:
        raise BadInput("--value", text, "SLOT=VALUE,VALUE")
    if slot not in slots:
        raise UnknownName("--value", slot, slots, "These are the slots of the phrase.")
    return slot, parse_values(f"--value {slot}", slot, values, cell)
