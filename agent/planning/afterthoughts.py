"""What is said behind a clause of what it has just ordered: "… first", "…, two of them", "…, the red ones"."""

from dataclasses import replace
from typing import Final

from agent.planning.draft import Draft
from agent.planning.parse import Parse, PartPhrase
from agent.planning.predicates import take_value
from agent.planning.quantity import take_number
from agent.planning.tokens import END

_FIRST: Final = ("first", "beforehand", "before")
_LAST: Final = ("last",)
_ENDS: Final = frozenset({END, ".", ";", ",", "and", "then", "but"})
_WHOLE: Final = (("all",), ("all", "of", "them"), ("every", "one"), ("every", "one", "of", "them"))


def take_rank(parse: Parse) -> bool:
    """“…, but remove the failed parts first”: the last clause is done before, or after, all others."""
    cursor = parse.cursor
    waits = parse.pending is not None and parse.pending.default is None
    if waits or not (parse.moves or parse.pending) or cursor.word(1) not in _ENDS:
        return False
    word = cursor.take(*_FIRST, *_LAST)
    if not word:
        return False
    parse.flush()
    orders = [move.order for move in parse.moves]
    for move in parse.moves[parse.group :]:
        move.order = min(orders) - 1 if word in _FIRST else max(orders) + 1
    return True


def take_afterthought(parse: Parse) -> bool:
    """“…, all of them”, "…, two at most", "…, the red ones": of the parts that the last clause moves."""
    cursor = parse.cursor
    start = cursor.at
    last = parse.moves[parse.group :]
    if len(last) != 1 or parse.pending or last[0].skill:
        return False
    if cursor.word(1) == "atmost":
        cursor.take("but")
    meant = _counted(parse, last[0].phrase) or _described(parse, last[0].phrase)
    if meant is None or cursor.word() not in {END, ".", ";"}:
        cursor.at = start
        return False
    last[0].phrase = meant
    return True


def _counted(parse: Parse, phrase: PartPhrase) -> PartPhrase | None:
    """None where no number is said, or another one was said before."""
    cursor = parse.cursor
    start = cursor.at
    if any(cursor.take_run(*run) for run in reversed(_WHOLE)):
        return phrase if phrase.quantity == "all" else None
    bounded = bool(cursor.take("atmost"))
    number = take_number(parse)
    of_them = cursor.take_run("of", "them")
    bounded = bool(cursor.take("atmost", "orless")) or bounded
    if not number or not (bounded or of_them) or phrase.quantity != "all" or phrase.counted:
        cursor.at = start
        return None
    return replace(phrase, quantity=number, at_most=bounded, counted=True)


def _described(parse: Parse, phrase: PartPhrase) -> PartPhrase | None:
    """None where no values are said, or where they are not of parts like those, or not of as many. Raises: Doubt."""
    cursor = parse.cursor
    start = cursor.at
    cursor.take("the")
    draft = Draft(start=start)
    while cursor.word() in parse.lexicon.attributes:
        take_value(parse, draft, negated=False)
    ones = cursor.take("ones", "one")
    known = phrase.query.model_dump(exclude_none=True)
    new = not any(known.get(name, value) != value for name, value in draft.fields.items())
    if not ones or not draft.fields or not new or (ones == "ones") != (phrase.quantity != 1):
        cursor.at = start
        return None
    return replace(phrase, query=phrase.query.model_copy(update=draft.fields))
