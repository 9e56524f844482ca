"""What a scene shall be, as grammar and chat model say it: the only thing that words ever become."""

from typing import Annotated, Final, Literal, Self

from pydantic import Field, model_validator

from sim.setting import Clutter
from skills.base import Value
from skills.errors import BadInput
from skills.words import SIZES_OF, Colour, Finish, Kind, Size, finish_of

MOST: Final = 20
"""Parts of a scene."""

Where = Literal["left", "right", "front", "back", "middle"]
Light = Literal["default", "calibrated", "dim", "harsh", "plain", "shifted-light", "training", "wild"]
"""The settings of `sim/randomization/` that say how a scene looks; how parts lie is said apart from that."""

Count = Annotated[int, Field(ge=1, le=MOST)]

_OPPOSED: Final[tuple[frozenset[Where], ...]] = (
    frozenset({"left", "right"}),
    frozenset({"front", "back"}),
)


class Traits(Value):
    """What parts have in common; what is None is drawn. `where` is a half of the tray or two, or its middle."""

    kind: Kind | None = None
    size: Size | None = None
    colour: Colour | None = None
    finish: Finish | None = None
    condition: Literal["ok", "failed", "mixed"] | None = None
    where: tuple[Where, ...] = ()

    @model_validator(mode="after")
    def _can_be(self) -> Self:
        if self.kind and self.size and self.size not in SIZES_OF[self.kind]:
            raise BadInput(f"size of a {self.kind}", self.size, f"one of {', '.join(SIZES_OF[self.kind])}")
        if self.colour and self.finish and finish_of(self.colour) != self.finish:
            raise BadInput(f"finish of a {self.colour} part", self.finish, finish_of(self.colour))
        if any(opposed <= set(self.where) for opposed in _OPPOSED):
            raise BadInput("where", " and ".join(self.where), "one side at a time")
        return self


class Share(Traits):
    """“two of them failed”: so many parts of a group have these traits, and the others of it have not."""

    count: Count

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not traits_of(self):
            raise BadInput("some", self.count, "parts with a trait of their own")
        return self


class Group(Traits):
    """Parts that were named together.

    Attributes:
        count: how many; with `up_to` the least of a number that is drawn.
        condition: None is ok, where no share says otherwise; "mixed" is drawn for each part.
    """

    count: Count
    up_to: Count | None = None
    some: tuple[Share, ...] = ()

    @model_validator(mode="after")
    def _counts(self) -> Self:
        if self.up_to is not None and self.up_to < self.count:
            raise BadInput("up_to", self.up_to, f"{self.count} or more, as `count` says")
        for share in self.some:
            if share.count > self.count:
                raise BadInput("some", share.count, f"at most {self.count}, as many as the group has for sure")
        return self


class Wish(Value):
    """A whole scene in words' terms: which parts, how they lie, how it looks."""

    groups: Annotated[tuple[Group, ...], Field(min_length=1, max_length=MOST)]
    clutter: Clutter | None = None
    light: Light | None = None

    @model_validator(mode="after")
    def _is_a_scene(self) -> Self:
        least = sum(group.count for group in self.groups)
        if least > MOST:
            raise BadInput("parts", least, f"at most {MOST} in a scene")
        return self

    def describe(self) -> str:
        """The wish in words that the grammar reads back."""
        said = [_group_words(group) for group in self.groups]
        said += [self.clutter] if self.clutter else []
        said += [f"{self.light.removesuffix('-light')} light"] if self.light else []
        return ", ".join(said)


def traits_of(traits: Traits) -> dict[str, object]:
    """What is said of the parts, by name."""
    return {name: value for name in Traits.model_fields if (value := getattr(traits, name))}


def _group_words(group: Group) -> str:
    number = f"{group.count} to {group.up_to}" if group.up_to else f"{group.count}"
    many = group.count > 1 or group.up_to is not None
    return ", ".join([f"{number} {_traits_words(group, many)}", *(_share_words(share) for share in group.some)])


def _share_words(share: Share) -> str:
    return f"{share.count} of them {_traits_words(share, share.count > 1)}"


def _traits_words(traits: Traits, many: bool) -> str:
    condition = "random" if traits.condition == "mixed" else traits.condition
    said: list[str] = [word for word in (condition, traits.size, traits.finish, traits.colour) if word]
    if traits.kind or isinstance(traits, Group):
        said.append(f"{traits.kind or 'part'}{'s' if many else ''}")
    return " ".join([*said, *map(_where_words, traits.where)])


def _where_words(where: Where) -> str:
    return {"left": "on the left", "right": "on the right", "middle": "in the middle"}.get(where, f"at the {where}")
