"""The judge of accounts: what a run says that it has moved, left and lost, against ground truth after it is over."""

from collections.abc import Sequence
from dataclasses import dataclass

from sim.parts.spawn import PartSpec
from sim.world import World
from skills.base import Value
from skills.plan import GRIPPER, Step
from skills.regions import lies_in
from skills.scene import PerceivedPart, select
from skills.words import TRAY


class Claim(Value):
    """What a run says of one step that it has begun; see `agent.ledger.Account`."""

    step: Step
    there: int = 0
    moved: int = 0
    left: int = 0
    lost: int = 0

    def describe(self, what: str, truth: int) -> str:
        return f"{self.step.describe()}: {getattr(self, what)} {what} by the account, {truth} in truth"


@dataclass(frozen=True)
class Lot:
    """Where one part ended; `began` and `now` are it as a perfect perceiver would see it, then and now.

    A part that somebody has taken away is nowhere: its place is "".
    """

    began: PerceivedPart
    now: PerceivedPart
    place: str

    @property
    def is_lost(self) -> bool:
        return self.place in ("table", "")


def lots(world: World, laid: Sequence[PartSpec]) -> list[Lot]:
    """What became of every part, of those too that lay on the tray at the beginning and are in the world no more."""
    found = []
    for body in world.bodies:
        part = world.true_part(body)
        found.append(Lot(_named(part.spec, part.spec.at), _named(part.spec, part.at), world.where(body)))
    still = [lot.began.describe() for lot in found]
    for missing in (_named(spec, spec.at) for spec in laid):
        if missing.describe() in still:
            still.remove(missing.describe())
        else:
            found.append(Lot(missing, missing, ""))
    return found


def account_faults(lots: Sequence[Lot], claims: Sequence[Claim], half: float) -> tuple[str, ...]:
    """Every way in which the accounts are not what is; empty where they are exact.

    Each part counts for one step: there must be a way to give every step as many parts as it says it has moved and
    lost, and none may be over. What is left is compared for the last step that was begun: what lay on the tray when
    an earlier one ended is seen no more. A part that still hangs in the gripper is left.

    Args:
        half: inner half width of the tray [m], where its regions end.
    """
    counted = [claim for claim in claims if claim.step.source != GRIPPER]
    if not counted:
        return ()
    moved = [[lot for lot in lots if _arrived(claim, lot, half)] for claim in counted]
    lost = [[lot for lot in lots if lot.is_lost and claim.step.part.matches(lot.began)] for claim in counted]
    given = _share_out(moved, [claim.moved + claim.there for claim in counted])
    gone = _share_out(lost, [claim.lost for claim in counted])
    last = counted[-1]
    lying = [lot.now for lot in lots if lot.place in (TRAY, "air") and not _arrived(last, lot, half)]
    left = len(select(last.step.part, lying))
    return (
        *_differing(counted, "moved", [len(ours) - claim.there for claim, ours in zip(counted, given, strict=True)]),
        *_differing(counted, "lost", list(map(len, gone))),
        *([last.describe("left", left)] if left != last.left else []),
        *_in_no_account([lot for lot in lots if lot.place not in (TRAY, "air") and not lot.is_lost], given),
        *_in_no_account(lost[-1], gone),
    )


def _named(spec: PartSpec, at: tuple[float, float]) -> PerceivedPart:
    return PerceivedPart(
        kind=spec.kind,
        size=spec.size,
        colour=spec.colour,
        condition=spec.condition,
        at=at,
        yaw=spec.yaw,
        confidence=1.0,
    )


def _arrived(claim: Claim, lot: Lot, half: float) -> bool:
    """Whether the part lies where the step wants those that it means."""
    step = claim.step
    if step.skill is None:
        return lot.place == step.destination and step.part.matches(lot.began)
    return lot.place == TRAY and lies_in(step.destination, half)(lot.now) and step.part.matches(lot.now)


def _share_out(candidates: Sequence[Sequence[Lot]], wanted: Sequence[int]) -> list[list[Lot]]:
    """Parts given to each step, as many as it wants where that can be (Kuhn's augmenting paths, 1955)."""
    places = [step for step, count in enumerate(wanted) for _ in range(count)]
    taken: dict[int, int] = {}
    known = {id(lot): lot for lots in candidates for lot in lots}

    def take(place: int, tried: set[int]) -> bool:
        for lot in candidates[places[place]]:
            if id(lot) in tried:
                continue
            tried.add(id(lot))
            if id(lot) not in taken or take(taken[id(lot)], tried):
                taken[id(lot)] = place
                return True
        return False

    for place in range(len(places)):
        take(place, set())
    return [[known[lot] for lot, place in taken.items() if places[place] == step] for step in range(len(wanted))]


def _differing(claims: Sequence[Claim], what: str, truths: Sequence[int]) -> list[str]:
    pairs = zip(claims, truths, strict=True)
    return [claim.describe(what, truth) for claim, truth in pairs if getattr(claim, what) != truth]


def _in_no_account(lots: Sequence[Lot], given: Sequence[Sequence[Lot]]) -> list[str]:
    known = {id(lot) for ours in given for lot in ours}
    return [f"{lot.began.describe()} → {lot.place or 'nowhere'}: in no account" for lot in lots if id(lot) not in known]
