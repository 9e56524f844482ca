"""Phrases that a person, or a network, may take for each other: the same but for a letter or a little word."""

from collections.abc import Callable, Iterator, Sequence
from typing import Final, TypeVar

LITTLE: Final = frozenset(
    ("a", "an", "the", "this", "that", "it", "to", "into", "in", "on", "onto", "at", "against", "of", "off", "from")
)
"""Words that seldom tell two phrases apart."""
LONG: Final = 4
"""A letter more, less or other in a word of at least so many is easily overlooked; M6 and M8 are not meant."""

Item = TypeVar("Item")
Owned = tuple[int, str]
"""A phrase and the number of the card that says it."""


def confusable_phrases(phrases: Sequence[Owned]) -> Iterator[tuple[Owned, Owned, str]]:
    """Pairs of phrases that are easily confused, each once, and why; the same phrase twice is no such pair."""
    told: set[tuple[str, str]] = set()
    for key, why in ((_letters, "are the same but for case, blanks and marks"), (_content, "differ by little words")):
        for group in _groups(phrases, key):
            for one, other in _pairs(group):
                if _is_new(one, other, told):
                    yield one, other, why
    for variants in _one_word_apart(phrases):
        for (one, word), (other, instead) in _pairs(variants):
            if _is_slip(word, instead) and _is_new(one, other, told):
                yield one, other, f"differ by one letter: {word!r} and {instead!r}"


def one_letter_apart(one: str, other: str) -> bool:
    """Whether one letter more, less, other, or two neighbours swapped make one word of the other."""
    if len(one) > len(other):
        one, other = other, one
    at = next((i for i, (a, b) in enumerate(zip(one, other, strict=False)) if a != b), len(one))
    if len(one) < len(other):
        return len(other) - len(one) == 1 and one[at:] == other[at + 1 :]
    rest, swapped = one[at + 1 :] == other[at + 1 :], one[at : at + 2] == other[at : at + 2][::-1]
    return one != other and (rest or (swapped and one[at + 2 :] == other[at + 2 :]))


def _is_slip(one: str, other: str) -> bool:
    return min(len(one), len(other)) >= LONG and one_letter_apart(one.casefold(), other.casefold())


def _letters(phrase: str) -> str:
    return "".join(letter for letter in phrase.casefold() if letter.isalnum())


def _content(phrase: str) -> str:
    return " ".join(word for word in phrase.casefold().split() if word not in LITTLE)


def _groups(phrases: Sequence[Owned], key: Callable[[str], str]) -> Iterator[list[Owned]]:
    groups: dict[str, list[Owned]] = {}
    for owned in phrases:
        groups.setdefault(key(owned[1]), []).append(owned)
    return (group for group in groups.values() if len(group) > 1)


def _one_word_apart(phrases: Sequence[Owned]) -> Iterator[list[tuple[Owned, str]]]:
    """Phrases that are the same but for the word at one place, with that word."""
    groups: dict[tuple[str, ...], list[tuple[Owned, str]]] = {}
    for owned in phrases:
        words = owned[1].split()
        for at, word in enumerate(words):
            groups.setdefault((*words[:at], "", *words[at + 1 :]), []).append((owned, word))
    return (group for group in groups.values() if len(group) > 1)


def _pairs(group: Sequence[Item]) -> Iterator[tuple[Item, Item]]:
    return ((one, other) for number, one in enumerate(group) for other in group[number + 1 :])


def _is_new(one: Owned, other: Owned, told: set[tuple[str, str]]) -> bool:
    pair = (min(one[1], other[1]), max(one[1], other[1]))
    fresh = one[1] != other[1] and pair not in told
    told.add(pair)
    return fresh
