"""Fitting how sure a policy may be: scenes of its own, what counts as a call, what is written beside the weights."""

import shutil
from collections import Counter

import numpy as np
import pytest

import agent.evaluation.calibration
from agent.evaluation.actors import ONNX, open_policy
from agent.evaluation.calibration import SPLITS, Calibration, Witness, calibrate, call_in
from policy.confidence import Call, save_confidence
from policy.keyframes import chunk_normalization, to_model
from policy.runtimes import open_runtime
from policy.smolvla import OnnxSmolVLA
from skills.errors import BadInput, UnknownName
from skills.observation import Observation


@pytest.fixture
def weights(root, tmp_path):
    """The pick policy's weights, in a folder of the test's own and without a curve."""
    folder = tmp_path / "pick"
    shutil.copytree(root / "policy" / "weights" / "pick", folder, ignore=shutil.ignore_patterns("confidence.json"))
    return folder


def tried(_job, _witness, n):
    """A call in no time: the further the draws lie apart, the more of them fail; of every tenth scene comes nothing."""
    return None if n % 10 == 9 else Call(0.001 * (1 + n % 7), n % 7 < 3 + n % 2)


def test_the_curve_is_written_beside_the_weights_and_read_with_them(cell, weights, monkeypatch):
    monkeypatch.setattr(agent.evaluation.calibration, "call_in", tried)
    told = []
    job = Calibration(cell, "pick", 4, weights)
    found = calibrate(job, 60, 1, lambda *done: told.append(done))
    assert told[-1] == (60, 60)
    assert found.scenes == dict(Counter(SPLITS[n % 3] for n in range(60) if n % 10 != 9))
    assert found.seed == 4
    assert found.successes == sum(call.success for n in range(60) if (call := tried(job, None, n)))
    assert found.brier < found.brier_constant
    assert found.curve.of(0.001) > 0.8 > 0.2 > found.curve.of(0.007)
    policy = open_policy(ONNX, weights)
    assert policy.confidence == found
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
    chunk, answer = policy.act(seen, phrase, "run/1"), policy.answer(seen, phrase, "run/1")
    assert np.array_equal(chunk.values, answer.values)
    assert chunk.confidence == found.curve.of(answer.disagreement)


def test_a_calibration_that_was_cut_off_goes_on_with_the_scenes_that_are_left(cell, weights, monkeypatch, tmp_path):
    asked, file, job = [], tmp_path / "kept.jsonl", Calibration(cell, "pick", 4, weights)

    def cut(_job, _witness, n):
        asked.append(n)
        if n == 25 and asked.count(n) == 1:
            raise KeyboardInterrupt
        return tried(_job, _witness, n)

    monkeypatch.setattr(agent.evaluation.calibration, "call_in", cut)
    with pytest.raises(KeyboardInterrupt):
        calibrate(job, 60, 1, results=file)
    assert not (weights / "confidence.json").exists()
    with file.open("a") as kept:
        kept.write('{"number": 25, "sam')
    told = []
    found = calibrate(job, 60, 1, lambda *done: told.append(done), file)
    assert (asked, told[0]) == ([*range(26), *range(25, 60)], (25, 60))
    assert found == calibrate(job, 60, 1), "as if it had never been cut off"
    with pytest.raises(BadInput, match="its seed is 4, not 5"):
        calibrate(Calibration(cell, "pick", 5, weights), 60, 1, results=file)
    file.write_text(file.read_text().replace('"disagreement"', '"agreement"'))
    with pytest.raises(BadInput, match="a file that `calibrate --results` wrote"):
        calibrate(job, 60, 1, results=file)


def test_weights_without_a_curve_have_no_confidence_and_those_with_another_s_are_refused(cell, weights, monkeypatch):
    assert open_runtime(weights).confidence is None
    monkeypatch.setattr(agent.evaluation.calibration, "call_in", tried)
    found = calibrate(Calibration(cell, "pick", 4, weights), 60, 1)
    save_confidence(found.model_copy(update={"weights_hash": "of others"}), weights)
    with pytest.raises(BadInput, match="smolcell calibrate"):
        open_runtime(weights)
    assert calibrate(Calibration(cell, "pick", 4, weights), 60, 1) == found, "fitted anew where another's lies"


def test_what_cannot_be_fitted_is_refused_before_anything_runs(cell, weights):
    with pytest.raises(UnknownName, match=r"'pik' is not known.*'pick'"):
        calibrate(Calibration(cell, "pik", 0, weights), 60, 1)
    with pytest.raises(BadInput, match="--n: 19"):
        calibrate(Calibration(cell, "pick", 0, weights), 19, 1)


def test_a_policy_that_never_fails_teaches_nothing_and_writes_nothing(cell, weights, monkeypatch):
    monkeypatch.setattr(agent.evaluation.calibration, "call_in", lambda *_: Call(0.001, True))
    with pytest.raises(BadInput, match="30 successes, 0 failures"):
        calibrate(Calibration(cell, "pick", 0, weights), 30, 1)
    assert not (weights / "confidence.json").exists()


class Empty(OnnxSmolVLA):
    """Closes its fingers over an empty corner, with every draw of noise a little elsewhere."""

    def propose(self, picture, phrase, state, noise):
        rows = np.tile([0.61, 0.11, 0.16, np.pi, 0.0, 0.0, 0.08], (5, 1))
        rows[:2, 0] += 0.001 * np.sign(noise[0, 0])
        rows[2:, 6] = 0.0
        rows[4, :3] = 0.3, 0.0, 0.5
        return chunk_normalization(self.contract).apply(to_model(rows))


def test_a_call_is_judged_by_what_was_carried_out(cell, weights):
    policy = Empty(weights)
    policy.contract = policy.contract.model_copy(update={"moved": 0.0})
    call = call_in(Calibration(cell, "pick", 0, weights), Witness(policy), 0)
    assert call.disagreement == pytest.approx(0.001, rel=0.2)
    assert not call.success
