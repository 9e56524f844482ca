"""The judge of accounts: exact ones pass, every kind of wrong one is named."""

import pytest

from sim.accounting import Claim, Lot, account_faults
from skills.plan import Step
from skills.scene import PartQuery, PerceivedPart

HALF = 0.15
FAILED = Step(part=PartQuery(condition="failed"), destination="rejection bin")
NUTS = Step(part=PartQuery(kind="nut"), destination="rejection bin")


def lot(place: str, kind: str = "gear", condition: str = "failed", at: tuple[float, float] = (0.05, 0.05)) -> Lot:
    size = "large" if kind == "gear" else "M8"
    part = PerceivedPart(kind=kind, size=size, colour="red", condition=condition, at=at, yaw=0.0, confidence=1.0)
    return Lot(part, part, place)


def faults(lots: list[Lot], *claims: Claim) -> tuple[str, ...]:
    return account_faults(lots, claims, HALF)


def test_exact_account_has_no_faults() -> None:
    lots = [lot("rejection bin"), lot("rejection bin"), lot("tray"), lot("table"), lot("tray", condition="ok")]
    assert faults(lots, Claim(step=FAILED, moved=2, left=1, lost=1)) == ()
    assert faults(lots[:1], Claim(step=FAILED, moved=1)) == ()
    assert faults([]) == ()


@pytest.mark.parametrize(
    ("claim", "fault"),
    [
        ({"moved": 2, "left": 1, "lost": 1}, "2 moved by the account, 1 in truth"),
        ({"moved": 0, "left": 1, "lost": 1}, "failed large red gear → rejection bin: in no account"),
        ({"moved": 1, "left": 0, "lost": 1}, "0 left by the account, 1 in truth"),
        ({"moved": 1, "left": 1, "lost": 0}, "failed large red gear → table: in no account"),
        ({"moved": 1, "left": 1, "lost": 2}, "2 lost by the account, 1 in truth"),
    ],
)
def test_each_wrong_count_is_named(claim: dict[str, int], fault: str) -> None:
    lots = [lot("rejection bin"), lot("tray"), lot("table")]
    (found,) = faults(lots, Claim(step=FAILED, **claim))
    assert found.endswith(fault)


def test_a_part_in_a_place_that_no_step_moved_it_to_is_in_no_account() -> None:
    lots = [lot("rejection bin"), lot("left bin", condition="ok")]
    assert faults(lots, Claim(step=FAILED, moved=1)) == ("ok large red gear → left bin: in no account",)


def test_part_that_two_steps_mean_counts_for_one_of_them() -> None:
    lots = [lot("rejection bin", "nut"), lot("rejection bin", "gear"), lot("rejection bin", "nut", "ok")]
    for nuts, failed in ((1, 2), (2, 1)):
        assert faults(lots, Claim(step=NUTS, moved=nuts), Claim(step=FAILED, moved=failed)) == ()
    assert faults(lots, Claim(step=NUTS), Claim(step=FAILED, moved=3)) == (
        "all × failed part → rejection bin: 3 moved by the account, 2 in truth",
        "ok M8 red nut → rejection bin: in no account",
    )


def test_what_hangs_in_the_gripper_is_left_and_what_was_taken_away_is_lost() -> None:
    lots = [lot("air"), lot("")]
    assert faults(lots, Claim(step=FAILED, left=1, lost=1)) == ()


def test_what_an_earlier_step_left_is_not_asked_for() -> None:
    two = Step(part=PartQuery(kind="nut"), quantity=1, destination="left bin")
    lots = [lot("left bin", "nut", "ok"), lot("rejection bin", "nut")]
    assert faults(lots, Claim(step=two, moved=1, left=1), Claim(step=FAILED, moved=1)) == ()


def test_part_that_is_moved_on_the_tray_counts_with_those_that_lay_there() -> None:
    push = Step(part=PartQuery(kind="gear"), destination="left half", skill="push")
    lots = [lot("tray", at=(0.0, 0.1)), lot("tray", at=(0.05, 0.12)), lot("tray", at=(0.0, -0.1))]
    assert faults(lots, Claim(step=push, there=1, moved=1, left=1)) == ()
    assert faults(lots, Claim(step=push, there=1, moved=2, left=0))[-1].endswith("0 left by the account, 1 in truth")
