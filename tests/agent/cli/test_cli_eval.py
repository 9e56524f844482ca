"""`smolcell eval` with the repository's weights: goes on where it was, in pairs, on a page, against data."""

import json
import shutil
import sys
from pathlib import Path

import pytest

from agent.exit_codes import ExitCode
from skills.cell import Cell

PICKS = ("eval", "--seed", "5", "--n", "2")


@pytest.fixture(autouse=True)
def with_weights(cell: Cell, root: Path) -> None:
    if not all((root / folder).is_dir() for folder in cell.checkpoints.values()):
        pytest.skip("not verified: no weights")


def test_an_evaluation_goes_on_where_it_was_cut_off_and_can_be_compared(smolcell, tmp_path: Path) -> None:
    exact, page = str(tmp_path / "exact.jsonl"), str(tmp_path / "page.html")
    whole = smolcell(*PICKS, "--results", exact, "--json")
    heading, first, second = Path(exact).read_text().splitlines()
    Path(exact).write_text(f"{heading}\n{first}\n{second[:40]}")
    again = smolcell(*PICKS, "--results", exact, "--html", page, "--json")
    assert (again.code, again.out) == (ExitCode.DONE, whole.out)
    assert Path(exact).read_text().splitlines() == [heading, first, second]
    assert "at the first attempt" in Path(page).read_text()

    told = json.loads(smolcell("eval", "--compare", exact, exact, "--json").out)
    assert (told["all"]["n"], told["different"], told["unpaired"]) == (2, [], 0)


def test_results_of_another_evaluation_are_refused(smolcell, tmp_path: Path) -> None:
    file = tmp_path / "results.jsonl"
    smolcell("eval", "--expert", "--n", "1", "--results", str(file))
    said = smolcell("eval", "--n", "1", "--results", str(file))
    assert said.code == ExitCode.BAD_INPUT
    assert "its actor is 'expert', not 'pick " in said.err


def test_networks_are_held_against_a_data_set(smolcell, tmp_path: Path) -> None:
    data, weights = str(tmp_path / "data"), ("--checkpoint", "policy/weights/place", "--skill", "place")
    assert smolcell("data", "generate", "--out", data, "--scenes", "2", "--seed", "9").code == ExitCode.DONE
    told = json.loads(smolcell("eval", "--open-loop", data, "--n", "4", "--json").out)
    assert set(told) == {"pick", "place", "perceiver"}
    pick = told["pick"]
    assert (pick["examples"], pick["closed"]["data"]["hits"], pick["closed"]["data"]["trials"]) == (4, 12, 20)
    assert pick["shares"]["right part"]["trials"] == 4
    assert pick["columns"]["z"]["mae"] < 0.005
    assert 0.2 < pick["bleu"] <= 1
    assert told["perceiver"]["pictures"] == 2

    told = json.loads(smolcell("eval", "--open-loop", data, *weights, "--split", "train", "--json").out)
    assert {name: one["examples"] for name, one in told.items()} == {"place": 6}
    said = smolcell("eval", "--open-loop", data, *weights, "--split", "triples")
    assert (said.code, said.out) == (ExitCode.BAD_INPUT, "")
    assert "it must be one with examples for place" in said.err


@pytest.fixture
def recording(tmp_path: Path) -> str:
    """As much of a LeRobot data set as tells what it is."""
    (tmp_path / "so101" / "meta").mkdir(parents=True)
    (tmp_path / "so101" / "meta" / "info.json").write_text("{}")
    return str(tmp_path / "so101")


@pytest.fixture
def tuned(root: Path, tmp_path: Path) -> str:
    """What a checkpoint is known by to be a fine-tuned one: a contract and weights, and no exported network."""
    folder = tmp_path / "tuned"
    folder.mkdir()
    for file in ("contract.json", "model.safetensors"):
        shutil.copy(root / "policy" / "weights" / "pick" / file, folder / file)
    return str(folder)


def test_a_recording_asks_for_a_fine_tuned_policy(smolcell, recording: str) -> None:
    said = smolcell("eval", "--open-loop", recording, "--checkpoint", "policy/weights/pick")
    assert (said.code, said.out) == (ExitCode.BAD_INPUT, "")
    assert "checkpoint: 'policy/weights/pick' is not allowed; it must be a fine-tuned policy for a LeRobot" in said.err
    said = smolcell("eval", "--open-loop", recording)
    assert (said.code, said.out) == (ExitCode.BAD_INPUT, "")
    assert "--checkpoint: None is not allowed; it must be the folder of a fine-tuned policy" in said.err


@pytest.mark.parametrize("against", [("--open-loop", "data"), ("--n", "1")], ids=["keyframes", "the twin"])
def test_a_fine_tuned_policy_asks_for_a_recording(
    smolcell, tuned: str, tmp_path: Path, monkeypatch, against: tuple[str, ...]
) -> None:
    monkeypatch.chdir(tmp_path)
    said = smolcell("eval", *against, "--checkpoint", tuned)
    assert (said.code, said.out) == (ExitCode.BAD_INPUT, "")
    assert "it must be a policy that answers in keyframes; hold a fine-tuned one against a LeRobot data set" in said.err


def test_without_torch_a_fine_tuned_policy_says_what_to_install(smolcell, recording: str, tuned: str, monkeypatch):
    monkeypatch.delitem(sys.modules, "policy.tuned_runtime", raising=False)
    monkeypatch.setitem(sys.modules, "torch", None)  # as where the extra is not installed
    said = smolcell("eval", "--open-loop", recording, "--checkpoint", tuned)
    assert (said.code, said.out) == (ExitCode.UNAVAILABLE, "")
    assert f"the fine-tuned policy in {tuned} needs the package 'torch'. Install: pip install 'smolcell[train]'" in (
        said.err
    )


@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        (("--compare", "a", "b", "--html", "x"), "--html: 'x' is not allowed; it must be left out with --compare."),
        (("--compare", "/nowhere", "b"), "checkpoint: '/nowhere' is not allowed; it must be a folder"),
        (("--open-loop", "/nowhere"), "data set: '/nowhere' is not allowed; it must be a folder with dataset.json"),
        (("--split", "untrained", "--save"), "it must be left out with --split untrained, which says what no contract"),
    ],
)
def test_wrong_use(smolcell, arguments: tuple[str, ...], line: str) -> None:
    said = smolcell("eval", *arguments)
    assert (said.code, said.out) == (ExitCode.BAD_INPUT, "")
    assert line in said.err
    assert "Traceback" not in said.err
