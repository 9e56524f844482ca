"""Corrections of the run before, in words: "no, the red one", "I meant the left bin", "not there, on the conveyor"."""

import re
from dataclasses import replace
from typing import Any, Final

from agent.planning.doubt import Doubt
from agent.planning.parse import TO, Move, Parse, PartPhrase
from agent.planning.partlist import take_parts
from agent.planning.past import refuse_brought
from agent.planning.places import SIDES, names_place, take_place
from agent.planning.tokens import END
from agent.planning.wording import into
from prompts.loader import render
from skills.plan import Past
from skills.scene import PartQuery
from skills.words import TRAY

_LEADS: Final = tuple(
    sorted(
        (
            tuple(run.split())
            for run in (
                *("no", "nope", "wrong", "wrong one", "the wrong one", "wrong bin", "wrong place", "wrong part"),
                *(
                    "not that",
                    "not this",
                    "not that one",
                    "not this one",
                    "not there",
                    "not those",
                    "that was wrong",
                ),
                *(
                    "that is wrong",
                    "i mean",
                    "i meant",
                    "i said",
                    "i wanted",
                    "it should be",
                    "should be",
                    "rather",
                    "but",
                ),
                *(",", ".", ";"),
            )
        ),
        key=len,
        reverse=True,
    )
)
_SLIPS: Final = "|".join(
    (
        r"no wait|wait(?:,? no)?|oops|no,? sorry|sorry(?:,? no)?|actually(?:,? no)?|no,? actually",
        r"scratch that|correction|(?:(?:no|sorry|or),? )?i mean(?:t)?|or rather|or better|make that",
        r"no(?=,| the| put| in)",
    )
)
_AT_ONCE: Final = re.compile(rf"[\s,.:;…–-]+(?:(?:oh|er|uh|ah) )?(?:{_SLIPS})\b[\s,.:;…–-]*", re.IGNORECASE)
_LEAVING: Final = re.compile(r"(?:not|do not|don'?t|never|without|except|leave|keep|only|unless|if)\b", re.IGNORECASE)
"""What follows says what is not meant."""


def corrected_at_once(text: str) -> tuple[str, str]:
    """“put the bolts in the left bin, no wait, the right bin”: the order and what corrects it, or ""."""
    said, *rest = _AT_ONCE.split(text, maxsplit=1)
    correction = "".join(rest).strip()
    return said, "" if _LEAVING.match(correction) else correction


def take_correction(parse: Parse, past: Past) -> bool:
    """Whether the instruction corrects the parts or the place of the only step before; its move is then in
    `parse.moves`. Raises: Doubt.
    """
    cursor = parse.cursor
    if len(parse.recalled) != 1 or parse.recalled[0].skill:
        return False
    while any(cursor.take_run(*run) for run in _LEADS):
        pass
    corrects, start = cursor.at > 0, cursor.at
    if corrects and _says_a_side(parse):
        raise Doubt("ask-each-or-all", words=cursor.quote(start, len(cursor.tokens)))
    move = _other_place(parse, past, corrects) or _other_parts(parse, past, corrects)
    if move is None:
        cursor.at = 0
        return False
    parse.moves.append(move)
    return True


def _says_a_side(parse: Parse) -> bool:
    """“the left one” may be a part or a bin."""
    words = [token.word for token in parse.cursor.tokens[parse.cursor.at :] if token.word != "the"]
    return len(words) == 2 and words[0] in SIDES and words[1] == "one"


def _other_place(parse: Parse, past: Past, corrects: bool) -> Move | None:
    cursor = parse.cursor
    start = cursor.at
    cursor.take("put", "bring", "move") and cursor.take("it", "them")
    cursor.take(*TO)
    named = names_place(parse) and [token.word for token in cursor.tokens][-1] not in {"one", "ones"}
    place = take_place(parse) if named else None
    if place and place != TRAY and _ends(parse, corrects):
        refuse_brought(past)
        return replace(parse.recalled[0], place=place)
    cursor.at = start
    return None


def _other_parts(parse: Parse, past: Past, corrects: bool) -> Move | None:
    cursor = parse.cursor
    start = cursor.at
    before = parse.recalled[0].phrase
    parse.kind = before.query.kind
    phrases = take_parts(parse)
    alike = bool(phrases) and cursor.word(-1) in {"one", "ones"}
    if len(phrases) != 1 or not _ends(parse, corrects or alike):
        cursor.at = start
        return None
    phrase = replace(phrases[0], query=_corrected(before.query, phrases[0].query)) if alike else phrases[0]
    if past.moved[0] and past.target:
        place = into(parse.recalled[0].place)
        parse.notes.append(render("note-stays", part=past.target.describe(), place=place))
    return replace(parse.recalled[0], phrase=_counted(phrase, before))


def _ends(parse: Parse, corrects: bool) -> bool:
    instead = bool(parse.cursor.take("instead"))
    parse.cursor.take(".")
    return parse.cursor.word() == END and (corrects or instead)


def _corrected(before: PartQuery, said: PartQuery) -> PartQuery:
    """“the red one” behind "the small brass gear": a small red gear."""
    new: dict[str, Any] = said.model_dump(exclude_none=True, exclude_defaults=True)
    old: dict[str, Any] = before.model_dump(exclude_none=True, exclude_defaults=True)
    dropped = {"superlative", "region"} | ({"colour", "finish"} if new.keys() & {"colour", "finish"} else set())
    dropped |= {"size"} if "superlative" in new else set()
    return PartQuery.model_validate({name: value for name, value in old.items() if name not in dropped} | new)


def _counted(phrase: PartPhrase, before: PartPhrase) -> PartPhrase:
    """The number said before counts for "the red ones", too."""
    if phrase.counted or phrase.quantity != "all" or before.quantity == 1:
        return phrase
    return replace(phrase, quantity=before.quantity, at_most=before.at_most)
