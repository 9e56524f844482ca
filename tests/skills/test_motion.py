"""What the data's chunks do, and what differs from it: jumps, widths, the share of closed rows, the rate."""

from typing import Any

import numpy as np
import pytest

from skills.chunk import ActionChunk
from skills.contract import Contract, Statistics
from skills.motion import check_chunk_rate, check_closed, check_gripper, check_jumps, jumps, moves_of
from skills.preflight import check_chunk

NOTHING = Statistics(mean=(), std=(), low=(), high=())
ROWS = [[0.5, 0.0, 0.12, np.pi, 0.0, 0.3, 0.05], [0.5, 0.0, 0.02, np.pi, 0.0, 0.3, 0.0]]
"""Over a part with open fingers, then down and closed."""


def contract(**changed: Any) -> Contract:
    data = np.array([ROWS, ROWS])
    told: dict[str, Any] = {
        "name": "pick", "phrases": {"pick up the nut": 2}, "cameras": {}, "places": {}, "state_names": (),
        "action_names": ("width [m]",), "space": "tcp_waypoints", "period": None, "chunk_size": 2, "executed": 2,
        "start_state": NOTHING, "action_mean": ((0.05,), (0.0,)), "action_std": ((0.01,), (0.005,)), "epochs": 1.0,
        "data_hash": "", "weights_hash": "", "moves": moves_of(data, "tcp_waypoints"),
    }  # fmt: skip
    return Contract(**{**told, **changed})


def chunk(rows: Any, **told: Any) -> ActionChunk:
    return ActionChunk(
        np.array(rows), **{"space": "tcp_waypoints", "answers": 1, "observed_ns": 1, "call_id": "", "checkpoint": ""}
        | told
    )  # fmt: skip


def changed(row: int, column: int, value: float) -> ActionChunk:
    rows = np.array(ROWS)
    rows[row, column] = value
    return chunk(rows)


TIMED = {"space": "joint_positions", "period": 0.1}
JOINTS = np.array([[0.0, 0.0, 0.04], [0.1, 0.0, 0.04], [0.2, 0.0, 0.04]])


def test_the_datas_own_chunks_pass() -> None:
    mine = contract()
    assert mine.moves is not None
    assert mine.moves.jumps == pytest.approx(np.array([[0.1, 0.0, 0.05]]))
    assert mine.moves.closed == 0.5
    assert check_jumps(mine, chunk(ROWS)) is None
    assert check_gripper(mine, chunk(ROWS)) is None
    assert check_chunk_rate(mine, chunk(ROWS)) is None
    assert check_closed(mine, [np.array(ROWS)] * 10) is None


def test_a_jump_that_the_data_never_made_is_told_with_its_rows() -> None:
    fault = check_jumps(contract(), changed(1, 0, 0.6))
    assert fault is not None
    assert fault.text == "the way from row 1 to row 2 of the chunk is 0.141 m, and at most 0.100 in the data"
    assert fault.remedy == "look afresh and try again; if it stays, train longer or with more data"


def test_another_yaw_is_no_jump_but_a_tilt_is() -> None:
    assert check_jumps(contract(), changed(1, 5, 0.3 + np.pi / 2)) is None
    fault = check_jumps(contract(), changed(1, 4, 0.4))
    assert fault is not None
    assert fault.text == "the tilt from row 1 to row 2 of the chunk is 0.400 rad, and at most 0.000 in the data"


@pytest.mark.parametrize(
    ("executed", "remedy"),
    [
        (2, "execute more of each chunk: n_action_steps 2 of chunk_size 3, or train longer"),
        (3, "execute fewer rows before asking again: n_action_steps below chunk_size 3, or train longer"),
    ],
)
def test_where_two_timed_chunks_meet_the_advice_is_about_the_steps(executed: int, remedy: str) -> None:
    timed = contract(
        **TIMED, chunk_size=3, executed=executed, moves=moves_of(JOINTS[None], "joint_positions"), action_names=()
    )
    assert check_jumps(timed, chunk(JOINTS, **TIMED), JOINTS[0]) is None
    fault = check_jumps(timed, chunk(JOINTS, **TIMED), JOINTS[0] + 0.3)
    assert fault is not None
    assert fault.text == "the joint where two chunks meet is 0.300 rad, and at most 0.100 in the data"
    assert fault.remedy == remedy


def test_a_jump_inside_a_timed_chunk_is_told_with_its_rows() -> None:
    timed = contract(**TIMED, chunk_size=3, executed=3, moves=moves_of(JOINTS[None], "joint_positions"))
    rows = JOINTS.copy()
    rows[2, 1] = 0.4
    fault = check_jumps(timed, chunk(rows, **TIMED), JOINTS[0])
    assert fault is not None
    assert fault.text == "the joint from row 2 to row 3 of the chunk is 0.400 rad, and at most 0.100 in the data"
    assert fault.remedy == "train longer, or with a chunk_size below 3"


def test_a_gripper_that_does_not_close_where_the_data_did_is_told() -> None:
    fault = check_gripper(contract(), changed(1, 6, 0.05))
    assert fault is not None
    assert fault.text == "row 2 of the chunk opens the gripper to 0.050 m; the data's do to 0.000 ± 0.005 m"
    assert check_gripper(contract(), changed(0, 6, 80.0)) is not None, "millimetres"


def test_a_gripper_that_closes_less_often_than_in_the_data_is_told() -> None:
    half_open = np.array(ROWS)
    half_open[1, 6] = 0.01
    runs = [np.array(ROWS)] * 3 + [half_open] * 7
    fault = check_closed(contract(), runs)
    assert fault is not None
    assert fault.text == (
        "the gripper is closed in 15% of the rows that were executed (10 chunks), and in 50% of the data's"
    )
    assert check_closed(contract(), runs[1:]) is None, "too few to say"


def test_another_rate_or_space_is_told() -> None:
    timed = contract(**TIMED)
    assert check_chunk_rate(timed, chunk(JOINTS, **TIMED)) is None
    fault = check_chunk_rate(timed, chunk(JOINTS, **TIMED | {"period": 1 / 30}))
    assert fault is not None
    assert fault.text == "the chunk is joint_positions every 0.03333 s, and the data are joint_positions every 0.1 s"
    assert check_chunk_rate(timed, chunk(ROWS)) is not None


def test_a_contract_that_does_not_tell_refuses_nothing() -> None:
    old = contract(moves=None, action_mean=(), action_std=())
    wild = changed(1, 0, 5.0)
    assert [check(old, wild) for check in (check_jumps, check_gripper)] == [None, None]
    assert check_closed(old, [np.array(ROWS)] * 50) is None


def test_jumps_have_a_row_less() -> None:
    assert jumps(np.array([ROWS] * 4), "tcp_waypoints").shape == (4, 1, 3)
    assert jumps(np.zeros((1, 7)), "tcp_waypoints").shape == (0, 3)


@pytest.mark.parametrize("columns", [1, 2, 4])
def test_columns_that_no_chunk_had_before_are_the_gates_to_refuse(columns: int) -> None:
    timed = contract(**TIMED, moves=moves_of([JOINTS], "joint_positions"))
    assert check_chunk(timed, chunk(np.zeros((3, columns)), **TIMED), JOINTS[0]) is None
