"""Parts with their place become moves; parts without one wait for it, or go where the verb says."""

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
    all_failed = all(phrase.query.condition == "failed" for phrase in phrases)
    if action == "throw" and not (all_failed and place == REJECTION):
        raise Doubt("refuse-throw", "refused", words="throw")
    if place is not None:
        parse.add(phrases, place)
        return
    rejects = REJECTION in parse.lexicon.places and (action == "discard" or (action == "remove" and all_failed))
    prompt: Literal["ask-place", "ask-remove", "ask-fixture"] = "ask-place"
    if action == "remove" and not all_failed:
        prompt = "ask-remove"
    elif action == "insert" and parse.lexicon.holes and all(_is_insertable(phrase) for phrase in phrases):
        prompt = "ask-fixture"
    parse.pending = Pending(phrases, prompt, REJECTION if rejects else None)


def _is_insertable(phrase: PartPhrase) -> bool:
    return phrase.query.kind == "bolt"


def _remaining(parse: Parse, phrase: PartPhrase) -> PartPhrase:
    """“everything else” leaves out what earlier steps take whole. Raises: Doubt when "the others" has two readings."""
    if not phrase.rest or not parse.moves:
        return phrase
    last = parse.moves[-1].phrase.query
    described = last.model_fields_set - {"kind", "without"}
    if phrase.rest == "others" and phrase.query.kind is None and last.kind and described:
        raise Doubt("ask-each-or-all", words=parse.cursor.quote(phrase.start, phrase.end))
    taken = [move.phrase.query for move in parse.moves if move.phrase.quantity == "all"]
    return phrase.leaving_out(query for query in taken if phrase.query.kind in {None, query.kind} or query.kind is None)
