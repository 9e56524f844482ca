"""A number of parts that is shared out: "take two nuts, put one in the left bin and the other in the right bin"."""

from dataclasses import replace
from typing import Final

from agent.planning.parse import STOPS, TO, Parse
from agent.planning.places import names_place, take_place
from agent.planning.quantity import take_number
from skills.words import TRAY

_REST: Final = (
    *(("the", "other", "one"), ("the", "other"), ("the", "remaining", "one"), ("the", "last", "one"), ("the", "last")),
    *(("the", "other", "ones"), ("the", "others"), ("the", "rest"), ("the", "remaining", "ones")),
)
_ONE_LEFT: Final = ("one", "other", "last")


def take_shares(parse: Parse) -> bool:
    """All shares of the parts that wait for a place, where they are as many as these; else nothing is taken.

    Raises: Doubt for a place that is not there.
    """
    cursor = parse.cursor
    start, pending = cursor.at, parse.pending
    if pending is None or pending.default or len(pending.phrases) != 1:
        return False
    whole = pending.phrases[0]
    if whole.quantity == "all" or whole.at_most or whole.quantity < 2:
        return False
    shares: list[tuple[int, str]] = []
    left = whole.quantity
    while left > 0 and (share := _take_share(parse, left)):
        shares.append(share)
        left -= share[0]
        if left > 0:
            cursor.take(",", ";", ".")
            cursor.take("and")
            cursor.take("then")
    if left != 0 or len(shares) < 2 or cursor.word() not in STOPS:
        cursor.at = start
        return False
    parse.pending, first = None, len(parse.moves)
    for count, place in shares:
        parse.add([replace(whole, quantity=count, counted=True, definite=False)], place)
    parse.group = first
    return True


def _take_share(parse: Parse, left: int) -> tuple[int, str] | None:
    """“put one in the left bin”, "the other goes in the right bin": how many, and where to."""
    cursor = parse.cursor
    if "put" in parse.lexicon.verbs.get(cursor.word(), ()):
        cursor.at += 1
    count = take_number(parse) or _take_rest(parse, left)
    cursor.take_run("of", "them")
    cursor.take("should", "must", "shall")
    cursor.take("go", "goes")
    if count is None or not cursor.take(*TO) or not names_place(parse):
        return None
    place = take_place(parse)
    return (count, place) if place and place != TRAY else None


def _take_rest(parse: Parse, left: int) -> int | None:
    """“the other” is one, "the others" are more; None where not as many are left."""
    for run in _REST:
        if parse.cursor.take_run(*run):
            several = run[-1] not in _ONE_LEFT
            return left if several == (left > 1) or run[-1] == "rest" else None
    return None
