"""The recovery table: every cause in every situation and every rule of the gate, each row in a scenario and in the
documents, and that no stream of failures goes on for ever.
"""

import random
from collections import Counter
from functools import cache
from itertools import count, product
from pathlib import Path
from typing import get_args

import pytest

from agent.recovery import (
    CAUSES,
    CONSULTATIONS,
    ROW_OF,
    RUNS_OF_FAILURES,
    TABLE,
    Action,
    Failures,
    Row,
    Situation,
    Spent,
    react,
)
from agent.refusal_causes import GRAVEST, OF_RULE, cause_of
from safety.rules.table import RULES
from sim.scenario import SCENARIOS, Recovered
from skills.call import Cause, Finding, Ruling
from skills.yamlfile import read_yaml

SITUATIONS: tuple[Situation, ...] = get_args(Situation)
WORDS = {
    "retry": "retry",
    "other_candidate": "others first",
    "put_back": "put back",
    "skip": "skip",
    "ask": "ask",
    "stop": "stop",
}


def ladder(situation: Situation, cause: Cause, attempts: int = 3, **budgets: int) -> list[Action]:
    """What is done about the same failure again and again, until the row's last action."""
    actions: list[Action] = []
    while not actions or actions[-1] != ROW_OF[situation, cause].last:
        spent = len(actions) + 1
        actions.append(react(situation, cause, Spent(spent, spent, spent), attempts, budgets))  # type: ignore[arg-type]
    return actions


@pytest.mark.parametrize(
    ("situation", "cause", "actions"),
    [
        ("free", "missed", ["retry", "other_candidate", "skip"]),
        ("free", "wrong_part", ["retry", "other_candidate", "skip"]),
        ("free", "off_centre", ["retry", "other_candidate", "skip"]),
        ("free", "dropped_inside", ["retry", "retry", "skip"]),
        ("free", "dropped_outside", ["retry", "retry", "ask"]),
        ("free", "gone", ["retry", "retry", "ask"]),
        ("free", "place_full", ["ask"]),
        ("free", "unreachable", ["other_candidate", "skip"]),
        ("free", "refused_by_gate", ["other_candidate", "retry", "skip"]),
        ("free", "policy_silent", ["retry", "retry", "ask"]),
        ("free", "bad_chunk", ["retry", "retry", "ask"]),
        ("free", "not_visible", ["retry", "retry", "ask"]),
        ("free", "unclear", ["retry", "retry", "ask"]),
        ("free", "robot_fault", ["retry", "stop"]),
        ("free", "latched", ["stop"]),
        ("holding", "missed", ["retry", "retry", "put_back"]),
        ("holding", "wrong_part", ["put_back"]),
        ("holding", "off_centre", ["put_back"]),
        ("holding", "unreachable", ["put_back"]),
        ("holding", "policy_silent", ["retry", "retry", "ask"]),
        ("holding", "robot_fault", ["retry", "stop"]),
        ("returning", "missed", ["retry", "retry", "ask"]),
        ("returning", "wrong_part", ["retry", "retry", "ask"]),
        ("returning", "latched", ["stop"]),
    ],
)
def test_what_is_done_one_after_another(situation: Situation, cause: Cause, actions: list[Action]) -> None:
    assert ladder(situation, cause) == actions


def test_the_table_is_total_and_says_nothing_twice() -> None:
    said = [(situation, cause) for row in TABLE for situation in row.situations for cause in row.causes]
    assert Counter(said) == Counter(product(SITUATIONS, CAUSES))


def test_the_last_word_on_a_cause_never_tries_again() -> None:
    assert {row.last for row in TABLE} == {"skip", "put_back", "ask", "stop"}
    assert not [row for row in TABLE for rung in row.rungs if rung.action not in ("retry", "other_candidate")]


@pytest.mark.parametrize(("situation", "cause"), list(product(SITUATIONS, CAUSES)))
def test_a_cell_that_allows_one_attempt_gets_the_last_word_at_once(situation: Situation, cause: Cause) -> None:
    assert ladder(situation, cause, attempts=1) == [ROW_OF[situation, cause].last]


@pytest.mark.parametrize(
    ("situation", "cause", "budget", "actions"),
    [
        ("free", "missed", 1, ["skip"]),
        ("free", "missed", 2, ["retry", "skip"]),
        ("free", "missed", 5, ["retry", *["other_candidate"] * 3, "skip"]),
        ("free", "policy_silent", 6, [*["retry"] * 5, "ask"]),
        ("holding", "policy_silent", 2, ["retry", "ask"]),
        ("free", "unreachable", 9, ["other_candidate", "skip"]),
        ("free", "robot_fault", 1, ["stop"]),
    ],
)
def test_a_cell_file_sets_the_budget_of_a_cause(
    situation: Situation, cause: Cause, budget: int, actions: list[Action]
) -> None:
    assert ladder(situation, cause, **{cause: budget}) == actions
    assert ladder("free", "dropped_inside", **{cause: budget}) == ["retry", "retry", "skip"], "the others have theirs"


def test_a_part_at_which_this_and_that_fails_is_given_up_after_the_greater_budget() -> None:
    assert react("free", "policy_silent", Spent(1, 5, 5), 3, {"policy_silent": 6}) == "retry"
    assert react("free", "policy_silent", Spent(1, 6, 6), 3, {"policy_silent": 6}) == "ask"
    assert react("free", "missed", Spent(1, 3, 3), 3, {"missed": 2}) == "skip"


@pytest.mark.parametrize(("situation", "cause"), list(product(SITUATIONS, CAUSES)))
def test_a_long_row_of_failures_ends_with_a_person(situation: Situation, cause: Cause) -> None:
    most = RUNS_OF_FAILURES * 3
    assert react(situation, cause, Spent(1, 1, most), 3) != "hand_over"
    assert react(situation, cause, Spent(1, 1, most + 1), 3) in ("hand_over", "stop")


def steps_to_the_end(rng: random.Random, attempts: int, budgets: dict[Cause, int]) -> int:
    """As the graph counts: whatever fails at whatever part, and though a person says "try again" whenever asked."""
    failures, in_a_row, asked = Failures({}), 0, 0
    situations, causes = rng.choices(SITUATIONS, k=2), rng.choices(CAUSES, k=rng.randint(1, len(CAUSES)))
    for number in count(1):
        situation, cause, part = rng.choice(situations), rng.choice(causes), str(rng.randint(0, 4))
        failures.add(part, cause)
        in_a_row += 1
        action = react(situation, cause, failures.spent(cause, in_a_row, part), attempts, budgets)
        if action in ("hand_over", "stop") or (action == "ask" and asked == CONSULTATIONS):
            return number
        if action == "ask":
            failures, in_a_row, asked = Failures({}), 0, asked + 1
    raise AssertionError


@pytest.mark.parametrize("attempts", [1, 3, 10])
@pytest.mark.parametrize("most", [0, 10])
def test_no_stream_of_failures_goes_on_for_ever(attempts: int, most: int) -> None:
    """Whatever budgets of up to `most` the cell file has."""
    drawn = [random.Random(seed) for seed in range(1000)]
    budgets = [{cause: rng.randint(1, most) for cause in CAUSES if most} for rng in drawn]
    longest = max(steps_to_the_end(rng, attempts, own) for rng, own in zip(drawn, budgets, strict=True))
    assert longest <= (CONSULTATIONS + 1) * (RUNS_OF_FAILURES * attempts + 1)


def test_every_rule_of_the_gate_says_a_cause_or_leaves_it_to_what_is_seen() -> None:
    assert set(OF_RULE) == {rule.name for rule in RULES}
    assert set(OF_RULE.values()) - {None} == set(GRAVEST)
    assert {name for name, cause in OF_RULE.items() if cause == "latched"} == {
        rule.name for rule in RULES if rule.latches
    }
    assert [name for name, cause in OF_RULE.items() if cause is None] == ["budget", "grasp"]


def stop(*rules: str, decision: str = "stop") -> Ruling:
    return Ruling.model_validate({"decision": decision, "findings": [Finding(rule=rule, text="no") for rule in rules]})


def test_of_several_refusals_the_gravest_counts_and_what_was_only_slowed_does_not() -> None:
    assert cause_of([stop("collision", "reach")]) == "unreachable"
    assert cause_of([stop("reach"), stop("tracking")]) == "latched"
    assert cause_of([stop("tcp_speed", decision="clamp"), stop("grasp")]) is None
    assert cause_of([stop("a rule of another version")]) == "refused_by_gate"
    assert cause_of([]) is None


@cache
def in_scenarios() -> frozenset[tuple[str, str, str]]:
    """Situation, cause and action that a scenario expects."""
    expected = [(file, read_yaml(file)["expect"]) for file in sorted((SCENARIOS / "recovery").glob("*.yaml"))]
    assert [file.name for file, expect in expected if not expect.get("recovered")] == []
    told = [Recovered.model_validate(one) for _, expect in expected for one in expect["recovered"]]
    return frozenset((one.situation, one.cause, one.action) for one in told)


@pytest.mark.parametrize("row", TABLE, ids=lambda row: f"{row.situations[0]}-{row.causes[0]}")
def test_every_row_has_a_scenario(row: Row) -> None:
    ways = {rung.action for rung in row.rungs} | {row.last}
    assert [one for one in product(row.situations, row.causes, ways) if one in in_scenarios()]


def test_the_scenarios_expect_what_the_table_says_and_every_action_is_in_one() -> None:
    told = in_scenarios()
    for situation, cause, action in told:
        row = ROW_OF[situation, cause]  # type: ignore[index]
        assert action in {rung.action for rung in row.rungs} | {row.last, "hand_over"}
    assert {action for _, _, action in told} == set(get_args(Action))


def drawn() -> str:
    """The table as docs/recovery.md shows it."""
    lines = ["| in the gripper | cause | what is done, one after another |", "|---|---|---|"]
    for row in TABLE:
        where = "whatever" if row.situations == SITUATIONS else row.situations[0]
        causes = "any other" if row.situations == ("returning",) else ", ".join(f"`{cause}`" for cause in row.causes)
        steps = [f"{WORDS[rung.action]}{f' ×{rung.times}' if rung.times else ''}" for rung in row.rungs]
        lines.append(f"| {where} | {causes} | {' → '.join([*steps, f'**{WORDS[row.last]}**'])} |")
    return "\n".join(lines) + "\n"


def test_the_documents_show_this_table(root: Path) -> None:
    """To write it anew: put this test's right side between the marks of docs/recovery.md."""
    text = (root / "docs" / "recovery.md").read_text(encoding="utf-8")
    assert text.split("<!-- table -->\n")[1].split("<!-- end -->")[0] == drawn()
    told = text.split("## Causes")[1].split("##")[0]
    assert [cause for cause in CAUSES if f"| `{cause}` |" not in told] == []
