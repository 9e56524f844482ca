"""Opening the twin: quietly, and with everything given back where it fails."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import pybullet
import pytest

from agent.journal.journal import Journal
from agent.opening import build_recorded, build_twin, reopen_twin
from agent.recorded import Frame
from sim.scenario import random_scenario
from skills.cell import Cell
from skills.errors import BadInput, Unavailable
from skills.plan import Hole


def open_worlds() -> list[int]:
    """Handles of the physics worlds that are open in this process."""
    return [handle for handle in range(64) if pybullet.isConnected(handle)]


def test_a_twin_that_can_not_be_opened_leaves_neither_world_nor_journal_open(cell: Cell, tmp_path: Path) -> None:
    empty = tmp_path / "weights"
    empty.mkdir()
    wrong = cell.model_copy(update={"checkpoints": {**cell.checkpoints, "pick": str(empty)}})
    before = open_worlds()
    with pytest.raises(BadInput):
        build_twin(wrong, random_scenario(1), tmp_path / "state")
    assert open_worlds() == before
    Journal(tmp_path / "state").close()


@pytest.mark.parametrize(
    ("build", "shown"), [(build_twin, random_scenario(1)), (build_recorded, [Frame({})])], ids=["twin", "recorded"]
)
def test_what_another_process_has_open_is_left_as_it_is(cell: Cell, tmp_path: Path, build: Any, shown: Any) -> None:
    def contents() -> dict[str, bytes]:
        return {path.name: path.read_bytes() for path in tmp_path.iterdir()}

    with Journal(tmp_path):
        (tmp_path / "table.json").write_text("another process's")
        (tmp_path / "audit.jsonl").write_text('{"line": 1, "of a line that is just being')
        before = contents()
        with pytest.raises(Unavailable, match="open in another process"):
            build(cell, shown, tmp_path)
        assert contents() == before


def test_a_table_that_can_not_be_written_gives_the_journal_back(cell: Cell, tmp_path: Path) -> None:
    (tmp_path / "table.json").mkdir()
    before = open_worlds()
    with pytest.raises(OSError, match=r"table\.json"):
        build_twin(cell, random_scenario(1), tmp_path)
    assert open_worlds() == before
    Journal(tmp_path).close()


def test_a_table_that_is_laid_anew_has_empty_fixtures_and_one_that_was_left_has_not(cell: Cell, tmp_path: Path) -> None:
    hole = Hole(fixture="left fixture", size="M8")
    with Journal(tmp_path) as journal:
        journal.table.fill(hole, journal.begin_run("go"), sure=True)
    with build_twin(cell, random_scenario(1), tmp_path) as twin:
        assert twin.workcell.journal.table.filled() == ()
        twin.workcell.journal.table.fill(hole, "run-00001", sure=True)
    with reopen_twin(cell, tmp_path) as twin:
        assert [one.hole for one in twin.workcell.journal.table.filled()] == [hole]


def test_the_twin_is_loaded_without_a_word(root: Path) -> None:
    loaded = subprocess.run(
        [sys.executable, "-c", "import sim.world"], cwd=root, capture_output=True, text=True, check=True
    )
    assert (loaded.stdout, loaded.stderr) == ("", "")
