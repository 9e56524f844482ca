"""One part phrase: "two of the failed M8 bolts on the left that are brass, except the large ones"."""

import re
from typing import Final

from agent.planning.appositions import take_apposition, take_count_behind
from agent.planning.doubt import Doubt
from agent.planning.draft import Draft
from agent.planning.lexicon import Noun
from agent.planning.modifiers import STARTERS, is_described, starts_part, take_modifier
from agent.planning.parse import DETERMINERS, Parse
from agent.planning.places import names_place
from agent.planning.predicates import (
    is_plural_value,
    take_complement,
    take_predicate,
    take_region,
    take_tray,
    take_value,
)
from agent.planning.quantity import take_bound_behind, take_quantity
from agent.planning.synonyms import FOREIGN, MASS_NOUNS, NUMBERS
from agent.planning.tokens import END
from skills.scene import PartQuery

EXCEPT: Final = ("except", "excluding", "without", "besides", "but", "bar", "not")
_NOT_LEFT_OUT: Final = re.compile(
    r"but\b[^,.;\n]*?\b(?:only|just|too|also|as well|first|not (?:all|every|both))\b[^,.;\n]*", re.IGNORECASE
)
"""“but only the gears”, "but the nuts too": behind such words "but" leaves nothing out."""
_VISIBLE: Final = tuple(
    tuple(run.split())
    for run in (
        "that you can see",
        "that you see",
        "you can see",
        "you see",
        "you can find",
        "you find",
        "there is",
        "can you see",
        "do you see",
    )
)
_LYING: Final = ("lying", "located", "sitting", "standing", "placed")


def take_part(parse: Parse, ones: str | None = None) -> Draft | None:
    """The part phrase at the cursor, or None; `ones` is the kind that "the red ones" takes. Raises: Doubt."""
    cursor = parse.cursor
    draft = Draft(start=cursor.at)
    cursor.take("either")
    take_quantity(parse, draft)
    while take_modifier(parse, draft):
        pass
    _take_head(parse, draft, ones)
    if draft.is_empty and not (draft.article == "the" and cursor.word() in {"on", "at", "that", "which", "with", "in"}):
        cursor.at = draft.start
        return None
    while _take_behind(parse, draft):
        pass
    draft.end = cursor.at
    said = draft.fields or draft.without or draft.either or draft.rest or draft.count
    if not said and cursor.word(-1) in {"one", "ones"}:
        raise Doubt("ask-which-part", words=cursor.quote(draft.start, cursor.at))
    if draft.noun is None:
        _refuse_unknown_noun(parse)
    elif draft.noun.kind:
        parse.kind = draft.noun.kind
    return draft


def _take_head(parse: Parse, draft: Draft, ones: str | None) -> None:
    cursor, lexicon = parse.cursor, parse.lexicon
    at = cursor.at
    word = cursor.word()
    if draft.noun is not None:
        return
    if cursor.take_run("what", "is", "left") or cursor.take_run("what", "remains"):
        draft.rest, draft.count, draft.noun = "else", "all", Noun(None, plural=True)
        return
    if word in lexicon.nouns:
        cursor.at += 1
        draft.noun = lexicon.nouns[word]
        if draft.noun.kind:
            draft.fields["kind"] = draft.noun.kind
            draft.where["kind"] = at
        if draft.noun.condition:
            draft.set(parse, "condition", draft.noun.condition, at)
    elif cursor.take("everything", "anything"):
        draft.count, draft.noun = "all", Noun(None, plural=True)
    elif draft.other or ((draft.fields or draft.article in {"the", "any"}) and word in {"one", "ones"}):
        cursor.take("one", "ones")  # "the other" is "the other one"
        draft.noun = Noun(ones, plural=word == "ones")
        if ones:
            draft.fields["kind"] = ones
            draft.where["kind"] = at
    else:
        _take_no_noun(parse, draft, ones)


def _take_no_noun(parse: Parse, draft: Draft, ones: str | None) -> None:
    """“the reds”, "the shiny stuff"; and "the smallest", behind "the largest gear", is the smallest gear."""
    cursor, at = parse.cursor, parse.cursor.at
    if (at > draft.start and is_plural_value(parse, cursor.tokens[at - 1].word)) or (
        draft.fields and cursor.take(*MASS_NOUNS)
    ):
        draft.noun = Noun(None, plural=True)
    elif ones and "superlative" in draft.fields and "condition" not in draft.fields:
        draft.noun = Noun(ones, plural=False)
        draft.fields["kind"], draft.where["kind"] = ones, at - 1


def _take_behind(parse: Parse, draft: Draft) -> bool:
    """One thing that stands behind the noun."""
    cursor = parse.cursor
    if draft.noun and cursor.word() == "not" and cursor.word(1) in parse.lexicon.attributes:
        cursor.at += 1
        return take_value(parse, draft, negated=True)
    if cursor.word(1) in parse.lexicon.attributes and cursor.take("sized", "coloured", "colored"):
        return True
    if cursor.take("else"):
        draft.rest = "else"
        return True
    if cursor.take(*_LYING) or any(cursor.take_run(*run) for run in _VISIBLE):
        return True
    if cursor.word() == "left" and not names_place(parse):
        return _take_remaining(parse)
    return (
        (
            draft.noun is not None
            and is_described(parse)
            and not _is_verb_phrase(parse)
            and not _is_tag(parse, draft)
            and take_value(parse, draft, False)
        )
        or take_bound_behind(parse, draft)
        or take_count_behind(parse, draft)
        or take_apposition(parse, draft)
        or take_region(parse, draft)
        or take_tray(parse)
        or take_predicate(parse, draft)
        or (draft.article == "which" and take_complement(parse, draft))
        or _take_exceptions(parse, draft)
    )


def _is_tag(parse: Parse, draft: Draft) -> bool:
    """“remove the failed parts, ok?”: of these nothing more is said."""
    ends = parse.cursor.word(1) in {END, "."}
    return ends and parse.cursor.word() in {"ok", "okay", "good"} and "condition" in draft.fields


def _is_verb_phrase(parse: Parse) -> bool:
    after = parse.cursor.word(1)
    return parse.lexicon.is_verb(parse.cursor.word()) and (
        after in DETERMINERS or after in {"all", "every", "it", "them"}
    )


def _take_remaining(parse: Parse) -> bool:
    """“the parts left on the tray”: what is there anyway."""
    parse.cursor.at += 1
    return True


def _take_exceptions(parse: Parse, draft: Draft) -> bool:
    """“except the gears and the brass nuts”."""
    queries = take_exceptions(parse)
    draft.without += queries
    return bool(queries)


def take_exceptions(parse: Parse) -> list[PartQuery]:
    """The queries behind an excluding word at the cursor; none when there is no such word. Raises: Doubt."""
    cursor = parse.cursor
    start = cursor.at
    if not cursor.take(*EXCEPT) or not (starts_part(parse) or cursor.word() in {"those", "for", "the"}):
        cursor.at = start
        return []
    if doubtful := _NOT_LEFT_OUT.match(cursor.rest(start - 1 if cursor.word(-2) == "but" else start)):
        raise Doubt("ask-but", words=doubtful[0].strip())
    cursor.take("for")
    return take_left_out(parse) or _reset(parse, start)


def take_left_out(parse: Parse) -> list[PartQuery]:
    """Queries of the parts to leave, joined by "and"; a new quantity ends the list. Raises: Doubt."""
    queries: list[PartQuery] = []
    joined = parse.cursor.at
    while starts_part(parse) and (not queries or parse.cursor.word() not in STARTERS | frozenset(NUMBERS)):
        start = parse.cursor.at
        kind = parse.kind
        draft = take_part(parse)
        parse.kind = kind
        if draft is None:
            break
        queries += _left_out(parse, draft, start)
        joined = parse.cursor.at
        if not parse.cursor.take("and", ",", "or", "nor"):
            return queries
        parse.cursor.take("and", "or")
    parse.cursor.at = joined
    return queries


def _left_out(parse: Parse, draft: Draft, start: int) -> list[PartQuery]:
    words = parse.cursor.quote(start, parse.cursor.at)
    if "superlative" in draft.fields:
        raise Doubt("ask-superlative-left-out", words=words)
    if isinstance(draft.count, int) or draft.article == "a":
        raise Doubt("ask-all-but", words=words)
    draft.count = "all"
    return [phrase.query for phrase in draft.phrases(parse)]


def _reset(parse: Parse, start: int) -> list[PartQuery]:
    parse.cursor.at = start
    return []


def _refuse_unknown_noun(parse: Parse) -> None:
    """A word for something that this cell has not: "a yellow gear", "the washer"."""
    cursor, lexicon = parse.cursor, parse.lexicon
    word = cursor.word()
    known = {"colour": [v for v in lexicon.values if lexicon.attributes[v.lower()][0] == "colour"]}
    known["kind of part"] = list(lexicon.kinds)
    for what, words in FOREIGN.items():
        if word in words:
            plural = "s" if what != "colour" and word.endswith("s") else ""
            raise Doubt(
                "unknown-value",
                choices=[cursor.swapped(cursor.at, cursor.at + 1, value + plural) for value in known[what]],
                word=cursor.quote(cursor.at, cursor.at + 1),
                what=what,
                known=", ".join(known[what]),
            )
