"""The account: what is seen, moved, left and lost, whatever happens on the tray."""

from hypothesis import given
from hypothesis import strategies as st

from agent.ledger import Account, delivered, open_accounts, pin, reconcile, shortfall, skip, standing, still_missing
from agent.looking.difference import Difference
from skills.plan import Plan
from tests.agent.kinematic_tray import part, scene, step

NUTS = tuple(part("nut", "M6", "blue", "ok", (0.03 * i - 0.1, 0.0)) for i in range(6))
GEAR = part("gear", "large", "red", "ok", (0.0, 0.1))


@given(st.lists(st.integers(0, 6), min_size=1), st.lists(st.booleans()))
def test_seen_is_moved_and_left_and_lost(lying: list[int], arrived: list[bool]) -> None:
    account = Account(step=step(kind="nut"))
    moves = iter(arrived)
    for count in lying:
        account = reconcile(account, scene(*NUTS[:count], GEAR))
        assert account.left == count
        assert account.lost >= 0
        if account.left and next(moves, False):
            account = delivered(account)
        assert account.seen == account.moved + account.left + account.lost
        assert account.seen >= max(account.moved + account.left, count)


def test_all_is_met_when_two_fresh_looks_find_none() -> None:
    account = reconcile(Account(step=step(kind="nut")), scene(NUTS[0]))
    assert standing(account, 2) == "open"
    account = reconcile(delivered(account), scene(GEAR))
    assert standing(account, 2) == "again"
    account = reconcile(account, scene(GEAR))
    assert standing(account, 2) == "met"
    assert standing(reconcile(account, scene(NUTS[1])), 2) == "open", "one more has appeared"


def test_a_number_is_met_at_once_and_short_when_nothing_is_left() -> None:
    account = reconcile(Account(step=step(kind="nut", quantity=2)), scene(*NUTS[:2]))
    assert standing(delivered(delivered(account)), 2) == "met"
    alone = delivered(reconcile(Account(step=step(kind="nut", quantity=2)), scene(NUTS[0])))
    looked = reconcile(reconcile(alone, scene()), scene())
    assert standing(looked, 2) == "short"
    assert standing(looked.model_copy(update={"step": step(kind="nut", quantity=2, at_most=True)}), 2) == "met"


def test_a_skipped_part_counts_as_left_and_leaves_the_step_short() -> None:
    account = skip(reconcile(Account(step=step(kind="nut")), scene(NUTS[0], GEAR)), NUTS[0])
    account = reconcile(reconcile(account, scene(NUTS[0], GEAR)), scene(NUTS[0], GEAR))
    assert (standing(account, 2), account.left, account.lost) == ("short", 1, 0)
    assert standing(reconcile(account, scene(NUTS[3], GEAR)), 2) == "open", "it was moved: worth another try"


def test_what_cannot_be_made_out_may_be_one_of_all() -> None:
    tray = scene(GEAR).model_copy(update={"unclear": ((0.01, 0.02),)})
    account = reconcile(reconcile(Account(step=step(kind="nut")), tray), tray)
    assert standing(account, 2) == "short"
    unclear = "1 on the tray can't be made out: move them apart"
    assert shortfall(account).endswith(f"none seen, 0 moved, 0 left, 0 lost, {unclear}")
    assert standing(reconcile(account, scene(GEAR)), 2) == "met", "they were moved apart"
    two = delivered(delivered(reconcile(Account(step=step(kind="nut", quantity=2)), tray)))
    assert standing(two, 2) == "met", "two were wanted and are there"


def test_a_superlative_is_fixed_at_the_first_look() -> None:
    tray = scene(*NUTS, GEAR)
    assert pin(step(superlative="largest"), tray) == step(kind="gear", size="large")
    assert pin(step(superlative="smallest", quantity=2, colour="blue"), tray) == step(
        kind="nut", size="M6", colour="blue", quantity=2
    )
    assert pin(step(superlative="largest", quantity=2), tray) == step(superlative="largest", quantity=2)
    (account,) = open_accounts(Plan(steps=(step(superlative="largest"),)))
    first = reconcile(account, tray)
    assert reconcile(first, scene(*NUTS)).left == 0, "the nuts do not become the largest when the gear is gone"


def test_a_part_that_turns_up_again_is_not_missing() -> None:
    assert still_missing((NUTS[0], GEAR), Difference(appeared=(NUTS[5],))) == (GEAR,)
    assert still_missing((NUTS[0], NUTS[1]), Difference(appeared=(NUTS[5],))) == (NUTS[1],)
