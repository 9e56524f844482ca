"""One chunk from several answers: which count, how they are averaged, and pictures that are moved and moved back."""

from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from policy.consensus import AGREE, FINGER, WAYS, agreed, disagreement, distance, moved
from policy.keyframe_policy import KeyframePolicy
from policy.keyframes import chunk_normalization, to_model
from skills.base import FloatArray, Image
from skills.observation import Observation

PHRASE = "pick up the nut"


def chunk(x: float = 0.5, yaw: float = 0.0, width: float = 0.04) -> FloatArray:
    rows = np.zeros((5, 7))
    rows[:, 3] = np.pi
    rows[1] = [x, 0.0, 0.02, np.pi, 0.0, yaw, width]
    return rows


def test_answers_that_agree_do_not_disagree() -> None:
    assert disagreement(chunk(), [chunk(), chunk()]) == 0
    assert disagreement(chunk(yaw=0.3), [chunk(yaw=0.3 - np.pi)]) == pytest.approx(0, abs=1e-9)


def test_a_place_and_a_turn_count_by_how_far_they_move_the_fingers() -> None:
    assert disagreement(chunk(0.5), [chunk(0.51), chunk(0.49)]) == pytest.approx(0.01)
    assert distance(chunk(0.5), chunk(0.51)) == pytest.approx(0.01)
    assert distance(chunk(), chunk(yaw=0.01)) == pytest.approx(FINGER * 0.01, rel=1e-3)
    assert distance(chunk(), chunk(yaw=np.pi / 2)) == pytest.approx(FINGER * np.sqrt(2))


def test_those_that_agree_are_averaged_and_the_others_left_out() -> None:
    near = [chunk(0.500, 0.1), chunk(0.502, 0.2), chunk(0.504, 0.15)]
    said = agreed([chunk(0.58), *near, chunk(0.44, 1.2)])
    assert said.values[1, 0] == pytest.approx(0.502)
    assert said.values[1, 5] == pytest.approx(0.15, abs=1e-3)
    assert said.values[1, 6] == pytest.approx(0.04)
    assert said.disagreement > 0.03


def test_the_mean_of_two_half_turns_is_no_quarter_turn() -> None:
    said = agreed([chunk(yaw=np.pi / 2 - 0.05), chunk(yaw=-np.pi / 2 + 0.05)])
    assert abs(np.sin(said.values[1, 5])) == pytest.approx(1.0)


def test_one_answer_is_carried_out_as_it_is() -> None:
    said = agreed([chunk(0.52, 0.3)])
    assert np.allclose(said.values, chunk(0.52, 0.3))
    assert said.disagreement == pytest.approx(0, abs=1e-9)


@given(st.lists(st.floats(0.4, 0.6), min_size=1, max_size=9))
def test_what_is_carried_out_lies_among_the_answers(aims: list[float]) -> None:
    said = agreed([chunk(x) for x in aims])
    x = said.values[1, 0]
    assert min(aims) - 1e-9 <= x <= max(aims) + 1e-9
    assert min(abs(x - aim) for aim in aims) <= AGREE


def test_a_moved_picture_shows_what_lay_further_and_repeats_its_edge() -> None:
    picture = np.arange(6 * 6 * 3, dtype=np.uint8).reshape(6, 6, 3)
    assert np.array_equal(moved(picture, (0, 0)), picture)
    assert np.array_equal(moved(picture, (2, 0))[:4], picture[2:])
    assert np.array_equal(moved(picture, (2, -1))[:4, 1:], picture[2:, :5])
    assert np.array_equal(moved(picture, (2, 0))[4], picture[5])


class Spot(KeyframePolicy):
    """Goes for the brightest pixel that it is shown, by the geometry of its camera."""

    def propose(self, picture: Image, phrase: str, state: FloatArray, noise: FloatArray) -> FloatArray:
        self.noises = [*getattr(self, "noises", []), noise]
        ((_, camera),) = self.contract.cameras.items()
        row, column = np.unravel_index(picture[..., 0].argmax(), picture.shape[:2])
        pitch = camera.view / camera.size
        rows = chunk(yaw=0.2)
        rows[:, 0] = 0.45 + pitch * (camera.size / 2 - row)
        rows[:, 1] = pitch * (camera.size / 2 - column)
        rows[-1, :2] = 0.3, 0.0
        return chunk_normalization(self.contract).apply(to_model(rows)).astype(np.float32)


@pytest.fixture
def seen() -> Observation:
    side = 192
    picture = np.full((side, side, 3), 80, np.uint8)
    picture[60, 100] = 255
    return Observation({"overhead": picture}, np.zeros(7), np.zeros(7), 0.08, np.array([0.2, 0, 0.4, 1, 0, 0, 0]), 1, 2)


def test_what_is_said_of_a_moved_picture_is_moved_back(root: Path, seen: Observation) -> None:
    policy = Spot(root / "policy" / "weights" / "pick")
    assert policy.contract.moved > 0
    said = policy.answer(seen, PHRASE, "run/1")
    ((_, camera),) = policy.contract.cameras.items()
    assert said.values[1, :2] == pytest.approx([0.45 + 36 * camera.view / 192, -4 * camera.view / 192], abs=1e-6)
    assert said.values[-1, :2] == pytest.approx([0.3, 0.0], abs=1e-6), "where the arm waits is in no picture"
    assert said.disagreement < 1e-6


def test_every_answer_has_noise_of_its_own_and_the_same_question_the_same(root: Path, seen: Observation) -> None:
    policy = Spot(root / "policy" / "weights" / "pick")
    first = policy.act(seen, PHRASE, "run/1")
    drawn = [noise.tobytes() for noise in policy.noises]
    assert len(set(drawn)) == len(WAYS) == len(drawn)
    assert np.array_equal(policy.act(seen, PHRASE, "run/1").values, first.values)
    assert [noise.tobytes() for noise in policy.noises[len(WAYS) :]] == drawn


def test_pictures_stay_where_they_are_for_a_policy_whose_keyframes_do_not_move_along(
    root: Path, seen: Observation
) -> None:
    policy = Spot(root / "policy" / "weights" / "pick")
    policy.contract = policy.contract.model_copy(update={"moved": 0.0})
    shown: list[bytes] = []
    propose = policy.propose
    policy.propose = lambda picture, *rest: (shown.append(picture.tobytes()), propose(picture, *rest))[1]  # type: ignore[method-assign]
    policy.answer(seen, PHRASE, "run/1")
    assert len(set(shown)) == 1
    assert len(shown) == len(WAYS)
