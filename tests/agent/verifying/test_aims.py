"""Where the fingers closed and let go tells what no camera sees."""

import numpy as np
import pytest

from agent.verifying.aims import KEPT, UNKNOWN, Aim, Aims, LetGo, Motion, let_go_over, motion_of, off_centre
from agent.verifying.judging import BESIDE, judge
from sim.demonstrator import insert_waypoints, place_waypoints, put_back_waypoints
from skills.cell import Cell
from skills.words import SHANK
from tests.agent.kinematic_tray import CATALOGUE, CELL
from tests.agent.verifying.test_verifier import BOLT, GEAR, HELD, INSERT, NUT, OPEN, PICK, PLACE, look


@pytest.mark.parametrize("place", [name for name in CELL.destinations if name not in CELL.fixtures])
def test_a_release_is_told_by_its_place(cell: Cell, place: str) -> None:
    aims = Aims()
    aims.note("call", place_waypoints(cell, cell.places[place]), HELD)
    let_go = motion_of(aims.of("call"), cell).let_go
    assert let_go is not None
    assert (let_go.place, let_go.hole) == (place, None)
    assert motion_of(aims.of("call"), cell).carried is True
    assert let_go.away < 1e-6


@pytest.mark.parametrize("fixture", CELL.fixtures)
@pytest.mark.parametrize("size", ["M6", "M8", "M10"])
def test_an_insert_is_told_by_its_hole(cell: Cell, fixture: str, size: str) -> None:
    aims = Aims()
    aims.note("call", insert_waypoints(cell, cell.fixture(fixture), SHANK[size] + 0.002), HELD)
    let_go = motion_of(aims.of("call"), cell).let_go
    assert let_go is not None
    assert (let_go.place, let_go.hole) == (fixture, size)


@pytest.mark.parametrize("spot", ["front left", "back", "middle"])
def test_what_is_put_back_is_let_go_over_the_tray(cell: Cell, spot: str) -> None:
    aims = Aims()
    aims.note("call", put_back_waypoints(cell, spot), HELD)
    opened = aims.of("call").opened
    assert opened is not None
    assert let_go_over(cell, opened).place == "tray"


def test_a_release_is_told_by_the_ground_below_it(cell: Cell) -> None:
    edge = (cell.tray.centre[0] + 0.95 * cell.tray.half, cell.tray.centre[1])
    assert let_go_over(cell, edge).place == "tray", "though the belt's point of release is nearer"
    for name, place in cell.places.items():
        corners = [(x, y) for x in (-0.99, 0.99) for y in (-0.99, 0.99)]
        for x, y in corners:
            at = place.centre[0] + x * place.extent[0], place.centre[1] + y * place.extent[1]
            assert let_go_over(cell, at).place == name


@pytest.mark.parametrize(("beside", "hole"), [(0.0, "M8"), (0.004, "M8"), (0.02, None)])
def test_a_bolt_that_is_let_go_beside_a_notch_is_at_no_hole(cell: Cell, beside: float, hole: str | None) -> None:
    nest = cell.fixture("left fixture").hole("M8")
    let_go = let_go_over(cell, (nest.x, nest.y + beside))
    assert (let_go.place, let_go.hole) == ("left fixture", hole)
    assert let_go.away == pytest.approx(beside)


def row(x: float, width: float) -> list[float]:
    return [x, 0.0, 0.2, 0.0, 0.0, 0.0, width]


@pytest.mark.parametrize(
    ("width", "chunks", "closed", "opened"),
    [
        (HELD, [[row(0.1, OPEN), row(0.2, OPEN)]], None, 0.1),
        (HELD, [[row(0.1, 0.0)], [row(0.2, OPEN)]], None, 0.2),
        (HELD, [[row(0.1, 0.0)], [row(0.2, 0.0)]], None, None),
        (HELD, [[row(0.1, 0.001), row(0.2, 0.0), row(0.3, 0.002), row(0.4, OPEN)]], None, 0.4),
        (OPEN, [[row(0.1, OPEN), row(0.2, 0.001), row(0.3, 0.0)]], 0.2, None),
        (HELD, [[row(0.1, 0.0), row(0.2, 0.009)], [row(0.3, 0.0), row(0.4, OPEN)]], None, 0.4),
        (OPEN, [[row(0.1, OPEN)], [row(0.2, 0.0)]], 0.2, None),
        (HELD, [[row(0.1, OPEN), row(0.2, 0.0), row(0.3, OPEN)]], 0.2, 0.1),
        (HELD, [[row(0.1, OPEN)], [row(0.2, 0.0), row(0.3, OPEN)]], 0.2, 0.1),
        (OPEN, [[row(0.1, OPEN), row(0.2, 0.0), row(0.3, OPEN), row(0.4, 0.0)]], 0.4, 0.3),
        (OPEN, [[row(0.1, 0.05), row(0.2, 0.05)]], None, None),
        (OPEN, [[]], None, None),
    ],
)
def test_what_counts_is_the_last_closing_and_the_first_letting_go_also_with_a_chunk_s_first_row(
    width: float, chunks: list[list[list[float]]], closed: float | None, opened: float | None
) -> None:
    aims = Aims()
    for rows in chunks:
        aims.note("call", np.array(rows).reshape(-1, 7), width)
    aim = aims.of("call")
    assert (aim.closed and aim.closed[0], aim.opened and aim.opened[0]) == (closed, opened)


def test_fingers_that_close_are_told_in_the_tray_s_frame(cell: Cell) -> None:
    aims = Aims()
    rows = np.array([[0.53, 0.02, 0.1, 0, 0, 0, 0.05], [0.53, 0.02, 0.0, 0, 0, 0, 0.0], [0.3, 0.0, 0.4, 0, 0, 0, 0.0]])
    aims.note("call", rows, OPEN)
    motion = motion_of(aims.of("call"), cell)
    assert motion.let_go is None
    assert motion.closed == pytest.approx((0.53 - cell.tray.centre[0], 0.02 - cell.tray.centre[1]))


@pytest.mark.parametrize(
    ("yaw", "off"), [(0.0, 0.012), (np.pi, 0.012), (np.pi / 2, 0.005), (np.pi / 4, 0.012017), (-np.pi / 4, 0.00495)]
)
def test_how_far_off_its_middle_a_part_is_held_counts_along_it(yaw: float, off: float) -> None:
    lying = BOLT.model_copy(update={"at": (0.03, -0.02), "yaw": yaw})
    assert off_centre(lying, (0.042, -0.015)) == pytest.approx(off, abs=1e-5)


def test_only_the_last_calls_are_remembered() -> None:
    aims = Aims()
    for number in range(KEPT + 1):
        aims.note(str(number), np.array([[0, 0, 0, 0, 0, 0, 1.0], [1, 1, 0, 0, 0, 0, 0.0]]), OPEN)
    assert aims.of("0") == Aim()
    assert aims.of("1").closed == (1.0, 1.0)


def over(place: str, hole: str | None = None) -> Motion:
    return Motion(let_go=LetGo.model_validate({"place": place, "hole": hole, "away": 0.0}))


def test_a_part_that_was_let_go_elsewhere_is_not_where_it_should_be() -> None:
    before, after = look(HELD, NUT), look(OPEN, NUT)
    right = judge(CATALOGUE["place"], PLACE, before, after, BOLT, motion=over("left bin"))
    wrong = judge(CATALOGUE["place"], PLACE, before, after, BOLT, motion=over("right bin"))
    assert right.verdict.judgement == "success"
    assert (wrong.verdict.judgement, wrong.verdict.cause, wrong.lost) == ("failure", "dropped_outside", (BOLT,))
    assert wrong.verdict.reason == "it was let go over the right bin, not over the left bin"
    assert wrong.evidence is not None
    assert wrong.evidence.let_go == over("right bin").let_go


@pytest.mark.parametrize(("carried", "judgement"), [(True, "success"), (False, "failure"), (None, "success")])
def test_what_the_fingers_had_lost_before_was_not_released(carried: bool | None, judgement: str) -> None:
    motion = over("left bin").model_copy(update={"carried": carried})
    judged = judge(CATALOGUE["place"], PLACE, look(HELD, NUT), look(OPEN, NUT), BOLT, motion=motion)
    assert judged.verdict.judgement == judgement


def test_a_bolt_that_was_let_go_at_another_size_s_hole_does_not_sit() -> None:
    before, after = look(HELD, NUT), look(OPEN, NUT)
    right = judge(CATALOGUE["insert"], INSERT, before, after, BOLT, motion=over("left fixture", "M8"))
    wrong = judge(CATALOGUE["insert"], INSERT, before, after, BOLT, motion=over("left fixture", "M6"))
    none = judge(CATALOGUE["insert"], INSERT, before, after, BOLT, motion=over("left fixture"))
    judgements = (right.verdict.judgement, wrong.verdict.judgement, none.verdict.judgement)
    assert judgements == ("success", "failure", "failure")


@pytest.mark.parametrize(
    ("motion", "judgement", "cause"),
    [
        (over("left bin"), "success", None),
        (over("tray"), "failure", "dropped_inside"),
        (over("left bin").model_copy(update={"carried": False}), "failure", "dropped_inside"),
        (UNKNOWN, "failure", "dropped_inside"),
    ],
)
def test_a_part_like_it_on_the_tray_is_another_only_where_it_was_let_go_over_its_place(
    motion: Motion, judgement: str, cause: str | None
) -> None:
    judged = judge(CATALOGUE["place"], PLACE, look(HELD, NUT), look(OPEN, NUT, BOLT), BOLT, motion=motion)
    assert (judged.verdict.judgement, judged.verdict.cause, judged.lost) == (judgement, cause, ())


@pytest.mark.parametrize(("away", "judgement"), [(0.5 * BESIDE, "success"), (1.5 * BESIDE, "uncertain")])
def test_what_left_the_tray_is_not_held_where_the_fingers_closed_elsewhere(away: float, judgement: str) -> None:
    motion = Motion(closed=(BOLT.at[0] + away, BOLT.at[1]))
    judged = judge(CATALOGUE["pick"], PICK, look(OPEN, BOLT, NUT, GEAR), look(HELD, NUT, GEAR), motion=motion)
    assert judged.verdict.judgement == judgement
