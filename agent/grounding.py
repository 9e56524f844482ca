"""From a step and a scene to one call whose phrase the checkpoint was trained on, letter for letter.

The trained rule of a pick: of the parts that the phrase fits, the one nearest to the robot is meant.
A phrase is chosen only where that rule leads to the wanted part, and where every part that could be
taken for the nearest would keep the step's promise as well.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Final, Literal, NamedTuple

from agent.difference import same_part
from agent.spots import free_spots
from skills.base import Value
from skills.call import SkillCall
from skills.catalogue import Catalogue
from skills.contract import Contract
from skills.errors import UnknownName, nearest
from skills.plan import Plan, Step
from skills.scene import PartQuery, PerceivedPart, Scene, select
from skills.spots import TRAY_HALF
from skills.words import TRAY, finish_of

PICK, PUT_BACK = "pick", "put_back"

CLEARLY: Final = 0.015
"""Lead [m] towards the robot at which a part is clearly the nearest; three times the 95th percentile
of the perceiver's error."""

Parts = Sequence[PerceivedPart]
Appearance = tuple[str, str, str, str]


class Grounded(Value):
    """A call that may be made, and the part that it means (None where it moves what is held)."""

    call: SkillCall
    target: PerceivedPart | None = None


class Ungrounded(Value):
    """Why no call can be made: nothing is left, no trained phrase says it, or no spot is free."""

    reason: Literal["none_left", "no_phrase", "no_spot"]
    text: str


class Denotation(NamedTuple):
    """One phrase of the contract, and what it means."""

    arguments: dict[str, str]
    phrase: str
    query: PartQuery


class Grounder:
    """Chooses calls. Pure: the same step and scene give the same call.

    Args:
        contracts: by the name that a card's `checkpoint` gives.
        tray_half: inner half width of the tray [m].
    """

    def __init__(self, catalogue: Catalogue, contracts: Mapping[str, Contract], tray_half: float = TRAY_HALF) -> None:
        self._catalogue = catalogue
        self._contracts = contracts
        self._tray_half = tray_half
        self._picks = self._denotations(PICK)
        self._way_to = {
            place: (card, slot)
            for card in catalogue
            if (slot := card.place_slot) is not None
            for place in card.parameters[slot].values
        }
        self._fitting: dict[Appearance, frozenset[int]] = {}

    def refusal(self, plan: Plan) -> str | None:
        """Why this plan can't be done here whatever lies on the tray; None when it may be."""
        return next((reason for step in plan.steps if (reason := self._refused(step))), None)

    def _refused(self, step: Step) -> str | None:
        if step.source != TRAY:
            return f"parts are taken from the {TRAY} only, not from the {step.source}"
        if step.destination not in self._way_to:
            return str(UnknownName("destination", step.destination, self._way_to))
        card, _ = self._way_to[step.destination]
        if card.done_check == "part_inserted" and step.part.kind != "bolt":
            return f"the {step.destination} takes bolts only, and {step.part.describe()} may be something else"
        grounded = self.bring(step, "")
        return grounded.text if isinstance(grounded, Ungrounded) else None

    def pick(
        self, step: Step, scene: Scene, call_id: str, given_up: Iterable[PerceivedPart] = ()
    ) -> Grounded | Ungrounded:
        """The call for the next part of `step`, nearest to the robot first, leaving out `given_up`."""
        promised = select(step.part, scene.parts)
        tired = tuple(given_up)
        targets = [part for part in promised if not any(same_part(part, other) for other in tired)]
        for target in targets:
            chosen = self._denote(target, step.part, promised, scene.parts)
            if chosen is not None:
                call = SkillCall(
                    id=call_id, skill=PICK, arguments=chosen.arguments, phrase=chosen.phrase, part=step.part
                )
                return Grounded(call=call, target=target)
        if not targets:
            return Ungrounded(reason="none_left", text=f"no {step.part.describe()} is left to pick")
        named = ", ".join(f"{part.describe()} at ({part.at[0]:.3f}, {part.at[1]:.3f})" for part in targets)
        return Ungrounded(
            reason="no_phrase",
            text=f"no trained phrase singles out the {named}; move it nearer to the robot than the parts like it",
        )

    def bring(self, step: Step, call_id: str) -> Grounded | Ungrounded:
        """The call that brings the held part to the step's destination, with the skill that reaches it.

        Raises: UnknownName when no skill does.
        """
        if step.destination not in self._way_to:
            raise UnknownName("destination", step.destination, self._way_to)
        card, slot = self._way_to[step.destination]
        arguments = {slot: step.destination}
        phrase = self._phrase(card.name, arguments)
        if phrase is None:
            wanted, weights = card.render(arguments), card.checkpoint
            near = ", ".join(map(repr, nearest(wanted, self._contract(card.name).phrases)))
            text = f"{wanted!r} was not trained; nearest: {near}. Train it: smolcell train {weights}"
            return Ungrounded(reason="no_phrase", text=text)
        call = SkillCall(
            id=call_id,
            skill=card.name,
            arguments=arguments,
            phrase=phrase,
            part=step.part,
            destination=step.destination,
        )
        return Grounded(call=call)

    def put_back(self, held: PerceivedPart | None, scene: Scene, call_id: str) -> Grounded | Ungrounded:
        """The call that lays the held part on the roomiest spot of the tray."""
        for spot in free_spots(scene.parts, self._tray_half):
            arguments = {"spot": spot}
            phrase = self._phrase(PUT_BACK, arguments)
            if phrase is not None:
                part = query_for(held) if held else PartQuery()
                call = SkillCall(
                    id=call_id, skill=PUT_BACK, arguments=arguments, phrase=phrase, part=part, destination=TRAY
                )
                return Grounded(call=call)
        return Ungrounded(reason="no_spot", text="no spot of the tray is free for the held part")

    def _denote(self, target: PerceivedPart, wanted: PartQuery, promised: Parts, parts: Parts) -> Denotation | None:
        """The best phrase that leads to `target`, or None."""
        found: list[tuple[tuple[int, int, int, str], Denotation]] = []
        for index in self._fits(target):
            option = self._picks[index]
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
            fitting = (i for i, option in enumerate(self._picks) if option.query.matches(part))
            self._fitting[look] = frozenset(fitting)
        return self._fitting[look]

    def _denotations(self, skill: str) -> tuple[Denotation, ...]:
        card, trained = self._catalogue[skill], self._contract(skill).phrases
        rendered = ((arguments, card.render(arguments)) for arguments in card.calls())
        return tuple(
            Denotation(arguments, phrase, _query_of(arguments)) for arguments, phrase in rendered if phrase in trained
        )

    def _contract(self, skill: str) -> Contract:
        return self._contracts[self._catalogue[skill].checkpoint]

    def _phrase(self, skill: str, arguments: Mapping[str, str]) -> str | None:
        """The rendered phrase where it stands in the contract."""
        phrase = self._catalogue[skill].render(arguments)
        return phrase if phrase in self._contract(skill).phrases else None


def query_for(part: PerceivedPart) -> PartQuery:
    """The query that means every part that looks like `part`."""
    return PartQuery(kind=part.kind, size=part.size, colour=part.colour, condition=part.condition)


def _query_of(arguments: Mapping[str, str]) -> PartQuery:
    """What the words of a pick phrase mean; "part" leaves the kind open."""
    named = {slot: value for slot, value in arguments.items() if (slot, value) != ("kind", "part")}
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
