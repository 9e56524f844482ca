"""The recovery table: every cause in every situation, and that it never goes on for ever."""

from typing import get_args

import pytest

from agent.recovery import CAUSES, RUNS_OF_FAILURES, TABLE, Action, Situation, react
from skills.call import Cause

ROWS: list[tuple[Situation, Cause, Action, Action]] = [
    ("free", "missed", "retry", "skip"),
    ("free", "wrong_part", "retry", "skip"),
    ("free", "dropped_inside", "retry", "skip"),
    ("free", "dropped_outside", "retry", "retry"),
    ("free", "gone", "retry", "retry"),
    ("free", "not_visible", "retry", "hand_over"),
    ("free", "unreachable", "skip", "skip"),
    ("free", "refused_by_gate", "retry", "skip"),
    ("free", "policy_silent", "retry", "hand_over"),
    ("free", "unclear", "retry", "hand_over"),
    ("holding", "missed", "retry", "put_back"),
    ("holding", "wrong_part", "put_back", "put_back"),
    ("holding", "dropped_inside", "put_back", "put_back"),
    ("holding", "dropped_outside", "put_back", "put_back"),
    ("holding", "gone", "put_back", "put_back"),
    ("holding", "not_visible", "retry", "hand_over"),
    ("holding", "unreachable", "put_back", "put_back"),
    ("holding", "refused_by_gate", "retry", "put_back"),
    ("holding", "policy_silent", "retry", "hand_over"),
    ("holding", "unclear", "put_back", "put_back"),
    *(("returning", cause, "retry", "hand_over") for cause in get_args(Cause)),
]


@pytest.mark.parametrize(("situation", "cause", "trying", "spent"), ROWS)
def test_row(situation: Situation, cause: Cause, trying: Action, spent: Action) -> None:
    for tries in (1, 2):
        assert react(situation, cause, tries=tries, in_a_row=tries, attempts=3) == trying
    for tries in (3, 4, 100):
        assert react(situation, cause, tries=tries, in_a_row=3, attempts=3) == spent


@pytest.mark.parametrize(("situation", "cause"), [row[:2] for row in ROWS])
def test_a_long_row_of_failures_ends_with_a_person(situation: Situation, cause: Cause) -> None:
    limit = RUNS_OF_FAILURES * 3
    assert react(situation, cause, tries=1, in_a_row=limit + 1, attempts=3) == "hand_over"
    assert react(situation, cause, tries=1, in_a_row=limit, attempts=3) != "hand_over"


def test_the_table_is_total_and_every_row_has_a_test() -> None:
    assert {row[:2] for row in ROWS} == {(situation, cause) for situation in get_args(Situation) for cause in CAUSES}
    assert all(set(rows) == set(get_args(Cause)) for rows in TABLE.values())
