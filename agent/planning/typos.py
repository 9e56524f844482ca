"""Typing errors: a word that is near to exactly one word of the cell, and is no English word itself.

Strict, because a wrong guess moves a wrong part: up to four letters only a swap, a doubled or lost
letter or a neighbouring key; sizes, numbers and words of two letters never.
"""

import re
from collections.abc import Iterable
from typing import Final

from rapidfuzz.distance import OSA, DamerauLevenshtein

from agent.planning.english import ENGLISH
from agent.planning.synonyms import FOREIGN

_ROWS: Final = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_NEGATION: Final = re.compile("un|in|im|non|dis|mis|de|")
_FOREIGN: Final = frozenset().union(*FOREIGN.values())


def _neighbours() -> frozenset[tuple[str, str]]:
    where = {key: (row, column + 0.5 * row) for row, keys in enumerate(_ROWS) for column, key in enumerate(keys)}
    return frozenset(
        (a, b)
        for a, (row, column) in where.items()
        for b, (other_row, other_column) in where.items()
        if a != b and abs(row - other_row) <= 1 and abs(column - other_column) <= 1
    )


_NEIGHBOURS: Final = _neighbours()


def correct(word: str, vocabulary: Iterable[str]) -> str | None:
    """The one word of `vocabulary` that `word` was meant to be; None when there is none, or two."""
    if len(word) < 3 or not word.isalpha() or word in ENGLISH or word in _FOREIGN:
        return None
    allowed = 1 if len(word) < 8 else 2
    distances = {
        known: DamerauLevenshtein.distance(word, known, score_cutoff=allowed)
        for known in vocabulary
        if len(known) > 2 and abs(len(known) - len(word)) <= allowed
    }
    least = min(distances.values(), default=allowed + 1)
    nearest = [known for known, distance in distances.items() if distance == least <= allowed]
    swapped = [known for known in nearest if sorted(known) == sorted(word)]
    best = swapped if len(swapped) == 1 else nearest
    meant = best[0] if len(best) == 1 else word
    return meant if meant != word and _is_slip(word, meant) and not _negates(word, meant) else None


def _negates(word: str, known: str) -> bool:
    """Whether they begin with different prefixes of negation: “unbroken” is no slip of “broken”."""
    return _NEGATION.match(word)[0] != _NEGATION.match(known)[0]  # type: ignore[index]  # it matches nothing, too


def _is_slip(word: str, known: str) -> bool:
    """Whether short words differ by what a hurried hand does; in longer ones any letter may be wrong."""
    if min(len(word), len(known)) > 4:
        return True
    if len(word) != len(known):
        return len(known) > 3 and _differs_inside(word, known)
    wrong = [(a, b) for a, b in zip(word, known, strict=True) if a != b]
    if len(wrong) == 2:
        return sorted(word) == sorted(known)
    return len(known) > 3 and all(pair in _NEIGHBOURS for pair in wrong)


def _differs_inside(word: str, known: str) -> bool:
    """A letter lost or doubled; not an s too many, which would change how many are meant."""
    longer, shorter = (word, known) if len(word) > len(known) else (known, word)
    return OSA.distance(longer, shorter) == 1 and word != f"{known}s"
