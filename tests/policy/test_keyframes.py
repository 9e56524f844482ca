"""Keyframes as a network sees them: inverses, half turns, closed widths, the pose of an observation."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from hypothesis.extra.numpy import arrays

from policy.keyframes import ACTION_NAMES, FLOORS, measured, measured_as_one, to_model, to_waypoints
from skills.columns import state_of
from skills.motion import CLOSED
from skills.observation import Observation

LENGTH = st.floats(-1, 1)
ROWS = st.tuples(LENGTH, LENGTH, LENGTH, st.floats(-np.pi / 2 + 1e-6, np.pi / 2 - 1e-6), st.floats(CLOSED, 0.08))


@given(st.lists(ROWS, min_size=1, max_size=6))
def test_waypoints_survive_the_way_to_the_model_and_back(rows: list[tuple[float, ...]]) -> None:
    waypoints = np.array([[x, y, z, np.pi, 0.0, yaw, width] for x, y, z, yaw, width in rows])
    assert np.allclose(to_waypoints(to_model(waypoints)), waypoints, atol=1e-9)


@given(st.floats(-10, 10))
def test_a_half_turn_is_no_difference(yaw: float) -> None:
    one, other = ([[0.5, 0.0, 0.1, np.pi, 0.0, angle, 0.03]] for angle in (yaw, yaw + np.pi))
    assert np.allclose(to_model(np.array(one)), to_model(np.array(other)), atol=1e-9)


def test_a_width_under_the_limit_closes() -> None:
    values = np.array([[0.5, 0, 0.1, 1, 0, width] for width in (-0.001, CLOSED - 1e-6, CLOSED)])
    assert to_waypoints(values)[:, 6].tolist() == [0.0, 0.0, CLOSED]


@given(arrays(np.float64, (7, 5, 6), elements=st.floats(-1, 1)))
def test_normalization_is_undone(values: np.ndarray) -> None:
    normalization = measured(values)
    assert np.allclose(normalization.undo(normalization.apply(values)), values, atol=1e-5)


def test_keyframes_are_normalized_each_on_its_own_or_all_as_one() -> None:
    chunks = np.random.default_rng(0).normal(size=(50, 5, 6)) + np.arange(5)[None, :, None]
    own, one = measured(chunks), measured_as_one(chunks)
    assert np.allclose(own.mean[:, 0], np.arange(5), atol=0.5)
    assert one.mean.shape == one.spread.shape == (5, 6)
    assert np.ptp(one.mean, axis=0).max() == 0
    assert np.allclose(one.mean[0], chunks.mean(axis=(0, 1)))
    assert (one.spread > own.spread).all()


def test_each_keyframe_is_normalized_on_its_own() -> None:
    values = np.zeros((4, 2, 6))
    values[:, 0, 0] = [0.1, 0.2, 0.3, 0.4]
    values[:, 1, 0] = 5.0
    normalization = measured(values)
    assert normalization.mean[:, 0].tolist() == pytest.approx([0.25, 5.0])
    assert normalization.spread[:, 0].tolist() == pytest.approx([np.std([0.1, 0.2, 0.3, 0.4]), FLOORS[0]])
    assert normalization.spread[1].tolist() == list(FLOORS)


@given(st.floats(-1.5, 1.5))
def test_the_state_is_the_tools_pose(yaw: float) -> None:
    down = np.array([np.cos(yaw / 2), np.sin(yaw / 2), 0.0, 0.0])  # yaw about z after half a turn about x
    observation = Observation(
        images={},
        joints=np.zeros(7),
        joint_speeds=np.zeros(7),
        gripper_width=0.04,
        tcp=np.array([0.5, 0.1, 0.2, *down]),
        time_ns=0,
        sequence=1,
    )
    expected = [0.5, 0.1, 0.2, np.cos(2 * yaw), np.sin(2 * yaw), 0.04]
    assert np.allclose(state_of(observation, ACTION_NAMES), expected, atol=1e-9)
