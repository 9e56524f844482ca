"""The account of a run: what was seen, moved, left and lost, step by step, reconciled with each look.

The law of every account: seen = moved + left + lost, whatever happens on the tray.
"""

from collections.abc import Collection, Iterable
from typing import Literal

from agent.difference import Difference, alike, same_part
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
        left: matching parts on the tray at the last look.
        skipped: parts that were given up; they count as left while they lie there.
        unclear: places on the tray where something lay at the last look that could not be made out.
        empty_looks: fresh looks in a row in which nothing was left to pick.
    """

    step: Step
    looked: bool = False
    seen: int = 0
    there: int = 0
    moved: int = 0
    left: int = 0
    skipped: tuple[PerceivedPart, ...] = ()
    unclear: int = 0
    empty_looks: int = 0

    @property
    def lost(self) -> int:
        """Seen once, not moved by us, and not on the tray any more."""
        return self.seen - self.moved - self.left

    def describe(self) -> str:
        return f"{self.step.describe()}: {self.seen} seen, {self.moved} moved, {self.left} left, {self.lost} lost"


Standing = Literal["open", "again", "met", "short"]
"""open: something waits to be picked · again: nothing seems left, look once more · met · short: it can't
be met with what lies on the tray."""


def open_accounts(plan: Plan) -> tuple[Account, ...]:
    return tuple(Account(step=step) for step in plan.steps)


def reconcile(account: Account, scene: Scene, no_room: Collection[Size] = (), *, half: float = TRAY_HALF) -> Account:
    """The account after a fresh look at the tray, with an empty gripper.

    Args:
        no_room: parts of these sizes can't be brought to the destination; they count as left.
        half: inner half width of the tray [m], where its regions end.
    """
    step = account.step if account.looked else pin(account.step, scene)
    lying, there = remaining(step, scene.parts, half), len(arrived(step, scene.parts, half))
    before = account.there if account.looked else there
    moved = max(account.moved, there - before)
    skipped = tuple(part for part in account.skipped if any(same_part(part, other) for other in lying))
    fitting = (part for part in lying if part.size not in no_room)
    waiting = [part for part in fitting if not any(same_part(part, other) for other in skipped)]
    return account.model_copy(
        update={
            "step": step,
            "looked": True,
            "there": before,
            "moved": moved,
            "left": len(lying),
            "seen": max(account.seen, moved + len(lying)),
            "skipped": skipped,
            "unclear": len(scene.unclear),
            "empty_looks": 0 if waiting else account.empty_looks + 1,
        }
    )


def delivered(account: Account) -> Account:
    """The account after one more part was brought to the destination."""
    left = max(account.left - 1, 0)
    moved = account.moved + 1
    return account.model_copy(update={"moved": moved, "left": left, "seen": max(account.seen, moved + left)})


def skip(account: Account, part: PerceivedPart) -> Account:
    return account.model_copy(update={"skipped": (*account.skipped, part)})


def standing(account: Account, looks: int) -> Standing:
    """How the step stands; `looks` fresh looks must agree that nothing is left to pick. What can't be made out may
    be one of all.
    """
    step = account.step
    if step.quantity != "all" and account.moved >= step.quantity:
        return "met"
    if account.empty_looks < looks:
        return "again" if account.empty_looks else "open"
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
    if account.unclear:
        parts.append(f"{account.unclear} on the tray can't be made out: move them apart")
    return f"{account.step.part.describe()} → {account.step.destination}: " + ", ".join(parts)
