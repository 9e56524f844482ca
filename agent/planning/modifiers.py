"""What may stand before a part's noun: attributes, superlatives, halves of the tray, "other"."""

from typing import Final

from agent.planning.doubt import Doubt
from agent.planning.draft import Draft
from agent.planning.lexicon import Noun
from agent.planning.parse import DETERMINERS, Parse
from agent.planning.places import names_place
from agent.planning.predicates import is_plural_value, take_value
from agent.planning.quantity import take_number
from agent.planning.synonyms import FOREIGN, NUMBERS, RANKS, VAGUE, WEAK_REGIONS
from agent.planning.wordlist import words

STARTERS: Final = words(
    "all every each any both everything anything whichever whatever atmost atleast exactly no rest others other",
    "remaining",
)


_DIMENSIONS: Final = words("coloured colored sized size colour color")


def starts_part(parse: Parse) -> bool:
    """Whether a part phrase can begin at the cursor: no verb, unless it describes the noun behind it."""
    word, after = parse.cursor.word(), parse.cursor.word(1)
    lexicon = parse.lexicon
    describes = word in lexicon.attributes or word in lexicon.nouns
    if lexicon.is_verb(word):
        return describes and (after in lexicon.nouns or after in lexicon.attributes)
    numeric = word in NUMBERS or word.isdecimal() or word in VAGUE
    names = (
        word in lexicon.superlatives
        or word in lexicon.regions
        or (word in RANKS and after not in {",", ":"})
        or word in {"non", "first"}
    )
    foreign = any(word in words for words in FOREIGN.values())
    return describes or numeric or names or foreign or word in STARTERS or word in DETERMINERS


def take_modifier(parse: Parse, draft: Draft) -> bool:
    cursor, lexicon = parse.cursor, parse.lexicon
    word, at = cursor.word(), cursor.at
    if cursor.take("other", "others", "remaining", "rest"):
        draft.rest = "else" if word in {"other", "remaining"} and cursor.word() in lexicon.nouns else "others"
        draft.other = draft.other or word in {"other", "others"}
        draft.remainder = word == "rest"
        if word == "others":
            draft.noun = Noun(None, plural=True)
        if _take_of_the(parse):
            draft.rest = "else"
    elif word in lexicon.superlatives and not _compares(parse):
        cursor.at += 1
        draft.set(parse, "superlative", lexicon.superlatives[word], at)
        draft.count = draft.count or take_number(parse)  # "the largest two gears"
        if _take_of_the(parse):
            draft.count = draft.count or 1
    elif word in lexicon.regions:
        return _take_region_before(parse, draft)
    elif word in RANKS or (word == "first" and draft.article):
        raise _rank(parse)
    elif word == "single" or (word in _DIMENSIONS and cursor.word(1) in lexicon.attributes):
        cursor.at += 1
    else:
        return is_described(parse) and take_value(parse, draft, _take_negation(parse))
    return True


def is_described(parse: Parse) -> bool:
    """“scrap” and "reject" are values and verbs: here a verb stands only behind its object."""
    word = parse.cursor.word()
    return word in parse.lexicon.attributes or word in {"non", "not"} or is_plural_value(parse, word)


def _compares(parse: Parse) -> bool:
    """“larger than”: a comparison, which no query can hold."""
    return parse.cursor.word(1) == "than" or parse.cursor.word(2) == "than"


def _take_negation(parse: Parse) -> bool:
    if parse.cursor.word() in {"non", "not"} and parse.cursor.word(1) in parse.lexicon.attributes:
        parse.cursor.at += 1
        return True
    return False


def _take_of_the(parse: Parse) -> bool:
    """“the largest of the gears”, "the rest of the nuts"."""
    cursor = parse.cursor
    start = cursor.at
    if cursor.take("of"):
        cursor.take("all")
        cursor.take("the", "these", "those", "my", "our")
        cursor.take("two", "three")
        if starts_part(parse):
            return True
    cursor.at = start
    return False


def _take_region_before(parse: Parse, draft: Draft) -> bool:
    """“the left gear”; of a place ("the left bin") nothing is taken."""
    cursor, lexicon = parse.cursor, parse.lexicon
    at = cursor.at
    if names_place(parse):
        return False
    word = cursor.word()
    cursor.at += 1
    cursor.take("hand")
    sided = bool(cursor.take("side", "half"))
    following = cursor.word()
    described = following in lexicon.nouns or following in lexicon.attributes or following in lexicon.regions
    if not (described or following in {"one", "ones"}) or (word in WEAK_REGIONS and not sided):
        cursor.at = at
        return False
    draft.set(parse, "region", lexicon.regions[word], at)
    return True


def _rank(parse: Parse) -> Doubt:
    """“the second largest”: offered are the superlatives alone."""
    cursor, lexicon = parse.cursor, parse.lexicon
    at = cursor.at
    superlative = cursor.word(1) if cursor.word(1) in lexicon.superlatives else ""
    return Doubt(
        "ask-rank",
        choices=[cursor.swapped(at, at + 2, superlative)] if superlative else [],
        word=cursor.quote(at, at + 1 + bool(superlative)),
    )
