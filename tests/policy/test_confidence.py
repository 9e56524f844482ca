"""How sure a policy may be: the curve fitted to calls, and the file beside the weights."""

import json
from pathlib import Path

import numpy as np
import pytest

from policy.confidence import (
    CONFIDENCE_FILE,
    FEWEST,
    Call,
    Confidence,
    Curve,
    brier,
    fit,
    load_confidence,
    save_confidence,
)
from skills.chunk import ActionChunk
from skills.errors import BadInput

CURVE = Curve(intercept=4.0, slope=2.0)
CONFIDENCE = Confidence(
    weights_hash="abc", curve=CURVE, seed=0, scenes={"varied": 9}, successes=5, brier=0.1, brier_constant=0.2
)


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
    assert load_confidence(tmp_path, "abc") is None
    save_confidence(CONFIDENCE, tmp_path)
    assert load_confidence(tmp_path, "abc") == CONFIDENCE
    with pytest.raises(BadInput, match="smolcell calibrate"):
        load_confidence(tmp_path, "def")


@pytest.mark.parametrize("change", [{"draws": 1}, {"version": 1}, {"curve": {"intercept": 0, "slope": -1}}])
def test_a_spoilt_file_is_named(tmp_path: Path, change):
    (tmp_path / CONFIDENCE_FILE).write_text(json.dumps({**CONFIDENCE.model_dump(), **change}))
    with pytest.raises(BadInput, match=r"confidence\.json"):
        load_confidence(tmp_path, "abc")


@pytest.mark.parametrize("confidence", [-0.1, 1.1, np.nan])
def test_a_chunk_takes_only_a_probability(confidence: float):
    with pytest.raises(BadInput, match="confidence"):
        ActionChunk(np.zeros((5, 7)), "tcp_waypoints", 1, 2, "run/1", "abc", done=True, confidence=confidence)
