"""Where a call begins: the mean of the data's starts, and other ones within their range."""

import numpy as np
import pytest

from skills.contract import Contract, Statistics
from skills.observation import Observation
from skills.start import has_other_starts, start_of, way_to_start

NAMES = ("x [m]", "y [m]", "z [m]", "cos 2yaw", "sin 2yaw", "width [m]")
MEAN = (0.18, 0.0, 0.41, 1.0, 0.0, 0.08)
HOME = Observation({}, np.zeros(7), np.zeros(7), 0.08, np.array([*MEAN[:3], 1, 0, 0, 0]), 1, 1)


def contract(low: tuple[float, ...], high: tuple[float, ...], names: tuple[str, ...] = NAMES) -> Contract:
    start = Statistics(mean=MEAN[: len(names)], std=(0.01,) * len(names), low=low, high=high)
    return Contract.model_construct(state_names=names, start_state=start)


WIDE = contract((0.1, -0.1, 0.4, 0.9, -0.1, 0.01), (0.2, 0.1, 0.41, 1.0, 0.1, 0.08))


def test_data_that_begin_at_one_place_know_no_other() -> None:
    assert not has_other_starts(contract(MEAN, MEAN))
    grasps = (*MEAN[:5], 0.01)
    assert not has_other_starts(contract(grasps, MEAN)), "what is held is no place of the arm"
    assert start_of(contract(MEAN, MEAN), 3) == pytest.approx(dict(zip(NAMES, MEAN, strict=True)))


def test_the_first_start_is_the_mean() -> None:
    assert has_other_starts(WIDE)
    assert start_of(WIDE, 0) == dict(zip(NAMES, MEAN, strict=True))


def test_further_starts_lie_within_the_datas_and_apart() -> None:
    starts = [start_of(WIDE, number) for number in range(1, 10)]
    for start in starts:
        assert 0.1 <= start["x [m]"] <= 0.2
        assert -0.1 <= start["y [m]"] <= 0.1
        assert (start["cos 2yaw"], start["sin 2yaw"], start["width [m]"]) == (1.0, 0.0, 0.08)
    places = np.array([[start["x [m]"], start["y [m]"]] for start in starts])
    apart = np.linalg.norm(places[:, None] - places[None], axis=2)[np.triu_indices(9, 1)]
    assert apart.min() > 0.005
    assert places[:3].std(axis=0).min() > 0.01


def test_the_way_leads_to_the_start_of_that_number() -> None:
    way = way_to_start(WIDE, HOME, "run-00001/2", width=0.08, number=2)
    assert way is not None
    start = start_of(WIDE, 2)
    assert way.values[0, :3] == pytest.approx([start[name] for name in NAMES[:3]])
    assert (way.values[0, 6], way.call_id) == (0.08, "run-00001/2")


def test_joints_go_through_their_own_ranges() -> None:
    names = tuple(f"joint {number} [rad]" for number in range(1, 4))
    wide = contract((-0.5,) * 3, (0.5,) * 3, names)
    start = start_of(wide, 1)
    assert len({round(value, 3) for value in start.values()}) == 3
    assert all(abs(value) <= 0.5 for value in start.values())
