"""The account of a run: what was seen, moved, left and lost, step by step, reconciled with each look.

The law of every account: seen = moved + left + lost, whatever happens on the tray. What the looks do not agree on
stands beside it: a part is seen, and is lost, only where looks agree.
"""

from collections import Counter
from collections.abc import Collection, Iterable
from typing import Literal

from agent.looking.difference import Difference, alike
from agent.looking.disputes import Disputed, doubted, is_among
from agent.remaining import arrived, remaining
from skills.base import Value
from skills.plan import Plan, Step
from skills.scene import PerceivedPart, Scene, select
from skills.spots import TRAY_HALF
from skills.words import Size


class Account(Value):
    """What became of one step.

    Attributes:
        step: as planned; its query with a superlative fixed at the first look.
        seen: matching parts that were on the tray at one time or another.
        there: of parts that are moved on the tray, those that lay at the destination at the first look.
        moved: brought to the destination and verified, or by now seen there.
        left: matching parts on the tray at the last look; at the end of a run one that the gripper holds, too.
        skipped: parts that were given up; they count as left while they lie there.
        unclear: places on the tray where something lay at the last look that could not be made out.
        disputed: of the last looks, what they do not agree on and what may be a matching part.
        empty_looks: fresh looks in a row in which nothing was left to pick, and nothing was disputed.
        disputed_looks: times that looks ended in a dispute since something was left to pick.
        missing: matching parts that are known to have got lost since the first look.
        earlier: parts that the run had lost before that.
        brought, lying: of those that are moved and left, how many look like what.
    """

    step: Step
    looked: bool = False
    seen: int = 0
    there: int = 0
    moved: int = 0
    left: int = 0
    skipped: tuple[PerceivedPart, ...] = ()
    unclear: int = 0
    disputed: tuple[Disputed, ...] = ()
    empty_looks: int = 0
    disputed_looks: int = 0
    missing: tuple[PerceivedPart, ...] = ()
    earlier: tuple[PerceivedPart, ...] = ()
    brought: dict[str, int] = {}
    lying: dict[str, int] = {}

    @property
    def lost(self) -> int:
        """Seen once, not moved by us, and not on the tray any more."""
        return self.seen - self.moved - self.left

    @property
    def set_aside(self) -> tuple[PerceivedPart, ...]:
        """Parts that are not to be picked: given up, or nobody knows whether they are there."""
        return (*self.skipped, *(one.part for one in self.disputed))

    def describe(self) -> str:
        doubt = f", {len(self.disputed)} disputed" if self.disputed else ""
        counts = f"{self.seen} seen, {self.moved} moved, {self.left} left, {self.lost} lost"
        return f"{self.step.describe()}: {counts}{doubt}"


Standing = Literal["open", "again", "met", "short"]
"""open: something waits to be picked · again: nothing seems left, look once more · met · short: it can't
be met with what lies on the tray."""


def open_accounts(plan: Plan) -> tuple[Account, ...]:
    return tuple(Account(step=step) for step in plan.steps)


def reconcile(
    account: Account,
    scene: Scene,
    no_room: Collection[Size] = (),
    *,
    disputed: Iterable[Disputed] = (),
    lost: Iterable[PerceivedPart] = (),
    half: float = TRAY_HALF,
) -> Account:
    """The account after a fresh look at the tray, with an empty gripper.

    Args:
        no_room: parts of these sizes can't be brought to the destination; they count as left.
        disputed: what the looks do not agree on; the scene shows of it what was known before.
        lost: parts that the run has lost by now.
        half: inner half width of the tray [m], where its regions end.
    """
    gone = tuple(lost)
    if not account.looked:
        there = len(arrived(pin(account.step, scene), scene.parts, half))
        first = {"step": pin(account.step, scene), "looked": True, "there": there, "earlier": gone}
        account = account.model_copy(update=first)
    step = account.step
    lying, open_ = remaining(step, scene.parts, half), doubted(step, disputed, half)
    moved = max(account.moved, len(arrived(step, scene.parts, half)) - account.there)
    skipped = tuple(part for part in account.skipped if is_among(part, lying))
    aside = (*skipped, *(one.part for one in open_))
    waiting = [part for part in lying if part.size not in no_room and not is_among(part, aside)]
    looks = {
        "moved": moved,
        "skipped": skipped,
        "unclear": len(scene.unclear),
        "disputed": open_,
        "empty_looks": 0 if waiting or open_ else account.empty_looks + 1,
        "disputed_looks": 0 if waiting else account.disputed_looks + bool(open_),
    }
    return _counted(account.model_copy(update=looks), lying, gone, half)


def closed(
    account: Account,
    scene: Scene,
    *,
    lost: Iterable[PerceivedPart] = (),
    held: PerceivedPart | None = None,
    half: float = TRAY_HALF,
) -> Account:
    """The account at the end of a run, after its last look: what is still held counts as left."""
    if not account.looked:
        return account
    known = (*scene.parts, held) if held else scene.parts
    return _counted(account, remaining(account.step, known, half), tuple(lost), half)


def _counted(
    account: Account, lying: Collection[PerceivedPart], lost: Collection[PerceivedPart], half: float
) -> Account:
    since = (part for part in lost if part not in account.earlier)
    missing = tuple(part for part in since if remaining(account.step, (part,), half))
    least = account.moved + len(lying) + len(missing)
    update = {"left": len(lying), "missing": missing, "seen": max(account.seen, least), "lying": _looks_of(lying)}
    return account.model_copy(update=update)


def delivered(account: Account, part: PerceivedPart | None = None) -> Account:
    """The account after one more part, which looks like `part`, was brought to the destination."""
    left = max(account.left - 1, 0)
    moved = account.moved + 1
    counts = {"moved": moved, "left": left, "seen": max(account.seen, moved + left + len(account.missing))}
    if part is None:
        return account.model_copy(update=counts)
    one = Counter([part.describe()])
    brought, lying = Counter(account.brought) + one, Counter(account.lying) - one
    return account.model_copy(update={**counts, "brought": dict(brought), "lying": dict(lying)})


def _looks_of(parts: Iterable[PerceivedPart]) -> dict[str, int]:
    return dict(Counter(part.describe() for part in parts))


def skip(account: Account, part: PerceivedPart) -> Account:
    return account.model_copy(update={"skipped": (*account.skipped, part)})


def standing(account: Account, looks: int) -> Standing:
    """How the step stands; `looks` fresh looks must agree that nothing is left to pick. What can't be made out, and
    what stays disputed after as many attempts to settle it, may be one of all.
    """
    step = account.step
    if step.quantity != "all" and account.moved >= step.quantity:
        return "met"
    if not account.empty_looks and not account.disputed_looks:
        return "open"
    if account.disputed:
        return "again" if account.disputed_looks < looks else "short"
    if account.empty_looks < looks:
        return "again"
    if account.left or account.lost or account.unclear:
        return "short"
    enough = step.quantity == "all" or step.at_most or account.moved + account.there >= step.quantity
    return "met" if enough else "short"


def pin(step: Step, scene: Scene) -> Step:
    """`step` with its superlative fixed to what is largest (smallest) now.

    No two kinds and sizes have the same extent, so that kind and size say the same; without it,
    "all the largest" would empty the tray, and a lost one would make the second largest the largest.
    More of them than there are keep the superlative: "the two largest" then means one after another.
    """
    query = step.part
    found = select(query, scene.parts)
    if query.superlative is None or not found or (step.quantity != "all" and step.quantity > len(found)):
        return step
    fixed = {"superlative": None, "kind": found[0].kind, "size": found[0].size}
    return step.model_copy(update={"part": query.model_copy(update=fixed)})


def still_missing(known: Iterable[PerceivedPart], seen: Difference) -> tuple[PerceivedPart, ...]:
    """Parts of `known` that did not turn up again among what appeared between two looks."""
    back = list(seen.appeared)
    still: list[PerceivedPart] = []
    for part in known:
        again = next((other for other in back if alike(part, other)), None)
        if again is None:
            still.append(part)
        else:
            back.remove(again)
    return tuple(still)


def shortfall(account: Account) -> str:
    """Why the step is short, with its counts."""
    wanted = "" if account.step.quantity == "all" else f" of {account.step.quantity} wanted"
    parts = [f"{account.moved} moved{wanted}", f"{account.left} left", f"{account.lost} lost"]
    if not account.seen:
        parts.insert(0, "none seen")
    if account.unclear:
        parts.append(f"{account.unclear} on the tray can't be made out: move them apart")
    if account.disputed:
        parts.append(f"the looks disagree: {'; '.join(one.describe() for one in account.disputed)}")
    return f"{account.step.part.describe()} → {account.step.destination}: " + ", ".join(parts)
