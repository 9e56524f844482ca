"""Judging a call by what is seen: the tray before and after, and the width of the gripper.

`judge` is pure and says how sure it is; `Verifier` looks a second time where one look is not enough
and believes only what two looks agree on. Uncertain is not success.
"""

from collections.abc import Iterable
from typing import Final

from agent.difference import Difference, alike, compare
from agent.looking import Blocked, Look, Looker
from skills.base import Value
from skills.call import Cause, Judgement, SkillCall, Verdict
from skills.card import SkillCard
from skills.scene import PerceivedPart, select
from skills.words import TRAY

SURE: Final = 0.7
"""Confidence below which one look is not believed."""


class Judged(Value):
    """A verdict, and what follows from it for the account.

    Attributes:
        held: what is believed to be in the gripper; None for nothing or unknown.
        holding: the gripper is closed on something.
        lost: parts that left the tray, were not released on purpose and are not known to be held.
    """

    verdict: Verdict
    held: PerceivedPart | None = None
    holding: bool = False
    lost: tuple[PerceivedPart, ...] = ()


class Verified(Value):
    """What was judged and the last look that it rests on."""

    judged: Judged
    after: Look


def judge(
    card: SkillCard,
    call: SkillCall,
    before: Look,
    after: Look,
    held: PerceivedPart | None = None,
    *,
    watched: bool = True,
) -> Judged:
    """What one look after the call says of it.

    Args:
        card: of the call's skill; its done check says what must be seen.
        call: what was promised.
        before: the look that the call was grounded on.
        after: the look now.
        held: what was in the gripper before a release.
        watched: the gate saw the motion to its end, and would have stopped it at a loss of grasp.
    """
    seen = compare(before.scene, after.scene)
    if card.done_check == "part_in_gripper":
        return _judge_pick(call, before, after, seen)
    if call.destination == TRAY:
        return _judge_put_back(after, seen, held)
    return _judge_place(after, seen, held, watched)


def agree(first: Judged, second: Judged) -> Judged:
    """Two looks that tell the same story are believed; two that differ are uncertain."""
    one, other = first.verdict, second.verdict
    same_held = (first.held is None) == (second.held is None) and (
        first.held is None or second.held is None or alike(first.held, second.held)
    )
    if (one.judgement, one.cause) == (other.judgement, other.cause) and same_held:
        confidence = max(one.confidence, other.confidence)
        return second.model_copy(update={"verdict": other.model_copy(update={"confidence": confidence})})
    reason = f"two looks disagree: {one.reason}; {other.reason}"
    doubt = Verdict(
        judgement="uncertain", reason=reason, confidence=min(one.confidence, other.confidence), cause="unclear"
    )
    return Judged(verdict=doubt, holding=second.holding, lost=second.lost)


def is_plausible(judged: Judged) -> bool:
    """Whether a single look is enough."""
    return judged.verdict.judgement != "uncertain" and judged.verdict.confidence >= SURE and not judged.lost


class Verifier:
    """Looks after a call, with the arm out of view, and judges."""

    def __init__(self, looker: Looker) -> None:
        self._looker = looker

    def verify(
        self, card: SkillCard, call: SkillCall, before: Look, held: PerceivedPart | None, *, watched: bool = True
    ) -> Verified | Blocked:
        first = self._looker.look()
        if isinstance(first, Blocked):
            return first
        judged = judge(card, call, before, first, held, watched=watched)
        if is_plausible(judged):
            return Verified(judged=judged, after=first)
        second = self._looker.look()
        if isinstance(second, Blocked):
            return second
        again = judge(card, call, before, second, held, watched=watched)
        return Verified(judged=agree(judged, again), after=second)


def _judge_pick(call: SkillCall, before: Look, after: Look, seen: Difference) -> Judged:
    promised = select(call.part, before.scene.parts)
    if after.grip.holding:
        return _judge_held(call, promised, seen)
    if seen.gone:
        return _verdict("failure", f"{_names(seen.gone)} left the tray and is not held", seen.gone, "dropped_outside")
    if seen.moved:
        shifted = [old for old, _ in seen.moved]
        return _verdict("failure", f"nothing is held; {_names(shifted)} was moved", shifted, "dropped_inside")
    return _verdict("failure", "nothing is held and nothing has moved", (), "missed")


def _judge_held(call: SkillCall, promised: Iterable[PerceivedPart], seen: Difference) -> Judged:
    """The gripper is closed on something: it is the one part that has left the tray."""
    if len(seen.gone) != 1:
        text = f"one part is held, and {_names(seen.gone) or 'none'} left the tray"
        return _verdict("uncertain", text, seen.gone, "unclear", holding=True)
    held = seen.gone[0]
    if held in promised:
        return _verdict("success", f"{held.describe()} is held", seen.gone, held=held, holding=True)
    text = f"{held.describe()} is held instead of {call.part.describe()}"
    return _verdict("failure", text, seen.gone, "wrong_part", held=held, holding=True)


def _judge_place(after: Look, seen: Difference, held: PerceivedPart | None, watched: bool) -> Judged:
    """Released at the place: the gripper is open, and no part was knocked out of the tray.

    A part that appears on the tray is the dropped one only where nobody watched the motion or the
    gripper never opened; else somebody has laid it there.
    """
    if after.grip.holding:
        return _verdict("failure", "the part is still held", (), "missed", held=held, holding=True)
    back = [part for part in seen.appeared if held is None or alike(part, held)]
    if back and not (watched and after.grip.is_open):
        return _verdict("failure", f"{_names(back)} lies on the tray again", back, "dropped_inside")
    if not after.grip.is_open:
        return _verdict("failure", "the part was lost before it was released", _some(held), "dropped_outside")
    if seen.gone:
        text = f"released, but {_names(seen.gone)} is missing on the tray"
        return _verdict("uncertain", text, seen.gone, "unclear")
    return _verdict("success", f"{held.describe() if held else 'the part'} was released", ())


def _judge_put_back(after: Look, seen: Difference, held: PerceivedPart | None) -> Judged:
    """The part lies on the tray again; of an unknown one it is enough that the gripper is open."""
    if after.grip.holding:
        return _verdict("failure", "the part is still held", (), "missed", held=held, holding=True)
    if seen.gone:
        return _verdict("uncertain", f"{_names(seen.gone)} is missing on the tray", seen.gone, "unclear")
    if seen.appeared or held is None:
        lying = _names(seen.appeared) or "nothing new"
        return _verdict("success", f"the gripper is open; {lying} lies on the tray", seen.appeared)
    return _verdict("failure", f"{held.describe()} is not on the tray", (held,), "dropped_outside")


def _verdict(
    judgement: Judgement,
    reason: str,
    parts: Iterable[PerceivedPart],
    cause: Cause | None = None,
    *,
    held: PerceivedPart | None = None,
    holding: bool = False,
) -> Judged:
    """A judgement that is as sure as the least sure part that it names."""
    named = tuple(parts)
    confidence = min((part.confidence for part in named), default=1.0)
    lost = named if cause in ("dropped_outside", "unclear") else ()
    verdict = Verdict(judgement=judgement, reason=reason, confidence=confidence, cause=cause)
    return Judged(verdict=verdict, held=held, holding=holding, lost=lost)


def _some(part: PerceivedPart | None) -> tuple[PerceivedPart, ...]:
    return (part,) if part else ()


def _names(parts: Iterable[PerceivedPart]) -> str:
    return " and ".join(part.describe() for part in parts)
