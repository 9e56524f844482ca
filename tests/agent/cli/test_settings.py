"""One cell file, overridden by the environment, overridden by flags."""

from pathlib import Path

import pytest

from agent.doors.settings import DEFAULT_CELL, cell_file, configured_cell, state_folder, usable_folder
from skills.cell import Cell
from skills.errors import BadInput, UnknownName


def test_the_installed_cell_is_the_default(root: Path) -> None:
    assert root / "cells" / "default.yaml" == DEFAULT_CELL == cell_file(None, {})


def test_the_flag_is_above_the_variable(tmp_path: Path) -> None:
    environment = {"SMOLCELL_CELL": "other.yaml"}
    assert cell_file(None, environment) == Path("other.yaml")
    assert cell_file(tmp_path, environment) == tmp_path


def test_the_environment_overrides_agent_planner_and_checkpoints_alone(cell: Cell) -> None:
    environment = {
        "SMOLCELL_AGENT_ATTEMPTS": "5",
        "SMOLCELL_CHECKPOINT_PICK": "elsewhere/pick",
        "SMOLCELL_PLANNER_MODEL": "ollama:qwen3",
        "SMOLCELL_STATE": "s",
        "HOME": "h",
    }
    configured = configured_cell(None, environment)
    assert configured == cell.model_copy(
        update={
            "agent": cell.agent.model_copy(update={"attempts": 5}),
            "checkpoints": {**cell.checkpoints, "pick": "elsewhere/pick"},
            "planner": cell.planner.model_copy(update={"model": "ollama:qwen3"}),
        }
    )


@pytest.mark.parametrize("name", ["SMOLCELL_LIMITS_TCP_SPEED", "SMOLCELL_AGENT_ATEMPTS", "SMOLCELL_"])
def test_an_unknown_variable_is_refused_and_no_limit_can_be_loosened(name: str) -> None:
    with pytest.raises(UnknownName) as caught:
        configured_cell(None, {name: "9"})
    assert caught.value.field == "environment variable"
    assert caught.value.value == name
    assert "SMOLCELL_AGENT_ATTEMPTS" in caught.value.allowed


def test_a_wrong_value_is_refused_as_in_the_file() -> None:
    with pytest.raises(BadInput, match=r"agent\.attempts: '99' is not allowed; it must be less than or equal to 10"):
        configured_cell(None, {"SMOLCELL_AGENT_ATTEMPTS": "99"})


def test_state_is_the_flags_then_the_variables_then_the_users(cell: Cell, tmp_path: Path) -> None:
    environment = {"SMOLCELL_STATE": "/s", "XDG_STATE_HOME": "/x"}
    assert state_folder(tmp_path, cell, environment) == tmp_path
    assert state_folder(None, cell, environment) == Path("/s")
    assert state_folder(None, cell, {"XDG_STATE_HOME": "/x"}) == Path("/x/smolcell/default")
    assert state_folder(None, cell, {}) == Path.home() / ".local" / "state" / "smolcell" / "default"


def test_a_folder_that_cant_be_made_is_bad_input(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(BadInput) as caught:
        usable_folder("--state", tmp_path / "file" / "state")
    assert (caught.value.field, caught.value.allowed) == ("--state", "a folder that can be written (Not a directory)")
