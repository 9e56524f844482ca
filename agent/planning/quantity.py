"""How many: "all", "every", "two of the", "up to three", "both"; what cannot be counted becomes a question."""

from typing import Final

from agent.planning.doubt import Doubt
from agent.planning.draft import Draft
from agent.planning.parse import STOPS, Parse
from agent.planning.synonyms import NUMBERS, TENS, UNITS, VAGUE

_DEFINITE: Final = ("the", "this", "that", "these", "those", "my", "our")


def take_quantity(parse: Parse, draft: Draft) -> None:
    """Reads quantifier, article and number into `draft`. Raises: Doubt."""
    cursor = parse.cursor
    start = cursor.at
    if cursor.take("all"):
        _refuse_all_but(parse, start)
        draft.count = "all"
    elif cursor.take("every", "each"):
        draft.count = "all"
        if cursor.word(1) == "of":
            cursor.take("one")
    elif cursor.take("any"):
        draft.article = "any"
    elif cursor.take("both"):
        draft.count = None if _joins_two(parse) else 2
    elif cursor.take("no", "zero", "none"):
        raise _doubt("ask-quantity", parse, start)
    _take_of(parse, draft)
    _take_article(parse, draft)
    _take_number(parse, draft, start)
    cursor.take("single")
    _take_of(parse, draft)


def _joins_two(parse: Parse) -> bool:
    """“both the nuts and the bolts”: no number; "both nuts" is two."""
    cursor = parse.cursor
    words = [token.word for token in cursor.tokens[cursor.at :]]
    stop = next((i for i, word in enumerate(words) if word in STOPS), len(words))
    alike = words[stop : stop + 1] == ["and"] and (words[0] in _DEFINITE) == (words[stop + 1 : stop + 2] == words[:1])
    return alike and words[stop + 1] not in {*NUMBERS, "a", "an", "then", "both"} and not words[stop + 1].isdecimal()


def take_bound_behind(parse: Parse, draft: Draft) -> bool:
    """“three nuts at most”. Raises: Doubt for "three nuts at least"."""
    if isinstance(draft.count, int):
        if parse.cursor.take("atmost", "orless"):
            draft.at_most = True
            return True
        if parse.cursor.word() in {"atleast", "ormore"}:
            parse.cursor.at += 1
            raise Doubt("ask-at-least", words=parse.cursor.quote(draft.start, parse.cursor.at))
    return False


def take_number(parse: Parse) -> int | None:
    """A whole number in digits or words at the cursor; None when there is none."""
    cursor = parse.cursor
    word = cursor.word()
    if word.isdecimal() and len(word) <= 6:
        cursor.at += 1
        return int(word)
    if word in TENS:
        cursor.at += 1
        unit = cursor.take(*(name for name, number in NUMBERS.items() if number < 10))
        return TENS[word] + (NUMBERS[unit] if unit else 0)
    if word in NUMBERS:
        cursor.at += 1
        return NUMBERS[word]
    return None


def _take_number(parse: Parse, draft: Draft, start: int) -> None:
    cursor = parse.cursor
    if cursor.word() in VAGUE and not (cursor.word() == "more" and draft.count):
        cursor.at += 1
        take_number(parse)
        raise _doubt("ask-quantity", parse, start)
    if cursor.take("atleast"):
        raise _doubt("ask-at-least", parse, start, take_number(parse))
    bounded = bool(cursor.take("atmost"))
    cursor.take("exactly", "precisely")
    number = take_number(parse)
    if number is None:
        if bounded or ("." in cursor.word() and cursor.word() != "."):
            raise parse.not_understood()
        return
    _check_number(parse, number, start)
    draft.count, draft.at_most = number, bounded
    _take_unit(parse, draft)
    cursor.take("more")
    if cursor.take("atmost", "orless"):
        draft.at_most = True


def _take_unit(parse: Parse, draft: Draft) -> None:
    """“2 pcs M8 bolt”, "two pieces of the nuts"; "two each of nuts and bolts" counts both."""
    cursor = parse.cursor
    start = cursor.at
    unit = cursor.take(*UNITS)
    of = cursor.take("of")
    described = {cursor.word(), cursor.word(1), cursor.word(2)} & parse.lexicon.nouns.keys() if of else True
    if unit and described and (cursor.word() in parse.lexicon.nouns or _is_attribute(parse) or of):
        draft.each = unit in {"each", "ea"}
    else:
        cursor.at = start


def _is_attribute(parse: Parse) -> bool:
    word = parse.cursor.word()
    return word in parse.lexicon.attributes or word in parse.lexicon.superlatives


def _check_number(parse: Parse, number: int, start: int) -> None:
    """One number, not a range, not open at its end, not zero."""
    cursor = parse.cursor
    if cursor.take("ormore", "atleast"):
        raise _doubt("ask-at-least", parse, start, number)
    at = cursor.at
    if take_number(parse) != number:  # "1 (one)"
        cursor.at = at
    at = cursor.at
    ranged = cursor.take("or", "to", "and", "-", "–") and take_number(parse) is not None
    cursor.at = cursor.at if ranged else at
    if ranged or take_number(parse) is not None or number == 0:
        raise _doubt("ask-quantity", parse, start)


def _take_article(parse: Parse, draft: Draft) -> None:
    cursor = parse.cursor
    if cursor.take(*_DEFINITE):
        draft.article = "the"
    elif cursor.take("a", "an"):
        draft.article = "a"
    elif cursor.take("whichever", "whatever"):
        draft.article = "which"
    elif cursor.take("another"):
        draft.count = 1


def _take_of(parse: Parse, draft: Draft) -> None:
    """“two of the”, "all of", "one of": the article behind "of" says nothing of the number."""
    cursor = parse.cursor
    if (draft.count is not None or draft.article == "any") and cursor.take("of"):
        cursor.take(*_DEFINITE)


def _refuse_all_but(parse: Parse, start: int) -> None:
    """“all but one”: what stays would have to be counted."""
    cursor = parse.cursor
    at = cursor.at
    cursor.take("of")
    cursor.take("the")
    if cursor.take("but", "except") and take_number(parse) is not None:
        raise Doubt(
            "ask-all-but",
            choices=[cursor.swapped(start, cursor.at, "all")] if cursor.word() in parse.lexicon.nouns else [],
            words=cursor.quote(start, cursor.at),
        )
    cursor.at = at


def _doubt(prompt: str, parse: Parse, start: int, number: int | None = None) -> Doubt:
    """The quantity from `start` is unclear; offered are the number, where one was said, and all."""
    cursor = parse.cursor
    end = cursor.at
    if cursor.take("of"):
        cursor.take(*_DEFINITE)
        end = cursor.at
    offered = [str(number)] * (number is not None) + ["all"]
    return Doubt(
        prompt,
        choices=[cursor.swapped(start, end, words) for words in offered],
        words=cursor.quote(start, end),
    )
