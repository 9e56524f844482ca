"""What is said once more of parts just named: "two nuts, brass ones, …", "the bolts, all of them, …", "nuts x 3"."""

import re
from typing import Final

from agent.planning.doubt import Doubt
from agent.planning.draft import Draft
from agent.planning.parse import TO, Parse
from agent.planning.places import end_of_place, names_place
from agent.planning.predicates import take_value
from agent.planning.quantity import take_number
from agent.planning.synonyms import COPULAS, NUMBERS, UNITS
from agent.planning.tokens import END

_WHOLE: Final = (
    ("all", "of", "them"),
    ("each", "of", "them"),
    ("every", "one", "of", "them"),
    ("all", "of", "those"),
    ("all",),
)
_CLOSERS: Final = frozenset({END, ".", ";", "out", "away", "off", *TO}) | COPULAS


def take_apposition(parse: Parse, draft: Draft) -> bool:
    """One or more of them between commas, with the last comma where a place or a predicate follows. Raises: Doubt."""
    cursor = parse.cursor
    start = cursor.at
    if draft.noun is None or not cursor.take(","):
        return False
    if not (_says_more(parse) or _take_whole(parse, None)):
        _refuse_between(parse, draft)
        cursor.at = start
        return False
    cursor.at = start + 1
    if not _take_whole(parse, draft):
        _take_values(parse, draft)
    if cursor.word(1) in _CLOSERS or not _goes_on(parse):
        cursor.take(",")
    return True


def take_count_behind(parse: Parse, draft: Draft) -> bool:
    """“nuts x 3”, "M8 bolts, 3 pcs": how many, behind what is counted."""
    cursor = parse.cursor
    start = cursor.at
    comma = cursor.take(",")
    if draft.noun is None or draft.count is not None or (draft.article and not comma):
        cursor.at = start
        return False
    bounded = bool(cursor.take("atmost"))
    at = cursor.at
    number = take_number(parse)
    unit = cursor.take_run("of", "them") or cursor.take(*UNITS)
    bounded = bool(cursor.take("atmost", "orless")) or bounded
    plural = draft.noun.plural
    if not number or not (plural or unit or comma or _is_marked(parse, at)):
        cursor.at = start
        return False
    listed = plural and (cursor.word() == "," or (not comma and cursor.word() == "and"))
    if not (listed or _closes(parse)):
        cursor.at = start
        return False
    draft.count, draft.at_most = number, bounded
    return True


def _is_marked(parse: Parse, at: int) -> bool:
    """Whether “x”, "qty" or a bracket stands before the number: "nut 3" is one nut."""
    tokens = parse.cursor.tokens
    said = parse.cursor.text[tokens[at - 1].start : tokens[at].end].removeprefix(tokens[at - 1].word)
    return re.search(r"[x×*(=:]|qty", said, re.IGNORECASE) is not None


def _take_whole(parse: Parse, draft: Draft | None) -> bool:
    """“all of them”; into `draft`, or with None only if the apposition ends there."""
    cursor = parse.cursor
    if not any(cursor.take_run(*run) for run in _WHOLE):
        return False
    if draft is None:
        return _closes(parse)
    if isinstance(draft.count, int) or not draft.noun or not draft.noun.plural:
        raise Doubt("ask-quantity", words=cursor.quote(draft.start, cursor.at))
    draft.count = "all"
    return True


def _says_more(parse: Parse) -> bool:
    """Whether values stand at the cursor and nothing that they could describe but the parts before the comma."""
    cursor, attributes = parse.cursor, parse.lexicon.attributes
    start = cursor.at
    end = end_of_place(parse)
    if end is not None and cursor.tokens[end - 1].word not in {"one", "ones"}:
        return False
    cursor.take("the", "only")
    cursor.take("size", "colour", "color")
    values = cursor.at
    while cursor.word() in attributes:
        cursor.at += 1
    said = cursor.at > values
    cursor.take("ones", "one")
    closed = said and _closes(parse)
    cursor.at = start
    return closed


def _refuse_between(parse: Parse, draft: Draft) -> None:
    """Raises: Doubt for “the bolts, M8, and the nuts, M6”: of which of them is it said?"""
    cursor = parse.cursor
    at = cursor.at
    while cursor.word() in parse.lexicon.attributes:
        cursor.at += 1
    if cursor.at > at and cursor.word() == ",":
        raise Doubt("ask-each-or-all", words=cursor.quote(draft.start, cursor.at))


def _take_values(parse: Parse, draft: Draft) -> None:
    cursor = parse.cursor
    cursor.take("the", "only")
    cursor.take("size", "colour", "color")
    while cursor.word() in parse.lexicon.attributes:
        take_value(parse, draft, negated=False)
    cursor.take("ones", "one")


def _closes(parse: Parse) -> bool:
    """Whether the parts end here: a place or a predicate follows, with or without a comma, or another apposition."""
    cursor = parse.cursor
    start = cursor.at
    again = _goes_on(parse)
    cursor.take(",")
    cursor.take("and", "then")
    word = cursor.word()
    commands = parse.lexicon.is_verb(word) and not parse.lexicon.describes(word)
    follows = (word in _CLOSERS and cursor.word(-1) not in {"and", "then"}) or commands or names_place(parse)
    cursor.at = start
    return follows or again


def _goes_on(parse: Parse) -> bool:
    """Whether another apposition follows."""
    cursor = parse.cursor
    start = cursor.at
    again = bool(cursor.take(",")) and (
        cursor.word().isdecimal() or cursor.word() in NUMBERS or _says_more(parse) or _take_whole(parse, None)
    )
    cursor.at = start
    return again
