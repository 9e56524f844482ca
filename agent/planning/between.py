"""What stands between the commands: connectors, order, politeness, wishes that change no plan."""

import re
from itertools import pairwise
from typing import Final

from agent.planning.afterthoughts import take_rank
from agent.planning.courtesy import AMBIGUOUS_OPENERS, OPENERS
from agent.planning.parse import DETERMINERS, TO, Parse
from agent.planning.places import names_place
from agent.planning.tokens import END
from agent.planning.wordlist import words

_CONNECTORS: Final = words(
    ", ; . : / and then & plus also next finally lastly afterwards subsequently first firstly secondly thirdly last"
)
_AFTER_OPENERS: Final = words(", . ; : and then next also first")
_SEQUELS: Final = words("then next finally lastly last also")
_OPENERS: Final = {
    first: tuple(sorted((run for run in map(str.split, OPENERS) if run[0] == first), key=len, reverse=True))
    for first in {opener.split()[0] for opener in OPENERS}
}
"""The runs of words that open a command, under their first, the longest first."""
_HAVING: Final = words("you i we have")
_RANKED: Final = words("second third fourth fifth 1st 2nd 3rd 4th 5th")
_TAG_ENDS: Final = words(". ,")
_SENTENCE_ENDS: Final = words(". ;")
_TELL: Final = r"(?:report|say|count|(?:tell|show|inform) (?:me|us)|let (?:me|us) know)(?: back)?(?: to (?:me|us))?"
_REST: Final = r"(?:everything else|all else|the (?:rest|others|other (?:parts|ones))|all (?:the )?others?(?: parts)?)"
_STAYING: Final = (
    r"(?: (?:put|there|behind|alone|untouched|where (?:it|they) (?:is|are)|(?:on|in) the tray|as (?:it|they) (?:is|are)"
    r"|in place))?"
)
_WISHES: Final = tuple(
    re.compile(pattern)
    for pattern in (
        _TELL + r"(?: how many(?: \w+)?(?: (?:there|it|you|they))?(?: (?:were|was|are|did|have))?(?: (?:you|there))?"
        r"(?: (?:moved?|removed?|found|find|put|done))?| the (?:number|count|result|total)| them| it)?",
        r"(?:report|say|tell (?:me|us)|let (?:me|us) know) (?:then|when (?:(?:you are|it is|that is|all is) )?"
        r"(?:done|finished|ready))",
        r"not (?:the )?other way (?:a?round|about)",
        r"if (?:there (?:are|is) )?(?:any|some)(?: left| there| at all)?",
        r"nothing else|and nothing else|that is (?:all|it)|(?:all )?done|no others?|not the (?:others|rest)",
        _REST
        + r"(?: (?:can|should|may|shall|must|has to|have to|is to))? (?:stays?|remains?|be left|keeps?)"
        + _STAYING,
        r"(?:leave|keep) " + _REST + _STAYING,
        r"(?:do not|never) (?:touch|move|take|remove) (?:(?:anything|everything|something) else|any others?|"
        + _REST
        + ")",
    )
)
"""Said beside a plan without changing it."""
_GROUPS: Final = DETERMINERS | {"all", "every", "each", "both", "any"}
_MOVED: Final = ("put", "placed", "moved", "brought", "removed")
"""Not "stuck", "rejected" and the like, which say how parts are."""
_STOPPED: Final = ("stop", "halt")


def take_order(parse: Parse) -> bool:
    """Steps over the words between clauses; whether a clause follows. Later words may be done earlier."""
    cursor = parse.cursor
    take_rank(parse)
    start = cursor.at
    while True:
        cursor.skip(_CONNECTORS)
        parse.sequel = any(token.word in _SEQUELS for token in cursor.tokens[start : cursor.at])
        if cursor.take("beforehand"):
            parse.flush()
            parse.order -= 1
        elif cursor.word() == "before" and (parse.moves or parse.pending):
            cursor.at += 1
        elif cursor.word() == "after" and (parse.moves or parse.pending):
            cursor.at += 1
            cursor.skip(_HAVING)
            parse.flush()
            parse.order -= 1
        elif cursor.word() in _RANKED and _begins_clause(parse):
            cursor.at += 1
        elif not (_take_final_stop(parse) or _take_tag(parse) or _take_wish(parse)):
            return cursor.word() != END


def _begins_clause(parse: Parse) -> bool:
    """“second, bolts …” counts the orders; "the second bolt" is a part."""
    after = parse.cursor.word(1)
    noun = parse.lexicon.nouns.get(after)
    return after in {",", ":"} or (noun is not None and noun.plural) or parse.lexicon.is_verb(after)


def _take_final_stop(parse: Parse) -> bool:
    """“… and then stop”: a plan ends anyway."""
    cursor = parse.cursor
    if (parse.moves or parse.pending) and cursor.word() in _STOPPED and cursor.word(1) in {END, "."}:
        cursor.at += 1
        return True
    return False


def _take_tag(parse: Parse) -> bool:
    """“…, would you” and "…, ok": what opens a command says nothing behind the last."""
    cursor = parse.cursor
    start = cursor.at
    if (parse.moves or parse.pending) and _take_opener(parse):
        cursor.skip(_TAG_ENDS)
        if cursor.word() == END:
            return True
    cursor.at = start
    return False


def _take_wish(parse: Parse) -> bool:
    """What is done or left anyway: "… and tell me how many there were", "everything else stays where it is"."""
    cursor = parse.cursor
    end = next((i for i in range(cursor.at, len(cursor.tokens)) if cursor.tokens[i].word in _SENTENCE_ENDS), None)
    said = " ".join(token.word for token in cursor.tokens[cursor.at : end])
    if (parse.moves or parse.pending) and any(wish.fullmatch(said) for wish in _WISHES):
        cursor.at = len(cursor.tokens) if end is None else end
        return True
    return False


def take_openers(parse: Parse) -> None:
    """Politeness before a command. Words such as "ok" and "right" count only before a comma or a verb."""
    cursor = parse.cursor
    while True:
        start = cursor.at
        opener = _take_opener(parse)
        if opener in AMBIGUOUS_OPENERS and not _opens(parse):
            cursor.at = start
        if cursor.at == start:
            return
        cursor.skip(_AFTER_OPENERS)


def take_request(parse: Parse) -> None:
    """Steps over “could” in "could the nuts go in the left bin?"; "could the nuts be in the left bin?" asks."""
    cursor = parse.cursor
    if cursor.word() != "could" or cursor.word(1) not in _GROUPS:
        return
    words = [token.word for token in cursor.tokens[cursor.at :]]
    end = next((i for i, word in enumerate(words) if word in _SENTENCE_ENDS), None)
    asked = pairwise(words[:end])
    cursor.at += any((word == "go" and after in TO) or (word == "be" and after in _MOVED) for word, after in asked)


def _take_opener(parse: Parse) -> str:
    """Steps over what opens a command, and returns it."""
    for run in _OPENERS.get(parse.cursor.word(), ()):
        if parse.cursor.take_run(*run):
            return " ".join(run)
    return ""


def _opens(parse: Parse) -> bool:
    """Whether what follows "ok" or "right" shows that it was said to begin with, not of a part or a place."""
    cursor = parse.cursor
    cursor.at -= 1
    place = names_place(parse)
    cursor.at += 1
    start = cursor.at
    polite = _take_opener(parse) not in AMBIGUOUS_OPENERS | {""}
    cursor.at = start
    goes_on = cursor.word() == "and" and cursor.word(1) in DETERMINERS
    return not place and (cursor.word() == "," or goes_on or parse.lexicon.is_verb(cursor.word()) or polite)
