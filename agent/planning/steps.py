"""Clauses to moves: a verb with parts and a place, parts with a place, what follows from an earlier clause."""

from typing import Final

from agent.planning.afterthoughts import take_afterthought
from agent.planning.asides import (
    add_same,
    take_condition,
    take_exclusion,
    take_reported_order,
    take_same,
    take_topic,
)
from agent.planning.between import take_openers, take_order, take_request
from agent.planning.destinations import (
    names_place_after,
    take_destination,
    take_fronted_place,
    take_place_first,
    take_relative_place,
)
from agent.planning.doubt import Doubt
from agent.planning.objects import PARTICLES, is_over, is_pronoun, take_alone, take_object, take_off_tray, take_pronoun
from agent.planning.own_skills import take_own
from agent.planning.parse import STOPS, TO, Parse, PartPhrase
from agent.planning.partlist import take_parts
from agent.planning.places import names_place, take_place
from agent.planning.settle import Action, settle
from agent.planning.sharing import take_shares
from agent.planning.synonyms import COPULAS
from agent.planning.tokens import END
from skills.scene import PartQuery

_REPORTED: Final = {("have", "been"), ("has", "been")}
_LYING: Final = ("in", "on", "at", "inside", "there")
_PRONOUNS: Final = ("it", "they", "these", "those", "that", "this")
_WISHING: Final = ("sure", "ensure", "that", "after", "once")


def take_clauses(parse: Parse) -> None:
    """All clauses of the instruction into `parse.moves`. Raises: Doubt."""
    while take_order(parse):
        start = parse.cursor.at
        take_clause(parse)
        if parse.cursor.at == start:
            raise parse.not_understood()
    parse.flush()
    planned = [move.phrase.query for move in parse.moves]
    if not all(query in planned for query in parse.announced):
        raise Doubt("ask-each-or-all", words=parse.cursor.quote(0, len(parse.cursor.tokens)))


def take_clause(parse: Parse) -> None:
    """One clause. Raises: Doubt."""
    take_openers(parse)
    if take_shares(parse) or take_own(parse) or take_afterthought(parse):
        return
    if take_exclusion(parse) or take_same(parse) or take_condition(parse):
        return
    if take_reported_order(parse, take_clause):
        return
    if take_topic(parse):
        return
    parse.cursor.take("have", "do")
    take_request(parse)
    if parse.cursor.take_run("from", "the", "tray"):
        parse.cursor.take(",")
    place = take_fronted_place(parse)
    if place:
        take_openers(parse)
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


def _take_command(parse: Parse, place: str | None) -> None:
    cursor = parse.cursor
    classes = parse.lexicon.verbs[cursor.word()]
    start = cursor.at
    cursor.at += 1
    if "fill" in classes and names_place(parse) and _take_filled(parse):
        return
    cursor.take(*PARTICLES)
    while cursor.word() == "and" and parse.lexicon.is_verb(cursor.word(1)):  # "pick up and place"
        classes = parse.lexicon.verbs[cursor.word(1)]
        cursor.at += 2
        cursor.take(*PARTICLES)
    action = _action(classes)
    cursor.take(":")
    place = place or take_place_first(parse)
    if place and parse.pending and is_over(parse):  # "grab two nuts, drop in the left bin"
        settle(parse, [], action, place)
        return
    if action in {"remove", "discard"} and not place and (alone := take_alone(parse)):
        settle(parse, alone, action, None)
        return
    phrases = take_object(parse, start)
    if parse.lexicon.is_verb(cursor.word()) and action == "put" and _ends_clause(parse):  # "get the nuts removed"
        action = _action(parse.lexicon.verbs[cursor.word()])
        cursor.at += 1
    action = _with_particle(parse, action, classes)
    if _introduces(parse, phrases):
        return
    if place:
        cursor.take_run("in", "it") or cursor.take_run("into", "it") or cursor.take("there")
    if action == "throw" and cursor.word() in TO and not place and not names_place_after(parse):
        raise Doubt("refuse-throw", "refused", words="throw")
    place = place or take_relative_place(parse, phrases) or take_destination(parse)
    if place is None and action == "put" and take_off_tray(parse, start):
        action = "remove"
    cursor.take("too", "also", "likewise")
    settle(parse, phrases, action, place)


def _introduces(parse: Parse, phrases: list[PartPhrase]) -> bool:
    """“sort all parts: bolts to …”: the clauses behind the colon say what is meant."""
    if parse.cursor.word() != ":" or names_place_after(parse) or any(phrase.quantity != "all" for phrase in phrases):
        return False
    parse.announced += [phrase.query for phrase in phrases if phrase.query != PartQuery()]
    return True


def _action(classes: frozenset[str]) -> Action:
    order: tuple[Action, ...] = ("throw", "discard", "remove", "insert", "put")
    return next((action for action in order if action in classes), "put")


def _with_particle(parse: Parse, action: Action, classes: frozenset[str]) -> Action:
    """“throw them away”, "take them out"."""
    particle = parse.cursor.take(*PARTICLES)
    if particle in {"away", "out", "off"}:
        return "discard" if "throw" in classes else "remove"
    return action


def _take_filled(parse: Parse) -> bool:
    """“fill the left bin with all bolts”."""
    start = parse.cursor.at
    place = take_place(parse)
    if place and parse.cursor.take("with") and (phrases := take_parts(parse)):
        settle(parse, phrases, "put", place)
        return True
    parse.cursor.at = start
    return False


def _take_statement(parse: Parse, place: str | None) -> None:
    """Parts and a place without a command: "all bolts go into the left bin", "bolts -> left bin"."""
    cursor = parse.cursor
    start = cursor.at
    points_back = place is None and parse.pending is not None and is_pronoun(parse)
    phrases = take_pronoun(parse, start) if points_back else take_parts(parse)
    if not phrases:
        raise parse.not_understood()
    if cursor.word() == ":" and (parse.lexicon.is_verb(cursor.word(1)) or _points_back(parse)):  # "the gear: put it …"
        cursor.at += 1
        settle(parse, phrases, "put", place)
        return
    action = _take_copula(parse, wished=cursor.word(phrases[0].start - cursor.at - 1) in _WISHING)
    place = place or take_relative_place(parse, phrases) or take_destination(parse)
    if cursor.take("too", "also", "likewise") and place is None:
        parse.flush()
        if not parse.moves and parse.recalled:
            add_same(parse, phrases)
            return
        place = parse.last_place
    if place and parse.lexicon.is_verb(cursor.word()) and _ends_clause(parse):  # "the nuts into the left bin put"
        cursor.at += 1
    settle(parse, phrases, action, place)
    if parse.pending and parse.pending.default is None and _goes_on(parse, phrases):
        parse.pending.default = parse.last_place


def _points_back(parse: Parse) -> bool:
    """“: those must go …”, ": they belong …", behind the colon at the cursor."""
    return parse.cursor.word(1) in _PRONOUNS and parse.cursor.word(2) in COPULAS


def _goes_on(parse: Parse, phrases: list[PartPhrase]) -> bool:
    """“put the bolts in the left bin, then the nuts”: where those before were said to go, if only kinds were named.

    Whatever is named behind "followed by" goes there as well.
    """
    if not (parse.sequel and parse.moves and is_over(parse) and parse.moves[-1].place_at):
        return False
    before = parse.moves[-1].phrase
    if parse.cursor.quote(phrases[0].start - 1, phrases[0].start).lower().split() == ["followed", "by"]:
        return True
    return all(not phrase.query.model_dump(exclude={"kind"}, exclude_defaults=True) for phrase in (before, *phrases))


def _take_copula(parse: Parse, wished: bool) -> Action:
    """“should be removed”, "go", "are to be put"; "are in" where it is `wished`, or the order is told of.

    Raises: Doubt for a report: "are in", "have been put".
    """
    cursor, action, start = parse.cursor, "put", parse.cursor.at
    copula = False
    while cursor.word() != END:
        word = cursor.word()
        if word in COPULAS or word in {"all", "been"}:
            copula = True
        elif parse.lexicon.is_verb(word) and (copula or _ends_clause(parse)):
            copula, action = True, _action(parse.lexicon.verbs[word])
        else:
            break
        if word == "to" and names_place_after(parse):
            break
        cursor.at += 1
    said = tuple(token.word for token in cursor.tokens[start : cursor.at] if token.word != "all")
    lies = said in {("is",), ("are",)} and (cursor.word() in _LYING or is_over(parse))
    if (lies or said[:2] in _REPORTED) and not wished:
        raise _report(parse, start)
    if cursor.take(*PARTICLES) in {"away", "out", "off"} and action == "put":
        action = "remove"
    return action  # type: ignore[return-value]


def _report(parse: Parse, start: int) -> Doubt:
    """“the nuts are in the left bin”: offered is the order to bring them there."""
    cursor = parse.cursor
    end = cursor.at
    while cursor.word() not in STOPS:
        cursor.at += 1
    choices = [cursor.swapped(start, end, "go")] if cursor.word(end - cursor.at) in _LYING else []
    return Doubt("ask-report", choices=choices, words=cursor.quote(start, cursor.at))


def _ends_clause(parse: Parse) -> bool:
    """“all failed parts removed”, "the nuts moved to the left bin": a verb behind its object."""
    cursor = parse.cursor
    classes = parse.lexicon.verbs[cursor.word()]
    after = cursor.word(1)
    return not classes & {"leave", "throw", "fill"} and (after in STOPS or after in TO or after in PARTICLES)
