"""From a wish to single parts: what it leaves open is drawn, what it says of some of them is dealt out."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, Final

import numpy as np

from agent.scene_words.wish import MOST, Group, Traits, Where, Wish, traits_of
from sim.layout import Look
from sim.parts.catalogue import ALL_SHAPES
from skills.errors import BadInput
from skills.words import COLOURS, Colour, Kind, Size, finish_of

FAILED_SHARE: Final = 0.35
"""Of "random" parts so many are failed."""
DEALS: Final = 40
"""How often the shares of a group are dealt out anew before they contradict each other."""


Shapes = Sequence[tuple[Kind, Size]]


@dataclass(frozen=True)
class Member:
    """One part to be: `where` it lies, and the parts of the tray where it must not (each a half or two)."""

    look: Look
    where: tuple[Where, ...] = ()
    avoid: tuple[tuple[Where, ...], ...] = ()


@dataclass
class _Said:
    """What is said of one part of a group, and what it must not be because others of the group are."""

    wanted: dict[str, Any] = field(default_factory=dict)
    unlike: dict[str, list[Any]] = field(default_factory=dict)

    def allows(self, name: str, value: object) -> bool:
        return self.wanted.get(name, value) == value and value not in self.unlike.get(name, ())


def draw_members(wish: Wish, rng: np.random.Generator, shapes: Shapes = ALL_SHAPES) -> list[Member]:
    """The parts of the scene, group by group, of these shapes.

    Raises: BadInput where a group contradicts itself, or must hold another shape.
    """
    spare = MOST - sum(group.count for group in wish.groups)
    members: list[Member] = []
    for group in wish.groups:
        extra = min((group.up_to or group.count) - group.count, spare)
        drawn = int(rng.integers(0, extra + 1))
        spare -= drawn
        members += _members(group, group.count + drawn, rng, shapes)
    return members


def _members(group: Group, count: int, rng: np.random.Generator, shapes: Shapes) -> list[Member]:
    for _ in range(DEALS):
        drawn = [_member(said, rng, shapes) for said in _dealt(group, count, rng)]
        if all(drawn):
            return [member for member in drawn if member]
    if len(shapes) == len(ALL_SHAPES):
        raise _contradicts(group)
    members = _members(group, count, rng, ALL_SHAPES)
    for look in (member.look for member in members):
        if (look.kind, look.size) not in shapes:
            raise _too_wide(look, shapes)
    return members


def _dealt(group: Group, count: int, rng: np.random.Generator) -> list[_Said]:
    """What is said of each part. Raises: BadInput."""
    base = traits_of(Traits.model_validate(group.model_dump(include=set(Traits.model_fields))))
    parts = [_Said() for _ in range(count)]
    for share in group.some:
        traits = traits_of(share)
        free = [index for index, part in enumerate(parts) if not set(traits) & set(part.wanted)]
        if share.count > len(free):
            raise _contradicts(group)
        for index in rng.choice(free, share.count, replace=False):
            parts[int(index)].wanted |= traits
    for share in group.some:
        for name, value in traits_of(share).items():
            for part in parts:
                if name not in part.wanted:
                    part.unlike.setdefault(name, []).append(value)
    return [_Said(_both(base, part.wanted), part.unlike) for part in parts]


def _both(base: dict[str, Any], own: dict[str, Any]) -> dict[str, Any]:
    """What the group says and what the share says. Raises: BadInput where these differ."""
    for name in set(base) & set(own) - {"where"}:
        if base[name] != own[name] and base[name] != "mixed":
            raise BadInput(name, f"{base[name]} and {own[name]}", f"one {name} for each part")
    return {**base, **own, "where": tuple(dict.fromkeys((*base.get("where", ()), *own.get("where", ()))))}


def _member(said: _Said, rng: np.random.Generator, shapes: Shapes) -> Member | None:
    """A part of which all is true; None where there is none."""
    shapes = [shape for shape in shapes if said.allows("kind", shape[0]) and said.allows("size", shape[1])]
    colours = [name for name in COLOURS if said.allows("colour", name) and said.allows("finish", finish_of(name))]
    failed = _failed(said, rng)
    if not shapes or not colours or failed is None:
        return None
    kind, size = _one(shapes, rng)
    where = Traits(where=said.wanted["where"]).where
    return Member(Look(kind, size, _colour(colours, rng), failed), where, tuple(said.unlike.get("where", ())))


def _failed(said: _Said, rng: np.random.Generator) -> bool | None:
    """Whether the part is failed; None where it can be neither failed nor ok."""
    condition = said.wanted.get("condition")
    if condition in {"ok", "failed"}:
        return bool(condition == "failed")
    unlike = set(said.unlike.get("condition", ()))
    if unlike >= {"ok", "failed"}:
        return None
    if unlike:
        return "ok" in unlike
    return bool(condition == "mixed" and rng.random() < FAILED_SHARE)


def _one(shapes: Sequence[tuple[Kind, Size]], rng: np.random.Generator) -> tuple[Kind, Size]:
    return shapes[int(rng.integers(len(shapes)))]


def _colour(colours: Sequence[Colour], rng: np.random.Generator) -> Colour:
    return colours[int(rng.integers(len(colours)))]


def _too_wide(look: Look, shapes: Shapes) -> BadInput:
    known = ", ".join(f"{size} {kind}" for kind, size in shapes)
    allowed = f"a part that this cell's gripper opens wide enough for: {known}"
    return BadInput("parts", f"{look.size} {look.kind}", allowed)


def _contradicts(group: Group) -> BadInput:
    words = Wish(groups=(group,)).describe()
    return BadInput("words", words, "shares of a group that can all be true of it")
