"""Chunks beside a data set's: columns, closed grippers, jumps, BLEU, and the aim."""

import numpy as np
import pytest

from policy.evaluation.bleu import corpus_bleu
from policy.evaluation.figures import aim_quantities, aim_shares
from policy.evaluation.grasps import Aim
from policy.evaluation.open_loop import closed_share, column_errors
from policy.evaluation.statistics import Tally
from policy.record import Quantity
from skills.errors import BadInput


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


DATA = np.array([[[0.0, 0.1], [1.0, 0.1], [2.0, 0.1]], [[0.0, 0.1], [1.5, 0.1], [2.0, 0.1]]])
"""Two chunks of three rows: a column that spans 2 in steps of up to 1.5, and one that never changes."""


def test_a_value_is_close_within_5_percent_of_the_columns_span() -> None:
    proposed = DATA + np.array([[[0.1, 0], [0, 0], [0, 0]], [[0.11, 0.0009], [0, 0], [0, 0]]])
    moved, still = (column_errors(proposed, DATA, ("moved", "still"))[name] for name in ("moved", "still"))
    assert (moved.span, moved.close) == (2.0, Tally(hits=5, trials=6))
    assert (moved.mae, moved.mse) == (pytest.approx(0.21 / 6), pytest.approx((0.1**2 + 0.11**2) / 6))
    assert (still.span, still.close) == (0.0, Tally(hits=6, trials=6))


def test_the_span_is_that_of_the_training_actions_where_it_is_known() -> None:
    proposed = DATA + 0.15
    assert column_errors(proposed, DATA, ("moved", "still"))["moved"].close.hits == 0
    wider = column_errors(proposed, DATA, ("moved", "still"), spans=np.array([3.1, 0.0]))
    assert (wider["moved"].span, wider["moved"].close) == (3.1, Tally(hits=6, trials=6))
    assert wider["still"].close == Tally(hits=0, trials=6)


def test_rows_that_do_not_count_change_nothing() -> None:
    counted = np.array([[True, True, True], [True, True, False]])
    proposed, data = DATA.copy(), DATA.copy()
    proposed[1, 2], data[1, 2] = 70.0, -70.0
    moved = column_errors(proposed, data, ("moved", "still"), counted=counted)["moved"]
    assert (moved.span, moved.mae, moved.close) == (2.0, 0.0, Tally(hits=5, trials=5))
    assert (moved.jump, moved.data_jump, moved.beyond) == (1.5, 1.5, Tally(hits=0, trials=3))


def test_steps_that_the_data_never_makes_are_counted() -> None:
    proposed = DATA.copy()
    proposed[0, :, 0] = [2.0, 0.0, 1.0]
    moved = column_errors(proposed, DATA, ("moved", "still"))["moved"]
    assert (moved.jump, moved.data_jump, moved.beyond) == (2.0, 1.5, Tally(hits=1, trials=4))


def test_half_a_turn_is_no_error_of_a_parallel_gripper() -> None:
    data = np.array([[[-1.5], [1.5]]])
    assert column_errors(-data, data, ("yaw",), {"yaw": np.pi})["yaw"].mae == pytest.approx(np.pi - 3.0)
    assert column_errors(-data, data, ("yaw",))["yaw"].mae == pytest.approx(3.0)


def test_chunks_of_other_shapes_are_refused() -> None:
    with pytest.raises(BadInput, match=r"chunks: '\(1, 3, 2\) beside \(2, 3, 2\)'"):
        column_errors(DATA[:1], DATA, ("moved", "still"))


def test_closed_grippers_are_counted() -> None:
    assert closed_share(np.array([[0.0, 0.004, 0.005, 0.04]]), 0.005) == Tally(hits=2, trials=4)


def test_bleu_is_that_of_sacrebleu() -> None:
    """By sacrebleu 2.6.0, corpus_bleu(…, tokenize="none", smooth_method="none"), gives 53.2915 % for these."""
    pairs = [
        (
            "MOVE_TO 0.5 0.1 0.12 3.14 0.0 0.3\nOPEN_GRIPPER 0.04\nDONE",
            "MOVE_TO 0.5 0.1 0.12 3.14 0.0 0.31\nOPEN_GRIPPER 0.04\nDONE",
        ),
        (
            "MOVE_TO 0.2 0.0 0.4 3.14 0.0 0.0\nCLOSE_GRIPPER\nDONE",
            "MOVE_TO 0.2 0.0 0.4 3.14 0.0 0.0\nCLOSE_GRIPPER\nMOVE_TO 0.5 0.0 0.1 3.14 0.0 0.0\nDONE",
        ),
    ]
    assert corpus_bleu(pairs) == pytest.approx(0.5329154234675518)
    assert corpus_bleu([(text, text) for _, text in pairs]) == 1.0
    assert corpus_bleu([("CLOSE_GRIPPER DONE", "OPEN_GRIPPER DONE")]) == 0.0
