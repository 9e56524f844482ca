"""Skills that move parts on the tray, asked for in the words of their own cards.

A card's phrase and its examples are sentences with parts in the middle: "shove ‹the bracket› to the left" has the
words "shove" before them and "to the left" behind. Whoever says these words around any parts asks for that skill.
An example for one value of a parameter teaches the others, where a word that tells the values apart is exchanged:
"to the right". And every skill is asked for by its name: "push ‹the bracket› to the left edge".
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from agent.denoting import meant_by
from agent.planning.between import take_openers
from agent.planning.doubt import Doubt
from agent.planning.lexicon import Lexicon
from agent.planning.parse import DETERMINERS, STOPS, Parse, PartPhrase
from agent.planning.partlist import take_parts
from agent.planning.reading import read
from agent.planning.tokens import Cursor
from agent.planning.wording import into, to_region
from skills.card import SkillCard
from skills.catalogue import Catalogue
from skills.words import PART_SLOTS

Words = tuple[str, ...]


@dataclass(frozen=True)
class Phrasing:
    """The words before and behind the parts that `skill` shall move to `region` of the tray."""

    skill: str
    region: str
    head: Words
    tail: Words


def phrasings(lexicon: Lexicon, catalogue: Catalogue) -> tuple[Phrasing, ...]:
    """All that can be said, the longest first."""
    found = {
        phrasing: None
        for card in catalogue
        if card.moves_on_tray
        for phrasing in _mixed((*_by_name(card, lexicon), *_by_phrase(card, lexicon), *_by_examples(card, lexicon)))
    }
    return tuple(sorted(found, key=lambda one: -len(one.head) - len(one.tail)))


def _mixed(said: Sequence[Phrasing]) -> Iterator[Phrasing]:
    """Whatever is said behind the parts may follow whatever is said before them; nothing only as it was said."""
    for one in said:
        yield from (replace(one, head=other.head) for other in said) if one.tail else (one,)


def take_own(parse: Parse) -> bool:
    """A clause that asks for a skill in its own words. Raises: Doubt when it does not say where to."""
    cursor = parse.cursor
    start, unfinished = cursor.at, 0
    for phrasing in parse.own:
        if not cursor.take_run(*phrasing.head):
            continue
        for end in _ends(cursor, phrasing.tail):
            if phrases := _parts_until(parse, end):
                cursor.at = end + len(phrasing.tail)
                parse.flush()
                parse.add(phrases, phrasing.region, phrasing.skill)
                return True
        if (phrases := take_parts(parse)) and cursor.word() in STOPS:
            unfinished = cursor.at
        cursor.at = start
    if unfinished:
        raise _ask_where_to(parse, start, unfinished)
    return False


def _ends(cursor: Cursor, tail: Words) -> Iterator[int]:
    """Where the parts may end, so that `tail` follows and then the clause is over."""
    words = [token.word for token in cursor.tokens]
    for at in range(cursor.at + 1, len(words) - len(tail) + 1):
        behind = words[at + len(tail)] if at + len(tail) < len(words) else ""
        if tuple(words[at : at + len(tail)]) == tail and behind in STOPS:
            yield at


def _parts_until(parse: Parse, end: int) -> list[PartPhrase]:
    """The parts that the words from the cursor to `end` name, all of them; none where they are something else."""
    whole = parse.cursor
    parse.cursor = Cursor(whole.text, whole.tokens[:end])
    parse.cursor.at = whole.at
    try:
        phrases = take_parts(parse)
        return phrases if parse.cursor.at == end else []
    finally:
        parse.cursor = whole


def _ask_where_to(parse: Parse, start: int, end: int) -> Doubt:
    """The clause names parts and a skill, and no region: offered is what the cards say, then the places."""
    cursor = parse.cursor
    tails = [
        " ".join(one.tail)
        for one in parse.own
        if one.tail and one.head == tuple(token.word for token in cursor.tokens[start : start + len(one.head)])
    ]
    places = [into(place) for place in parse.places] if parse.lexicon.is_verb(cursor.tokens[start].word) else []
    return Doubt(
        "ask-region",
        choices=[cursor.swapped(end, end, words) for words in (*tails, *places)],
        words=cursor.quote(start, end),
    )


def _by_name(card: SkillCard, lexicon: Lexicon) -> Iterator[Phrasing]:
    for arguments in card.calls():
        region = card.region_of(arguments)
        if region is not None:
            name = _words(card.name.replace("_", " "), lexicon)
            yield Phrasing(card.name, region, name, _words(to_region(region), lexicon))


def _by_phrase(card: SkillCard, lexicon: Lexicon) -> Iterator[Phrasing]:
    """The card's phrase, where its words for the part stand side by side."""
    for arguments in card.calls():
        said = {
            slot: "\n" if slot in PART_SLOTS else parameter.said.get(arguments[slot], arguments[slot])
            for slot, parameter in card.parameters.items()
        }
        before, *between, behind = card.phrase.format(**said).split("\n")
        region = card.region_of(arguments)
        if region is not None and not any(words.strip() for words in between):
            head = list(_words(before, lexicon))
            while head and head[-1] in DETERMINERS:
                head.pop()
            if not head:
                continue
            yield Phrasing(card.name, region, tuple(head), _words(behind, lexicon))


def _by_examples(card: SkillCard, lexicon: Lexicon) -> Iterator[Phrasing]:
    for example in card.examples:
        region = card.region_of(example.arguments)
        parse = Parse(read(example.instruction.rstrip(" .!"), lexicon).cursor(), lexicon)
        take_openers(parse)
        first = parse.cursor.at
        span = _span_of_parts(parse.cursor, lexicon, example.arguments)
        if region is None or span is None:
            continue
        words = tuple(token.word for token in parse.cursor.tokens)
        head, tail = words[first : span[0]], words[span[1] :]
        yield Phrasing(card.name, region, head, tail)
        yield from _with_other_values(card, example.arguments, head, tail)


def _with_other_values(card: SkillCard, arguments: Mapping[str, str], head: Words, tail: Words) -> Iterator[Phrasing]:
    """The same words for the other regions, each told by one word of its value that the tail holds."""
    for other in card.calls():
        changed = [slot for slot in other if slot not in PART_SLOTS and other[slot] != arguments[slot]]
        told = dict(_told_apart(arguments[slot], other[slot]) for slot in changed)
        region = card.region_of(other)
        if region is not None and told and "" not in told and set(told) <= set(tail):
            yield Phrasing(card.name, region, head, tuple(told.get(word, word) for word in tail))


def _told_apart(one: str, other: str) -> tuple[str, str]:
    """The word of each value that the other has not; empty where there is not just one."""
    mine = [word for word in one.split() if word not in other.split()]
    theirs = [word for word in other.split() if word not in one.split()]
    return (mine[0], theirs[0]) if len(mine) == len(theirs) == 1 else ("", "")


def _span_of_parts(cursor: Cursor, lexicon: Lexicon, arguments: Mapping[str, str]) -> tuple[int, int] | None:
    """The longest run of words behind the cursor's that the grammar reads as the part which the arguments mean."""
    count = len(cursor.tokens)
    for start, end in sorted(
        ((i, j) for i in range(cursor.at + 1, count) for j in range(i + 1, count + 1)), key=_by_length
    ):
        try:
            parse = Parse(Cursor(cursor.text, cursor.tokens[:end]), lexicon)
            parse.cursor.at = start
            phrases = take_parts(parse)
        except Doubt:
            continue
        if len(phrases) == 1 and parse.cursor.at == end and phrases[0].query == meant_by(arguments):
            return start, end
    return None


def _by_length(span: tuple[int, int]) -> int:
    return span[0] - span[1]


def _words(text: str, lexicon: Lexicon) -> Words:
    """As the grammar reads them: synonyms folded, fillers dropped."""
    return tuple(token.word for token in read(text, lexicon).tokens)
