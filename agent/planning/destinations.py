"""Where parts go, as a clause says it: in front, behind the verb, behind the parts, or by pointing back."""

from collections.abc import Sequence
from typing import Final

from agent.planning.doubt import Doubt
from agent.planning.modifiers import starts_part
from agent.planning.objects import is_over
from agent.planning.parse import TO, Parse, PartPhrase
from agent.planning.places import end_of_place, names_place, side_place, take_place, unknown_place
from agent.planning.synonyms import COPULAS
from agent.planning.tokens import END
from skills.words import TRAY

_LAYING: Final = ("place", "put", "drop", "insert", "deposit")
"""“pick two nuts, place left bin”: verbs that a place may follow at once."""
_RECEIVES: Final = ("get", "gets", "receives", "receive", "takes", "take", "holds", "hold", "gathers", "wants")
"""“the left bin gets the nuts”."""


def take_fronted_place(parse: Parse) -> str | None:
    """“into the left bin put …”, "left bin: …"."""
    cursor = parse.cursor
    start = cursor.at
    preposition = cursor.take(*TO)
    if names_place(parse) and (preposition or _labels(parse) or _heads(parse)):
        place = take_place(parse)
        cursor.take(",", ":", "->", "=")
        cursor.skip(COPULAS | {"to"})
        cursor.take("belong", "belongs", "with", *_RECEIVES)
        return place
    cursor.at = start
    return None


def _labels(parse: Parse) -> bool:
    """Whether the place at the cursor is followed by a colon, or by what it gets."""
    end = end_of_place(parse)
    if end is None:
        return False
    tokens = parse.cursor.tokens
    while (
        end < len(tokens) - 1 and tokens[end].word in COPULAS and tokens[end + 1].word in (*COPULAS, "to", *_RECEIVES)
    ):
        end += 1
    behind = tokens[end : end + 4]
    sided = [token.word for token in behind[:2]] == ["on", "the"]
    return bool({token.word for token in (behind[3:] if sided else behind[:1])} & {":", "=", *_RECEIVES})


def _heads(parse: Parse) -> bool:
    """“left bin, three nuts”: whether a sentence begins with the place at the cursor, and parts follow it."""
    cursor = parse.cursor
    start, end = cursor.at, end_of_place(parse)
    if end is None or parse.pending or cursor.word(-1) not in {END, ".", ";"}:
        return False
    cursor.at = end
    found = bool(cursor.take(",")) and starts_part(parse) and not names_place(parse)
    cursor.at = start
    return found


def take_place_first(parse: Parse) -> str | None:
    """“put in the left bin all bolts”."""
    start = parse.cursor.at
    before = parse.cursor.word(-2 if parse.cursor.word(-1) == ":" else -1)
    waits = parse.pending is not None and parse.pending.default is None
    begins = parse.cursor.take(*TO) or (waits and before in _LAYING)
    if begins and names_place(parse) and (place := take_place(parse)) and (waits or not is_over(parse)):
        return place
    parse.cursor.at = start
    return None


def take_destination(parse: Parse) -> str | None:
    """“in the left bin”; None when the clause ends without a place. Raises: Doubt."""
    cursor = parse.cursor
    start = cursor.at
    cursor.take(",")
    cursor.take("back")
    if not cursor.take(*TO) and not names_place(parse):
        cursor.at = start
        return _take_same_place(parse)
    if cursor.word(-1) in {":", "->", "="}:
        cursor.take(*TO)
    at = cursor.at
    if place := _take_same_place(parse) or _take_side(parse):
        return place
    place = take_place(parse)
    if place is None or place == "tray":
        raise unknown_place(parse, at)
    any(cursor.take_run("with", pronoun) for pronoun in ("it", "them", "those"))
    return place


def take_relative_place(parse: Parse, phrases: Sequence[PartPhrase]) -> str | None:
    """“the red nuts, which go in the left bin”; None behind several parts or an exception: which of them go there?

    Raises: Doubt for "which are in the left bin", which orders nothing.
    """
    cursor = parse.cursor
    start = cursor.at
    single = len(phrases) == 1 and not phrases[0].query.without
    if single and cursor.take(",") and cursor.take("which"):
        _refuse_report(parse)
        cursor.take("all")
        cursor.take("should", "must", "shall", "need", "needs", "have", "has", "are", "is")
        cursor.take("to")
        if cursor.take("go", "goes", "belong", "belongs") and cursor.take(*TO) and names_place(parse):
            place = take_place(parse)
            again = cursor.word() == "," and cursor.word(1) in TO
            if place != TRAY and is_over(parse) and not again:
                return place
    cursor.at = start
    return None


def _refuse_report(parse: Parse) -> None:
    cursor = parse.cursor
    start = cursor.at
    lies = cursor.take("is", "are", "lie", "lies") and cursor.take(*TO) and names_place(parse)
    if lies and take_place(parse) != TRAY:
        raise Doubt("ask-report", words=cursor.quote(start, cursor.at))
    cursor.at = start


def _take_side(parse: Parse) -> str | None:
    """“the right”, behind "the left bin"."""
    start = parse.cursor.at
    parse.cursor.take("the")
    if place := side_place(parse):
        parse.cursor.at += 1
        parse.place_at = (start, parse.cursor.at)
        return place
    parse.cursor.at = start
    return None


def _take_same_place(parse: Parse) -> str | None:
    """“there”, "in the same bin": where the last parts went."""
    cursor = parse.cursor
    start = cursor.at
    there = cursor.take("there") or (cursor.word(-1) in TO and parse.moves and cursor.take("it"))
    cursor.take("the")
    if there or (cursor.take("same") and cursor.take("bin", "place", "box", "container", "one", "spot")):
        parse.flush()
        if parse.last_place is not None:
            parse.place_at = None
            return parse.last_place
    cursor.at = start
    return None


def names_place_after(parse: Parse) -> bool:
    parse.cursor.at += 1
    found = names_place(parse)
    parse.cursor.at -= 1
    return found
