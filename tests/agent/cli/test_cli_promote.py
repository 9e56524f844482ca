"""New weights are put in force when all is right with them, and the old ones are kept; else nothing changes."""

import json
import shutil
from pathlib import Path

import pytest
import yaml

from agent.exit_codes import ExitCode
from policy.checkpoint import open_policy
from skills.contract import Contract, load_contract, save_contract
from skills.yamlfile import read_yaml

PLACE = Path(__file__).parents[3] / "policy" / "weights" / "place"
SEEN = "place it in the left bin"


def with_contract(folder: Path, **changes: object) -> Path:
    save_contract(load_contract(folder).model_copy(update=changes), folder)
    return folder


def measured(hits: int, trials: int) -> dict[str, tuple[int, int]]:
    """As often for one phrase of each card that shares the weights."""
    shared = (SEEN, "insert it into the left fixture", "put it back on the left of the tray")
    return dict.fromkeys(shared, (hits, trials))


@pytest.fixture
def new(tmp_path: Path) -> Path:
    """A checkpoint that was measured."""
    return with_contract(Path(shutil.copytree(PLACE, tmp_path / "new")), success=measured(30, 30))


@pytest.fixture
def cell_file(tmp_path: Path, root: Path) -> Path:
    """The default cell, with its weights for releases in a folder that is not there yet."""
    content = read_yaml(root / "cells" / "default.yaml")
    content["checkpoints"]["place"] = "./weights/place"
    path = tmp_path / "cell.yaml"
    path.write_text(yaml.safe_dump(content))
    return path


@pytest.fixture
def promote(smolcell, cell_file: Path):
    return lambda folder, skill="place": smolcell(
        "skills", "promote", skill, "--checkpoint", str(folder), "--cell", str(cell_file), "--json"
    )


def in_force(cell_file: Path) -> Contract:
    return open_policy(cell_file.parent / "weights" / "place")[1]


def test_the_first_weights_then_better_ones_and_back(promote, new: Path, cell_file: Path) -> None:
    said = json.loads(promote(new).out)
    assert (said["previous"], said["measured"], said["checkpoint"]) == (None, [90, 90], "place")
    first = in_force(cell_file)
    better = with_contract(Path(shutil.copytree(new, new.with_name("better"))), success=measured(50, 50))
    said = json.loads(promote(better, "insert").out)
    kept = Path(said["previous"])
    assert kept == cell_file.parent / "weights" / f"place.{first.weights_hash[:12]}"
    assert open_policy(kept)[1] == first
    assert in_force(cell_file).success == dict.fromkeys(measured(0, 0), (50, 50))
    again = json.loads(promote(better).out)
    assert again["previous"] is None, "what is in force already changes nothing"
    promote(kept)
    assert in_force(cell_file) == first
    assert sorted(path.name for path in (cell_file.parent / "weights").iterdir()) == [
        "place", kept.name, f"{kept.name}-1",
    ]  # fmt: skip


def test_what_was_cut_off_between_two_names_is_ended_by_the_same_call(promote, new: Path, cell_file: Path) -> None:
    promote(new)
    weights = cell_file.parent / "weights" / "place"
    weights.rename(weights.with_name("place.aside"))
    weights.with_name(".place.draft").mkdir()
    assert promote(new).code == ExitCode.DONE
    assert in_force(cell_file) == load_contract(new)
    assert not weights.with_name(".place.draft").exists()


PLANTED = {
    "damaged": (lambda folder: (folder / "policy.onnx").write_bytes(b"else"), "tokenizer.json do not match its card"),
    "cut": (lambda folder: (folder / "policy.onnx").unlink(), "whole; policy.onnx is missing"),
    "not measured": (lambda folder: with_contract(folder, success={}),
                     "it must be measured; try: smolcell eval --skill insert --checkpoint DIR --save"),
    "measured in part": (lambda folder: with_contract(folder, success={SEEN: (3, 3)}), "eval --skill insert"),
    "phrases missing": (
        lambda folder: with_contract(folder, phrases={SEEN: 1}),
        "all phrases of insert and place and put_back; 15 are missing, such as 'insert it into the left fixture'",
    ),
    "another place": (
        lambda folder: with_contract(folder, places={**load_contract(folder).places, "left bin": (0.3, 0.3)}),
        "trained for cell default: left bin is at (0.45, 0.36), and was at (0.3, 0.3) in training",
    ),
    "clearly worse": (
        lambda folder: with_contract(folder, success=measured(20, 30)),
        "not worse than what is in force: 60/90 (56.4–75.5%) against 90/90 (95.9–100.0%)",
    ),
}  # fmt: skip


@pytest.mark.parametrize("fault", PLANTED)
def test_a_planted_fault_is_refused_and_nothing_changes(promote, new: Path, cell_file: Path, fault: str) -> None:
    promote(new)
    before = in_force(cell_file)
    worse = Path(shutil.copytree(new, new.with_name("worse")))
    spoil, why = PLANTED[fault]
    spoil(worse)
    said = promote(worse)
    assert (said.code, why in said.err + said.out) == (ExitCode.BAD_INPUT, True), said
    assert in_force(cell_file) == before
    assert [path.name for path in (cell_file.parent / "weights").iterdir()] == ["place"]


def test_a_skill_that_is_not_there_is_refused_with_the_nearest(promote, new: Path) -> None:
    said = promote(new, "plase")
    assert said.code == ExitCode.BAD_INPUT
    assert "Nearest: 'place'" in said.err + said.out
