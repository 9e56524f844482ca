"""The fixtures' holes, as far as they can be known."""

from pathlib import Path

import pytest

from agent.holes import HELD_FROM, HELD_TO, OFF_CENTRE, Filled, in_the_way, insertable, misfit, needed_by, no_room
from agent.journal.journal import Journal
from skills.plan import Hole, Plan
from skills.scene import PartQuery, PerceivedPart
from skills.words import SHANK
from tests.agent.kinematic_tray import part, scene, step

M6, M8, M10 = (part("bolt", size, "silver") for size in ("M6", "M8", "M10"))
NUT = part("nut", "M8", "silver")


def filled(size: str, fixture: str = "left fixture", *, sure: bool = True) -> Filled:
    return Filled(hole=Hole(fixture=fixture, size=size), run="run-00003", sure=sure)


def test_a_filled_hole_in_words() -> None:
    assert filled("M8").describe() == "the M8 hole of the left fixture was filled by run-00003"
    assert filled("M8", sure=False).describe() == "the M8 hole of the left fixture may have been filled by run-00003"


def test_only_the_holes_of_the_steps_fixture_count() -> None:
    known = (filled("M8"), filled("M6", "right fixture"))
    assert no_room(step("left fixture", kind="bolt"), known) == {"M8"}
    assert no_room(step("left bin", kind="bolt"), known) == set()


def test_bolts_without_a_free_hole_are_left_out() -> None:
    wanted = step("left fixture", kind="bolt", without=(PartQuery(colour="red"),))
    assert insertable(wanted, ()) == wanted
    assert insertable(wanted, {"M8"}) == step(
        "left fixture", kind="bolt", without=(PartQuery(colour="red"), PartQuery(kind="bolt", size="M8"))
    )


@pytest.mark.parametrize(
    ("quantity", "query", "lying", "known", "asked"),
    [
        (1, {"size": "M8"}, (M8,), ("M8",), ("M8",)),
        (1, {"size": "M8"}, (M6,), ("M8",), ()),
        (1, {"size": "M8"}, (M8,), ("M6",), ()),
        (1, {}, (M6, M8), ("M8",), ()),
        (2, {}, (M6, M8), ("M8",), ("M8",)),
        (2, {}, (M6, M8, M10), ("M8",), ()),
        ("all", {}, (M6, M8, M10), ("M6", "M8"), ("M6", "M8")),
        (1, {"superlative": "largest"}, (M6, M10), ("M10",), ("M10",)),
        (1, {"size": "M8"}, (), ("M8",), ()),
    ],
)
def test_only_holes_that_the_step_needs_are_in_its_way(
    quantity: object, query: dict[str, str], lying: tuple[PerceivedPart, ...], known: tuple[str, ...], asked: object
) -> None:
    wanted = step("left fixture", quantity, kind="bolt", **query)
    holes = tuple(filled(size) for size in known)
    assert tuple(one.hole.size for one in in_the_way(wanted, scene(*lying), holes)) == asked
    twice = Plan(steps=(wanted, step("left bin"), wanted))
    assert tuple(one.hole.size for one in needed_by(twice, scene(*lying), holes)) == asked


@pytest.mark.parametrize("bolt", [M6, M8, M10])
def test_a_bolt_fits_by_the_width_of_its_shank_only(bolt: PerceivedPart) -> None:
    for size, shank in SHANK.items():
        for off in (HELD_FROM + 1e-6, 0.0, 0.0022, HELD_TO - 1e-6):
            assert (misfit(bolt, shank + off) is None) == (size == bolt.size)
    assert misfit(bolt, SHANK[bolt.size] + HELD_FROM - 1e-6) is not None
    assert misfit(bolt, SHANK[bolt.size] + HELD_TO) is not None


def test_what_is_no_bolt_never_fits() -> None:
    assert misfit(NUT, 0.016) == ("wrong_part", "ok M8 silver nut was seen, and only bolts are inserted")


def test_a_bolt_that_is_held_off_its_middle_does_not_fit_however_broad_it_is() -> None:
    assert misfit(M8, 0.016, OFF_CENTRE) is None
    assert misfit(M8, 0.016, 0.0121) == ("off_centre", "ok M8 silver bolt is held 12 mm from its middle; up to 5 fit")
    assert misfit(M8, 0.012, 0.0121)[0] == "wrong_part"  # type: ignore[index]


def test_the_journal_keeps_what_is_known_of_each_hole(tmp_path: Path) -> None:
    hole, other = Hole(fixture="right fixture", size="M10"), Hole(fixture="right fixture", size="M6")
    with Journal(tmp_path) as journal:
        first, second = journal.begin_run("one"), journal.begin_run("two")
        assert journal.table.filled() == ()
        journal.table.fill(hole, first, sure=False)
        journal.table.fill(other, first, sure=True)
        journal.table.fill(hole, second, sure=True)
    with Journal(tmp_path) as journal:
        assert journal.table.filled() == (
            Filled(hole=other, run=first, sure=True),
            Filled(hole=hole, run=second, sure=True),
        )
        journal.table.free([hole, Hole(fixture="left fixture", size="M6")])
        assert journal.table.filled() == (Filled(hole=other, run=first, sure=True),)
