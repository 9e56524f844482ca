"""What one look after a call says of it: the tray before and after, the gripper's width, the fingers' motion. Pure."""

import math
from collections.abc import Callable, Iterable
from typing import Final

from agent.looking.difference import Difference, alike, compare, same_part
from agent.looking.looker import Look
from agent.verifying.aims import UNKNOWN, Motion, off_centre
from agent.verifying.evidence import Evidence
from skills.base import Value
from skills.call import Cause, Judgement, SkillCall, Verdict
from skills.card import SkillCard
from skills.regions import lies_in
from skills.scene import PerceivedPart, select
from skills.words import TRAY

BESIDE: Final = 0.06
"""Fingers that closed farther than this from a part [m] do not hold it: half of the longest, and what is in doubt."""
BROADER: Final = 0.005
"""Fingers that stand this much further apart [m] than a part is long do not hold that part."""
LOST_BEFORE: Final = "the part was lost before it was released"
UNSEEN: Final = 0.8
"""How far it is believed that a bolt sits in its hole, which no camera sees: it was held before, let go at the hole
under the gate's watch, and is not on the tray. The share of inserts that a policy must reach to be used at all."""


class Judged(Value):
    """A verdict, and what follows from it for the account.

    Attributes:
        held: what is believed to be in the gripper; None for nothing or unknown.
        holding: the gripper is closed on something.
        lost: parts that left the tray, were not released on purpose and are not known to be held, whatever the verdict.
        tidy: the tray shows nothing else.
        evidence: what the verdict rests on; None where it was not judged by looking.
    """

    verdict: Verdict
    held: PerceivedPart | None = None
    holding: bool = False
    lost: tuple[PerceivedPart, ...] = ()
    tidy: bool = False
    evidence: Evidence | None = None


def judge(
    card: SkillCard,
    call: SkillCall,
    before: Look,
    after: Look,
    held: PerceivedPart | None = None,
    *,
    watched: bool = True,
    half: float = 0.0,
    motion: Motion = UNKNOWN,
) -> Judged:
    """What one look after the call says of it.

    Args:
        card: of the call's skill; its done check says what must be seen.
        call: what was promised.
        before: the look that the call was grounded on.
        after: the look now.
        held: what was in the gripper before a release.
        watched: the gate saw the motion to its end, and would have stopped it at a loss of grasp.
        half: inner half width of the tray [m], where the card's region ends.
        motion: where the fingers closed and let go, as far as that is known.
    """
    seen = compare(before.scene, after.scene)
    if card.done_check == "part_in_gripper":
        judged, expected = _judge_pick(call, before, after, seen, motion), Difference(gone=seen.gone)
    elif (region := card.region_of(call.arguments)) is not None:
        judged, expected = _judge_region(call, before, after, seen, lies_in(region, half)), Difference(moved=seen.moved)
    elif call.destination == TRAY:
        judged, expected = _judge_put_back(after, seen, held), Difference(appeared=seen.appeared)
    elif card.done_check == "part_inserted":
        judged, expected = _judge_insert(call, after, seen, held, watched, motion), Difference()
    else:
        judged, expected = _judge_place(call, after, seen, held, watched, motion), Difference()
    lost = _with_those_gone(judged, seen)
    tidy = not lost and seen == expected
    evidence = Evidence(
        tidy=tidy,
        width=after.width,
        weakest=judged.verdict.confidence,
        gone=len(seen.gone),
        appeared=len(seen.appeared),
        moved=len(seen.moved),
        changed=len(seen.changed),
        watched=watched,
        let_go=motion.let_go,
        carried=motion.carried,
        beside=math.dist(judged.held.at, motion.closed) if judged.held and motion.closed else None,
        off_centre=off_centre(judged.held, motion.closed) if judged.held and motion.closed else None,
    )
    return judged.model_copy(update={"lost": lost, "tidy": tidy, "evidence": evidence})


def _with_those_gone(judged: Judged, seen: Difference) -> tuple[PerceivedPart, ...]:
    """What the verdict says is lost, and every other part that has left the tray meanwhile and is not held."""
    return (*judged.lost, *(part for part in seen.gone if part not in judged.lost and part != judged.held))


def _judge_pick(call: SkillCall, before: Look, after: Look, seen: Difference, motion: Motion) -> Judged:
    promised = select(call.part, before.scene.parts)
    if after.grip.holding:
        return _judge_held(call, promised, seen, after.width, motion)
    if seen.gone:
        return _verdict("failure", f"{_names(seen.gone)} left the tray and is not held", seen.gone, "dropped_outside")
    if seen.moved:
        shifted = [old for old, _ in seen.moved]
        return _verdict("failure", f"nothing is held; {_names(shifted)} was moved", shifted, "dropped_inside")
    return _verdict("failure", "nothing is held and nothing has moved", (), "missed")


def _judge_held(
    call: SkillCall, promised: Iterable[PerceivedPart], seen: Difference, width: float, motion: Motion
) -> Judged:
    """The gripper is closed on something, `width` [m] broad: it is the one part that has left the tray."""
    if len(seen.gone) != 1:
        text = f"one part is held, and {_names(seen.gone) or 'none'} left the tray"
        return _verdict("uncertain", text, seen.gone, "unclear", holding=True)
    held = seen.gone[0]
    if motion.closed is not None and (away := math.dist(held.at, motion.closed)) > BESIDE:
        text = f"one part is held, and the fingers closed {1000 * away:.0f} mm from the {held.describe()} that left"
        return _verdict("uncertain", text, seen.gone, "unclear", holding=True)
    if width > held.extent + BROADER:
        text = f"the fingers stand {1000 * width:.0f} mm apart, too far for the {held.describe()} that left"
        return _verdict("uncertain", text, seen.gone, "unclear", holding=True)
    if shifted := [old for old, new in seen.changed if alike(new, held)]:
        text = f"one part is held, and either {held.describe()} left the tray or lies where {_names(shifted)} lay"
        return _verdict("uncertain", text, seen.gone, "unclear", holding=True)
    if held in promised:
        return _verdict("success", f"{held.describe()} is held", seen.gone, held=held, holding=True)
    text = f"{held.describe()} is held instead of {call.part.describe()}"
    return _verdict("failure", text, seen.gone, "wrong_part", held=held, holding=True)


def _judge_region(
    call: SkillCall, before: Look, after: Look, seen: Difference, lies_there: Callable[[PerceivedPart], bool]
) -> Judged:
    """One part that was meant has come to lie in the region, and nothing else was touched."""
    if after.grip.holding:
        return _verdict("uncertain", "something is held, though nothing was to be taken", (), "unclear", holding=True)
    if seen.gone:
        return _verdict("failure", f"{_names(seen.gone)} left the tray", seen.gone, "dropped_outside")
    promised = [part for part in select(call.part, before.scene.parts) if not lies_there(part)]
    brought = [old for old, new in seen.moved if old in promised and lies_there(new)]
    others = [old for old, _ in seen.moved if old not in brought]
    if others:
        cause: Cause = "wrong_part" if any(old not in promised for old in others) else "dropped_inside"
        return _verdict("failure", f"{_names(others)} was moved, and not to where it should be", others, cause)
    if seen.changed or seen.appeared or len(brought) > 1:
        doubted = [*brought, *seen.appeared, *(new for _, new in seen.changed)]
        return _verdict("uncertain", f"more has changed than one part's place: {_names(doubted)}", (), "unclear")
    if not brought:
        there = [part for part in after.scene.parts if lies_there(part)]
        brought = [part for part in promised if any(same_part(part, now) for now in there)]
    if not brought:
        return _verdict("failure", "nothing has moved", (), "missed")
    return _verdict("success", f"{brought[0].describe()} lies where it should", brought)


def _judge_place(
    call: SkillCall, after: Look, seen: Difference, held: PerceivedPart | None, watched: bool, motion: Motion
) -> Judged:
    """Released at the place: the gripper is open. Where the gate saw a held part let go over the place, that is so
    whatever else has left the tray meanwhile, which is lost; else a part that is missing leaves it open.

    A part like it that appears on the tray is the dropped one, but where the gate saw it let go over the place:
    then somebody has laid that there.
    """
    if after.grip.holding:
        return _verdict("failure", "the part is still held", (), "missed", held=held, holding=True)
    there = motion.let_go is not None and motion.let_go.place == call.destination and motion.carried is not False
    back = [part for part in seen.appeared if held is None or alike(part, held)]
    if back and not (watched and there and after.grip.is_open):
        return _verdict("failure", f"{_names(back)} lies on the tray again", back, "dropped_inside")
    if not after.grip.is_open:
        return _verdict("failure", LOST_BEFORE, _some(held), "dropped_outside")
    if motion.carried is False:
        return _verdict("failure", LOST_BEFORE, _some(held), "dropped_outside")
    if motion.let_go is not None and motion.let_go.place != call.destination:
        text = f"it was let go over the {motion.let_go.place}, not over the {call.destination}"
        return _verdict("failure", text, _some(held), "dropped_outside")
    if seen.gone and not (watched and motion.carried and motion.let_go is not None):
        text = f"released, but {_names(seen.gone)} is missing on the tray"
        return _verdict("uncertain", text, seen.gone, "unclear")
    missing = f"; {_names(seen.gone)} is missing on the tray" if seen.gone else ""
    return _verdict("success", f"{held.describe() if held else 'the part'} was released{missing}", ())


def _judge_insert(
    call: SkillCall, after: Look, seen: Difference, held: PerceivedPart | None, watched: bool, motion: Motion
) -> Judged:
    """Let go at a hole that no camera sees. The gripper can't tell a bolt in its hole from one beside it: both
    leave it open. So it is never certain, and without the gate's watch it is not believed.
    """
    judged = _judge_place(call, after, seen, held, watched, motion)
    if judged.verdict.judgement != "success":
        return judged
    name = held.describe() if held else "the part"
    if held is not None and motion.let_go is not None and motion.let_go.hole != held.size:
        hole = f"at the hole for {motion.let_go.hole}" if motion.let_go.hole else "beside the holes"
        text = f"{name} was let go {hole}"
        return _verdict("failure", text, _some(held), "dropped_outside")
    if not watched:
        text = f"{name} is not held and not on the tray; no camera sees whether it sits in the hole"
        return _verdict("uncertain", text, _some(held), "unclear")
    text = f"{name} was let go at the hole; no camera sees how it sits"
    verdict = judged.verdict.model_copy(update={"reason": text, "confidence": UNSEEN})
    return judged.model_copy(update={"verdict": verdict})


def _judge_put_back(after: Look, seen: Difference, held: PerceivedPart | None) -> Judged:
    """The part lies on the tray again; of an unknown one it is enough that the gripper is open."""
    if after.grip.holding:
        return _verdict("failure", "the part is still held", (), "missed", held=held, holding=True)
    if seen.gone:
        return _verdict("uncertain", f"{_names(seen.gone)} is missing on the tray", seen.gone, "unclear")
    if seen.appeared and held is not None and all(part.kind != held.kind for part in seen.appeared):
        text = f"{_names(seen.appeared)} lies on the tray, and no {held.kind}"
        return _verdict("uncertain", text, (held,), "unclear")
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
