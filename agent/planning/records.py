"""Orders as other systems write them: JSON, "part: nut, size: M6, qty: 2, dest: left bin", "part=nut dest=left bin".

A record becomes the sentence that says the same, so that it is planned, asked about and refused like one. What has a
field that is not known here is no record, and is read as it stands.
"""

import json
import re
from typing import Any, Final

_ROLES: Final[dict[str, tuple[str, ...]]] = {
    "verb": ("action", "verb", "operation", "op", "skill"),
    "count": ("quantity", "qty", "count", "amount", "number", "n", "pcs"),
    "size": ("size",),
    "condition": ("condition", "status", "state", "quality"),
    "colour": ("colour", "color"),
    "finish": ("finish",),
    "kind": ("part", "kind", "item", "type", "parts", "object", "component"),
    "source": ("from", "source"),
    "place": ("to", "dest", "destination", "target", "place", "bin", "into"),
    "said": ("instruction", "task", "text", "command", "order"),
    "": ("id", "order_id", "job", "line", "pos", "position"),
}
_ROLE_OF: Final = {key: role for role, keys in _ROLES.items() for key in keys}
_PAIR: Final = re.compile(r"\s*([A-Za-z_]+)\s*[:=]\s*([^:=,;|\n{}\[\]]+?)\s*(?:[,;|\n]+|$)")
_SPACED: Final = re.compile(r"\s*([A-Za-z_]+)=([^=]+?)(?=\s+[A-Za-z_]+=|\s*$)")


def record_words(text: str) -> str | None:
    """The instruction that the record `text` stands for; None where it is no record."""
    records = _json_records(text) if text.lstrip()[:1] in {"{", "["} else _pairs(text)
    sentences = [_sentence(record) for record in records or ()]
    return "; ".join(filter(None, sentences)) if sentences and all(sentences) else None


def _json_records(text: str) -> list[dict[str, str]] | None:
    try:
        found: Any = json.loads(text, object_pairs_hook=once)
    except (ValueError, RecursionError):
        return None
    rows = found if isinstance(found, list) else [found]
    plain = all(isinstance(row, dict) and all(isinstance(v, str | int) for v in row.values()) for row in rows)
    return [{key: str(value) for key, value in row.items()} for row in rows] if plain else None


def once(fields: list[tuple[str, Any]]) -> dict[str, Any]:
    """Raises: ValueError for a field that is said twice."""
    if len(dict(fields)) < len(fields):
        raise ValueError(fields)
    return dict(fields)


def _pairs(text: str) -> list[dict[str, str]] | None:
    for pattern in (_PAIR, _SPACED):
        pairs = list(pattern.finditer(text))
        fields = {pair[1] for pair in pairs}
        if len(pairs) == len(fields) > 1 and "".join(pair[0] for pair in pairs).strip() == text.strip():
            return [{pair[1]: pair[2] for pair in pairs}]
    return None


def _sentence(record: dict[str, str]) -> str | None:
    """None where a field is unknown, said twice, or what makes an order is missing."""
    roles = [_ROLE_OF.get(key.lower()) for key in record]
    told = {role: value for role, value in zip(roles, record.values(), strict=True) if role}
    if None in roles or len(told) != sum(bool(role) for role in roles):
        return None
    if "said" in told:
        return told["said"] if len(told) == 1 else None
    if not told.keys() & {"kind", "condition"} or not told.keys() & {"place", "verb"}:
        return None
    parts = [told[role] for role in ("condition", "size", "finish", "colour") if role in told]
    named = [told.get("verb", "put"), told.get("count", "some"), *parts, told.get("kind", "parts")]
    ways = [f"{word} the {told[role]}" for role, word in (("source", "from"), ("place", "to")) if role in told]
    return " ".join([*named, *ways])
