"""Instructions that say nothing without the run before: "the nuts too", "put it back", "no, the other one", "again".

Each is tried on the whole instruction, and only when it is a question without a past; so that a past changes nothing
that can be understood without it.
"""

import re
from dataclasses import replace
from typing import Final

from agent.looking.difference import alike, same_part
from agent.planning.asides import add_same
from agent.planning.between import take_openers, take_order
from agent.planning.corrections import take_correction
from agent.planning.doubt import Doubt
from agent.planning.parse import Move, Parse, PartPhrase
from agent.planning.partlist import take_parts
from agent.planning.past import refuse_brought
from agent.planning.quantity import take_number
from agent.planning.tokens import END
from agent.planning.wording import into, query_words, step_words
from prompts.loader import render
from skills.plan import GRIPPER, Past, Step
from skills.scene import PartQuery, PerceivedPart, Scene, select
from skills.words import TRAY

_LAST: Final = r"the (?:last|previous) (?:instruction|order|command|task|job|one)"
_AGAIN: Final = re.compile(
    r"(?:please |and )*(?:(?:(?:do |repeat )?(?:it |that |this |the same |same )?(?:once more|again))"
    rf"|(?:repeat|redo)(?: (?:it|that|this|{_LAST}))?)"
)
_BACK: Final = re.compile(
    r"(?:no |, |please )*(?:put|place|lay|bring|take|set|give|return) (?:it|them|that|this)(?: one)?"
    r"(?P<back> back)?(?: where (?:it|they) (?:was|were|came from)| (?:on|onto|to|in|into) the tray| please)*"
)
_NOT_IT: Final = (
    r"no|nope|wrong|sorry|oops|not (?:that|this)(?: one)?|(?:the )?wrong one|i (?:mean|meant|said)"
    r"|take|pick|move|use|get|please|,|\.|;"
)
_OTHER: Final = re.compile(
    rf"(?:(?:{_NOT_IT}) )*(?:the other(?: (?P<noun>\w+))?)(?: instead| please)*"
    r"|(?:no |, )*(?:not (?:that|this)(?: one)?|(?:(?:that (?:is|was) )?the )?wrong (?:one|part))"
)
_CORRECTING: Final = re.compile(
    r"(?:no|nope|wrong(?: \w+)?)(?: ,.*)?"
    r"|(?:not (?:that|this|there|those)|i (?:mean|meant) the|(?:that|it) (?:is|was) (?:the )?wrong)\b.*"
)
_MORE: Final = re.compile(r"\b(?:more|another)\b", re.IGNORECASE)
_POINTING: Final = re.compile(r"\W*(?:and|then|now|next|also|plus|likewise)\b", re.IGNORECASE)


def points_back(parse: Parse) -> bool:
    """Whether the whole instruction corrects or repeats what was done before it."""
    said = _said(parse)
    return any(form.fullmatch(said) for form in (_BACK, _AGAIN, _OTHER, _CORRECTING))


def take_past(parse: Parse, scene: Scene | None) -> bool:
    """Whether the instruction is one of these; it is then in `parse.moves`. Raises: Doubt."""
    assert parse.past is not None
    said = _said(parse)
    if (back := _BACK.fullmatch(said)) and (back["back"] or "return" in said or "tray" in said):
        parse.moves.append(_put_back(parse.past))
    elif _AGAIN.fullmatch(said):
        parse.moves.extend(parse.recalled)
    elif (other := _OTHER.fullmatch(said)) and _names(parse, other["noun"]):
        _take_other(parse, parse.past, scene)
    elif _take_another(parse) or take_correction(parse, parse.past):
        return True
    else:
        return _take_more(parse)
    return bool(parse.moves)


def _said(parse: Parse) -> str:
    return " ".join(token.word for token in parse.cursor.tokens).rstrip(" .")


def _put_back(past: Past) -> Move:
    if past.holding:
        return Move(PartPhrase(PartQuery(), 1), TRAY, source=GRIPPER)
    refuse_brought(past)
    raise Doubt("refuse-nothing-held", "refused")


def _take_another(parse: Parse) -> bool:
    """“one more”, "another one", "two more bolts": of the parts of the only step before, to where they went."""
    cursor = parse.cursor
    if len(parse.recalled) != 1 or not _MORE.search(cursor.text):
        return False
    before = parse.recalled[0]
    take_order(parse)
    take_openers(parse)
    cursor.take("do")
    count = _count_more(parse) or _count_named(parse, before.phrase.query)
    cursor.skip(frozenset({",", "."}))
    if count and cursor.word() == END and before.phrase.query.superlative is None:
        parse.moves.append(replace(before, phrase=replace(before.phrase, quantity=count, at_most=False, counted=True)))
        return True
    cursor.at = 0
    return False


def _count_more(parse: Parse) -> int | None:
    """“two more of them”; None, and nothing taken, where a part is named."""
    cursor = parse.cursor
    start = cursor.at
    another = cursor.take("another")
    count = take_number(parse) or (1 if another else None)
    cursor.take("more")
    any(cursor.take_run("of", pronoun) for pronoun in ("them", "those", "these"))
    if count and cursor.word() in {END, ",", "."}:
        return count
    cursor.at = start
    return None


def _count_named(parse: Parse, before: PartQuery) -> int | None:
    """“another nut” behind "a brass nut": in words that were said of it."""
    phrases = take_parts(parse)
    if len(phrases) != 1 or phrases[0].quantity == "all" or not phrases[0].counted:
        return None
    said, known = (query.model_dump(exclude_defaults=True) for query in (phrases[0].query, before))
    return phrases[0].quantity if said.items() <= known.items() else None


def _take_more(parse: Parse) -> bool:
    """“and the brackets too”, "now the nuts": what was done last, with other parts."""
    cursor = parse.cursor
    take_order(parse)
    take_openers(parse)
    cursor.take("likewise", "do")
    phrases = take_parts(parse) if parse.recalled else []
    pointed = bool(cursor.take("too", "also", "likewise", "next", "then") or _POINTING.match(cursor.text))
    cursor.skip(frozenset({",", "."}))
    if phrases and pointed and cursor.word() == END:
        add_same(parse, phrases)
        return True
    cursor.at = 0
    return False


def _names(parse: Parse, noun: str | None) -> bool:
    """Whether “the other <noun>” can mean a part like the last one."""
    kinds = {step.part.kind for step in parse.past.plan.steps} if parse.past else set()
    named = parse.lexicon.nouns.get(noun or "")
    return noun in {None, "one"} or (named is not None and not named.plural and named.kind in {None, *kinds})


def _take_other(parse: Parse, past: Past, scene: Scene | None) -> None:
    """“no, the other one”: another part like the one that the only step was about. Raises: Doubt."""
    step = past.plan.steps[-1]
    if len(past.plan.steps) > 1 or step.quantity != 1 or step.source == GRIPPER or past.target is None:
        raise Doubt("ask-which-part", words=parse.cursor.quote(0, len(parse.cursor.tokens)))
    if scene is None:
        raise Doubt("refuse-not-looked", "refused")
    others = _others(step, past.target, scene)
    if not others:
        raise Doubt("refuse-no-other", "refused", part=past.target.describe())
    found = list(dict.fromkeys(_query_of(other) for other in others))
    still_there = past.holding or any(same_part(past.target, part) for part in scene.parts)
    if len(found) > 1 or (still_there and alike(others[0], past.target)):
        raise _which(parse, step, others, found)
    if past.moved[-1]:
        parse.notes.append(render("note-stays", part=past.target.describe(), place=into(step.destination)))
    parse.add([PartPhrase(found[0], 1)], step.destination, step.skill)


def _others(step: Step, target: PerceivedPart, scene: Scene) -> tuple[PerceivedPart, ...]:
    """The parts that the step's words fit as well; where they fit no other, those of the same kind."""
    parts = [part for part in scene.parts if not same_part(part, target)]
    again = select(step.part.model_copy(update={"superlative": None}), parts)
    return again or tuple(part for part in parts if part.kind == target.kind)


def _query_of(part: PerceivedPart) -> PartQuery:
    return PartQuery(kind=part.kind, size=part.size, colour=part.colour, condition=part.condition)


def _which(parse: Parse, step: Step, others: tuple[PerceivedPart, ...], found: list[PartQuery]) -> Doubt:
    """Several differ, and each is offered; or the other looks as the last one, and words can't tell them apart."""
    said = parse.cursor.quote(0, len(parse.cursor.tokens))
    if len(found) == 1:
        return Doubt("ask-alike", words=said, part=others[0].describe())
    one = step.model_copy(update={"quantity": 1})
    return Doubt(
        "ask-which-match",
        choices=[step_words(one.model_copy(update={"part": query})) for query in found],
        words=said,
        count=str(len(others)),
        found=", ".join(f"the {query_words(query, plural=False)}" for query in found),
    )
