"""Chat models by name: the providers' own limits, and the two kinds that need no network."""

import json
from pathlib import Path
from typing import Any

import pytest

from agent.chat.models import load_chat_model
from agent.chat.recorded import RecordedChat
from skills.cell_agent import Planner
from skills.errors import BadInput, Unavailable
from tests.agent.chat.wire_server import wire_server
from tests.agent.planning.models import planner_with, saying
from tests.agent.planning.suite import scenes

MIXED = scenes()["mixed"]
SAID = "take out all the failed parts"
FAILED = {
    "steps": [{"part": {"condition": "failed"}, "quantity": "all", "destination": "rejection bin"}],
    "unclear": "",
}


@pytest.mark.parametrize(
    ("name", "limits"),
    [
        ("openai:m", {"temperature": 0, "request_timeout": 7, "max_tokens": 90, "max_retries": 0}),
        ("anthropic:m", {"temperature": 0, "default_request_timeout": 7, "max_tokens": 90, "max_retries": 0}),
        ("ollama:m", {"temperature": 0, "client_kwargs": {"timeout": 7}, "num_predict": 90}),
    ],
)
def test_every_provider_gets_temperature_0_a_time_and_a_length(monkeypatch, name, limits):
    monkeypatch.setenv("OPENAI_API_KEY", "none")
    monkeypatch.setenv("ANTHROPIC_API_KEY", "none")
    model = load_chat_model(name, seconds=7, tokens=90)
    assert {field: getattr(model, field) for field in limits} == limits


def test_a_key_that_is_missing_is_said(monkeypatch):
    monkeypatch.delenv("OPENAI_API_KEY", raising=False)
    with pytest.raises(Unavailable, match=r"^chat model 'openai:m': .*OPENAI_API_KEY"):
        load_chat_model("openai:m")


def test_a_script_is_read_from_a_file_and_ends(tmp_path: Path):
    script = tmp_path / "answers.json"
    script.write_text(json.dumps([FAILED]))
    planner = planner_with(load_chat_model(f"scripted:{script}"))
    first, second = planner.understand(SAID, MIXED), planner.understand(SAID, MIXED)
    assert first.consulted is not None
    assert second.consulted is not None
    assert (first.consulted.ended, first.plan) == ("agreed", second.plan)
    assert second.consulted.reason == "LookupError: the script has no further answer"


def test_exchanges_with_a_real_provider_are_recorded_and_played_back(monkeypatch, tmp_path: Path):
    """Recorded through OpenAI's package from a server on this machine; played back without either, repair and all."""
    file = tmp_path / "exchanges.jsonl"
    with wire_server({"steps": "all"}, FAILED) as server:
        monkeypatch.setenv("OPENAI_API_KEY", "none")
        monkeypatch.setenv("OPENAI_BASE_URL", server.url)
        live = planner_with(load_chat_model(f"record:{file},openai:wire")).understand(SAID, MIXED)
    model = load_chat_model(f"recorded:{file}")
    assert isinstance(model, RecordedChat)
    played = planner_with(model).understand(SAID, MIXED)
    assert unhurried(played) == unhurried(live)
    assert played.consulted is not None
    assert (played.consulted.calls, played.consulted.tokens_in) == (2, 1400)
    assert model.used == set(model.exchanges)


def test_what_was_never_recorded_has_no_answer(tmp_path: Path):
    file = tmp_path / "exchanges.jsonl"
    file.write_text("")
    understanding = planner_with(load_chat_model(f"recorded:{file}")).understand(SAID, None)
    assert understanding.consulted is not None
    assert understanding.consulted.reason == "LookupError: this question was never recorded"


@pytest.mark.parametrize(
    ("name", "content"),
    [("scripted:{}", None), ("scripted:{}", "3"), ("recorded:{}", None), ("recorded:{}", "[]"), ("record:{}", None)],
)
def test_a_file_that_is_none_is_refused(tmp_path: Path, name: str, content: str | None):
    file = tmp_path / "file"
    if content is not None:
        file.write_text(content)
    with pytest.raises(BadInput, match=r"^planner\.model: "):
        load_chat_model(name.format(file))


@pytest.mark.parametrize("field", ["seconds", "tokens", "price_in"])
def test_limits_of_a_planner_are_numbers_that_limit(field: str):
    with pytest.raises(ValueError, match=field):
        Planner.model_validate({"model": "a:b", field: -1})


def test_a_form_is_all_that_was_ever_in_its_hands():
    model = saying(FAILED)
    planner_with(model).understand(SAID, MIXED)
    assert model.forms == ["plan"]


def unhurried(understanding: Any) -> Any:
    consulted = understanding.consulted.model_copy(update={"seconds": 0})
    return understanding.model_copy(update={"consulted": consulted})
