"""Typing errors: a word that is near to exactly one word of the cell, and is no English word itself.

Strict, because a wrong guess moves a wrong part: up to four letters only a swap, a doubled or lost
letter, a neighbouring key or another vowel; sizes, numbers and words of two letters never.
"""

import re
from typing import Final

from rapidfuzz.distance import OSA, DamerauLevenshtein

from agent.planning.english import ENGLISH
from agent.planning.lexicon import Lexicon
from agent.planning.synonyms import FOREIGN

_ROWS: Final = ("qwertyuiop", "asdfghjkl", "zxcvbnm")
_JOINING: Final = frozenset({"and", "into", "from", "with"})
_SHORT: Final = frozenset({"in", "on", "to", "of", "up", "at"})
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


_NEIGHBOURS: Final = _neighbours() | {(a, b) for a in "aeiou" for b in "aeiou" if a != b}


def correct(word: str, lexicon: Lexicon) -> str | None:
    """The word of `lexicon` that `word` was meant to be; None when there is none, or several that say different things.

    Words that describe parts must all say the same to be chosen from; of others, the likeliest slip is chosen.
    """
    slips = _slips(word, lexicon)
    nearest = [known for known, slip in slips.items() if slip[:2] == min(slips.values())[:2]]
    swapped = [known for known in nearest if sorted(known) == sorted(word)]
    described = {lexicon.meaning(known) for known in nearest if lexicon.describes(known)}
    if not slips or (len(swapped) != 1 and len(described) > 1):
        return None
    meant = [known for known in (swapped if len(swapped) == 1 else nearest) if _is_slip(word, known)]
    likeliest = [known for known in meant if slips[known] == min(slips[other] for other in meant)]
    clear = len({lexicon.meaning(known) for known in likeliest}) == 1 and not _negates(word, likeliest[0])
    return likeliest[0] if clear else None


def likely(word: str, lexicon: Lexicon) -> tuple[str, ...]:
    """What may have been meant by a `word` that `correct` leaves alone, the likeliest first: to be asked, never taken.

    An English word may be a slip as well: “rad”, “filed”.
    """
    near = _near(word, lexicon)
    meant = [known for known in near if not _negates(word, known)]
    return tuple(sorted(meant, key=lambda known: (near[known], not _is_beside(word, known), known)))


def unglued(word: str, lexicon: Lexicon) -> tuple[str, str] | None:
    """The two words that were written without a blank: "leftbin"; None when there are none, or more.

    Not behind a part's name: a gearbox is no gear.
    """
    if word in ENGLISH or not word.isalpha():
        return None
    if word[:2] in _SHORT and word[2:] in {"the", "all", "my"}:
        return word[:2], word[2:]
    pairs = [(word[:i], word[i:]) for i in range(3, len(word) - 2)]
    found = [
        (a, b)
        for a, b in pairs
        if a in lexicon.targets and b in lexicon.targets and (a not in lexicon.nouns or b in _JOINING)
    ]
    return found[0] if len(found) == 1 else None


def _slips(word: str, lexicon: Lexicon) -> dict[str, tuple[int, bool, bool, bool]]:
    """As `_near`, but nothing is near to an English word."""
    return {} if word in ENGLISH else _near(word, lexicon)


def _near(word: str, lexicon: Lexicon) -> dict[str, tuple[int, bool, bool, bool]]:
    """The words of `lexicon` that are near to `word`, each with how unlikely it is that it was meant."""
    if len(word) < 3 or not word.isalpha() or word in _FOREIGN:
        return {}
    allowed = 1 if len(word) < 8 else 2
    return {
        known: _slip(word, known, distance)
        for known in lexicon.targets
        if len(known) > 2 and abs(len(known) - len(word)) <= allowed
        if 0 < (distance := DamerauLevenshtein.distance(word, known, score_cutoff=allowed)) <= allowed
    }


def _slip(word: str, known: str, distance: int) -> tuple[int, bool, bool, bool]:
    """How unlikely it is that a hand that meant `known` wrote `word`: hurried hands swap and lose letters more than
    they add any, and begin words right.
    """
    added = len(word) > len(known) and not _doubles(word, known)
    return distance, added, word[0] != known[0], len(word) == len(known)


def _doubles(word: str, known: str) -> bool:
    """Whether `word` is `known` with a letter written twice."""
    return any(word[i] == word[i - 1] and word[:i] + word[i + 1 :] == known for i in range(1, len(word)))


def _negates(word: str, known: str) -> bool:
    """Whether they begin with different prefixes of negation: “unbroken” is no slip of “broken”."""
    if sorted(word) == sorted(known):
        return False
    return _NEGATION.match(word)[0] != _NEGATION.match(known)[0]  # type: ignore[index]  # it matches nothing, too


def _is_slip(word: str, known: str) -> bool:
    """Whether short words differ by what a hurried hand does; in longer ones any letter may be wrong."""
    if min(len(word), len(known)) > 4:
        return word[0] == known[0] or DamerauLevenshtein.distance(word, known) == 1
    if len(word) != len(known):
        return (len(known) > 3 or _doubles(word, known)) and _differs_inside(word, known)
    if sum(a != b for a, b in zip(word, known, strict=True)) == 2:
        return sorted(word) == sorted(known)
    return len(known) > 3 and _is_beside(word, known)


def _is_beside(word: str, known: str) -> bool:
    """Whether words of one length differ by neighbouring keys and other vowels only."""
    return len(word) == len(known) and all((a, b) in _NEIGHBOURS for a, b in zip(word, known, strict=True) if a != b)


def _differs_inside(word: str, known: str) -> bool:
    """A letter lost or doubled; not an s too many, which would change how many are meant."""
    longer, shorter = (word, known) if len(word) > len(known) else (known, word)
    return OSA.distance(longer, shorter) == 1 and word != f"{known}s"
