"""Place phrases: "the left bin", "the bin on the left", "quality control", "the right one"."""

from itertools import pairwise
from typing import Final

from agent.planning.doubt import Doubt
from agent.planning.parse import DETERMINERS, PREPOSITIONS, STOPS, Parse
from agent.planning.synonyms import COPULAS
from skills.errors import nearest

SIDES: Final = {"left": "left", "lefthand": "left", "right": "right", "righthand": "right"}
_QUANTIFIERS: Final = frozenset({"all", "every", "each", "both", "any", "that", "which", "everything", "it", "them"})
_BOUNDARIES: Final = STOPS | PREPOSITIONS | DETERMINERS | _QUANTIFIERS | COPULAS


def take_place(parse: Parse) -> str | None:
    """The place that the words at the cursor name, with the tray; None when they name no place.

    Raises: Doubt when they name a place that is not there, is out of reach, or could be several.
    """
    cursor = parse.cursor
    start = cursor.at
    cursor.skip(DETERMINERS)
    end = _end_of_place(parse, cursor.at)
    if end is None:
        cursor.at = start
        return None
    words = [cursor.tokens[i].word for i in range(cursor.at, end)]
    cursor.at = end
    meant, unknown = _meanings(parse, words)
    meant |= _tail(parse)
    if unknown:
        raise unknown_place(parse, start)
    parse.place_at = (start, cursor.at)
    return _resolve(parse, frozenset(meant), start)


def end_of_place(parse: Parse) -> int | None:
    """Index of the token behind the place phrase at the cursor; None when there is none. The cursor stays."""
    at = parse.cursor.at
    parse.cursor.skip(DETERMINERS)
    end = _end_of_place(parse, parse.cursor.at)
    parse.cursor.at = at
    return end


def side_place(parse: Parse) -> str | None:
    """“the left bin …, the rest in the right”: a side alone at the cursor, and the noun of another place."""
    word = parse.cursor.word()
    name = f"{SIDES.get(word)} {parse.place_noun or _noun_ahead(parse)}"
    return name if parse.cursor.word(1) in STOPS and name in parse.places else None


def _noun_ahead(parse: Parse) -> str | None:
    """“the nuts in the left and the bolts in the right bin”: the noun that the first side waits for."""
    words = [token.word for token in parse.cursor.tokens[parse.cursor.at + 1 :]]
    nouns = (parse.lexicon.place_words.get(b, frozenset()) for a, b in pairwise(words) if a in SIDES)
    return next((min(noun) for noun in nouns if len(noun) == 1 and noun <= parse.lexicon.place_nouns), None)


def names_place(parse: Parse) -> bool:
    """Whether a place phrase stands at the cursor; the cursor stays."""
    return end_of_place(parse) is not None


def unknown_place(parse: Parse, start: int) -> Doubt:
    """The words from `start` to the next boundary name no place of the cell."""
    cursor, places = parse.cursor, parse.places
    if start >= len(cursor.tokens):
        return Doubt(
            "ask-where",
            choices=[cursor.swapped(start, start, f"the {place}") for place in places],
            words=cursor.quote(start - 1, start),
            places=", ".join(places),
        )
    end = max(cursor.at, start + 1)
    while end < len(cursor.tokens) and cursor.tokens[end].word not in _BOUNDARIES:
        end += 1
    words = cursor.quote(start, end)
    likely = nearest(words.removeprefix("the "), places)
    ordered = (*likely, *(place for place in places if place not in likely))
    return Doubt(
        "unknown-place",
        choices=[cursor.swapped(start, end, f"the {place}") for place in ordered],
        words=words,
        places=", ".join(ordered),
    )


def _end_of_place(parse: Parse, start: int) -> int | None:
    """Index behind the last place noun before a boundary, or behind a run of words that only a place has."""
    tokens, words = parse.cursor.tokens, parse.lexicon.place_words
    behind_noun, run, distinctive = None, start, False
    for i in range(start, len(tokens)):
        word = tokens[i].word
        if word in _BOUNDARIES or _counts_parts(parse, word) or (parse.lexicon.is_verb(word) and word not in words):
            break
        if _is_noun(parse, word) or (word in {"one", "ones"} and i > start and tokens[i - 1].word in words):
            behind_noun = i + 1
        if run == i and word in words:
            run = i + 1
            distinctive = distinctive or _is_distinctive(parse, word)
    if behind_noun is not None:
        return behind_noun
    described = run < len(tokens) and (tokens[run].word in parse.lexicon.nouns or tokens[run].word in {"one", "ones"})
    return run if distinctive and not described else None


def _counts_parts(parse: Parse, word: str) -> bool:
    """“bolts left bin”: parts and a place."""
    noun = parse.lexicon.nouns.get(word)
    return noun is not None and noun.kind is not None


def _is_noun(parse: Parse, word: str) -> bool:
    meaning = parse.lexicon.place_words.get(word, frozenset())
    return word in {"tray"} or (bool(meaning) and meaning <= parse.lexicon.place_nouns)


def _is_distinctive(parse: Parse, word: str) -> bool:
    """Whether no part is ever described by it: "left" and "red" alone name no place."""
    lexicon = parse.lexicon
    return any(m not in lexicon.regions and m not in lexicon.attributes for m in lexicon.place_words[word])


def _meanings(parse: Parse, words: list[str]) -> tuple[set[str], bool]:
    """The words of places' names that are meant, and whether a word is among them that no place has."""
    meant: set[str] = set()
    unknown = False
    for word in words:
        if word in {"one", "ones"}:
            meant |= {parse.place_noun} if parse.place_noun else set()
        elif word in parse.lexicon.place_words:
            meant |= parse.lexicon.place_words[word]
        elif word not in {"hand", "side", "coloured", "colored"}:
            unknown = True
    return meant, unknown


def _tail(parse: Parse) -> set[str]:
    """What follows a place's noun: "on the left", "for rejects", "marked QC"."""
    cursor = parse.cursor
    start = cursor.at
    any(cursor.take_run(pronoun, "is") for pronoun in ("that", "which"))
    if cursor.take("on", "to", "at"):
        cursor.take("the", "your", "my")
        side = cursor.take(*SIDES)
        if side and cursor.word() not in parse.lexicon.place_words and cursor.word() not in parse.lexicon.nouns:
            cursor.take("hand")
            cursor.take("side")
            return {SIDES[side]}
    elif cursor.word() in SIDES and cursor.word(1) in STOPS:
        return {SIDES[cursor.take(*SIDES)]}  # "fixture left"
    elif cursor.take("for", "marked", "labelled", "labeled", "called", "named"):
        cursor.take("the", "all")
        meaning = parse.lexicon.place_words.get(cursor.word())
        if meaning:
            cursor.at += 1
            cursor.take("parts", "ones", "pieces", "control", "bin")
            return set(meaning)
    cursor.at = start
    return set()


def _resolve(parse: Parse, meant: frozenset[str], start: int) -> str:
    lexicon, cursor = parse.lexicon, parse.cursor
    if meant == {"tray"}:
        return "tray"
    fitting = [place for place in lexicon.place_names if meant <= lexicon.place_name_words(place)]
    exact = [place for place in fitting if meant == lexicon.place_name_words(place)]
    found = exact or fitting
    if not found or not meant:
        raise unknown_place(parse, start)
    if len(found) > 1:
        raise Doubt(
            "ask-which-place",
            choices=[cursor.swapped(start, cursor.at, f"the {place}") for place in found],
            words=cursor.quote(start, cursor.at),
            places=", ".join(found),
        )
    if found[0] in lexicon.unreachable:
        raise Doubt("refuse-place-skill", "refused", place=found[0], places=parse.listed_places())
    parse.place_noun = found[0].split()[-1]
    return found[0]
