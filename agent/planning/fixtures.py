"""What may go into a fixture: bolts, and no more of a size than it has holes for."""

from collections import Counter
from collections.abc import Iterable

from agent.planning.doubt import Doubt
from agent.planning.parse import Move, Parse, PartPhrase


def check_fixtures(parse: Parse, moves: Iterable[Move]) -> None:
    """Raises: Doubt when anything but bolts, or more bolts than there are holes, shall go into a fixture."""
    taken: Counter[tuple[str, str | None]] = Counter()
    for move in moves:
        if move.place in parse.lexicon.holes:
            _check_parts(parse, move)
            _check_room(parse, move, taken)


def _check_parts(parse: Parse, move: Move) -> None:
    query, holes = move.phrase.query, parse.lexicon.holes[move.place]
    if query.kind not in {None, "bolt"} or query.size not in {None, *holes}:
        others = [place for place in parse.lexicon.places if place not in parse.lexicon.holes]
        raise Doubt(
            "ask-no-hole",
            choices=_elsewhere(parse, move, others),
            part=move.phrase.describe(),
            place=move.place,
            holes=", ".join(holes),
            places=", ".join(others),
        )
    if query.kind is None:
        raise Doubt(
            "ask-bolts-only",
            choices=[_as_bolts(parse, move.phrase)],
            words=parse.cursor.quote(move.phrase.start, move.phrase.end),
            place=move.place,
            holes=", ".join(holes),
        )


def _check_room(parse: Parse, move: Move, taken: Counter[tuple[str, str | None]]) -> None:
    """A hole takes one bolt. "All" and "up to" take what there is room for; the run says what is left."""
    phrase, holes = move.phrase, parse.lexicon.holes[move.place]
    size = phrase.query.size
    wanted = 1 if phrase.quantity == "all" or phrase.at_most else phrase.quantity
    taken[move.place, size] += wanted
    room = 1 if size else len(holes)
    if taken[move.place, size] <= room:
        return
    fitting = [str(number) for number in (room,) if taken[move.place, size] == wanted]
    raise Doubt(
        "ask-holes",
        choices=[_counted(parse, phrase, number) for number in fitting],
        part=phrase.describe(),
        place=move.place,
        holes=", ".join(holes),
    )


def _elsewhere(parse: Parse, move: Move, places: Iterable[str]) -> list[str]:
    """The instruction with the fixture replaced; nothing where it was only pointed at."""
    if move.place_at is None:
        return []
    start, end = move.place_at
    return [parse.cursor.swapped(start, end, f"the {place}") for place in places]


def _as_bolts(parse: Parse, phrase: PartPhrase) -> str:
    """The instruction with "an M8" as "1 M8 bolt"."""
    bolts = PartPhrase(phrase.query.model_copy(update={"kind": "bolt"}), phrase.quantity, phrase.at_most)
    return parse.cursor.swapped(phrase.start, phrase.end, bolts.describe())


def _counted(parse: Parse, phrase: PartPhrase, number: str) -> str:
    fewer = PartPhrase(phrase.query, int(number))
    return parse.cursor.swapped(phrase.start, phrase.end, fewer.describe())
