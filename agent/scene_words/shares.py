"""“Two of them failed”, "all red", "half of them small", "the rest blue": from words about a group to its shares."""

from typing import Any, Final

from agent.scene_words.errors import NotUnderstood
from agent.scene_words.phrases import Phrase
from agent.scene_words.wish import Group, Share
from skills.errors import BadInput

_OPPOSITE: Final = {"failed": "ok", "ok": "failed"}


def group_of(phrase: Phrase, shares: list[Phrase]) -> Group:
    """The group that was named, with what was said of some of its parts. Raises: BadInput, NotUnderstood."""
    low, high = phrase.numbers
    said: dict[str, Any] = dict(phrase.fields)
    some: list[Share] = []
    for share in shares:
        fields = {name: value for name, value in share.fields.items() if name != "kind" or value != said.get("kind")}
        if not fields:
            raise NotUnderstood(share.words)
        if share.relative in {"all", "both"} or share.count == (low, low) == (high, high):
            _check_both(share, (low, high))
            said = _with(said, fields)
        elif share.relative == "none":
            if set(fields) != {"condition"} or fields["condition"] not in _OPPOSITE:
                raise NotUnderstood(share.words)
            said = _with(said, {"condition": _OPPOSITE[fields["condition"]]})
        else:
            some.append(Share.model_validate({**fields, "count": _count(share, fields, (low, high), some)}))
    return Group.model_validate({**said, "count": low, "up_to": high if high > low else None, "some": tuple(some)})


def _check_both(share: Phrase, of: tuple[int, int]) -> None:
    if share.relative == "both" and of != (2, 2):
        raise BadInput("both", of[0], "said of two parts")


def _with(said: dict[str, Any], fields: dict[str, Any]) -> dict[str, Any]:
    """Raises: BadInput when the group is said to be otherwise."""
    for name, value in fields.items():
        if said.get(name, value) != value:
            raise BadInput(name, f"{said[name]} and {value}", f"one {name} for each part")
    return {**said, **fields}


def _count(share: Phrase, fields: dict[str, Any], of: tuple[int, int], before: list[Share]) -> int:
    """How many parts of a group of `of` (least, most) the share is about. Raises: BadInput, NotUnderstood."""
    low, high = of
    if share.count is not None:
        if share.count[0] != share.count[1]:
            raise NotUnderstood(share.words)
        return share.count[0]
    if low != high:
        raise BadInput("words", share.words, f"said with a number; the group has {low} to {high} parts")
    if share.relative == "half" and low % 2:
        raise BadInput("half", low, "said of an even number of parts")
    if share.relative == "rest":
        taken = sum(one.count for one in before if any(getattr(one, name) for name in fields))
        if taken >= low:
            raise BadInput("rest", low - taken, "at least one part")
        return low - taken
    return low // 2
