"""Clauses to moves: a verb with parts and a place, parts with a place, what follows from an earlier clause."""

from agent.planning.asides import (
    add_same,
    take_condition,
    take_exclusion,
    take_openers,
    take_order,
    take_reported_order,
    take_same,
)
from agent.planning.objects import PARTICLES, TO, is_over, is_pronoun, take_object, take_pronoun
from agent.planning.own_skills import take_own
from agent.planning.parse import Parse, PartPhrase
from agent.planning.partlist import take_parts
from agent.planning.places import end_of_place, names_place, take_place, unknown_place
from agent.planning.settle import Action, settle
from agent.planning.synonyms import COPULAS
from agent.planning.tokens import END
from skills.scene import PartQuery


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
    if take_own(parse):
        return
    if take_exclusion(parse) or take_same(parse, take_parts) or take_condition(parse, take_parts):
        return
    if take_reported_order(parse, take_clause):
        return
    place = _take_fronted_place(parse)
    if parse.lexicon.is_verb(parse.cursor.word()) and not _starts_with_description(parse):
        _take_command(parse, place)
    elif place is not None and parse.pending and is_over(parse):
        settle(parse, [], "put", place)
    else:
        _take_statement(parse, place)


def _starts_with_description(parse: Parse) -> bool:
    """“scrap parts into the left bin”: no verb."""
    word, after = parse.cursor.word(), parse.cursor.word(1)
    return word in parse.lexicon.attributes and (after in parse.lexicon.nouns or after in parse.lexicon.attributes)


def _take_fronted_place(parse: Parse) -> str | None:
    """“into the left bin put …”, "left bin: …"."""
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
    end = end_of_place(parse)
    return end is not None and parse.cursor.word(end - parse.cursor.at) in {":", "="}


def _take_command(parse: Parse, place: str | None) -> None:
    cursor = parse.cursor
    classes = parse.lexicon.verbs[cursor.word()]
    start = cursor.at
    cursor.at += 1
    if "fill" in classes and names_place(parse) and _take_filled(parse):
        return
    action = _action(classes)
    cursor.take(*PARTICLES)
    place = place or _take_place_first(parse)
    phrases = take_object(parse, start)
    action = _with_particle(parse, action, classes)
    if _introduces(parse, phrases):
        return
    place = place or take_destination(parse)
    cursor.take("too", "also")
    settle(parse, phrases, action, place)


def _introduces(parse: Parse, phrases: list[PartPhrase]) -> bool:
    """“sort all parts: bolts to …”: the clauses behind the colon say what is meant."""
    general = all(phrase.query == PartQuery() and phrase.quantity == "all" for phrase in phrases)
    return general and parse.cursor.word() == ":" and not names_place_after(parse)


def _action(classes: frozenset[str]) -> Action:
    order: tuple[Action, ...] = ("throw", "discard", "remove", "insert", "put")
    return next((action for action in order if action in classes), "put")


def _with_particle(parse: Parse, action: Action, classes: frozenset[str]) -> Action:
    """“throw them away”, "take them out"."""
    particle = parse.cursor.take(*PARTICLES)
    if particle in {"away", "out", "off"}:
        return "discard" if "throw" in classes else "remove"
    return action


def _take_place_first(parse: Parse) -> str | None:
    """“put in the left bin all bolts”."""
    start = parse.cursor.at
    if parse.cursor.take(*TO) and names_place(parse) and (place := take_place(parse)) and not is_over(parse):
        return place
    parse.cursor.at = start
    return None


def _take_filled(parse: Parse) -> bool:
    """“fill the left bin with all bolts”."""
    start = parse.cursor.at
    place = take_place(parse)
    if place and parse.cursor.take("with") and (phrases := take_parts(parse)):
        settle(parse, phrases, "put", place)
        return True
    parse.cursor.at = start
    return False


def take_destination(parse: Parse) -> str | None:
    """“in the left bin”; None when the clause ends without a place. Raises: Doubt."""
    cursor = parse.cursor
    start = cursor.at
    cursor.take(",")
    cursor.take("back")
    if not cursor.take(*TO) and not names_place(parse):
        cursor.at = start
        return _take_same_place(parse)
    at = cursor.at
    if place := _take_same_place(parse):
        return place
    place = take_place(parse)
    if place is None or place == "tray":
        raise unknown_place(parse, at)
    return place


def _take_same_place(parse: Parse) -> str | None:
    """“there”, "in the same bin": where the last parts went."""
    cursor = parse.cursor
    start = cursor.at
    there = cursor.take("there")
    cursor.take("the")
    if there or (cursor.take("same") and cursor.take("bin", "place", "box", "container", "one", "spot")):
        parse.flush()
        if parse.last_place is not None:
            parse.place_at = None
            return parse.last_place
    cursor.at = start
    return None


def _take_statement(parse: Parse, place: str | None) -> None:
    """Parts and a place without a command: "all bolts go into the left bin", "bolts -> left bin"."""
    cursor = parse.cursor
    start = cursor.at
    points_back = place is None and parse.pending is not None and is_pronoun(parse)
    phrases = take_pronoun(parse, start) if points_back else take_parts(parse)
    if not phrases:
        raise parse.not_understood()
    action = _take_copula(parse)
    place = place or take_destination(parse)
    if cursor.take("too", "also") and place is None:
        parse.flush()
        if not parse.moves and parse.recalled:
            add_same(parse, phrases)
            return
        place = parse.last_place
    settle(parse, phrases, action, place)


def _take_copula(parse: Parse) -> Action:
    """“should be removed”, "go", "are to be put"."""
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
    cursor.take(*PARTICLES)
    return action  # type: ignore[return-value]


def names_place_after(parse: Parse) -> bool:
    parse.cursor.at += 1
    found = names_place(parse)
    parse.cursor.at -= 1
    return found
