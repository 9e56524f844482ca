"""`smolcell data`: one set made, inspected, exported and mixed; what is wrong is told in one line."""

import json

import pytest

from agent.exit_codes import ExitCode


@pytest.fixture(scope="module")
def data(tmp_path_factory, cell):
    from sim.data.generate import generate, local_hands
    from sim.data.plan import DataPlan

    folder = tmp_path_factory.mktemp("data") / "trays"
    return generate(DataPlan(folder, "trays", 2, 20), cell, local_hands(1)).parent


def test_inspect_tells_what_there_is_and_writes_a_page(smolcell, data, tmp_path):
    page = tmp_path / "page.html"
    said = smolcell("data", "inspect", str(data), "--html", str(page))
    assert (said.code, said.err) == (ExitCode.DONE, "")
    assert said.out.startswith("trays: 20 scenes or episodes, ")
    assert said.out.endswith("no faults found\n")
    assert page.read_text().startswith("<!doctype html>")


def test_inspect_against_the_same_set_finds_the_leak(smolcell, data):
    said = smolcell("data", "inspect", str(data), "--against", str(data), "--json")
    found = json.loads(said.out)
    assert said.code == ExitCode.INCOMPLETE
    assert {finding["fault"] for finding in found["findings"]} == {"leak"}


def test_a_page_that_cannot_be_written(smolcell, data, tmp_path):
    said = smolcell("data", "inspect", str(data), "--html", str(tmp_path / "no" / "page.html"))
    assert (said.code, said.out) == (ExitCode.BAD_INPUT, "")
    assert "a file that can be written (No such file or directory)" in said.err


def test_export_to_tuples(smolcell, data, tmp_path):
    out = tmp_path / "tuples"
    examples = json.loads((data / "dataset.json").read_text())["examples"]
    said = smolcell("data", "export", str(data), "--format", "tuple", "--out", str(out))
    assert (said.code, said.out) == (ExitCode.DONE, f"{out}: {examples} examples\n")
    again = smolcell("data", "export", str(data), "--format", "tuple", "--out", str(out))
    assert (again.code, again.out) == (ExitCode.BAD_INPUT, "")
    assert again.err == f"BadInput: --out: '{out}' is not allowed; it must be a folder that does not exist yet.\n"


def test_merge_of_two_sets(smolcell, data, tmp_path):
    out = tmp_path / "mixed"
    said = smolcell("data", "merge", f"{data}=0.5", f"{data}=0.5", "--out", str(out))
    assert (said.code, said.out) == (ExitCode.DONE, f"{out}: 40 scenes or episodes\n")


@pytest.mark.parametrize(
    ("given", "message"),
    [
        (["merge", "a", "--out", "x"], "BadInput: data set: 'a' is not allowed; it must be DIR=WEIGHT."),
        (
            ["merge", "a=b", "--out", "x"],
            "BadInput: data set: 'a=b' is not allowed; it must be DIR=WEIGHT, a folder and",
        ),
        (["inspect", "nowhere"], "BadInput: data set: 'nowhere' is not allowed; it must be a folder with dataset.json"),
        (["import", "nowhere", "--out", "x", "--fps", "5"], "a folder with *.tfrecord files."),
        (["import", "nowhere", "--out", "x", "--fps", "0"], "BadInput: --fps: 0 is not allowed"),
        (["export", "nowhere", "--format", "hdf5", "--out", "x"], "'hdf5' is not one of 'tuple', 'rlds'"),
        (["generate", "--out", "x", "--scenes", "10000001"], "--scenes: 10000001 is not allowed"),
        (["generate", "--out", "x", "--scenes", "1", "--setting", "dimm"], "Nearest: 'dim'."),
    ],
)
def test_what_is_wrong_is_told_in_one_line(smolcell, tmp_path, monkeypatch, given, message):
    monkeypatch.chdir(tmp_path)
    said = smolcell("data", *given)
    assert (said.code, said.out) == (ExitCode.BAD_INPUT, "")
    assert message in said.err
    assert said.err.count("\n") == 1
    assert not (tmp_path / "x").exists()
