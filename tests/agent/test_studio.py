"""LangGraph's own tools find the graph by langgraph.json: the same one, and it runs."""

import importlib.util
import json
from pathlib import Path
from typing import Any

import pytest
import yaml
from langgraph.checkpoint.memory import InMemorySaver
from langgraph.types import Command

from agent import studio
from agent.graph import drawing
from agent.ledger import open_accounts
from skills.plan import Understanding
from tests.agent.kinematic_tray import Bench, Tray, part, step

FAILED_NUT = part("nut", "M8", "brass", "failed", (0.05, -0.09))


def named_in(root: Path) -> Any:
    """The factory that langgraph.json names, loaded from its file as LangGraph's server loads it."""
    file, name = json.loads((root / "langgraph.json").read_text(encoding="utf-8"))["graphs"]["smolcell"].split(":")
    spec = importlib.util.spec_from_file_location("opened_by_langgraph", root / file)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return getattr(module, name)


def test_langgraph_json_names_a_factory_of_the_same_graph(root: Path) -> None:
    graph = named_in(root)().compile()
    assert graph.get_graph().draw_mermaid(with_styles=False) == drawing()[0]


def test_a_thread_is_a_run_of_the_cell(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    bench = Bench(tmp_path, Tray(FAILED_NUT), step(condition="failed"))
    request.addfinalizer(bench.journal.close)
    bench.script["?"] = Understanding(outcome="question", text="which?", choices=("go",))
    graph = studio.studio_graph(lambda: bench.workcell).compile(checkpointer=InMemorySaver())
    thread: Any = {"configurable": {"thread_id": "1"}, "recursion_limit": 100}
    asked = graph.invoke({"instruction": "?"}, thread)
    assert asked["__interrupt__"][0].value["question"] == "which?"
    assert bench.world.motions == 0
    assert graph.invoke(Command(resume="1"), thread)["outcome"].outcome == "done"
    assert bench.world.bins["rejection bin"] == [FAILED_NUT]
    (run,) = bench.journal.runs()
    assert (run.id, run.instruction, run.outcome and run.outcome.outcome) == ("run-00001", "?", "done")


def test_a_thread_begins_with_an_instruction_and_can_not_say_yes_for_a_person(
    tmp_path: Path, request: pytest.FixtureRequest
) -> None:
    crowd = [part("nut", "M6", "green", "ok", (x * 0.01 - 0.12, 0.05 * (x % 3 - 1))) for x in range(21)]
    bench = Bench(tmp_path, Tray(*crowd), step(kind="nut"))
    request.addfinalizer(bench.journal.close)
    graph = studio.studio_graph(lambda: bench.workcell).compile(checkpointer=InMemorySaver())
    thread: Any = {"configurable": {"thread_id": "1"}, "recursion_limit": 100}
    told = {"instruction": "go", "approved": True, "accounts": open_accounts(bench.script["go"].plan)}
    asked = graph.invoke(told, thread)
    assert asked["__interrupt__"][0].value["question"] == "Up to 21 parts will be moved. Go on?"
    assert bench.world.motions == 0


def test_whose_account_it_is_stands_at_the_studios_door(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "cell.yaml"
    content = yaml.safe_load((Path(__file__).parents[2] / "cells" / "default.yaml").read_text(encoding="utf-8"))
    file.write_text(yaml.safe_dump({**content, "people": {"ada": "maintainer"}}), encoding="utf-8")
    monkeypatch.setenv("SMOLCELL_CELL", str(file))
    monkeypatch.setenv("SMOLCELL_STATE", str(tmp_path / "state"))
    workcell = studio.twin.__wrapped__()
    workcell.journal.close()
    assert workcell.person.role == "viewer"
