"""A word for a part or a place that the cell has not: named alone, with what the cell knows of its sort.

Its sort is that of the known words which lead to a plan in its place; where none does, more is unclear than a word.
"""

import re
from collections.abc import Iterator
from typing import Final, NamedTuple

from agent.planning.doubt import Doubt
from agent.planning.guesses import swapped
from agent.planning.lexicon import FIELD_OF, Lexicon
from agent.planning.parse import DETERMINERS, STOPS
from agent.planning.reading import Reading
from agent.planning.synonyms import FOREIGN
from agent.planning.tokens import Cursor
from agent.planning.wordlist import words

_KIND, _PLACE, _LOOK = "kind of part", "place", "colour, finish, size or condition"
_METRIC: Final = re.compile(r"m\d+s?")
_SHORTEST: Final = 3
"""Letters; a shorter word is most likely a slip of a little word such as "in"."""
_TO: Final = DETERMINERS | words("in into inside onto on to")


class StandIn(NamedTuple):
    """`doubt` is the question where `instruction`, with a known word for the unknown one, is planned."""

    instruction: str
    doubt: Doubt


def stand_ins(reading: Reading, lexicon: Lexicon, place_open: bool) -> Iterator[StandIn]:
    """For the one unknown word, known words of each sort; none where there are more. With `place_open` it may say
    which of several places is meant.
    """
    cursor = reading.cursor()
    at = [i for i, token in enumerate(cursor.tokens) if _is_unknown(token.word, lexicon)]
    if len({cursor.tokens[i].word for i in at}) != 1:
        return
    cursor.at = at[0]
    for sort in _sorts(cursor, lexicon, place_open):
        known = ", ".join(_known(sort, lexicon))
        doubt = Doubt("unknown-value", word=cursor.quote(at[0], at[0] + 1), what=sort, known=known)
        for word in _words(sort, lexicon, place_open):
            yield StandIn(swapped(reading, cursor.tokens[at[0]], word), doubt)


def _is_unknown(word: str, lexicon: Lexicon) -> bool:
    return word.isalnum() and not word.isdecimal() and word not in lexicon.vocabulary


def _sorts(cursor: Cursor, lexicon: Lexicon, place_open: bool) -> Iterator[str]:
    """What the word at the cursor can be a word for, by its form and by the words beside it."""
    word, before, after = cursor.word(), cursor.word(-1), cursor.word(1)
    if _METRIC.fullmatch(word):
        yield "size"
    elif foreign := next((sort for sort, known in FOREIGN.items() if word in known), None):
        yield foreign
    elif len(word) >= _SHORTEST:
        if before not in STOPS or after in _TO:
            yield _KIND
        if place_open or before in _TO or _begins_place(before, lexicon):
            yield _PLACE
        if after in lexicon.nouns or lexicon.describes(after):
            yield _LOOK


def _begins_place(word: str, lexicon: Lexicon) -> bool:
    return word in lexicon.place_words and word not in lexicon.place_nouns and word not in lexicon.attributes


def _known(sort: str, lexicon: Lexicon) -> tuple[str, ...]:
    if sort == _PLACE:
        return lexicon.places
    if sort == _KIND:
        return lexicon.kinds
    return tuple(value for value in lexicon.values if sort in {FIELD_OF[value], _LOOK})


def _words(sort: str, lexicon: Lexicon, place_open: bool) -> tuple[str, ...]:
    if sort == _PLACE:
        return (*sorted(lexicon.place_nouns), *(["on the left"] if place_open else []))
    if sort == _KIND:
        return "parts", "part"
    known = _known(sort, lexicon)
    return known if sort == _LOOK else (*known, *(f"{value} parts" for value in known))
