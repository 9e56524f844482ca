"""From a step and a scene to one call whose phrase the checkpoint was trained on, letter for letter.

A part is singled out by the trained rule of `agent.denoting`.
"""

from collections.abc import Iterable, Mapping
from functools import cache
from typing import Literal

from agent.denoting import Denotations, Parts
from agent.looking.difference import same_part
from agent.spots import free_spots
from skills.base import Value
from skills.call import SkillCall
from skills.card import ANY_PART, KIND
from skills.catalogue import Catalogue, is_installed
from skills.contract import Contract
from skills.errors import UnknownName, nearest
from skills.plan import GRIPPER, Plan, Step
from skills.regions import in_the_way, lies_in
from skills.scene import PartQuery, PerceivedPart, Scene, select
from skills.spots import TRAY_HALF
from skills.words import TRAY

PICK, PUT_BACK = "pick", "put_back"


class Grounded(Value):
    """A call that may be made, and the part that it means (None where it moves what is held)."""

    call: SkillCall
    target: PerceivedPart | None = None


class Ungrounded(Value):
    """Why no call can be made: nothing is left, no trained phrase says it, no spot or no way is free."""

    reason: Literal["none_left", "no_phrase", "no_spot", "no_way"]
    text: str


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
        self._denotations = cache(self._trained)
        self._way_to = {
            place: (card, slot)
            for card in catalogue
            if (slot := card.place_slot) is not None
            for place in card.parameters[slot].values
        }

    def refusal(self, plan: Plan) -> str | None:
        """Why this plan can't be done here whatever lies on the tray; None when it may be."""
        return next((reason for step in plan.steps if (reason := self._refused(step))), None)

    def _refused(self, step: Step) -> str | None:
        if step.source == GRIPPER and step.destination == TRAY:
            return None
        if step.source != TRAY:
            return f"parts are taken from the {TRAY} only, not from the {step.source}"
        if step.skill is not None:
            return self._refused_on_tray(step, step.skill)
        if step.destination not in self._way_to:
            return str(UnknownName("destination", step.destination, self._way_to))
        card, _ = self._way_to[step.destination]
        if card.done_check == "part_inserted" and step.part.kind != "bolt":
            return f"the {step.destination} takes bolts only, and {step.part.describe()} may be something else"
        grounded = self.bring(step, "")
        return grounded.text if isinstance(grounded, Ungrounded) else None

    def _refused_on_tray(self, step: Step, skill: str) -> str | None:
        card = self._catalogue[skill]
        if not card.moves_on_tray:
            return f"{skill} is no skill that moves a part on the {TRAY}"
        kinds = card.parameters[KIND].values
        if not {step.part.kind, ANY_PART} & set(kinds):
            named = " and ".join(f"{kind}s" for kind in kinds)
            return f"{skill} moves {named} only, and {step.part.describe()} may be something else"
        if self._denotations(skill, step.destination).phrases:
            return None
        return f"nothing of {skill} to the {step.destination} was trained; docs/add-a-skill.md says how"

    def skills_of(self, step: Step) -> tuple[str, ...]:
        """The skills that a step needs, as far as it goes well."""
        if step.source == GRIPPER:
            return (PUT_BACK,)
        return (step.skill,) if step.skill else (PICK, self._way_to[step.destination][0].name)

    def weights_of(self, skill: str) -> str:
        """The hash of the weights that act on a skill."""
        return self._contract(skill).weights_hash

    def own_skills_of(self, plan: Plan) -> dict[str, str]:
        """The cell's own skills that a plan needs, each with the hash of its weights."""
        skills = {skill for step in plan.steps for skill in self.skills_of(step) if not is_installed(skill)}
        return {skill: self.weights_of(skill) for skill in sorted(skills)}

    def pick(
        self, step: Step, scene: Scene, call_id: str, given_up: Iterable[PerceivedPart] = ()
    ) -> Grounded | Ungrounded:
        """The call for the next part of `step`, nearest to the robot first, leaving out `given_up`."""
        return self._next(PICK, None, step, scene.parts, call_id, given_up)

    def shift(
        self, step: Step, scene: Scene, call_id: str, given_up: Iterable[PerceivedPart] = ()
    ) -> Grounded | Ungrounded:
        """The same for a step whose parts its own skill moves on the tray: what lies in its region is not meant, and
        what can't get there without touching another part waits.
        """
        there = lies_in(step.destination, self._tray_half)
        elsewhere = tuple(part for part in scene.parts if not there(part))
        barred = {
            part: others
            for part in select(step.part, elsewhere)
            if (others := in_the_way(step.destination, self._tray_half, part, scene.parts))
        }
        waiting = (*given_up, *barred)
        grounded = self._next(step.skill or PICK, step.destination, step, elsewhere, call_id, waiting)
        if isinstance(grounded, Grounded) or not barred:
            return grounded
        part, others = next(iter(barred.items()))
        named = " and ".join(other.describe() for other in others)
        text = f"the {part.describe()} can't be moved to the {step.destination} without touching the {named}"
        return Ungrounded(reason="no_way", text=f"{text}; move that aside")

    def _next(
        self, skill: str, region: str | None, step: Step, parts: Parts, call_id: str, given_up: Iterable[PerceivedPart]
    ) -> Grounded | Ungrounded:
        promised, tired = select(step.part, parts), tuple(given_up)
        targets = [part for part in promised if not any(same_part(part, other) for other in tired)]
        for target in targets:
            chosen = self._denotations(skill, region).choose(target, step.part, promised, parts)
            if chosen is not None:
                call = SkillCall(
                    id=call_id,
                    skill=skill,
                    arguments=chosen.arguments,
                    phrase=chosen.phrase,
                    part=step.part,
                    destination=region,
                )
                return Grounded(call=call, target=target)
        if not targets:
            return Ungrounded(reason="none_left", text=f"no {step.part.describe()} is left to {skill}")
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

    def _trained(self, skill: str, region: str | None) -> Denotations:
        """The trained phrases of a skill, of one that moves parts on the tray those that name `region`."""
        card = self._catalogue[skill]
        calls = (arguments for arguments in card.calls() if card.region_of(arguments) == region)
        return Denotations(card, self._contract(skill), calls)

    def _contract(self, skill: str) -> Contract:
        return self._contracts[self._catalogue[skill].checkpoint]

    def _phrase(self, skill: str, arguments: Mapping[str, str]) -> str | None:
        """The rendered phrase where it stands in the contract."""
        phrase = self._catalogue[skill].render(arguments)
        return phrase if phrase in self._contract(skill).phrases else None


def query_for(part: PerceivedPart) -> PartQuery:
    """The query that means every part that looks like `part`."""
    return PartQuery(kind=part.kind, size=part.size, colour=part.colour, condition=part.condition)
