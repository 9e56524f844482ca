"""What a verb acts on: parts, the tray, or "it" and "them"."""

import re
from dataclasses import replace
from typing import Final

from agent.planning.doubt import Doubt
from agent.planning.modifiers import starts_part
from agent.planning.parse import STOPS, TO, Parse, PartPhrase, Pending
from agent.planning.partlist import take_parts
from agent.planning.parts import take_part
from agent.planning.past import recalled_parts
from agent.planning.places import SIDES, names_place, take_place
from agent.planning.settle import REJECTION
from agent.planning.synonyms import COPULAS
from skills.scene import PartQuery

PARTICLES: Final = ("up", "down", "over", "out", "off", "away", "aside", "together")
_PRONOUNS: Final = ("it", "them", "these", "those", "that", "this")
_EVERYTHING: Final = PartPhrase(PartQuery(), "all")


def take_object(parse: Parse, start: int) -> list[PartPhrase]:
    """The parts that a verb acts on. Raises: Doubt."""
    cursor = parse.cursor
    if is_pronoun(parse):
        return take_pronoun(parse, start)
    if cursor.take_run("the", "tray") or cursor.take("tray"):
        return _take_contents(parse)
    at = cursor.at
    phrases = take_parts(parse)
    if phrases and parse.pending and _repeats(phrases, parse.pending):
        phrases, parse.pending = parse.pending.phrases, None
    if not phrases:
        if is_over(parse):
            raise Doubt("ask-which-part", words=cursor.quote(start, cursor.at))
        cursor.at = at
        if cursor.word(1) in SIDES and cursor.word(2) in {"one", "ones"}:  # a part, or a bin?
            raise Doubt("ask-which-part", words=cursor.quote(at, at + 3))
        raise parse.not_understood()
    return phrases


def take_alone(parse: Parse) -> list[PartPhrase]:
    """“remove failed parts, gears to the conveyor”: the failed parts, where the comma begins another order.

    Raises: Doubt where "failed nuts, bolts to the conveyor" may be one order or two.
    """
    cursor, start, kind = parse.cursor, parse.cursor.at, parse.kind
    first = take_part(parse)
    end, joiner = cursor.at, cursor.take(",", "and")
    second = take_part(parse, parse.kind) if joiner and first and starts_part(parse) else None
    onward = second is not None and (second.rest or joiner == ",") and _place_ahead(parse)
    parse.kind, cursor.at = kind, start
    if (
        not onward
        or onward == REJECTION
        or first is None
        or second is None
        or first.fields.get("condition") != "failed"
    ):
        return []
    if second.is_bare and "kind" in first.fields and not second.rest:
        raise Doubt("ask-each-or-all", words=cursor.quote(start, second.end))
    cursor.at, parse.kind = end, first.fields.get("kind")
    return first.phrases(parse)


def _place_ahead(parse: Parse) -> str | None:
    """The place at the cursor, with what stands before it."""
    parse.cursor.skip(COPULAS)
    parse.cursor.take(*TO)
    return take_place(parse) if names_place(parse) else None


def _take_contents(parse: Parse) -> list[PartPhrase]:
    """“clear the tray”: everything; “clear the tray of failed parts”: those."""
    everything = _phrase_here(parse, _EVERYTHING)
    if parse.cursor.take("of"):
        return take_parts(parse)
    return [everything]


def _phrase_here(parse: Parse, phrase: PartPhrase) -> PartPhrase:
    return replace(phrase, start=parse.cursor.at - 1, end=parse.cursor.at)


def _repeats(phrases: list[PartPhrase], pending: Pending) -> bool:
    """“pick up the red gear and place the gear …”: the same part, named again."""
    if len(phrases) != 1 or len(pending.phrases) != 1 or phrases[0].counted:
        return False
    again, first = phrases[0].query, pending.phrases[0].query
    said = again.model_dump(exclude_none=True, exclude_defaults=True)
    return phrases[0].definite and said.items() <= first.model_dump(exclude_none=True).items()


def is_pronoun(parse: Parse) -> bool:
    cursor = parse.cursor
    ahead = 2 if cursor.word() in {"all", "each", "both"} and cursor.word(1) == "of" else 0
    if cursor.word(ahead) in {"it", "them", "they"}:
        return True
    after = cursor.word(1)
    if parse.pending and cursor.word() in _PRONOUNS and after in COPULAS:
        return True
    if parse.pending and cursor.word() in {"both", "all"} and (after in STOPS or after in TO):
        return True
    return cursor.word() in _PRONOUNS and (after in STOPS or after in TO or after in PARTICLES)


def take_pronoun(parse: Parse, start: int) -> list[PartPhrase]:
    cursor = parse.cursor
    if not cursor.take("all", "each", "both") or cursor.take("of") or cursor.word() in _PRONOUNS:
        cursor.at += 1
    cursor.take("all", "both", "each")
    if parse.pending is None:
        if not parse.moves and (meant := recalled_parts(parse)):
            return meant
        raise Doubt("ask-which-part", words=cursor.quote(start, cursor.at))
    phrases, parse.pending = parse.pending.phrases, None
    if cursor.tokens[cursor.at - 1].word in {"those", "these"} and any(phrase.query.without for phrase in phrases):
        raise Doubt("ask-which-part", words=cursor.quote(start, cursor.at))  # "all but the gears; those …"
    return phrases


def take_off_tray(parse: Parse, start: int) -> bool:
    """Whether the words from `start` on say no more than to get parts "off the tray"."""
    said = parse.cursor.quote(start, parse.cursor.at).lower()
    return is_over(parse) and re.search(r"\b(?:off|out of) (?:of )?(?:the |my |your )?(?:tray|table)", said) is not None


def is_over(parse: Parse) -> bool:
    return parse.cursor.word() in STOPS
