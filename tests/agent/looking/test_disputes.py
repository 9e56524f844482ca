"""Looks that do not agree: what they differ in is said, is not acted on, and is no loss."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from agent.ledger import Account, reconcile, shortfall, standing
from agent.looking.disputes import Disputed, believed, disputes, doubted
from agent.looking.looker import Grip, Look
from agent.report import Report
from agent.run import run
from skills.observation import Observation
from skills.scene import PerceivedPart, Scene
from tests.agent.kinematic_tray import OPEN, Bench, TextPerceiver, Tray, part, scene, step

NUT = part("nut", "M8", "brass", "failed", (0.08, 0.08))
GOOD_NUT = part("nut", "M8", "brass", "ok", (0.08, 0.08))
GEAR = part("gear", "large", "red", "failed", (-0.08, 0.0))
BOLT = part("bolt", "M10", "silver", "ok", (0.0, -0.08))
ALL = step(condition="failed")


class Flickering(TextPerceiver):
    """Shows parts or hides them look by look: `hidden` says at which of its looks which part is not seen."""

    def __init__(self, hidden: dict[int, tuple[PerceivedPart, ...]]) -> None:
        super().__init__()
        self.hidden, self.looks = hidden, 0

    def perceive(self, observation: Observation) -> Scene:
        seen = super().perceive(observation)
        self.looks += 1
        left_out = self.hidden.get(self.looks, ())
        shown = tuple(one for one in seen.parts if not any(one.at == other.at for other in left_out))
        return seen.model_copy(update={"parts": shown})


@pytest.fixture
def benches() -> Iterator[list[Bench]]:
    made: list[Bench] = []
    yield made
    for bench in made:
        bench.journal.close()


def flicker(bench: Bench, **hidden: tuple[PerceivedPart, ...]) -> None:
    perceiver = Flickering({int(name[1:]): parts for name, parts in hidden.items()})
    bench.workcell.looker._perceiver = perceiver


def known(*parts: PerceivedPart) -> Look:
    return Look(scene=scene(*parts), width=OPEN, grip=Grip(holding=False, is_open=True))


def counts(report: Report) -> list[tuple[int, int, int, int]]:
    return [(one.seen, one.moved, one.left, one.lost) for one in report.ledger]


def test_what_all_looks_show_is_not_disputed_and_the_rest_is_said_with_its_share() -> None:
    found = disputes([scene(NUT, GEAR, BOLT), scene(GEAR, BOLT), scene(GEAR)])
    assert found == (Disputed(part=BOLT, seen=2, looks=3), Disputed(part=NUT, seen=1, looks=3))
    assert found[1].describe() == "failed M8 brass nut at the back left: in 1 of 3 looks"
    assert disputes([scene(NUT, GEAR)] * 3) == ()


def test_a_faint_part_that_another_look_cannot_make_out_is_not_denied_by_it() -> None:
    faint = NUT.model_copy(update={"confidence": 0.3})
    unclear = scene(GEAR).model_copy(update={"unclear": (NUT.at,)})
    assert disputes([scene(faint, GEAR), unclear]) == ()


def test_where_looks_differ_the_tray_is_believed_to_be_as_it_was_known() -> None:
    looks = [scene(NUT, GEAR), scene(GEAR, BOLT), scene(GEAR)]
    assert believed(looks[-1], disputes(looks), scene(NUT, GEAR)).parts == (GEAR, NUT)
    assert believed(looks[1], disputes(looks), None).parts == (GEAR,)
    turned = [scene(NUT), scene(GOOD_NUT), scene(NUT)]
    assert believed(turned[-1], disputes(turned), None).parts == (NUT,), "something lies there, so all say"
    assert believed(turned[-1], disputes(turned), scene(GOOD_NUT)).parts == (GOOD_NUT,)


def test_only_what_matters_to_the_step_is_doubted() -> None:
    found = disputes([scene(NUT, GEAR), scene(GOOD_NUT, GEAR)])
    assert doubted(step(kind="nut"), found, 0.15) == (), "a nut lies there, whatever its condition"
    assert [one.part for one in doubted(ALL, found, 0.15)] == [NUT]
    assert doubted(step(kind="gear"), found, 0.15) == ()


def test_a_disputed_part_is_neither_lost_nor_waited_for_for_ever() -> None:
    account = reconcile(Account(step=ALL), scene(NUT, BOLT))
    doubt = (Disputed(part=NUT, seen=1, looks=3),)
    once = reconcile(account, scene(NUT, BOLT), disputed=doubt)
    assert (once.seen, once.left, once.lost, standing(once, 2)) == (1, 1, 0, "again")
    twice = reconcile(once, scene(NUT, BOLT), disputed=doubt)
    assert standing(twice, 2) == "short"
    assert shortfall(twice) == (
        "failed part → rejection bin: 0 moved, 1 left, 0 lost, the looks disagree: "
        "failed M8 brass nut at the back left: in 1 of 3 looks"
    )
    gone = reconcile(once, scene(BOLT), lost=(NUT,))
    assert (gone.lost, gone.disputed, standing(gone, 2)) == (1, (), "again")


def test_what_was_only_ever_disputed_was_not_seen() -> None:
    account = reconcile(Account(step=ALL), scene(BOLT), disputed=(Disputed(part=NUT, seen=1, looks=3),))
    assert (account.seen, account.left, account.lost, standing(account, 2)) == (0, 0, 0, "again")
    account = reconcile(reconcile(account, scene(BOLT)), scene(BOLT))
    assert standing(account, 2) == "met"


def test_all_ends_on_two_looks_without_a_dispute_and_disputes_are_bounded() -> None:
    doubt = (Disputed(part=NUT, seen=1, looks=3),)
    account = reconcile(Account(step=ALL), scene(BOLT), disputed=doubt)
    once = reconcile(account, scene(BOLT))
    assert standing(once, 2) == "again", "one clear look is not two"
    assert standing(reconcile(once, scene(BOLT), disputed=doubt), 2) == "short"


def test_a_lost_part_counts_though_another_has_come_in_its_place() -> None:
    account = reconcile(Account(step=ALL), scene(NUT, GEAR))
    other = NUT.model_copy(update={"at": (0.0, 0.05)})
    account = reconcile(account, scene(other, GEAR), lost=(NUT,))
    assert (account.seen, account.left, account.lost) == (3, 2, 1)
    assert account.missing == (NUT,)


def test_what_an_earlier_step_lost_is_not_lost_again() -> None:
    account = reconcile(Account(step=step(kind="nut")), scene(BOLT), lost=(NUT,))
    assert (account.seen, account.lost) == (0, 0)


def test_three_looks_that_differ_are_one_look_with_its_disputes(tmp_path: Path, benches: list[Bench]) -> None:
    bench = Bench(tmp_path, Tray(NUT, GEAR, BOLT), ALL)
    benches.append(bench)
    flicker(bench, l1=(NUT,), l2=(BOLT,), l3=(NUT, BOLT))
    look = bench.workcell.looker.settled(known(NUT, GEAR, BOLT))
    assert isinstance(look, Look)
    assert [one.describe() for one in look.disputed] == [
        "ok M10 silver bolt at the right: in 1 of 3 looks",
        "failed M8 brass nut at the back left: in 1 of 3 looks",
    ]
    assert {one.describe() for one in look.scene.parts} == {one.describe() for one in (NUT, GEAR, BOLT)}


def test_what_was_disputed_itself_settles_nothing(tmp_path: Path, benches: list[Bench]) -> None:
    bench = Bench(tmp_path, Tray(NUT, GEAR), ALL)
    benches.append(bench)
    flicker(bench, l1=(NUT,), l2=(GEAR,), l3=(NUT, GEAR))
    doubtful = known(GEAR).model_copy(update={"disputed": (Disputed(part=NUT, seen=1, looks=3),)})
    look = bench.workcell.looker.settled(doubtful)
    assert isinstance(look, Look)
    assert [one.part for one in look.disputed] == [GEAR, NUT]


def test_a_part_that_two_looks_miss_is_gone(tmp_path: Path, benches: list[Bench]) -> None:
    bench = Bench(tmp_path, Tray(NUT, GEAR), ALL)
    benches.append(bench)
    flicker(bench, l1=(NUT,), l2=(NUT,))
    look = bench.workcell.looker.settled(known(NUT, GEAR))
    assert isinstance(look, Look)
    assert (look.scene.parts, look.disputed) == ((GEAR,), ())


def test_a_run_is_not_done_while_something_is_disputed(tmp_path: Path, benches: list[Bench]) -> None:
    """Only the good bolt is agreed on; of two failed parts the looks never say the same."""
    bench = Bench(tmp_path, Tray(NUT, GEAR, BOLT), ALL)
    benches.append(bench)
    three = {0: (NUT,), 1: (GEAR,), 2: (NUT, GEAR)}
    flicker(bench, **{f"l{n}": three[(n - 3) % 3] for n in range(1, 200)})
    report = run(bench.workcell, "go", approved=True)
    assert report.outcome.outcome == "incomplete"
    assert "the looks disagree: " in report.outcome.reason
    assert "failed M8 brass nut at the back left: in 1 of 3 looks" in report.outcome.reason
    assert (counts(report), bench.world.motions) == ([(0, 0, 0, 0)], 0)


def test_a_dispute_that_settles_is_picked(tmp_path: Path, benches: list[Bench]) -> None:
    bench = Bench(tmp_path, Tray(NUT, GEAR, BOLT), ALL)
    benches.append(bench)
    flicker(bench, l3=(NUT,), l4=(GEAR,), l5=(NUT, GEAR))
    report = run(bench.workcell, "go", approved=True)
    assert (report.outcome.outcome, counts(report)) == ("done", [(2, 2, 0, 0)])
