"""One part phrase: "two of the failed M8 bolts on the left that are brass, except the large ones"."""

import re
from typing import Final

from agent.planning.doubt import Doubt
from agent.planning.draft import Draft
from agent.planning.lexicon import Noun
from agent.planning.parse import DETERMINERS, Parse
from agent.planning.places import names_place
from agent.planning.predicates import take_predicate, take_region, take_tray, take_value
from agent.planning.quantity import take_quantity
from agent.planning.synonyms import FOREIGN, NUMBERS, RANKS, VAGUE
from skills.scene import PartQuery

EXCEPT: Final = ("except", "excluding", "without", "besides", "but", "bar", "not")
_STARTERS: Final = frozenset(
    "all every each any both everything anything atmost atleast exactly no rest others other remaining".split()
)
_SIDE_NOUNS: Final = frozenset("side half hand".split())
_LYING: Final = ("lying", "located", "sitting", "standing", "placed")


def starts_part(parse: Parse) -> bool:
    """Whether a part phrase can begin at the cursor: no verb, unless it describes the noun behind it."""
    word, after = parse.cursor.word(), parse.cursor.word(1)
    lexicon = parse.lexicon
    describes = word in lexicon.attributes or word in lexicon.nouns
    if lexicon.is_verb(word):
        return describes and (after in lexicon.nouns or after in lexicon.attributes)
    numeric = word in NUMBERS or word.isdecimal() or word in VAGUE
    names = word in lexicon.superlatives or word in lexicon.regions or word in RANKS or word in {"non", "first"}
    foreign = any(word in words for words in FOREIGN.values())
    return describes or numeric or names or foreign or word in _STARTERS or word in DETERMINERS


def take_part(parse: Parse, ones: str | None = None) -> Draft | None:
    """The part phrase at the cursor, or None; `ones` is the kind that "the red ones" takes. Raises: Doubt."""
    cursor = parse.cursor
    draft = Draft(start=cursor.at)
    cursor.take("either")
    take_quantity(parse, draft)
    while _take_modifier(parse, draft):
        pass
    _take_head(parse, draft, ones)
    if draft.is_empty and not (draft.article == "the" and cursor.word() in {"on", "at", "that", "which", "with", "in"}):
        cursor.at = draft.start
        return None
    while _take_behind(parse, draft):
        pass
    draft.end = cursor.at
    if draft.noun is None:
        _refuse_unknown_noun(parse)
    elif draft.noun.kind:
        parse.kind = draft.noun.kind
    return draft


def _take_modifier(parse: Parse, draft: Draft) -> bool:
    cursor, lexicon = parse.cursor, parse.lexicon
    word, at = cursor.word(), cursor.at
    if cursor.take("other", "others", "remaining", "rest"):
        draft.rest = True
        if word == "others":
            draft.noun = Noun(None, plural=True)
        _take_of_the(parse)
    elif word in lexicon.superlatives and not _compares(parse):
        cursor.at += 1
        draft.set(parse, "superlative", lexicon.superlatives[word], at)
        _take_of_the(parse)
    elif word in lexicon.regions:
        return _take_region_before(parse, draft)
    elif word in RANKS or (word == "first" and draft.article):
        raise _rank(parse)
    elif cursor.take("coloured", "colored", "sized", "size", "single", "colour", "color"):
        return True
    else:
        return _is_described(parse) and take_value(parse, draft, _take_negation(parse))
    return True


def _is_described(parse: Parse) -> bool:
    """ "scrap" and "reject" are values and verbs: here a verb stands only behind its object."""
    word = parse.cursor.word()
    return word in parse.lexicon.attributes or word in {"non", "not"} or word[:-1] in parse.lexicon.attributes


def _compares(parse: Parse) -> bool:
    """ "larger than": a comparison, which no query can hold."""
    return parse.cursor.word(1) == "than" or parse.cursor.word(2) == "than"


def _take_negation(parse: Parse) -> bool:
    if parse.cursor.word() in {"non", "not"} and parse.cursor.word(1) in parse.lexicon.attributes:
        parse.cursor.at += 1
        return True
    return False


def _take_of_the(parse: Parse) -> None:
    """ "the largest of the gears", "the rest of them"."""
    cursor = parse.cursor
    if cursor.take("of"):
        cursor.take("all")
        if not cursor.take("them"):
            cursor.take("the", "these", "those", "my", "our")
            cursor.take("two", "three")


def _take_region_before(parse: Parse, draft: Draft) -> bool:
    """ "the left gear"; of a place ("the left bin") nothing is taken."""
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
    if not (described or following in {"one", "ones"}) or (word in _WEAK and not sided):
        cursor.at = at
        return False
    draft.set(parse, "region", lexicon.regions[word], at)
    return True


_WEAK: Final = frozenset("near far top upper bottom lower".split())


def _take_head(parse: Parse, draft: Draft, ones: str | None) -> None:
    cursor, lexicon = parse.cursor, parse.lexicon
    at = cursor.at
    word = cursor.word()
    if draft.noun is not None:
        return
    if word in lexicon.nouns:
        cursor.at += 1
        draft.noun = lexicon.nouns[word]
        if draft.noun.kind:
            draft.fields["kind"] = draft.noun.kind
            draft.where["kind"] = at
        if draft.noun.condition:
            draft.set(parse, "condition", draft.noun.condition, at)
    elif cursor.take("everything", "anything"):
        draft.count, draft.noun = "all", Noun(None, plural=True)
    elif (draft.fields or draft.article in {"the", "any"}) and cursor.take("one", "ones"):
        draft.noun = Noun(ones, plural=word == "ones")
        if ones:
            draft.fields["kind"] = ones
            draft.where["kind"] = at
    elif at > draft.start and re.fullmatch(r"m\d+s", cursor.tokens[at - 1].word):
        draft.noun = Noun(None, plural=True)


def _take_behind(parse: Parse, draft: Draft) -> bool:
    """One thing that stands behind the noun."""
    cursor = parse.cursor
    if cursor.take("else"):
        draft.rest = True
        return True
    if cursor.take(*_LYING):
        return True
    if cursor.word() == "left" and not names_place(parse):
        return _take_remaining(parse)
    return (
        (draft.noun is not None and _is_described(parse) and not _is_verb_phrase(parse) and take_value(parse, draft, False))
        or take_region(parse, draft)
        or take_tray(parse)
        or take_predicate(parse, draft)
        or _take_exceptions(parse, draft)
    )


def _is_verb_phrase(parse: Parse) -> bool:
    after = parse.cursor.word(1)
    return parse.lexicon.is_verb(parse.cursor.word()) and (after in DETERMINERS or after in {"all", "every", "it", "them"})


def _take_remaining(parse: Parse) -> bool:
    """ "the parts left on the tray": what is there anyway."""
    parse.cursor.at += 1
    return True


def _take_exceptions(parse: Parse, draft: Draft) -> bool:
    """ "except the gears and the brass nuts"."""
    queries = take_exceptions(parse)
    draft.without += queries
    return bool(queries)


def take_exceptions(parse: Parse) -> list[PartQuery]:
    """The queries behind an excluding word at the cursor; none when there is no such word. Raises: Doubt."""
    cursor = parse.cursor
    start = cursor.at
    if not cursor.take(*EXCEPT) or not (starts_part(parse) or cursor.word() in {"those", "for", "the"}):
        cursor.at = start
        return []
    cursor.take("for")
    return take_left_out(parse) or _reset(parse, start)


def take_left_out(parse: Parse) -> list[PartQuery]:
    """Queries of the parts to leave, joined by "and"; a new quantity ends the list. Raises: Doubt."""
    queries: list[PartQuery] = []
    joined = parse.cursor.at
    while starts_part(parse) and (not queries or parse.cursor.word() not in _STARTERS | frozenset(NUMBERS)):
        start = parse.cursor.at
        kind = parse.kind
        draft = take_part(parse)
        parse.kind = kind
        if draft is None:
            break
        queries += _left_out(parse, draft, start)
        joined = parse.cursor.at
        if not parse.cursor.take("and", ",", "or", "nor"):
            return queries
        parse.cursor.take("and", "or")
    parse.cursor.at = joined
    return queries


def _left_out(parse: Parse, draft: Draft, start: int) -> list[PartQuery]:
    words = parse.cursor.quote(start, parse.cursor.at)
    if "superlative" in draft.fields:
        raise Doubt("ask-superlative-left-out", words=words)
    if isinstance(draft.count, int) or draft.article == "a":
        raise Doubt("ask-all-but", words=words)
    draft.count = "all"
    return [phrase.query for phrase in draft.phrases(parse)]


def _reset(parse: Parse, start: int) -> list[PartQuery]:
    parse.cursor.at = start
    return []


def _rank(parse: Parse) -> Doubt:
    """ "the second largest": offered are the superlatives alone."""
    cursor, lexicon = parse.cursor, parse.lexicon
    at = cursor.at
    superlative = cursor.word(1) if cursor.word(1) in lexicon.superlatives else ""
    return Doubt(
        "ask-rank",
        choices=[cursor.swapped(at, at + 2, superlative)] if superlative else [],
        word=cursor.quote(at, at + 1 + bool(superlative)),
    )


def _refuse_unknown_noun(parse: Parse) -> None:
    """A word for something that this cell has not: "a yellow gear", "the washer"."""
    cursor, lexicon = parse.cursor, parse.lexicon
    word = cursor.word()
    known = {"colour": [v for v in lexicon.values if lexicon.attributes[v.lower()][0] == "colour"]}
    known["kind of part"] = list(lexicon.kinds)
    for what, words in FOREIGN.items():
        if word in words:
            plural = "s" if what != "colour" and word.endswith("s") else ""
            raise Doubt(
                "unknown-value",
                choices=[cursor.swapped(cursor.at, cursor.at + 1, value + plural) for value in known[what]],
                word=cursor.quote(cursor.at, cursor.at + 1),
                what=what,
                known=", ".join(known[what]),
            )
