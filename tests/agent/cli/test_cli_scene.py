"""`smolcell scene`: a file, a picture, an object; what is in the way is told and never written over."""

import errno
import json
from pathlib import Path

import cv2
import pytest

from agent.doors.cli import progress
from sim.scenario import load_scenario

WORDS = "two large gears, one of them failed, dim light"


@pytest.fixture(autouse=True)
def patient(monkeypatch: pytest.MonkeyPatch) -> None:
    """However slow the machine is, nothing is said of it."""
    monkeypatch.setattr(progress, "PATIENCE", 3600.0)


def test_what_takes_long_says_what_it_does(smolcell, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(progress, "PATIENCE", 0.0)
    monkeypatch.setattr(progress, "EVERY", 0.001)
    said = smolcell("scene", "one nut", "--json")
    lines = said.err.splitlines()
    assert lines[0].startswith("loading the simulator, 0 s")
    assert any(line.startswith("building layout 1 of at most 5, ") for line in lines)
    assert lines[-1] == "one-nut: 1 nut"
    assert json.loads(said.out)["outcome"] == "done"


def test_a_file_is_written_with_its_picture_and_read_by_other_commands(smolcell, tmp_path: Path) -> None:
    out, picture = tmp_path / "gears.yaml", tmp_path / "gears.png"
    said = smolcell(
        "scene", WORDS, "-o", str(out), "--picture", str(picture), "--instruction", "remove all failed parts"
    )
    assert (said.code, said.out) == (0, f"{out}\n")
    assert said.err == "two-large-gears-one-of-them-failed-dim-light: 2 large gears, 1 of them failed, dim light\n"
    scenario = load_scenario(out)
    assert scenario.instruction == "remove all failed parts"
    assert sorted(part.condition for part in scenario.parts) == ["failed", "ok"]
    assert cv2.imread(str(picture)).shape == (384, 768, 3)
    assert [path.name for path in sorted(tmp_path.iterdir())] == ["gears.png", "gears.yaml"]
    planned = smolcell("plan", "remove all failed parts", "--scene", str(out))
    assert (planned.code, planned.err) == (0, "")


def test_without_a_file_it_is_the_answer_and_the_same_each_time(smolcell) -> None:
    first = smolcell("scene", WORDS, "--seed", "4", "--name", "g.1")
    assert first.code == 0
    assert first.out.splitlines()[:3] == [f'# smolcell scene "{WORDS}" --seed 4', "name: g.1", "tags: [lighting]"]
    assert smolcell("scene", WORDS, "--seed", "4", "--name", "g.1") == first
    assert smolcell("scene", WORDS, "--seed", "5", "--name", "g.1").out != first.out


def test_json_is_one_object(smolcell, tmp_path: Path) -> None:
    out = tmp_path / "x.yaml"
    said = smolcell("scene", "one braket", "-o", str(out), "--json")
    answer = json.loads(said.out)
    scenario = answer.pop("scenario")
    assert answer == {
        "outcome": "done",
        "name": "one-braket",
        "by": "grammar",
        "understood": "1 bracket",
        "file": str(out),
        "picture": None,
    }
    assert (scenario["name"], len(scenario["parts"])) == ("one-braket", 1)
    assert said.err == "read 'braket' as 'bracket'\none-braket: 1 bracket\n"


def test_json_of_unknown_words_names_the_nearest(smolcell) -> None:
    said = smolcell("scene", "two purple gears", "--json")
    assert said.code == 2
    assert json.loads(said.out) == {
        "outcome": "error",
        "error": "UnknownWords",
        "reason": "words: 'purple' (nearest: silver, brass, black, red, blue, green) is not understood. See: smolcell "
        "scene --help",
        "field": "words",
        "value": "purple",
        "allowed": "words of scenes",
        "nearest": ["silver", "brass", "black", "red", "blue", "green"],
    }


def test_a_file_is_not_written_over_unasked(smolcell, tmp_path: Path) -> None:
    out = tmp_path / "x.yaml"
    out.write_text("mine")
    said = smolcell("scene", "one gear", "-o", str(out))
    line = (
        f"BadInput: --out: '{out}' is not allowed; it must be a file that does not exist yet, or given with --force.\n"
    )
    assert (said.code, said.out, said.err) == (2, "", line)
    assert out.read_text() == "mine"
    assert smolcell("scene", "one gear", "-o", str(out), "--force").code == 0
    assert load_scenario(out).name == "one-gear"


WRONG = {
    "no words": (["scene"], "WrongUse: Missing argument 'words'. See: smolcell scene --help"),
    "many": (["scene", "500 gears"], "BadInput: count: 500 is not allowed; it must be a whole number from 1 to 20."),
    "name": (
        ["scene", "one gear", "--name", "a/b"],
        "BadInput: --name: 'a/b' is not allowed; it must be 1 to 80 letters, digits, '.', '_' and '-', a letter or "
        "digit first; it becomes a file's name.",
    ),
    "folder": (
        ["scene", "one gear", "-o", "{tmp}"],
        "BadInput: --out: '{tmp}' is not allowed; it must be a file; this is something else.",
    ),
    "device": (
        ["scene", "one gear", "-o", "/dev/full", "--force"],
        "BadInput: --out: '/dev/full' is not allowed; it must be a file; this is something else.",
    ),
    "no folder": (
        ["scene", "one gear", "-o", "{tmp}/a/b.yaml"],
        "BadInput: --out: '{tmp}/a/b.yaml' is not allowed; it must be a file in a folder that exists.",
    ),
    "no picture": (
        ["scene", "one gear", "--picture", "x.jpg"],
        "BadInput: --picture: 'x.jpg' is not allowed; it must be a name that ends with .png.",
    ),
    "twice": (
        ["scene", "one gear", "--picture", "{tmp}/x.png", "-o", "{tmp}/x.png"],
        "BadInput: --picture: '{tmp}/x.png' is not allowed; it must be another file than that of --out.",
    ),
    "seed": (
        ["scene", "one gear", "--seed", "-1"],
        "BadInput: --seed: -1 is not allowed; it must be a whole number from 0 to 4294967295.",
    ),
}


@pytest.mark.parametrize("name", WRONG)
def test_wrong_use_is_one_line_before_any_work(smolcell, tmp_path: Path, name: str) -> None:
    arguments, line = WRONG[name]
    said = smolcell(*(argument.replace("{tmp}", str(tmp_path)) for argument in arguments))
    assert (said.code, said.out, said.err) == (2, "", f"{line.replace('{tmp}', str(tmp_path))}\n")
    assert list(tmp_path.iterdir()) == [tmp_path / "state"] or list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("number", "code", "line"),
    [
        (
            errno.ENOSPC,
            5,
            "Unavailable: {out} can't be written: the disk is full. Make room there, then run the same command again.",
        ),
        (
            errno.EACCES,
            2,
            "BadInput: --out: '{out}' is not allowed; it must be a file that can be written (Permission denied).",
        ),
    ],
)
def test_where_it_cant_be_written_nothing_is_left(
    smolcell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, number: int, code: int, line: str
) -> None:
    out = tmp_path / "x.yaml"

    def full(self: Path, target: Path) -> Path:
        raise OSError(number, "Permission denied")

    monkeypatch.setattr(Path, "replace", full)
    said = smolcell("scene", "one gear", "-o", str(out))
    assert (said.code, said.out, said.err) == (code, "", f"{line.format(out=out)}\n")
    assert not list(tmp_path.glob("*x.yaml*")) + list(tmp_path.glob(".x.yaml*"))
