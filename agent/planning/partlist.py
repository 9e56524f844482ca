"""Part phrases joined by "and": which words count for which part, and when that cannot be told."""

from typing import Final

from agent.planning.doubt import Doubt
from agent.planning.draft import Draft
from agent.planning.modifiers import starts_part
from agent.planning.parse import Parse, PartPhrase
from agent.planning.parts import take_part
from skills.words import SIZES_OF

_PREMODIFIERS: Final = ("condition", "colour", "finish", "size", "superlative", "region")


def take_parts(parse: Parse) -> list[PartPhrase]:
    """All part phrases at the cursor that share what follows; none when there is none. Raises: Doubt."""
    earlier = parse.kind
    first = take_part(parse, earlier)
    if first is None:
        return []
    drafts, joiners = [first], [""]
    while True:
        at = parse.cursor.at
        joiner = _take_joiner(parse)
        draft = take_part(parse, parse.kind) if joiner else None
        if draft is None:
            parse.cursor.at = at
            break
        drafts.append(draft)
        joiners.append(joiner)
    drafts = _with_nouns(parse, drafts, joiners)
    _share_modifiers(parse, drafts)
    phrases = [phrase for draft in drafts for phrase in draft.phrases(parse)]
    if "or" in joiners and (any(phrase.quantity != "all" for phrase in phrases) or not _any_of(drafts[0])):
        raise Doubt("ask-or", words=_words(parse, drafts))
    return phrases


def _any_of(draft: Draft) -> bool:
    """Whether “or” joins what is meant alike: "all red or blue gears"; "the bolts or the nuts" is a choice."""
    return draft.count == "all" or draft.article == "any" or draft.noun is None


def _take_joiner(parse: Parse) -> str:
    """Steps over "and", "," … when a part phrase follows; else stays and returns nothing."""
    cursor = parse.cursor
    start = cursor.at
    joiner = cursor.take("and", ",", "or", "plus", "&", "/", "then", "nor")
    if joiner == ",":
        joiner = cursor.take("and", "or", "then", "plus") or joiner
    elif joiner:
        cursor.take("then", "also")
    if joiner and starts_part(parse):
        return "or" if joiner in {"or", "nor"} else joiner
    cursor.at = start
    return ""


def _with_nouns(parse: Parse, drafts: list[Draft], joiners: list[str]) -> list[Draft]:
    """“red and blue gears”: a phrase without a noun takes the next one's. "small, red gear" is one phrase."""
    kept = [drafts[-1]]
    for draft, joiner in zip(reversed(drafts[:-1]), reversed(joiners[1:]), strict=True):
        follower = kept[0]
        if draft.noun is None and follower.noun is not None and not draft.without:
            if _describe_one(parse, draft, follower, joiner):
                kept[0] = _merged(parse, draft, follower)
                continue
            _take_noun_of(parse, draft, follower)
        kept.insert(0, draft)
    return kept


def _describe_one(parse: Parse, draft: Draft, follower: Draft, joiner: str) -> bool:
    """Whether both phrases describe the same parts. Raises: Doubt when that cannot be told."""
    own, other = set(draft.fields), set(follower.fields) - {"kind"} - follower.trailing
    if own == other or follower.count is not None or follower.article or not other:
        return False
    assert follower.noun is not None
    if joiner == "," or not follower.noun.plural:
        return True
    raise Doubt("ask-each-or-all", words=_words(parse, [draft, follower]))


def _merged(parse: Parse, draft: Draft, follower: Draft) -> Draft:
    for name, value in draft.fields.items():
        follower.set(parse, name, value, draft.where[name])
        follower.trailing.discard(name)
    follower.count, follower.at_most = draft.count, draft.at_most
    follower.article, follower.rest, follower.start = draft.article, draft.rest, draft.start
    follower.other = draft.other
    return follower


def _take_noun_of(parse: Parse, draft: Draft, follower: Draft) -> None:
    """The noun and what stands behind it count for both; one number for both is unclear."""
    bare = follower.count is None and not follower.article
    if bare and (isinstance(draft.count, int) or draft.article == "a"):
        raise Doubt("ask-each-or-all", words=_words(parse, [draft, follower]))
    draft.noun = follower.noun
    for name in ("kind", *follower.trailing):
        if name in follower.fields:
            draft.fields.setdefault(name, follower.fields[name])
            draft.where.setdefault(name, follower.where[name])
    if bare:
        draft.without = list(follower.without)
        follower.count = draft.count


def _share_modifiers(parse: Parse, drafts: list[Draft]) -> None:
    """“all failed bolts and nuts on the left”: what stands before and behind bare nouns counts for each of them."""
    bare = [draft.is_bare for draft in drafts]
    for before, draft, is_bare in zip(drafts, drafts[1:], bare[1:], strict=False):
        if is_bare:
            _share_forward(parse, before, draft)
        elif isinstance(before.count, int) and _lacks_number(draft):
            raise Doubt("ask-each-or-all", words=_words(parse, [before, draft]))
    if len(drafts) > 1:
        _share_backward(parse, drafts, bare)


def _lacks_number(draft: Draft) -> bool:
    return draft.count is None and not draft.article and draft.noun is not None and draft.noun.plural


def _share_forward(parse: Parse, before: Draft, draft: Draft) -> None:
    said = {
        name: before.fields[name] for name in _PREMODIFIERS if name in before.fields and name not in before.trailing
    }
    assert draft.noun is not None
    unclear = (isinstance(before.count, int) and not before.each) or (said and before.noun and before.noun.kind is None)
    kind = draft.fields.get("kind")
    misfits = "size" in said and (kind is None or said["size"] not in _sizes(kind))
    if unclear or (misfits and len(said) > 1):
        raise Doubt("ask-each-or-all", words=_words(parse, [before, draft]))
    for name, value in said.items():
        if not misfits:
            draft.fields.setdefault(name, value)
            draft.where.setdefault(name, before.where[name])
    if draft.noun.plural or before.count == "all":
        draft.count, draft.each = draft.count or before.count, before.each
    draft.article = draft.article or before.article


def _share_backward(parse: Parse, drafts: list[Draft], bare: list[bool]) -> None:
    """What stands behind the last of several bare nouns; behind a phrase of its own an exception is unclear."""
    last = drafts[-1]
    if not bare[-1]:
        kinds = {draft.fields.get("kind") for draft in drafts}
        if len(kinds) > 1 and any(query.kind is None for query in last.without):
            raise Doubt("ask-each-or-all", words=_words(parse, drafts))
        return
    for draft in drafts[:-1]:
        for name in last.trailing - {"kind"}:
            draft.set(parse, name, last.fields[name], last.where[name])
        draft.without = draft.without or list(last.without)
        draft.either = draft.either or last.either


def _sizes(kind: str) -> tuple[str, ...]:
    return next(tuple(sizes) for name, sizes in SIZES_OF.items() if name == kind)


def _words(parse: Parse, drafts: list[Draft]) -> str:
    return parse.cursor.quote(drafts[0].start, drafts[-1].end)
