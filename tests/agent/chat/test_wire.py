"""The model planner over OpenAI's wire format, by the real provider package: it answers whatever comes back."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from agent.chat.models import load_chat_model
from agent.planning.llm import ModelPlanner
from skills.cell_agent import Planner
from skills.plan import Step
from skills.scene import PartQuery
from tests.agent.chat.wire_server import WireServer, wire_server
from tests.agent.planning.models import GRAMMAR, form_of, planner_with
from tests.agent.planning.suite import scenes

pytest.importorskip("langchain_openai")

MIXED = scenes()["mixed"]
SAID = "remove all failed parts"
RIGHT = form_of(Step(part=PartQuery(condition="failed"), quantity="all", destination="rejection bin"))
WRONG_SCHEMA: list[Any] = [
    {"plan": "remove all failed parts"},
    {"steps": "all failed parts"},
    {"steps": [{"part": {"kind": "gear"}, "quantity": "all", "destination": "rejection bin", "speed": 3}]},
    {"steps": [{"part": {"colour": "purple"}, "quantity": "all", "destination": "rejection bin"}]},
    {"steps": [{"part": {"condition": "failed"}, "quantity": -1, "destination": "rejection bin"}]},
    {"steps": [{"part": {"condition": "failed"}, "quantity": "all", "destination": "moon"}]},
    {"steps": [{"part": {"condition": "failed"}, "quantity": True, "destination": "rejection bin"}]},
]


@contextmanager
def talking(monkeypatch: pytest.MonkeyPatch, *answers: Any, **limits: Any) -> Iterator[tuple[ModelPlanner, WireServer]]:
    settings = Planner(model="openai:wire", **limits)
    with wire_server(*answers) as server:
        monkeypatch.setenv("OPENAI_API_KEY", "none")
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        yield planner_with(load_chat_model(settings.model, settings.seconds), settings), server


def test_a_good_answer_agrees_and_is_counted(monkeypatch):
    with talking(monkeypatch, RIGHT, price_in=2.0, price_out=10.0) as (planner, server):
        understanding = planner.understand(SAID, MIXED)
    known = GRAMMAR.understand(SAID, MIXED)
    cost = understanding.consulted
    assert understanding.model_copy(update={"consulted": None}) == known
    assert cost is not None
    assert (cost.model, cost.calls, cost.tokens_in, cost.tokens_out) == ("openai:wire", 1, 700, 40)
    assert cost.cost == pytest.approx(0.0018)
    assert (cost.ended, cost.reason) == ("agreed", "")
    (asked,) = server.asked
    assert asked["temperature"] == 0
    assert [message["role"] for message in asked["messages"]] == ["system", "user"]
    assert "tools" not in asked
    assert asked["response_format"]["json_schema"]["name"] == "plan"


@pytest.mark.parametrize("answer", ["bad json", "prose", "empty", *WRONG_SCHEMA], ids=str)
def test_an_answer_that_is_no_plan_is_sent_back_twice_at_most(monkeypatch, answer):
    with talking(monkeypatch, answer) as (planner, server):
        understanding = planner.understand(SAID, MIXED)
    known = GRAMMAR.understand(SAID, MIXED)
    assert (understanding.outcome, understanding.plan) == ("planned", known.plan)
    assert understanding.consulted is not None
    assert understanding.consulted.ended == "not taken"
    assert understanding.consulted.reason
    assert len(server.asked) == understanding.consulted.calls <= 3


def test_a_repaired_answer_counts_and_the_reason_was_told(monkeypatch):
    with talking(monkeypatch, WRONG_SCHEMA[5], RIGHT) as (planner, server):
        understanding = planner.understand(SAID, MIXED)
    assert understanding.consulted is not None
    assert (understanding.consulted.ended, understanding.consulted.calls) == ("agreed", 2)
    assert "destination: 'moon' is not known; allowed is one of" in server.asked[1]["messages"][-1]["content"]


@pytest.mark.parametrize("answer", ["refusal", "cut", "length", "no choices", "500", "429"])
def test_a_model_that_does_not_answer_is_done_without_at_once(monkeypatch, answer):
    with talking(monkeypatch, answer) as (planner, server):
        understanding = planner.understand(SAID, MIXED)
    assert understanding.plan == GRAMMAR.understand(SAID, MIXED).plan
    assert understanding.consulted is not None
    assert understanding.consulted.ended == "not taken"
    assert len(server.asked) == 1
    assert "The chat model was no help (" in understanding.text


def test_a_slow_model_is_waited_for_no_longer_than_the_cell_says(monkeypatch):
    began = time.monotonic()
    with talking(monkeypatch, "slow", seconds=0.2) as (planner, _):
        understanding = planner.understand("please tidy up the failed stuff", MIXED)
        assert time.monotonic() - began < 10
    assert understanding.outcome == "question"
    assert understanding.consulted is not None
    assert understanding.consulted.reason == "no answer within 0.2 s" or "imed out" in understanding.consulted.reason


def test_nobody_there_is_no_catastrophe(monkeypatch):
    monkeypatch.setenv("OPENAI_API_KEY", "none")
    monkeypatch.setenv("OPENAI_BASE_URL", "http://127.0.0.1:9/v1")
    settings = Planner(model="openai:wire")
    understanding = planner_with(load_chat_model("openai:wire", 5), settings).understand(SAID, MIXED)
    assert understanding.plan == GRAMMAR.understand(SAID, MIXED).plan
    assert (
        understanding.text == "The chat model was no help (OpenAIConnectionError: Connection error); I read it without."
    )
