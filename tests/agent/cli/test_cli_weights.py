"""The command line with the weights of the repository, in processes of their own."""

import json
from pathlib import Path

import pytest

from agent.exit_codes import ExitCode
from skills.cell import Cell


@pytest.fixture(autouse=True)
def with_weights(cell: Cell, root: Path) -> None:
    if not all((root / folder).is_dir() for folder in cell.checkpoints.values()):
        pytest.skip("not verified: no weights")


def test_the_doctor_finds_nothing(process) -> None:
    said = process("doctor", "--json")
    assert [check for check in json.loads(said.out)["checks"] if not check["ok"]] == []
    assert said.code == ExitCode.DONE


def test_the_demo_is_done_and_the_judge_agrees(process, tmp_path: Path) -> None:
    command = ("run", "remove all failed parts", "--scene", "sim/scenarios/demo.yaml", "--yes", "--json")
    said = process(*command, "--pictures", str(tmp_path))
    shown = json.loads(said.out)
    assert (said.code, shown["outcome"]) == (ExitCode.DONE, "done"), said.err
    assert sum(shown["judged"]["moved"].values()) == 3
    assert shown["judged"]["faults"] == []
    assert {"before.png", "after.png"} <= {path.name for path in tmp_path.iterdir()}


def test_a_plan_looks_at_its_scene(process) -> None:
    said = process("plan", "how many failed parts are there?", "--scene", "sim/scenarios/demo.yaml", "--json")
    shown = json.loads(said.out)
    assert (said.code, shown["outcome"]) == (ExitCode.DONE, "answer")
    assert "3" in shown["text"]


def test_a_batch_is_answered_in_its_order(process, tmp_path: Path) -> None:
    lines = [
        {"id": "a", "instruction": "remove all failed parts", "scene": None},
        {"id": "b", "instruction": "how many gears are there?", "scene": {"parts": [], "name": "empty"}},
        {"id": "c", "instruction": "stop", "scene": {"kind": "wrong"}},
    ]
    batch = tmp_path / "batch.jsonl"
    batch.write_text("".join(f"{json.dumps(line)}\n" for line in lines))
    said = process("plan", "--batch", str(batch), "--json")
    shown = [json.loads(line) for line in said.out.splitlines()]
    assert [(line["id"], line["outcome"]) for line in shown] == [("a", "planned"), ("b", "answer"), ("c", "error")]
    assert said.code == ExitCode.BAD_INPUT


def test_regress_runs_the_scenarios_that_it_is_given(process) -> None:
    said = process("regress", "sim/scenarios/nothing-failed.yaml", "--json")
    shown = json.loads(said.out)
    assert (said.code, shown["passed"], shown["n"]) == (ExitCode.DONE, 1, 1), shown


def test_eval_counts_successes(process) -> None:
    said = process("eval", "--skill", "pick", "--n", "2", "--seed", "5", "--json")
    shown = json.loads(said.out)
    assert (said.code, shown["n"], shown["split"]) == (ExitCode.DONE, 2, "new-scenes")
    assert 0 <= shown["successes"] <= 2
