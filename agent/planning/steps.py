"""Clauses to moves: a verb with parts and a place, parts with a place, what follows from an earlier clause."""

from dataclasses import replace
from typing import Final, Literal

from agent.planning.asides import (
    take_condition,
    take_exclusion,
    take_openers,
    take_order,
    take_reported_order,
    take_same,
)
from agent.planning.doubt import Doubt
from agent.planning.parse import STOPS, Parse, PartPhrase, Pending
from agent.planning.partlist import take_parts
from agent.planning.places import names_place, take_place, unknown_place
from agent.planning.synonyms import COPULAS
from agent.planning.tokens import END
from skills.scene import PartQuery

Action = Literal["put", "remove", "discard", "throw"]

REJECTION: Final = "rejection bin"
TO: Final = ("in", "into", "inside", "onto", "on", "to", "towards", "at", "for", "over", "within", "->", ":", "=")
_PRONOUNS: Final = ("it", "them", "these", "those", "that", "this")
_PARTICLES: Final = ("up", "down", "over", "out", "off", "away", "aside", "together")
_EVERYTHING: Final = PartPhrase(PartQuery(), "all")


def take_clauses(parse: Parse) -> None:
    """All clauses of the instruction into `parse.moves`. Raises: Doubt."""
    while take_order(parse):
        start = parse.cursor.at
        take_clause(parse)
        if parse.cursor.at == start:
            raise parse.not_understood()
    parse.flush()


def take_clause(parse: Parse) -> None:
    """One clause. Raises: Doubt."""
    take_openers(parse)
    if take_exclusion(parse) or take_same(parse, take_parts) or take_condition(parse, take_parts):
        return
    if take_reported_order(parse, take_clause):
        return
    place = _take_fronted_place(parse)
    if parse.lexicon.is_verb(parse.cursor.word()) and not _starts_with_description(parse):
        _take_command(parse, place)
    elif place is not None and parse.pending and _is_over(parse):
        _settle(parse, [], "put", place)
    else:
        _take_statement(parse, place)


def _starts_with_description(parse: Parse) -> bool:
    """ "scrap parts into the left bin": no verb."""
    word, after = parse.cursor.word(), parse.cursor.word(1)
    return word in parse.lexicon.attributes and (after in parse.lexicon.nouns or after in parse.lexicon.attributes)


def _take_fronted_place(parse: Parse) -> str | None:
    """ "into the left bin put …", "left bin: …"."""
    cursor = parse.cursor
    start = cursor.at
    preposition = cursor.take(*TO)
    if names_place(parse) and (preposition or _labels(parse)):
        place = take_place(parse)
        cursor.take(",", ":", "->", "=")
        cursor.take("go", "goes", "belong", "belongs")
        return place
    cursor.at = start
    return None


def _labels(parse: Parse) -> bool:
    """Whether the place at the cursor is followed by a colon."""
    start = parse.cursor.at
    take_place(parse)
    labels = parse.cursor.word() in {":", "="}
    parse.cursor.at = start
    return labels


def _take_command(parse: Parse, place: str | None) -> None:
    cursor = parse.cursor
    classes = parse.lexicon.verbs[cursor.word()]
    start = cursor.at
    cursor.at += 1
    if "fill" in classes and names_place(parse) and _take_filled(parse):
        return
    action = _action(classes)
    cursor.take(*_PARTICLES)
    place = place or _take_place_first(parse)
    phrases = _take_object(parse, start)
    action = _with_particle(parse, action, classes)
    place = place or take_destination(parse)
    cursor.take("too", "also")
    _settle(parse, phrases, action, place)


def _action(classes: frozenset[str]) -> Action:
    order: tuple[Action, ...] = ("throw", "discard", "remove", "put")
    return next((action for action in order if action in classes), "put")


def _with_particle(parse: Parse, action: Action, classes: frozenset[str]) -> Action:
    """ "throw them away", "take them out"."""
    particle = parse.cursor.take(*_PARTICLES)
    if particle in {"away", "out", "off"}:
        return "discard" if "throw" in classes else "remove"
    return action


def _take_place_first(parse: Parse) -> str | None:
    """ "put in the left bin all bolts"."""
    start = parse.cursor.at
    if parse.cursor.take(*TO) and names_place(parse) and (place := take_place(parse)) and not _is_over(parse):
        return place
    parse.cursor.at = start
    return None


def _take_filled(parse: Parse) -> bool:
    """ "fill the left bin with all bolts"."""
    start = parse.cursor.at
    place = take_place(parse)
    if place and parse.cursor.take("with") and (phrases := take_parts(parse)):
        _settle(parse, phrases, "put", place)
        return True
    parse.cursor.at = start
    return False


def _take_object(parse: Parse, start: int) -> list[PartPhrase]:
    """The parts that a verb acts on. Raises: Doubt."""
    cursor = parse.cursor
    if _is_pronoun(parse):
        return _take_pronoun(parse, start)
    if cursor.take_run("the", "tray") or cursor.take("tray"):
        return [_phrase_here(parse, _EVERYTHING)]
    at = cursor.at
    phrases = take_parts(parse)
    if phrases and parse.pending and _repeats(phrases, parse.pending):
        phrases, parse.pending = parse.pending.phrases, None
    if not phrases:
        if _is_over(parse):
            raise Doubt("ask-which-part", words=cursor.quote(start, cursor.at))
        cursor.at = at
        raise parse.not_understood()
    return phrases


def _phrase_here(parse: Parse, phrase: PartPhrase) -> PartPhrase:
    return replace(phrase, start=parse.cursor.at - 1, end=parse.cursor.at)


def _repeats(phrases: list[PartPhrase], pending: Pending) -> bool:
    """ "pick up the red gear and place the gear …": the same part, named again."""
    if len(phrases) != 1 or len(pending.phrases) != 1 or phrases[0].counted:
        return False
    again, first = phrases[0].query, pending.phrases[0].query
    said = again.model_dump(exclude_none=True, exclude_defaults=True)
    return phrases[0].definite and said.items() <= first.model_dump(exclude_none=True).items()


def _is_pronoun(parse: Parse) -> bool:
    cursor = parse.cursor
    ahead = 2 if cursor.word() in {"all", "each", "both"} and cursor.word(1) == "of" else 0
    if cursor.word(ahead) in {"it", "them"}:
        return True
    after = cursor.word(1)
    return cursor.word() in _PRONOUNS and (after in STOPS or after in TO or after in _PARTICLES)


def _take_pronoun(parse: Parse, start: int) -> list[PartPhrase]:
    cursor = parse.cursor
    if cursor.take("all", "each", "both"):
        cursor.take("of")
    cursor.at += 1
    cursor.take("all", "both", "each")
    if parse.pending is None:
        raise Doubt("ask-which-part", words=cursor.quote(start, cursor.at))
    phrases, parse.pending = parse.pending.phrases, None
    return phrases


def take_destination(parse: Parse) -> str | None:
    """ "in the left bin"; None when the clause ends without a place. Raises: Doubt."""
    cursor = parse.cursor
    start = cursor.at
    cursor.take(",")
    cursor.take("back")
    if not cursor.take(*TO):
        cursor.at = start
        return None
    at = cursor.at
    place = take_place(parse)
    if place is None or place == "tray":
        raise unknown_place(parse, at)
    return place


def _take_statement(parse: Parse, place: str | None) -> None:
    """Parts and a place without a command: "all bolts go into the left bin", "bolts -> left bin"."""
    cursor = parse.cursor
    start = cursor.at
    if place is None and _is_pronoun(parse) and parse.pending:
        phrases = _take_pronoun(parse, start)
    else:
        phrases = take_parts(parse)
    if not phrases:
        raise parse.not_understood()
    action = _take_copula(parse)
    place = place or take_destination(parse)
    if cursor.take("too", "also") and place is None:
        parse.flush()
        place = parse.moves[-1].place if parse.moves else None
    _settle(parse, phrases, action, place)


def _take_copula(parse: Parse) -> Action:
    """ "should be removed", "go", "are to be put"."""
    cursor, action = parse.cursor, "put"
    copula = False
    while cursor.word() != END:
        word = cursor.word()
        if word in COPULAS or word in {"all", "been"}:
            copula = True
        elif copula and parse.lexicon.is_verb(word):
            action = _action(parse.lexicon.verbs[word])
        else:
            break
        if word == "to" and names_place_after(parse):
            break
        cursor.at += 1
    cursor.take(*_PARTICLES)
    return action  # type: ignore[return-value]


def names_place_after(parse: Parse) -> bool:
    parse.cursor.at += 1
    found = names_place(parse)
    parse.cursor.at -= 1
    return found


def _is_over(parse: Parse) -> bool:
    return parse.cursor.word() in STOPS


def _settle(parse: Parse, phrases: list[PartPhrase], action: Action, place: str | None) -> None:
    """Parts with their place become moves; without one they wait, with a default where the verb gives one."""
    if not phrases and parse.pending:
        phrases, parse.pending = parse.pending.phrases, None
    parse.flush()
    all_failed = all(phrase.query.condition == "failed" for phrase in phrases)
    if action == "throw" and not (all_failed and place == REJECTION):
        raise Doubt("refuse-throw", "refused")
    if place is not None:
        parse.add(phrases, place)
        return
    rejects = REJECTION in parse.lexicon.places and (action == "discard" or (action == "remove" and all_failed))
    prompt: Literal["ask-place", "ask-remove"] = "ask-remove" if action == "remove" and not all_failed else "ask-place"
    parse.pending = Pending(phrases, prompt, REJECTION if rejects else None)
