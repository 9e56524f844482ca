"""What a person says of places that no camera sees: "the left fixture is empty", "I have emptied the left bin"."""

from collections.abc import Iterable
from typing import Final

from agent.planning.lexicon import Lexicon
from agent.planning.parse import Parse
from agent.planning.places import names_place, take_place
from agent.planning.tokens import END
from agent.planning.wording import listed
from agent.planning.wordlist import words
from skills.plan import Hole
from skills.words import SIZES_OF, Size

_OPENERS: Final = words("ok okay yes hey hi hello right well so , : and")
_STATES: Final = ("empty", "free", "clear", "cleared", "emptied", "freed", "unloaded", "vacant")
_DONE: Final = ("emptied", "cleared", "freed", "unloaded")
_TAKEN: Final = ("took", "taken", "removed")
_HOLES: Final = ("hole", "holes")


def freed_holes(parse: Parse) -> tuple[Hole, ...]:
    """The holes that are said to be empty again; none when anything else is said. Only a plain statement counts.

    Raises: Doubt when it is unclear which fixture is meant.
    """
    if not parse.lexicon.holes:
        return ()
    parse.cursor.skip(_OPENERS)
    start = parse.cursor.at
    for attempt in (_take_is_empty, _take_emptied, _take_taken_out):
        parse.cursor.at = start
        if (holes := attempt(parse)) and _is_over(parse):
            return holes
    return ()


def emptied_place(parse: Parse) -> str | None:
    """The place of bounded capacity that is said to be empty again; None when anything else is said.

    Raises: Doubt when it is unclear which place is meant.
    """
    if not parse.lexicon.bounded or not _is_said(parse, *_STATES):
        return None
    cursor = parse.cursor
    cursor.skip(_OPENERS)
    by_us = cursor.take("i", "we")
    cursor.take("have")
    if by_us and not cursor.take(*_DONE):
        return None
    place = take_place(parse) if names_place(parse) else None
    cursor.take("is", "was", "has")
    cursor.take("been")
    if place not in parse.lexicon.bounded or not (by_us or cursor.take(*_STATES)):
        return None
    return place if _is_over(parse) else None


def holes_words(holes: Iterable[Hole], lexicon: Lexicon) -> list[str]:
    """“the left fixture” where all of its holes are meant, else "the M8 hole of the left fixture"."""
    sizes: dict[str, list[Size]] = {}
    for hole in holes:
        sizes.setdefault(hole.fixture, []).append(hole.size)
    return [
        f"the {fixture}"
        if len(said) == len(lexicon.holes[fixture])
        else f"the {listed([*said])} hole{'s' if len(said) > 1 else ''} of the {fixture}"
        for fixture, said in sizes.items()
    ]


def _take_is_empty(parse: Parse) -> tuple[Hole, ...]:
    """“the M8 hole of the left fixture is free again”."""
    cursor = parse.cursor
    if not _is_said(parse, *_STATES):
        return ()
    holes = _take_holes(parse)
    cursor.take("is", "are", "was", "were", "has", "have")
    cursor.take("been")
    cursor.take("all", "both")
    return holes if cursor.take(*_STATES) else ()


def _take_emptied(parse: Parse) -> tuple[Hole, ...]:
    """“I have emptied both fixtures”."""
    if not parse.cursor.take("i", "we"):
        return ()
    parse.cursor.take("have")
    return _take_holes(parse) if parse.cursor.take(*_DONE) else ()


def _take_taken_out(parse: Parse) -> tuple[Hole, ...]:
    """“I took the M8 bolt out of the left fixture”; which size it was must be said."""
    cursor = parse.cursor
    if not cursor.take("i", "we"):
        return ()
    cursor.take("have")
    if not cursor.take(*_TAKEN):
        return ()
    cursor.take("out")
    cursor.take("the", "all", "both")
    sizes = _take_sizes(parse)
    every = cursor.word() == "bolts" and not sizes
    bolts = cursor.take("bolt", "bolts", "one", "ones") or sizes
    cursor.take("out")
    if not bolts or not (sizes or every) or not cursor.take("from"):
        return ()
    return _holes(parse, _take_fixtures(parse), sizes)


def _take_holes(parse: Parse) -> tuple[Hole, ...]:
    """“the M6 and M8 holes of the left fixture”, "the left fixture", "both fixtures"."""
    cursor = parse.cursor
    start = cursor.at
    cursor.take("the", "all", "both", "every")
    cursor.take("of")
    cursor.take("the")
    sizes = _take_sizes(parse)
    if cursor.take(*_HOLES):
        if cursor.take("of", "in", "on", "at"):
            return _holes(parse, _take_fixtures(parse), sizes)
        return ()
    cursor.at = start
    fixtures = _take_fixtures(parse)
    at = cursor.at
    sizes = _take_sizes(parse)
    if not sizes or not cursor.take(*_HOLES):
        cursor.at, sizes = at, ()
    return _holes(parse, fixtures, sizes)


def _take_fixtures(parse: Parse) -> tuple[str, ...]:
    """One fixture, or all of them. Raises: Doubt."""
    cursor = parse.cursor
    start = cursor.at
    every = cursor.take("all", "both", "every")
    cursor.take("of")
    cursor.take("the")
    if cursor.take("fixtures", "jigs", "nests") or (every and cursor.take("fixture", "jig", "nest")):
        return tuple(parse.lexicon.holes)
    cursor.at = start
    if not names_place(parse):
        return ()
    place = take_place(parse)
    return (place,) if place in parse.lexicon.holes else ()


def _take_sizes(parse: Parse) -> tuple[Size, ...]:
    """“M6 and M8”."""
    found: list[Size] = []
    while True:
        size = next((size for size in SIZES_OF["bolt"] if size.lower() == parse.cursor.word()), None)
        if size is None:
            return tuple(found)
        parse.cursor.at += 1
        found.append(size)
        parse.cursor.take("and", ",")


def _holes(parse: Parse, fixtures: tuple[str, ...], sizes: tuple[Size, ...]) -> tuple[Hole, ...]:
    """The holes of these sizes, of all sizes where none was said."""
    return tuple(
        Hole(fixture=fixture, size=size)
        for fixture in fixtures
        for size in parse.lexicon.holes[fixture]
        if size in sizes or not sizes
    )


def _is_said(parse: Parse, *wanted: str) -> bool:
    return any(token.word in wanted for token in parse.cursor.tokens)


def _is_over(parse: Parse) -> bool:
    parse.cursor.skip(words("again already by hand too . ,"))
    return parse.cursor.word() == END
