"""Parts with their place become moves; parts without one wait for it, or go where the verb says."""

from dataclasses import replace
from typing import Final, Literal

from agent.planning.doubt import Doubt
from agent.planning.parse import Parse, PartPhrase, Pending

Action = Literal["put", "insert", "remove", "discard", "throw"]

REJECTION: Final = "rejection bin"


def settle(parse: Parse, phrases: list[PartPhrase], action: Action, place: str | None) -> None:
    """Parts with their place become moves; without one they wait, with a default where the verb gives one."""
    if not phrases and parse.pending:
        phrases, parse.pending = parse.pending.phrases, None
    parse.flush()
    phrases = [_remaining(parse, phrase) for phrase in phrases]
    if action in {"remove", "discard"}:  # "remove any failed part"
        phrases = [replace(phrase, quantity="all") if phrase.anyone else phrase for phrase in phrases]
    all_failed = all(phrase.query.condition == "failed" for phrase in phrases)
    if action == "throw" and not (all_failed and place == REJECTION):
        raise Doubt("refuse-throw", "refused", words="throw")
    if place is not None:
        parse.add(phrases, place)
        return
    good = any(phrase.query.condition == "ok" for phrase in phrases)
    thrown = (action == "discard" and not good) or (action == "remove" and all_failed)
    rejects = REJECTION in parse.lexicon.places and thrown
    prompt: Literal["ask-place", "ask-remove", "ask-fixture"] = "ask-place"
    if action == "remove" and not all_failed:
        prompt = "ask-remove"
    elif action == "insert" and parse.lexicon.holes and all(_is_insertable(phrase) for phrase in phrases):
        prompt = "ask-fixture"
    parse.pending = Pending(phrases, prompt, REJECTION if rejects else None)


def _is_insertable(phrase: PartPhrase) -> bool:
    return phrase.query.kind == "bolt"


def _remaining(parse: Parse, phrase: PartPhrase) -> PartPhrase:
    """“everything else” leaves out what earlier steps take whole. Raises: Doubt when "the others" has two readings,
    or none because nothing was named before.
    """
    if not phrase.rest:
        return phrase
    if not parse.earlier:
        if phrase.other and not parse.kept:
            raise _other_than_what(parse, phrase)
        return phrase
    if phrase.rest == "others" and _has_two_readings(phrase, parse.earlier[-1].phrase):
        raise Doubt("ask-each-or-all", words=parse.cursor.quote(phrase.start, phrase.end))
    if phrase.remainder:
        phrase = _of_the_same(parse, phrase, parse.earlier[-1].phrase)
    taken = [move.phrase.query for move in parse.earlier if move.phrase.quantity == "all"]
    return phrase.leaving_out(query for query in taken if phrase.query.kind in {None, query.kind} or query.kind is None)


def _of_the_same(parse: Parse, phrase: PartPhrase, last: PartPhrase) -> PartPhrase:
    """“two bolts in the left bin and the rest in the right one”: bolts, where only they were named. Raises: Doubt."""
    kinds = {move.phrase.query.kind for move in parse.earlier}
    if phrase.query.kind is not None or last.quantity == "all" or None in kinds or len(kinds) > 1:
        return phrase
    if last.query.model_dump(exclude={"kind"}, exclude_defaults=True):
        raise Doubt("ask-each-or-all", words=parse.cursor.quote(phrase.start, phrase.end))
    return replace(phrase, query=phrase.query.model_copy(update={"kind": last.query.kind}))


def _has_two_readings(phrase: PartPhrase, last: PartPhrase) -> bool:
    """Whether “the others” behind "the failed gears" or "two gears" may be gears or any parts, or "the other" behind
    "a brass nut" any nut or a brass one; "the other" behind "all nuts" is nothing.
    """
    described = bool(last.query.model_dump(exclude={"kind", "without"}, exclude_none=True))
    if phrase.quantity == "all":
        counted = phrase.other and last.quantity != "all"
        return phrase.query.kind is None and last.query.kind is not None and (described or counted)
    certain = last.definite or last.query.superlative is not None
    return last.quantity == "all" or (described and not certain)


def _other_than_what(parse: Parse, phrase: PartPhrase) -> Doubt:
    cursor = parse.cursor
    at = next(i for i in range(phrase.start, phrase.end) if cursor.tokens[i].word in {"other", "others"})
    named = cursor.tokens[at].word == "other" and at + 1 < phrase.end and cursor.tokens[at + 1].word != "one"
    return Doubt(
        "ask-other-than",
        choices=[cursor.swapped(at, at + 1, "")] if named else [],
        words=cursor.quote(phrase.start, phrase.end),
    )
