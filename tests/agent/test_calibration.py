"""Fitting how sure a policy may be: scenes of its own, what counts as a call, what is written beside the weights."""

import shutil
from collections import Counter

import numpy as np
import pytest

import agent.evaluation.calibration
from agent.corrections.practice import SEEDS as PRACTICE
from agent.evaluation.actors import ONNX, open_policy
from agent.evaluation.calibration import SEEDS, SPLITS, Calibration, Witness, calibrate, call_in
from agent.evaluation.closed_loop import HELD_OUT
from policy.confidence import Call, load_confidence
from policy.confident_policy import ConfidentPolicy, with_confidence
from skills.chunk import ActionChunk
from skills.errors import BadInput, UnknownName
from skills.observation import Observation


@pytest.fixture
def weights(root, tmp_path):
    """The pick policy's weights, in a folder of the test's own and without a curve."""
    folder = tmp_path / "pick"
    shutil.copytree(root / "policy" / "weights" / "pick", folder, ignore=shutil.ignore_patterns("confidence.json"))
    return folder


def tried(_job, scenes, _workers):
    """Calls in no time: the further the draws lie apart, the more of them fail; of every tenth scene comes nothing."""
    return [(n, None if n % 10 == 9 else Call(0.001 * (1 + n % 7), n % 7 < 3 + n % 2)) for n in range(scenes)]


def test_the_curve_is_written_beside_the_weights_and_read_with_them(cell, weights, monkeypatch):
    monkeypatch.setattr(agent.evaluation.calibration, "_tried", tried)
    told = []
    job = Calibration(cell, "pick", 4, 6, weights)
    found = calibrate(job, 60, 1, lambda *done: told.append(done))
    assert told[-1] == (60, 60)
    assert found.scenes == dict(Counter(SPLITS[n % 3] for n in range(60) if n % 10 != 9))
    assert (found.seed, found.draws) == (4, 6)
    assert found.successes == sum(call.success for _, call in tried(job, 60, 1) if call)
    assert found.brier < found.brier_constant
    assert found.curve.of(0.001) > 0.8 > 0.2 > found.curve.of(0.007)
    policy = open_policy(ONNX, weights)
    assert load_confidence(weights, policy.checkpoint) == found
    sure = with_confidence(policy)
    assert isinstance(sure, ConfidentPolicy)
    seen = Observation(
        {"overhead": np.full((256, 256, 3), 90, np.uint8)},
        np.zeros(7),
        np.zeros(7),
        0.08,
        np.array([0.3, 0, 0.5, 1, 0, 0, 0]),
        1,
        2,
    )
    phrase = next(iter(policy.contract.phrases))
    chunk, alone = (one.act(seen, phrase, "run/1") for one in (sure, policy))
    assert np.array_equal(chunk.values, alone.values)
    assert 0 <= chunk.confidence <= 1
    assert sure.act(seen, phrase, "run/1").confidence == chunk.confidence


def test_weights_without_a_curve_are_as_they_were(weights):
    policy = open_policy(ONNX, weights)
    assert with_confidence(policy) is policy


def test_no_scene_serves_two_purposes():
    assert len({SEEDS, HELD_OUT, PRACTICE}) == 3


def test_what_cannot_be_fitted_is_refused_before_anything_runs(cell, weights):
    with pytest.raises(UnknownName, match=r"'pik' is not known.*'pick'"):
        calibrate(Calibration(cell, "pik", 0, 6, weights), 60, 1)
    with pytest.raises(BadInput, match="--n: 19"):
        calibrate(Calibration(cell, "pick", 0, 6, weights), 19, 1)


def test_a_policy_that_never_fails_teaches_nothing_and_writes_nothing(cell, weights, monkeypatch):
    def never_fails(_job, scenes, _workers):
        return [(n, Call(0.001, True)) for n in range(scenes)]

    monkeypatch.setattr(agent.evaluation.calibration, "_tried", never_fails)
    with pytest.raises(BadInput, match="30 successes, 0 failures"):
        calibrate(Calibration(cell, "pick", 0, 6, weights), 30, 1)
    assert not (weights / "confidence.json").exists()


class Empty:
    """A policy that closes its fingers over an empty corner, each draw a little elsewhere."""

    def __init__(self, contract):
        self.contract = contract

    def act(self, observation, phrase, call_id):
        rows = np.tile([0.61, 0.11, 0.16, np.pi, 0.0, 0.0, 0.08], (5, 1))
        rows[:2, 0] -= 0.001 * ("#" in call_id)
        rows[2:, 6] = 0.0
        rows[4, :3] = observation.tcp[:3]
        weights = self.contract.weights_hash
        return ActionChunk(
            rows, "tcp_waypoints", observation.sequence, observation.time_ns, call_id, weights, done=True
        )


def test_a_call_is_judged_by_what_the_first_answer_did(cell, weights):
    job = Calibration(cell, "pick", 0, 3, weights)
    assert call_in(job, Witness(Empty(job.open().contract), job.draws), 0) == Call(pytest.approx(0.001), False)
