"""Ways: straight where nothing is in between, round it where something is, a finding where there is none."""

import numpy as np
import pytest

from safety.grip import Grip
from sim.demonstrator import pick_waypoints, place_waypoints
from sim.grasps import Grasp
from sim.motion import NoWay, Way, Ways
from skills.call import Finding
from skills.cell import KeepOut

OPEN, HOLDING = Grip(0.08, 0.08, holding=False), Grip(0.0, 0.03, holding=True)


def with_box(cell, low, high):
    return cell.model_copy(update={"keep_outs": (KeepOut(name="post", low=low, high=high),)})


def test_a_free_way_stays_as_it_is(cell):
    rows = pick_waypoints(cell, Grasp((0.5, 0.0, 0.0125), 0.3, 0.04))
    found = Ways(cell).clear(rows, OPEN)
    assert isinstance(found, Way)
    assert found.vias == 0
    assert np.array_equal(found.rows, rows)


def test_a_post_is_gone_round_on_both_ways(cell):
    crowded = with_box(cell, (0.30, 0.10, 0.0), (0.34, 0.14, 0.34))
    rows, ways = place_waypoints(crowded, crowded.places["left bin"]), Ways(crowded)
    assert ways.objection(rows, HOLDING) == Finding(
        rule="keep_out",
        index=(0,),
        bound=0.01,
        unit="m",
        text="on the way of row 0 the held part comes nearer than 10 mm to the post",
    )
    found = ways.clear(rows, HOLDING)
    assert isinstance(found, Way)
    assert found.vias == len(found.rows) - len(rows) > 0
    assert ways.objection(found.rows, HOLDING) is None
    kept = [row for row in found.rows if any(np.array_equal(row, wanted) for wanted in rows)]
    assert np.array_equal(kept, rows)
    there = int(np.flatnonzero((found.rows == rows[0]).all(axis=1))[0])
    assert set(found.rows[:there, 6]) == {0.0}  # closed on the part before it is there,
    assert set(found.rows[there + 4 : -1, 6]) == {0.08}  # open on the way back


def test_the_same_seed_gives_the_same_way(cell):
    crowded = with_box(cell, (0.30, 0.10, 0.0), (0.34, 0.14, 0.34))
    rows = place_waypoints(crowded, crowded.places["left bin"])
    one, again = (Ways(crowded).clear(rows, HOLDING, seed=7).rows for _ in range(2))
    assert np.array_equal(one, again)


def test_no_way_to_where_the_arm_cannot_stand(cell):
    crowded = with_box(cell, (0.48, -0.02, 0.0), (0.52, 0.02, 0.2))
    found = Ways(crowded).clear(pick_waypoints(crowded, Grasp((0.5, 0.0, 0.0125), 0.0, 0.04)), OPEN)
    assert isinstance(found, NoWay)
    assert found.finding.rule == "keep_out"


@pytest.mark.parametrize("x", [0.2, 0.9])
def test_no_way_out_of_the_workspace(cell, x):
    found = Ways(cell).clear(pick_waypoints(cell, Grasp((x, 0.0, 0.0125), 0.0, 0.04)), OPEN)
    assert isinstance(found, NoWay)
