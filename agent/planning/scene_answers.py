"""Answers from the last look alone: how many, whether there are any, which, where, and of what colour."""

from collections.abc import Callable
from dataclasses import replace
from typing import Final

from agent.planning.draft import Draft
from agent.planning.looks import Look, asks_bare, is_over, query_of, take_query, take_unseen
from agent.planning.parse import Parse
from agent.planning.partlist import take_parts
from agent.planning.parts import take_part
from agent.planning.places import names_place
from agent.planning.predicates import take_complement, take_region
from agent.planning.wording import counted, listed, parts_words
from agent.planning.wordlist import words
from prompts.loader import render
from skills.scene import PartQuery, PerceivedPart, in_region

SEE: Final = words("see find detect spot have recognise recognize notice")
_VALUES: Final = {
    "big": "size",
    "large": "size",
    "colour": "colour",
    "colours": "colour",
    "color": "colour",
    "colors": "colour",
    "size": "size",
    "sizes": "size",
    "kind": "kind",
    "kinds": "kind",
    "type": "kind",
    "types": "kind",
    "sort": "kind",
    "condition": "condition",
    "conditions": "condition",
    "finish": "finish",
}


def answer_count(look: Look) -> str | None:
    cursor = look.parse.cursor
    asked = cursor.take_run("how", "many") or (cursor.word(1) != "of" and bool(cursor.take("count")))
    if not asked:
        cursor.skip(words("what is a the total overall tell give show me"))
        asked = bool(cursor.take("number", "count", "quantity"))
    if not asked:
        return None
    cursor.take("of")
    queries = _take_queries(look.parse)
    if not queries or not is_over(look.parse):
        return None
    return render("answer-count", parts=listed([counted(len(look.matching(query)), query) for query in queries]))


_THERE: Final = (("is", "there"), ("are", "there"), ("there", "is"), ("there", "are"))


def _is_there(look: Look) -> str | None:
    cursor = look.parse.cursor
    cursor.take("got")
    there = any(cursor.take_run(*run) for run in _THERE) or bool(cursor.take("any")) or asks_bare(look.parse)
    cursor.take("still", "now", "currently")
    if not there:
        asked = bool(cursor.take("do", "can", "have", "could") and cursor.take("you", "we", "i"))
        if not (asked or cursor.take_run("does", "the", "tray") or cursor.word() in SEE):
            return None
        cursor.take(*SEE)
        cursor.take("got", "have", "contain", "hold")
    query = take_query(look.parse)
    if query is None or not is_over(look.parse):
        return None
    found = look.matching(query)
    return render("answer-yes", parts=parts_words(found)) if found else render("answer-no", parts=counted(0, query))


def _are_they(look: Look) -> str | None:
    """“are all parts ok?”, "is the gear failed?", "is the tray empty?"."""
    cursor, parse = look.parse.cursor, look.parse
    if not cursor.take("is", "are", "has", "have", "did", "do", "does", "was", "were"):
        return None
    if cursor.take_run("the", "tray") and cursor.take("empty", "clear", "free", "clean"):
        return _is_clear(look)
    if names_place(parse):
        take_unseen(parse)
    some = cursor.word() in {"any", "anything", "a", "one", "some"}
    draft = take_part(parse)
    if draft is None:
        return None
    cursor.take("been", "be")
    told = Draft(start=cursor.at, fields=dict(draft.fields), noun=draft.noun)
    if some and draft.noun and not draft.fields.keys() - {"region"} and is_over(parse):
        found = look.matching(query_of(parse, draft))
        return render("answer-yes", parts=parts_words(found)) if found else render("answer-empty")
    if not (take_complement(parse, told) or draft.trailing) or not is_over(parse):
        return None
    for name in draft.trailing:
        del draft.fields[name]
    subject = query_of(parse, draft)
    among, matching = look.matching(subject), look.matching(query_of(parse, told))
    if some or not among:
        query = query_of(parse, told)
        return (
            render("answer-yes", parts=parts_words(matching))
            if matching
            else render("answer-no", parts=counted(0, query))
        )
    if len(among) == len(matching):
        return render("answer-all-yes", parts=counted(len(among), subject))
    return render(
        "answer-all-no", matching=counted(len(matching), query_of(parse, told)), parts=counted(len(among), subject)
    )


def _is_clear(look: Look) -> str | None:
    """“is the tray empty?”, "is the tray free of failed parts?"."""
    query = PartQuery()
    if look.parse.cursor.take("of", "from"):
        query = take_query(look.parse) or query
    if not is_over(look.parse):
        return None
    if found := look.matching(query):
        return render("answer-no", parts=parts_words(found))
    return render("answer-clear", parts=counted(0, query)) if look.parts() else render("answer-empty")


def _values(look: Look) -> str | None:
    """“what colour is the gear?”, "which sizes are there?"."""
    cursor = look.parse.cursor
    if not (cursor.take("what", "which", "the") or cursor.take_run("tell", "me") or cursor.take("how")):
        return None
    cursor.skip(frozenset({"is", "are", "the"}))
    if cursor.word() not in _VALUES:
        return None
    what = cursor.word()
    cursor.at += 1
    cursor.take("of")
    cursor.skip(frozenset({"are", "is", "do", "does", "you", "see", "have", "there", "can", "parts"}))
    draft = take_part(look.parse)
    query = PartQuery() if draft is None else query_of(look.parse, draft)
    if not is_over(look.parse):
        return None
    found = look.matching(query)
    if not found:
        return render("answer-no", parts=counted(0, query))
    values = list(dict.fromkeys(str(getattr(part, _VALUES[what])) for part in found))
    name = _VALUES[what] if len(values) == 1 else f"{_VALUES[what]}s".replace("finishs", "finishes")
    return render("answer-values", what=name, values=listed(values))


def _which(look: Look) -> str | None:
    """“which is the largest gear?”, "what is the biggest part?", "which gear is the largest?"."""
    cursor, parse = look.parse.cursor, look.parse
    if not cursor.take("which", "what", "name", "show", "describe", "list", "tell", "give"):
        return None
    cursor.skip(frozenset({"is", "are", "one", "me"}))
    any(cursor.take_run(article, "list", "of") for article in ("a", "the"))
    draft = take_part(parse)
    if draft is None:
        return None
    at = cursor.at
    if cursor.take("is", "are", "has", "have", "did", "was", "were"):
        cursor.take("the")
        superlative = cursor.word() in parse.lexicon.superlatives
        if superlative:
            draft.set(parse, "superlative", parse.lexicon.superlatives[cursor.word()], cursor.at)
            cursor.at += 1
            cursor.take("one")
        else:
            cursor.at = at
            take_complement(parse, draft)
    query = query_of(parse, draft)
    if not is_over(parse):
        return None
    found = look.matching(query)
    return render("answer-which", parts=parts_words(found)) if found else render("answer-no", parts=counted(0, query))


def _where(look: Look) -> str | None:
    cursor, parse = look.parse.cursor, look.parse
    if not cursor.take("where"):
        return None
    cursor.skip(frozenset({"is", "are", "do", "you", "see", "does", "can", "i", "find"}))
    query = take_query(parse)
    if query is None or not is_over(parse):
        return None
    found = look.matching(query)
    if not found:
        return render("answer-no", parts=counted(0, query))
    return render("answer-where", parts="; ".join(f"{part.describe()}: {_region(part)}" for part in found))


def _everything(look: Look) -> str | None:
    """“what is on the tray?”, "show me the scene"."""
    cursor, parse = look.parse.cursor, look.parse
    cursor.skip(
        words(
            "what which describe list show give me us a an the overview of scene tray contents content situation",
            "is are lies do you see",
        )
    )
    cursor.take("parts")
    take_region(parse, draft := Draft(start=cursor.at))
    if not is_over(parse):
        return None
    query = query_of(parse, draft)
    found = look.matching(query)
    if not found:
        return render("answer-no", parts=counted(0, query)) if query.region else render("answer-empty")
    return render("answer-list", parts=parts_words(found))


def _take_queries(parse: Parse) -> list[PartQuery]:
    """“bolts and nuts” are two, for a count of each."""
    start = parse.cursor.at
    parse.cursor.tokens = [replace(token, word="and") if token.word == "or" else token for token in parse.cursor.tokens]
    phrases = take_parts(parse)
    if len(phrases) > 1:
        return [phrase.query for phrase in phrases]
    parse.cursor.at = start
    query = take_query(parse)
    return [] if query is None else [query]


def _region(part: PerceivedPart) -> str:
    depth = "back" if in_region("back", part.at) else "front"
    return f"{depth} {'left' if in_region('left', part.at) else 'right'}"


ATTEMPTS: Final[tuple[Callable[[Look], str | None], ...]] = (
    _is_there,
    _are_they,
    _values,
    _which,
    _where,
    _everything,
)
