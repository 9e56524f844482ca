"""Is a confidence true: bins, expected calibration error, Brier score."""

import pytest

from policy.evaluation.calibration import Bin, reliability
from policy.evaluation.statistics import Tally
from skills.errors import BadInput


def test_a_true_confidence_has_no_error() -> None:
    found = reliability([(0.75, True)] * 3 + [(0.75, False)] + [(0.0, False)] * 2)
    assert found.error == pytest.approx(0)
    assert found.trials == 6
    assert found.brier == pytest.approx(4 * 0.75 * 0.25 / 6)
    assert found.brier_constant == pytest.approx(0.25)


def test_too_much_confidence_is_weighed_by_its_calls() -> None:
    found = reliability([(1.0, True), (0.9, False), (0.2, False), (0.2, False)], bins=2)
    assert found.bins == (
        Bin(low=0.0, high=0.5, confidence=0.2, success=Tally(hits=0, trials=2)),
        Bin(low=0.5, high=1.0, confidence=0.95, success=Tally(hits=1, trials=2)),
    )
    assert [one.gap for one in found.bins] == pytest.approx([0.2, 0.45])
    assert found.error == pytest.approx((2 * 0.2 + 2 * 0.45) / 4)


def test_too_much_and_too_little_confidence_do_not_make_up_for_each_other() -> None:
    assert reliability([(0.1, True), (0.9, False)]).error == pytest.approx(0.9)


def test_bins_without_calls_say_nothing() -> None:
    found = reliability([(0.05, False)])
    assert [one.success.trials for one in found.bins] == [1, *[0] * 9]
    assert found.bins[5].gap == 0


@pytest.mark.parametrize(("pairs", "named"), [([], "confidences: 0"), ([(1.2, True)], r"confidence: 1\.2")])
def test_what_is_no_confidence_is_refused(pairs: list[tuple[float, bool]], named: str) -> None:
    with pytest.raises(BadInput, match=named):
        reliability(pairs)
