"""`python -m policy.evaluation`: one JSON object, or one sentence."""

from pathlib import Path

import pytest

from policy.evaluation.__main__ import main
from policy.evaluation.figures import aim_quantities, aim_shares
from policy.evaluation.grasps import Aim
from policy.evaluation.statistics import Tally
from policy.record import Quantity


def aim(kind: str | None, right: bool, error: float) -> Aim:
    return Aim(phrase="pick up the bolt", kind=kind, spacing=0.06, right=right, error=error, turn=0.0)


def test_shares_are_counted_by_kind_and_errors_where_it_was_right() -> None:
    judged = [aim("bolt", True, 0.001), aim("bolt", False, 0.1), aim("nut", True, 0.003)]
    assert aim_shares(judged) == {
        "right part": Tally(hits=2, trials=3),
        "right part, bolt": Tally(hits=1, trials=2),
        "right part, nut": Tally(hits=1, trials=1),
    }
    assert aim_quantities(judged) == {
        "aim, median": Quantity(value=2.0, unit="mm", n=2),
        "aim, 95th percentile": Quantity(value=2.9, unit="mm", n=2),
        "angle, median": Quantity(value=0.0, unit="°", n=2),
        "angle, 95th percentile": Quantity(value=0.0, unit="°", n=2),
    }


def test_places_have_no_kind() -> None:
    assert aim_shares([aim(None, True, 0.001)]) == {"within 10 mm of the place": Tally(hits=1, trials=1)}


def test_nothing_measured_is_nothing_said() -> None:
    assert aim_quantities([aim("bolt", False, 0.1)]) == {}


def test_wrong_use_and_bad_input_say_so(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([]) == 2
    assert main([str(tmp_path / "none")]) == 2
    told = capsys.readouterr()
    assert told.out == ""
    assert told.err == (
        "usage: python -m policy.evaluation DATA [WEIGHTS]\n"
        f"data set: '{tmp_path}/none' is not allowed; it must be a folder with dataset.json "
        "(No such file or directory).\n"
    )
