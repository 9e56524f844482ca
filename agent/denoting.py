"""Which phrase leads to a part: the trained rule of the skills that choose one on the tray.

Of the parts that the phrase fits, the one nearest to the robot is meant. A phrase is chosen only where that rule
leads to the wanted part, and where every part that could be taken for the nearest would keep the promise as well.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, NamedTuple

from skills.card import ANY_PART, SkillCard
from skills.contract import Contract
from skills.scene import PartQuery, PerceivedPart
from skills.words import PART_SLOTS, finish_of

CLEARLY: Final = 0.015
"""Lead [m] towards the robot at which a part is clearly the nearest; three times the 95th percentile
of the perceiver's error."""
Parts = Sequence[PerceivedPart]
Appearance = tuple[str, str, str, str]


class Denotation(NamedTuple):
    """One phrase of the contract, and what it means."""

    arguments: dict[str, str]
    phrase: str
    query: PartQuery


class Denotations:
    """Those phrases of a skill's `calls` that were trained."""

    def __init__(self, card: SkillCard, contract: Contract, calls: Iterable[dict[str, str]]) -> None:
        rendered = ((arguments, card.render(arguments)) for arguments in calls)
        self._options = tuple(
            Denotation(arguments, phrase, meant_by(arguments))
            for arguments, phrase in rendered
            if phrase in contract.phrases
        )
        self._fitting: dict[Appearance, frozenset[int]] = {}

    @property
    def phrases(self) -> tuple[str, ...]:
        return tuple(option.phrase for option in self._options)

    def choose(self, target: PerceivedPart, wanted: PartQuery, promised: Parts, parts: Parts) -> Denotation | None:
        """The best phrase that leads to `target`, or None.

        Args:
            wanted: what was said of the parts; of several phrases the one that says more of it is better.
            promised: the parts that may be taken.
            parts: those among which the phrase chooses.
        """
        found: list[tuple[tuple[int, int, int, str], Denotation]] = []
        for index in self._fits(target):
            option = self._options[index]
            matching = [part for part in parts if index in self._fits(part)]
            near = [part for part in matching if part.at[0] <= target.at[0] + CLEARLY]
            if min(matching, key=lambda part: part.at) != target or any(part not in promised for part in near):
                continue
            certainty = 0 if len(matching) == 1 else 1 if len(near) == 1 else 2
            unsaid = _unsaid(wanted, option.query)
            found.append(((certainty, unsaid, len(option.arguments), option.phrase), option))
        return min(found, key=lambda entry: entry[0])[1] if found else None

    def _fits(self, part: PerceivedPart) -> frozenset[int]:
        """Indices of the phrases that a part of this look matches; kept, for there are few looks."""
        look = (part.kind, part.size, part.colour, part.condition)
        if look not in self._fitting:
            fitting = (i for i, option in enumerate(self._options) if option.query.matches(part))
            self._fitting[look] = frozenset(fitting)
        return self._fitting[look]


def meant_by(arguments: Mapping[str, str]) -> PartQuery:
    """The parts that the arguments of a call mean; "part" leaves the kind open."""
    named = {slot: value for slot, value in arguments.items() if slot in PART_SLOTS and value != ANY_PART}
    appearance = named.pop("appearance", None)
    if appearance is not None:
        named["finish" if appearance in ("shiny", "matte") else "colour"] = appearance
    return PartQuery.model_validate(named)


def _unsaid(wanted: PartQuery, said: PartQuery) -> int:
    """How many of the step's own words the phrase does not imply; a colour implies its finish."""
    finish = finish_of(said.colour) if said.colour else said.finish
    pairs = (
        (wanted.kind, said.kind),
        (wanted.size, said.size),
        (wanted.colour, said.colour),
        (wanted.finish, finish),
        (wanted.condition, said.condition),
    )
    return sum(want is not None and want != have for want, have in pairs)
