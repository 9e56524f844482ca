"""How sure a policy may be: disagreement of draws, the curve fitted to calls, the file beside the weights."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from policy.checkpoint import PolicyFolder
from policy.confidence import (
    FEWEST,
    FINGER,
    Call,
    Confidence,
    Curve,
    brier,
    disagreement,
    fit,
    load_confidence,
    save_confidence,
)
from policy.confident_policy import ConfidentPolicy, draws
from skills.chunk import ActionChunk
from skills.errors import BadInput

CURVE = Curve(intercept=4.0, slope=2.0)
CONFIDENCE = Confidence(
    weights_hash="abc", draws=4, curve=CURVE, seed=0, scenes={"varied": 9}, successes=5, brier=0.1, brier_constant=0.2
)


def chunk(x: float = 0.5, yaw: float = 0.0) -> np.ndarray:
    rows = np.zeros((5, 7))
    rows[:, 3] = np.pi
    rows[1] = [x, 0.0, 0.02, np.pi, 0.0, yaw, 0.04]
    return rows


def test_draws_that_agree_do_not_disagree():
    assert disagreement([chunk(), chunk(), chunk()]) == 0
    assert disagreement([chunk(yaw=0.3), chunk(yaw=0.3 - np.pi)]) == pytest.approx(0, abs=1e-9)


def test_a_place_and_a_turn_count_by_how_far_they_move_the_fingers():
    assert disagreement([chunk(0.5), chunk(0.51)]) == pytest.approx(0.01)
    assert disagreement([chunk(0.5), chunk(0.51), chunk(0.49)]) == pytest.approx(0.01)
    assert disagreement([chunk(), chunk(yaw=0.01)]) == pytest.approx(FINGER * 0.01, rel=1e-3)
    assert disagreement([chunk(), chunk(yaw=np.pi / 2)]) == pytest.approx(FINGER * np.sqrt(2))


def test_another_aim_weighs_more_than_a_little_spread():
    spread = [chunk(0.5 + 0.001 * n) for n in range(6)]
    assert disagreement([*spread[:5], chunk(0.56)]) > 5 * disagreement(spread)


def calls_of(curve: Curve, count: int, seed: int = 0) -> list[Call]:
    rng = np.random.default_rng(seed)
    apart = rng.lognormal(np.log(0.005), 1.0, count).tolist()
    return [Call(away, bool(rng.random() < curve.of(away))) for away in apart]


def test_the_fit_finds_the_curve_that_made_the_calls():
    fitted = fit(calls_of(CURVE, 20_000))
    assert fitted.intercept == pytest.approx(CURVE.intercept, rel=0.05)
    assert fitted.slope == pytest.approx(CURVE.slope, rel=0.05)


def test_it_is_calibrated_on_calls_that_it_has_not_seen():
    fitted, fresh = fit(calls_of(CURVE, 2000)), calls_of(CURVE, 5000, seed=1)
    said = np.array([fitted.of(call.disagreement) for call in fresh])
    succeeded = np.array([call.success for call in fresh])
    for low in (0.0, 0.25, 0.5, 0.75):
        inside = (said >= low) & (said < low + 0.25)
        assert said[inside].mean() == pytest.approx(succeeded[inside].mean(), abs=0.06)
    share = succeeded.mean()
    assert brier(fitted, fresh) < 0.8 * share * (1 - share)


def test_calls_that_a_threshold_tells_apart_give_a_finite_curve():
    fitted = fit([Call(0.001 + 0.0001 * n, n < 20) for n in range(40)])
    assert fitted.of(0.001) > 0.9
    assert fitted.of(0.005) < 0.1


def test_more_disagreement_is_never_more_confidence():
    worse_when_sure = [Call(call.disagreement, not call.success) for call in calls_of(CURVE, 500)]
    fitted = fit(worse_when_sure)
    share = sum(call.success for call in worse_when_sure) / 500
    assert fitted.slope == 0
    assert fitted.of(0.001) == fitted.of(0.1) == pytest.approx(share)
    said = [CURVE.of(away) for away in (0.0, 1e-5, 0.002, 0.01, 0.1, 10.0)]
    assert said == sorted(said, reverse=True)
    assert 0 <= said[-1] <= said[0] <= 1


def test_too_few_failures_fit_nothing():
    calls = [Call(0.001, True)] * 50 + [Call(0.1, False)] * (FEWEST - 1)
    with pytest.raises(BadInput, match="50 successes, 9 failures"):
        fit(calls)


def test_the_file_is_of_these_weights_or_refused(tmp_path: Path):
    folder = PolicyFolder(tmp_path)
    assert load_confidence(folder, "abc") is None
    save_confidence(CONFIDENCE, folder)
    assert load_confidence(folder, "abc") == CONFIDENCE
    with pytest.raises(BadInput, match="smolcell calibrate"):
        load_confidence(folder, "def")


@pytest.mark.parametrize("change", [{"draws": 1}, {"version": 2}, {"curve": {"intercept": 0, "slope": -1}}])
def test_a_spoilt_file_is_named(tmp_path: Path, change):
    folder = PolicyFolder(tmp_path)
    folder.confidence.write_text(json.dumps({**CONFIDENCE.model_dump(), **change}))
    with pytest.raises(BadInput, match=r"confidence\.json"):
        load_confidence(folder, "abc")


class Drawing:
    """A policy whose aim depends on the call's id alone."""

    def __init__(self, *aims: float) -> None:
        self.aims, self.asked = list(aims), []

    def act(self, observation, phrase, call_id) -> ActionChunk:
        self.asked.append((phrase, call_id))
        return ActionChunk(chunk(self.aims[len(self.asked) - 1]), "tcp_waypoints", 1, 2, call_id, "abc", done=True)


def test_the_chunk_that_is_carried_out_stays_what_it_was():
    alone = Drawing(0.5).act(None, "pick up the nut", "run/1")
    sure = ConfidentPolicy(Drawing(0.5, 0.501, 0.499, 0.5), CONFIDENCE).act(None, "pick up the nut", "run/1")
    assert (sure.call_id, sure.answers, sure.checkpoint, sure.done) == ("run/1", 1, "abc", True)
    assert np.array_equal(sure.values, alone.values)
    unsure = ConfidentPolicy(Drawing(0.5, 0.56, 0.44, 0.5), CONFIDENCE).act(None, "pick up the nut", "run/1")
    assert sure.confidence > 0.9 > 0.1 > unsure.confidence
    assert alone.confidence is None


def test_every_draw_asks_the_same_under_another_id():
    policy = Drawing(0.5, 0.5, 0.5)
    draws(policy, None, "pick up the nut", "run/1", 3)
    assert {phrase for phrase, _ in policy.asked} == {"pick up the nut"}
    assert len({call_id for _, call_id in policy.asked}) == 3


@pytest.mark.parametrize("confidence", [-0.1, 1.1, np.nan])
def test_a_chunk_takes_only_a_probability(confidence: float):
    alone = Drawing(0.5).act(None, "", "run/1")
    with pytest.raises(BadInput, match="confidence"):
        replace(alone, confidence=confidence)
