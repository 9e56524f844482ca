"""What stands around the commands: order, politeness, exceptions said afterwards, "the same", "if there are any"."""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from agent.planning.doubt import Doubt
from agent.planning.parse import Move, Parse, PartPhrase, Pending
from agent.planning.parts import take_exceptions, take_left_out
from agent.planning.phrasings import AMBIGUOUS_OPENERS, OPENERS
from agent.planning.places import names_place
from agent.planning.synonyms import CONDITIONALS
from agent.planning.tokens import END
from agent.planning.wordlist import words
from skills.scene import PartQuery
from skills.words import SIZES_OF

TakeParts = Callable[[Parse], list[PartPhrase]]

_CONNECTORS: Final = words(
    ", ; . : and then & plus also next finally lastly afterwards subsequently first firstly secondly thirdly"
)
_OPENER_RUNS: Final = tuple(sorted((tuple(words.split()) for words in OPENERS), key=len, reverse=True))
_STAYING: Final = words("alone there behind untouched lying where they are it is in place as them")
_STOPPED: Final = ("stop", "halt")


def take_order(parse: Parse) -> bool:
    """Steps over the words between clauses; whether a clause follows. Later words may be done earlier."""
    cursor = parse.cursor
    while True:
        cursor.skip(_CONNECTORS)
        if cursor.take("beforehand"):
            parse.flush()
            parse.order -= 1
        elif cursor.word() == "before" and (parse.moves or parse.pending):
            cursor.at += 1
        elif cursor.word() == "after" and (parse.moves or parse.pending):
            cursor.at += 1
            parse.flush()
            parse.order -= 1
        elif not _take_final_stop(parse):
            return cursor.word() != END


def _take_final_stop(parse: Parse) -> bool:
    """“… and then stop”: a plan ends anyway."""
    cursor = parse.cursor
    if (parse.moves or parse.pending) and cursor.word() in _STOPPED and cursor.word(1) in {END, "."}:
        cursor.at += 1
        return True
    return False


def take_openers(parse: Parse) -> None:
    """Politeness before a command. Words such as "ok" and "right" count only before a comma or a verb."""
    cursor = parse.cursor
    while True:
        run = next((run for run in _OPENER_RUNS if cursor.take_run(*run)), None)
        if run is None:
            return
        if " ".join(run) in AMBIGUOUS_OPENERS and not _opens(parse):
            cursor.at -= len(run)
            return
        cursor.take(",")


def _opens(parse: Parse) -> bool:
    """Whether what follows "ok" or "right" shows that it was said to begin with, not of a part or a place."""
    cursor = parse.cursor
    cursor.at -= 1
    place = names_place(parse)
    cursor.at += 1
    plain = [run for run in _OPENER_RUNS if " ".join(run) not in AMBIGUOUS_OPENERS]
    polite = any(all(cursor.word(i) == word for i, word in enumerate(run)) for run in plain)
    return not place and (cursor.word() == "," or parse.lexicon.is_verb(cursor.word()) or polite)


def take_exclusion(parse: Parse) -> bool:
    """“but leave the gears”, "do not touch the red ones", "except the gears", behind a clause. Raises: Doubt."""
    cursor = parse.cursor
    start = cursor.at
    if cursor.word(1) in {"do", "never", "leave", "keep", "not"}:
        cursor.take("but")
    queries = take_exceptions(parse) or _take_forbidden(parse)
    if not queries or _contrasts(parse):
        cursor.at = start
        cursor.take("but")
        return False
    cursor.skip(_STAYING)
    cursor.take_run("on", "the", "tray")
    _leave_out(parse, queries)
    return True


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


def take_same(parse: Parse, take_parts: TakeParts) -> bool:
    """“do the same with the nuts”: the last move's attributes and place, for other parts. Raises: Doubt."""
    cursor = parse.cursor
    start = cursor.at
    cursor.take("do")
    cursor.take("the")
    if not (cursor.take("same", "likewise") and (cursor.take("with", "for", "to") or cursor.take_run("goes", "for"))):
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


def take_condition(parse: Parse, take_parts: TakeParts) -> bool:
    """“if there are any failed parts, …”: as many as there are; any other condition raises Doubt."""
    cursor = parse.cursor
    if cursor.word() not in CONDITIONALS:
        return False
    start = cursor.at
    cursor.at += 1
    seen = cursor.take_run("there", "is") or cursor.take_run("there", "are") or cursor.take_run("you", "see")
    if cursor.tokens[start].word in {"if", "when"} and (seen or cursor.take_run("you", "find")):
        phrases = take_parts(parse)
        if phrases and cursor.take(",", "then", "."):
            parse.flush()
            parse.pending = Pending([_as_many_as_there_are(phrase) for phrase in phrases])
            return True
    raise Doubt("ask-condition", word=cursor.quote(start, start + 1))


def _as_many_as_there_are(phrase: PartPhrase) -> PartPhrase:
    return phrase if phrase.quantity == "all" else replace(phrase, at_most=True)


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
    if cursor.at == start or not cursor.take(",", "then"):
        raise parse.not_understood()
    parse.flush()
    parse.order -= word == "before"
    return True
