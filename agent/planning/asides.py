"""What stands around the commands: exceptions said afterwards, "the same", "if there are any", "of the gears"."""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from agent.planning.courtesy import each
from agent.planning.doubt import Doubt
from agent.planning.draft import Draft
from agent.planning.lexicon import Noun
from agent.planning.modifiers import starts_part
from agent.planning.parse import TO, Move, Parse, PartPhrase, Pending
from agent.planning.partlist import take_parts
from agent.planning.parts import take_exceptions, take_left_out, take_part
from agent.planning.places import names_place, take_place
from agent.planning.predicates import take_complement
from agent.planning.synonyms import CONDITIONALS
from agent.planning.wordlist import words
from skills.scene import PartQuery
from skills.words import SIZES_OF, TRAY

_EXCEPTED: Final = words("excepted excluded exempt exempted stay stays remain remains")
_SEEN: Final = tuple(
    tuple(run.split())
    for run in (
        *each("you|i|you can|i can|do you|can you|", "see"),
        *each("", "there is|there are|is there|are there|you find|we have|do we have|have we got|have you got"),
    )
)
_IF_SO: Final = (("if", "so"), ("if", "yes"), ("if", "there", "are"), ("if", "there", "is"), ("if", "any"), ("then",))
_STAYING: Final = words("alone there behind untouched lying where they are it is in place as them")


def take_exclusion(parse: Parse) -> bool:
    """“but leave the gears”, "do not touch the red ones", "except the gears", behind a clause. Raises: Doubt."""
    cursor = parse.cursor
    start = cursor.at
    if cursor.word(1) in {"do", "never", "leave", "keep", "not"} or not (parse.moves or parse.pending):
        cursor.take("but")
    if _take_other_place(parse):
        return True
    queries = take_exceptions(parse) or _take_excepted(parse) or _take_forbidden(parse)
    if not queries or _contrasts(parse):
        cursor.at = start
        cursor.take("but")
        return False
    cursor.skip(_STAYING)
    cursor.take_run("on", "the", "tray")
    _leave_out(parse, queries)
    return True


def _take_other_place(parse: Parse) -> bool:
    """“…, not the rejection bin”: another place than the one just said."""
    cursor = parse.cursor
    start = cursor.at
    if parse.moves and cursor.take("not", "never"):
        cursor.take(*TO)
        place = take_place(parse) if names_place(parse) else None
        if place not in {None, parse.last_place, TRAY} and cursor.word(-1) not in {"one", "ones"}:
            return True
    cursor.at = start
    return False


def _take_excepted(parse: Parse) -> list[PartQuery]:
    """“…, the red ones excepted”, "…, the bolts stay", "…, unless they are red"."""
    cursor = parse.cursor
    start = cursor.at
    if not (parse.moves or parse.pending):
        return []
    if cursor.take("unless"):
        draft = Draft(start=cursor.at, count="all", noun=Noun(None, plural=True))
        cursor.take("they", "it", "these", "those")
        if take_complement(parse, draft):
            return [phrase.query for phrase in draft.phrases(parse)]
    else:
        ahead = {cursor.word(i) for i in range(8)}
        queries = take_left_out(parse) if ahead & _EXCEPTED and starts_part(parse) else []
        if queries and cursor.take(*_EXCEPTED):
            return queries
    cursor.at = start
    return []


def _contrasts(parse: Parse) -> bool:
    """“but the gears in the left bin”: no exception, the next clause."""
    at = parse.cursor.at
    parse.cursor.take(",")
    parse.cursor.take("in", "into", "to", "onto", "on", "go", "goes")
    found = names_place(parse) and not (parse.cursor.take("the") and parse.cursor.word() == "tray")
    parse.cursor.at = at
    return found and parse.cursor.word() in {"in", "into", "to", "onto", "on", "go", "goes"}


def _take_forbidden(parse: Parse) -> list[PartQuery]:
    cursor = parse.cursor
    negated = cursor.take_run("do", "not") or bool(cursor.take("never", "not"))
    classes = parse.lexicon.verbs.get(cursor.word(), frozenset())
    if "leave" in classes or (negated and "touch" in classes):
        cursor.at += 1
        cursor.take("up")
        queries = take_left_out(parse)
        if queries:
            return queries
    if negated:
        raise Doubt("ask-negated")
    return []


def _leave_out(parse: Parse, queries: list[PartQuery]) -> None:
    """Takes `queries` out of the last clause; out of all when they are said before any."""
    if not (parse.moves or parse.pending):
        parse.kept += queries
        return
    if parse.pending:
        parse.pending.phrases = [phrase.leaving_out(queries) for phrase in parse.pending.phrases]
        return
    for move in parse.moves[parse.group :]:
        move.phrase = move.phrase.leaving_out(queries)


def take_same(parse: Parse) -> bool:
    """“do the same with the nuts”: the last move's attributes and place, for other parts. Raises: Doubt."""
    cursor = parse.cursor
    start = cursor.at
    cursor.take("do")
    cursor.take("the")
    said = cursor.take("same", "likewise", "ditto")
    cursor.take("thing")
    if not said or not (cursor.take("with", "for", "to") or cursor.take_run("goes", "for") or said != "same"):
        cursor.at = start
        return False
    parse.flush()
    phrases = take_parts(parse)
    if not phrases:
        raise parse.not_understood()
    if not parse.earlier:
        raise Doubt("ask-same", words=cursor.quote(start, cursor.at))
    add_same(parse, phrases)
    return True


def take_topic(parse: Parse) -> bool:
    """“of the gears, put the largest …”: the kind of what is named without one."""
    cursor = parse.cursor
    start, kind = cursor.at, parse.kind
    if cursor.take("of", "among", "from") and (phrases := take_parts(parse)) and cursor.take(","):
        if len(phrases) == 1 and phrases[0].query == PartQuery(kind=phrases[0].query.kind):
            return True
        raise Doubt("not-understood", words=cursor.quote(start, cursor.at - 1))
    cursor.at, parse.kind = start, kind
    return False


def add_same(parse: Parse, phrases: list[PartPhrase]) -> None:
    """What was said last, for these parts."""
    last = parse.earlier[-1]
    parse.add([_alike(parse, last, phrase) for phrase in phrases], last.place, last.skill)


def _alike(parse: Parse, last: Move, phrase: PartPhrase) -> PartPhrase:
    fields = {**last.phrase.query.model_dump(exclude_none=True), **phrase.query.model_dump(exclude_none=True)}
    fields["without"] = phrase.query.without or last.phrase.query.without
    if "kind" in fields and "size" in fields and fields["size"] not in SIZES_OF[fields["kind"]]:
        words = parse.cursor.quote(phrase.start, phrase.end)
        why = f"a {fields['kind']} is {' or '.join(SIZES_OF[fields['kind']])}"
        raise Doubt("contradiction", words=words, why=why)
    counted = phrase if phrase.counted or last.phrase.quantity == "all" else last.phrase
    return replace(phrase, query=PartQuery.model_validate(fields), quantity=counted.quantity, at_most=counted.at_most)


def take_condition(parse: Parse) -> bool:
    """“if there are any failed parts, …”, "are there failed parts? if so, …", "if any part has failed, …".

    Raises: Doubt for any other condition.
    """
    cursor = parse.cursor
    start = cursor.at
    conditional = cursor.word() in CONDITIONALS
    cursor.at += conditional
    phrases = _take_seen(parse, conditional) if cursor.word(-1) in {"if", "when"} or not conditional else []
    if not phrases and cursor.word(-1) == "if":
        phrases = _take_any_that(parse)
    if phrases and (cursor.take(",", "then", ".", ";") or (conditional and parse.lexicon.is_verb(cursor.word()))):
        any(cursor.take_run(*run) for run in _IF_SO)
        parse.flush()
        parse.pending = Pending(phrases)
        return True
    cursor.at = start
    if conditional:
        raise Doubt("ask-condition", word=cursor.quote(start, start + 1))
    return False


def _take_seen(parse: Parse, conditional: bool) -> list[PartPhrase]:
    """“there are any failed parts”: as many of them as there are; nothing where a number is the condition."""
    if not any(parse.cursor.take_run(*run) for run in _SEEN):
        return []
    parse.cursor.take("some", "still")
    phrases = take_parts(parse)
    if conditional and any(phrase.counted and phrase.quantity != "all" for phrase in phrases):
        return []
    return [phrase if phrase.quantity == "all" else replace(phrase, at_most=True) for phrase in phrases]


def _take_any_that(parse: Parse) -> list[PartPhrase]:
    """“any part has failed”, "any of the bolts are black": all of which that is so."""
    draft = take_part(parse)
    if draft is None or draft.article != "any" or not take_complement(parse, draft):
        return []
    return [replace(phrase, quantity="all") for phrase in draft.phrases(parse)]


def take_reported_order(parse: Parse, take_clause: Callable[[Parse], None]) -> bool:
    """“after removing the failed parts, …” and "before …, …" at the start of a clause."""
    cursor = parse.cursor
    word = cursor.take("after", "once", "before")
    if not word:
        return False
    cursor.skip(words("you have are done finished with"))
    start = cursor.at
    if names_place(parse):
        raise parse.not_understood()
    parse.order += word == "before"
    take_clause(parse)
    if cursor.at == start or not (cursor.take(",", "then") or parse.lexicon.is_verb(cursor.word())):
        raise parse.not_understood()
    parse.flush()
    parse.order -= word == "before"
    return True
