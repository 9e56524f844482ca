"""What is made to go wrong in an attempt: drawn, before anything moves, from what happens in a cell."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np

from agent.denoting import meant_by
from agent.evaluation.asks import ask_pick, drawn_release
from agent.evaluation.table import Table
from agent.grounding import query_for
from sim.commands import draw_words_for, matching, truth_words
from sim.faults import Black, Covered, Dimmed, Fault, Frozen, Moved, Nudged, Side, Slip, Stuck, Swapped
from sim.parts.spawn import Body, PartSpec
from skills.call import SkillCall
from skills.card import SkillCard
from skills.contract import Contract
from skills.scene import PartQuery, PerceivedPart
from skills.spots import REACH
from skills.words import TRAY

CAMERA: Final = "camera"
"""How the names of what is done to the overhead camera begin."""
NOTHING, MISHEARD, SLIPPED, STUCK = "nothing", "another asked for", "slipped", "fingers stuck"
MOVED, TAKEN, EXCHANGED, STIRRED = "part moved", "part taken", "parts exchanged", "other part moved"
PICKS: Final = {
    NOTHING: 0.4, MISHEARD: 0.2, SLIPPED: 0.12, MOVED: 0.08, TAKEN: 0.04, EXCHANGED: 0.08, STIRRED: 0.04, STUCK: 0.04,
}  # fmt: skip
RELEASES: Final = {NOTHING: 0.5, MISHEARD: 0.15, SLIPPED: 0.2, STUCK: 0.1, STIRRED: 0.05}
"""What goes wrong, and how often. Far more than in a cell: a bound on false accepts needs failures to be made."""
CAMERA_SHARE: Final = 0.1
"""Attempts during which something happens to the overhead camera."""
LOOKED: Final = 0.4
"""Seconds after a call has begun in which the policy has looked."""
WHILE: Final = 4.0
"""Seconds after a call has begun in which it is surely under way."""
ON_ITS_WAY: Final = 1.5
"""Seconds after a release has begun in which the part is not yet over its place."""
ROOM: Final = 0.07
"""A part is laid no nearer than this to another [m]."""


@dataclass(frozen=True)
class Drawn:
    """What is promised, what the policy is told, and what goes wrong meanwhile.

    Attributes:
        name: of what goes wrong; begins with CAMERA where it is the camera.
        arguments: of the call; told: what the policy is told, another thing where it is to mishear.
        body: the part that is meant; of a release the one that is to be in the gripper.
    """

    name: str
    arguments: Mapping[str, str]
    told: Mapping[str, str]
    body: Body
    faults: tuple[Fault, ...] = ()

    @property
    def blinds(self) -> bool:
        """Whether the picture after the call shows nothing that may be believed."""
        return self.name.startswith(CAMERA)

    def call(self, call_id: str, card: SkillCard, held: PerceivedPart | None) -> SkillCall:
        """What is promised, with the phrase that the policy is told."""
        goal = (
            None if card.start_pose == "home" else TRAY if card.place_slot is None else self.arguments[card.place_slot]
        )
        part = query_for(held) if held else PartQuery() if goal else meant_by(self.arguments)
        return SkillCall(
            id=call_id,
            skill=card.name,
            arguments=self.arguments,
            phrase=card.render(self.told),
            part=part,
            destination=goal,
        )


def draw(table: Table, card: SkillCard, contract: Contract) -> Drawn | None:
    """None where nothing can be asked for, or what was drawn can't happen on this table."""
    asked = _pick(table, card, contract) if card.start_pose == "home" else _release(table, card)
    if asked is None:
        return None
    body, arguments = asked
    if table.rng.random() < CAMERA_SHARE:
        told = _other(table, card, arguments) if table.rng.random() < 0.5 else arguments
        what = str(table.rng.choice(sorted(CAMERAS)))
        return Drawn(f"{CAMERA} {what}", arguments, told or arguments, body, (CAMERAS[what](table.rng),))
    shares = PICKS if card.start_pose == "home" else RELEASES
    what = str(table.rng.choice(list(shares), p=list(shares.values())))
    if what == MISHEARD and "spot" in arguments:
        what = NOTHING  # another spot of the tray is as good
    told = _other(table, card, arguments) if what == MISHEARD else arguments
    faults = _faults(table, what, body, arguments if card.start_pose == "home" else {})
    return None if told is None or faults is None else Drawn(what, arguments, told, body, faults)


def _pick(table: Table, card: SkillCard, contract: Contract) -> tuple[Body, dict[str, str]] | None:
    asked = ask_pick(table, card, contract)
    return (table.world.bodies[asked.target], asked.arguments) if asked else None


def _release(table: Table, card: SkillCard) -> tuple[Body, dict[str, str]] | None:
    """A part that the card is for and that the expert can take; the spot that it goes to is cleared."""
    arguments = drawn_release(table, card)
    bodies = table.world.bodies
    fitting = [number for number, body in enumerate(bodies) if card.is_for(body.spec.kind) and table.graspable(number)]
    if not fitting:
        return None
    number = int(table.rng.choice(fitting))
    if "spot" in arguments:
        table.clear_spot(arguments["spot"], number)
    return bodies[number], arguments


def _other(table: Table, card: SkillCard, arguments: Mapping[str, str]) -> Mapping[str, str] | None:
    """Arguments that mean another part, or another place; None where there is none."""
    if card.start_pose == "holding":
        cell = table.world.cell
        places = [call for call in card.calls() if call != arguments and cell.has_places_of(call)]
        return places[int(table.rng.integers(len(places)))] if places else None
    parts = table.world.true_parts()
    fitting = matching(arguments, [truth_words(part) for part in parts])
    others = [number for number in table.seen() if number not in fitting and table.graspable(number)]
    return draw_words_for(int(table.rng.choice(others)), parts, table.rng) if others else None


def _faults(table: Table, what: str, body: Body, wanted: Mapping[str, str]) -> tuple[Fault, ...] | None:
    """None where that can't be done here. `wanted` are the words of a pick."""
    rng = table.rng
    if what == SLIPPED:
        return (Slip(fault="slip", at_call=1, after_s=float(rng.uniform(0, WHILE if wanted else ON_ITS_WAY))),)
    if what == STUCK:
        return (Stuck(fault="stuck", at_call=1),)
    if what in (NOTHING, MISHEARD):
        return ()
    words = [truth_words(part) for part in table.world.true_parts()]
    fitting = matching(wanted, words) if wanted else []
    others = [one for number, one in enumerate(table.world.bodies) if one is not body and number not in fitting]
    spot = _free_spot(table)
    if what == TAKEN:
        return (_moved(body.spec, None),)
    if spot is None or (what != MOVED and not others):
        return None
    if what == MOVED:
        return (_moved(body.spec, spot),)
    other = others[int(rng.integers(len(others)))]
    if what == STIRRED:
        return (_moved(other.spec, spot),)
    return _moved(body.spec, spot), _moved(other.spec, table.world.true_part(body).at)


def _moved(spec: PartSpec, to: tuple[float, float] | None) -> Moved:
    part = PartQuery(kind=spec.kind, size=spec.size, colour=spec.colour, condition=spec.condition)
    return Moved(fault="moved", at_call=1, after_s=LOOKED, part=part, to=to)


def _free_spot(table: Table) -> tuple[float, float] | None:
    """A place on the tray that is clear of every part."""
    room = table.world.cell.tray.half - REACH / 2
    lie = [part.at for part in table.world.true_parts()]
    for x, y in table.rng.uniform(-room, room, (50, 2)).tolist():
        if all(np.hypot(x - at[0], y - at[1]) > ROOM for at in lie):
            return x, y
    return None


Draw = Callable[[np.random.Generator], Fault]


def _when(rng: np.random.Generator) -> float:
    return float(rng.uniform(LOOKED, WHILE))


def _nudged(rng: np.random.Generator) -> Fault:
    """Somebody has knocked against it: 15 to 50 mm aside, or turned by 4° to 20°."""
    turn = float(rng.uniform(4, 20) * rng.choice([-1, 1]))
    aside = (rng.uniform(15, 50, 2) * rng.choice([-1, 1], 2)).tolist()
    if rng.random() < 0.5:
        return Nudged(fault="nudged", at_call=1, after_s=_when(rng), turn_deg=(0.0, 0.0, turn))
    return Nudged(fault="nudged", at_call=1, after_s=_when(rng), shift_mm=(aside[0], aside[1], 0.0))


def _covered(rng: np.random.Generator) -> Fault:
    sides: Sequence[Side] = ("left", "right", "top", "bottom")
    side = sides[int(rng.integers(len(sides)))]
    return Covered(fault="covered", at_call=1, after_s=_when(rng), side=side, share=float(rng.uniform(0.2, 0.7)))


CAMERAS: Final[dict[str, Draw]] = {
    "black": lambda rng: Black(fault="black", at_call=1, after_s=_when(rng)),
    "covered": _covered,
    "dark": lambda rng: Dimmed(fault="dimmed", at_call=1, after_s=_when(rng), gain=float(rng.uniform(0.08, 0.25))),
    "frozen": lambda rng: Frozen(fault="frozen", at_call=1, after_s=_when(rng)),
    "moved": _nudged,
    "swapped": lambda rng: Swapped(fault="swapped", at_call=1, after_s=_when(rng)),
}
"""What happens to the overhead camera after the policy has looked, all equally often."""
