"""What is said of parts behind their noun: "on the left", "that are not red", "with a paint mark", "of brass"."""

from typing import Final

from agent.planning.doubt import Doubt
from agent.planning.draft import Draft
from agent.planning.lexicon import Field
from agent.planning.parse import Parse
from agent.planning.places import names_place, side_place, take_place
from agent.planning.synonyms import FOREIGN, WEAK_REGIONS
from agent.planning.wordlist import words

BE: Final = ("is", "are", "was", "were", "be", "been", "has", "have", "had", "did", "do", "does", "look", "looks")
_MARKING: Final = words("red visible paint painted coloured colored bright paintmark")
_MARKS: Final = ("mark", "marks", "marking", "markings")
_JUDGED: Final = ("flagged", "tagged", "labelled", "labeled", "classified", "rated")
_REGION_NOUNS: Final = ("side", "half", "part", "edge", "end", "area", "section", "row")


def take_value(parse: Parse, draft: Draft, negated: bool) -> bool:
    """One attribute at the cursor into `draft`; "M8s" is a value and a plural. Raises: Doubt."""
    cursor, attributes = parse.cursor, parse.lexicon.attributes
    word = cursor.word()
    if is_plural_value(parse, word):
        word = word[:-1]
    if word not in attributes:
        _refuse_unknown_size(parse)
        return False
    name, value = attributes[word]
    (draft.negate if negated else draft.set)(parse, name, value, cursor.at)
    cursor.at += 1
    cursor.take("coloured", "colored")
    return True


def is_plural_value(parse: Parse, word: str) -> bool:
    """“M8s”, "the reds"."""
    return word.endswith("s") and word not in parse.lexicon.attributes and word[:-1] in parse.lexicon.attributes


def take_region(parse: Parse, draft: Draft) -> bool:
    """“on the left”, "in the upper half of the tray", not "in the left bin"."""
    cursor, regions = parse.cursor, parse.lexicon.regions
    start = cursor.at
    preposition = cursor.take("on", "at", "in", "to", "from", "towards")
    if preposition and not names_place(parse):
        cursor.take("the", "my", "your")
        at, word = cursor.at, cursor.word()
        if word in regions and not (preposition in {"in", "to"} and side_place(parse)):
            cursor.at += 1
            cursor.take("hand")
            other = cursor.word() if cursor.word() in regions else ""
            named = bool(cursor.take(*_REGION_NOUNS))
            if preposition == "from" and not named and cursor.word() == "to":
                raise parse.not_understood()  # "from the left to the right bin": the left bin, or the left half?
            beside = preposition in {"to", "towards"} and cursor.word() != "of"  # "to the left": where to, not where
            if named or not (beside or word in WEAK_REGIONS):
                draft.set(parse, "region", regions[word], at)
                if other:
                    draft.set(parse, "region", regions[other], cursor.at)
                _take_of_tray(parse)
                return True
    cursor.at = start
    return False


def take_tray(parse: Parse) -> bool:
    """“from the tray”: where all parts come from. Raises: Doubt for any other source."""
    cursor = parse.cursor
    start = cursor.at
    preposition = cursor.take("from", "off", "on", "in", "inside", "of")
    if preposition and names_place(parse):
        if preposition in {"from", "off"}:
            place = take_place(parse)
            if place and place != "tray":
                raise Doubt("refuse-source", "refused", place=place)
            return True
        if cursor.take_run("the", "tray") or cursor.take("tray"):
            return True
    if preposition and (cursor.take_run("the", "table") or cursor.take_run("there")):
        return True
    cursor.at = start
    return False


def take_predicate(parse: Parse, draft: Draft) -> bool:
    """A clause of relation, a mark, a material. Raises: Doubt."""
    cursor = parse.cursor
    start = cursor.at
    if cursor.take("that", "which", "who", "whose"):
        cursor.take("inspection")
        if take_complement(parse, draft):
            return True
        raise parse.not_understood()
    if _take_mark(parse, draft):
        return True
    said = cursor.take("made", *_JUDGED)
    preposition = cursor.take("of", "in", "as", "with")
    if (preposition or said in _JUDGED) and (preposition == "as" or not names_place(parse)):
        cursor.take("a", "an")
        cursor.take("size", "colour", "color")
        if take_value(parse, draft, negated=False):
            cursor.take("in")
            cursor.take("colour", "color", "finish", "size")
            return True
    cursor.at = start
    return False


def take_complement(parse: Parse, draft: Draft) -> bool:
    """“are not red or blue”, "have failed", "are on the left": what stands behind "which". Raises: Doubt."""
    cursor = parse.cursor
    negated = False
    start = cursor.at
    while (word := cursor.take(*BE, "not", "never", "neither", "all", "both", "currently")) or cursor.take(
        "lying", "located", "lie", "lies"
    ):
        negated = negated or word in {"not", "never", "neither"}
    if not negated and (take_region(parse, draft) or take_tray(parse) or _take_mark(parse, draft, start)):
        return True
    return (
        (not negated and _take_superlative(parse, draft))
        or _take_kind(parse, draft, negated)
        or _take_values(parse, draft, negated)
    )


def _take_superlative(parse: Parse, draft: Draft) -> bool:
    """“that is the largest”."""
    cursor = parse.cursor
    start = cursor.at
    cursor.take("the")
    at, word = cursor.at, cursor.word()
    if word not in parse.lexicon.superlatives or "than" in {cursor.word(1), cursor.word(2)}:
        cursor.at = start
        return False
    cursor.at += 1
    cursor.take("one")
    draft.set(parse, "superlative", parse.lexicon.superlatives[word], at)
    return True


def _take_values(parse: Parse, draft: Draft, negated: bool) -> bool:
    cursor = parse.cursor
    cursor.take("made", *_JUDGED)
    cursor.take("of", "as")
    at = cursor.at
    if not take_value(parse, draft, negated):
        return False
    values = [parse.lexicon.attributes[cursor.tokens[at].word]]
    while True:
        joined = cursor.at
        joiner = cursor.take("and", "or", "nor", ",")
        cursor.take("and", "or")
        if not joiner or cursor.word() not in parse.lexicon.attributes or cursor.word(1) in parse.lexicon.nouns:
            cursor.at = joined
            break
        value = parse.lexicon.attributes[cursor.word()]
        if joiner == "or" and not negated:
            _take_alternative(parse, draft, values, value)
        else:
            take_value(parse, draft, negated)
    cursor.take("the")
    cursor.take("inspection", "test", "tests")
    return True


def _take_alternative(parse: Parse, draft: Draft, values: list[tuple[Field, str]], value: tuple[Field, str]) -> None:
    """“red or blue”: both are meant, one after the other."""
    parse.cursor.at += 1
    values.append(value)
    if len({name for name, _ in values}) > 1:
        raise Doubt("ask-or", words=parse.cursor.quote(draft.start, parse.cursor.at))
    draft.either = (value[0], tuple(found for _, found in values))


def _take_kind(parse: Parse, draft: Draft, negated: bool) -> bool:
    """“that is not a gear”, "that are neither gears nor nuts", "that are bolts or nuts"."""
    cursor = parse.cursor
    start = cursor.at
    kinds: list[str] = []
    while True:
        cursor.take("a", "an")
        noun = parse.lexicon.nouns.get(cursor.word())
        if noun is None or noun.kind is None:
            cursor.at = start
            break
        cursor.at += 1
        kinds.append(noun.kind)
        start = cursor.at
        if not cursor.take("or", "nor", *(("and", ",") if negated else ())):
            break
    if negated:
        for kind in kinds:
            draft.negate(parse, "kind", kind, start - 1)
    elif len(kinds) > 1:
        draft.either = ("kind", tuple(kinds))
    elif kinds:
        draft.set(parse, "kind", kinds[0], start - 1)
    return bool(kinds)


def _take_mark(parse: Parse, draft: Draft, start: int | None = None) -> bool:
    """“with a paint mark” is what inspection leaves on a failed part; "have" may stand before it, from `start`."""
    cursor = parse.cursor
    at, start = cursor.at, cursor.at if start is None else start
    preposition = cursor.take("with", "without", "have", "has", "showing", "bearing", "carrying")
    if preposition or cursor.word(-1) in {"have", "has"}:
        cursor.take("a", "any", "the", "no")
        cursor.skip(_MARKING | FOREIGN["colour"])
        if parse.lexicon.attributes.get(cursor.word()) == ("condition", "failed"):  # "without a failed mark"
            cursor.at += cursor.word(1) in _MARKS
        if cursor.take(*_MARKS):
            failed = preposition != "without" and cursor.quote(start, cursor.at).lower().find(" no ") < 0
            cursor.take_run("on", "it") or cursor.take_run("on", "them")
            draft.set(parse, "condition", "failed" if failed else "ok", start)
            return True
    cursor.at = at
    return False


def _take_of_tray(parse: Parse) -> None:
    cursor = parse.cursor
    start = cursor.at
    if cursor.take("of", "in", "on"):
        cursor.take("the")
        if cursor.take("tray", "picture", "image", "table"):
            return
    cursor.at = start


def _refuse_unknown_size(parse: Parse) -> None:
    """“M7”: a size that no part of the cell has."""
    cursor = parse.cursor
    word = cursor.word()
    if word[:1] == "m" and word[1:].isdecimal():
        sizes = [value for value in parse.lexicon.values if value.startswith("M")]
        raise Doubt(
            "unknown-value",
            choices=[cursor.swapped(cursor.at, cursor.at + 1, size) for size in sizes],
            word=cursor.quote(cursor.at, cursor.at + 1),
            what="size",
            known=", ".join(sizes),
        )
