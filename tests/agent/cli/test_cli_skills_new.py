"""`smolcell skills new`: a card, a test that holds, a page; wholly from flags, or from answers at a terminal."""

import os
import pty
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from agent.exit_codes import ExitCode
from skills.catalogue import load_catalogue

SLOTS = ("--value", "kind=bracket", "--value", "edge=left edge,right edge")
REST = {
    "--summary": "Push one part against an edge of the tray.",
    "--phrase": "push the {kind} against the {edge}",
    "--start-pose": "home",
    "--done-check": "part_at_region",
    "--region": "{edge}",
    "--example": "shove the bracket to the left -> kind=bracket, edge=left edge",
}


def flags(folder: Path, **changes: str | None) -> list[str]:
    told = {**REST, **{f"--{name.replace('_', '-')}": text for name, text in changes.items()}}
    given = [word for flag, text in told.items() if text is not None for word in (flag, text)]
    return ["skills", "new", "push", "--folder", str(folder), *given]


def test_card_test_and_page_are_written_from_flags(smolcell, tmp_path: Path, root: Path) -> None:
    said = smolcell(*flags(tmp_path / "mine"), *SLOTS)
    assert said.code == ExitCode.DONE, said.err
    assert said.out.splitlines() == [str(tmp_path / "mine" / name) for name in ("push.yaml", "test_push.py", "push.md")]
    card = load_catalogue(tmp_path / "mine")["push"]
    assert card.phrases() == ("push the bracket against the left edge", "push the bracket against the right edge")
    assert (card.checkpoint, card.region) == ("push", "{edge}")
    checked = smolcell("skills", "check", str(tmp_path / "mine"))
    assert (checked.code, checked.out.count("[unknown-checkpoint]")) == (ExitCode.INCOMPLETE, 1)
    assert "[untrained-phrases] 2 of 2" in checked.out
    assert pytest_of(tmp_path / "mine", root) == 0
    path = tmp_path / "mine" / "push.yaml"
    path.write_text(path.read_text().replace("push the", "shove the"))
    assert pytest_of(tmp_path / "mine", root) == 1


def pytest_of(folder: Path, root: Path) -> int:
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "-c", os.devnull, str(folder)]
    return subprocess.run(command, env={**os.environ, "PYTHONPATH": str(root)}, capture_output=True).returncode


WRONG = {
    "start pose": (
        {"start_pose": "hom"},
        "UnknownName: --start-pose: 'hom' is not known; allowed is one of 'home', 'holding'. Nearest: 'home'.",
    ),
    "done check": (
        {"done_check": "part_in_griper"},
        "UnknownName: --done-check: 'part_in_griper' is not known; allowed is one of 'part_in_gripper', "
        "'part_released', 'part_inserted', 'part_at_region'. Nearest: 'part_in_gripper', 'part_inserted', "
        "'part_at_region'.",
    ),
    "region": (
        {"region": "left egde"},
        "UnknownName: region: 'left egde' is not known; allowed is one of 'left edge', 'right edge', ",
    ),
    "example": (
        {"example": "shove it -> kind=braket, edge=left edge"},
        "UnknownName: push.kind: 'braket' is not known; allowed is one of 'bracket'. Nearest: 'bracket'.",
    ),
    "example's form": (
        {"example": "shove it"},
        "BadInput: push.kind: None is not allowed; it must be given: one of bracket.",
    ),
    "checkpoint": (
        {"checkpoint": "perceiver"},
        "BadInput: --checkpoint: 'perceiver' is not allowed; it must be weights that act; the perceiver only looks.",
    ),
    "nobody to ask": (
        {"summary": None},
        "BadInput: --summary: None is not allowed; it must be given, where nobody sits at a terminal: what it does, in "
        "a sentence.",
    ),
    "a phrase of another skill": (
        {"phrase": "pick up the {kind}", "done_check": "part_in_gripper", "region": None, "example": "x -> kind=nut"},
        "BadInput: phrase: 'push' is not allowed; it must be changed: 'pick up the nut' is rendered by card 'pick' "
        "too (1 phrases in all).",
    ),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_what_is_wrong_is_refused_by_name_and_nothing_is_written(smolcell, tmp_path: Path, name: str) -> None:
    changes, line = WRONG[name]
    slots = SLOTS if "phrase" not in changes else ("--value", "kind=nut")
    said = smolcell(*flags(tmp_path / "mine", **changes), *slots)
    assert (said.code, said.out) == (ExitCode.BAD_INPUT, "")
    assert said.err.startswith(line), said.err
    assert said.err.count("\n") == 1
    assert not (tmp_path / "mine").exists()


@pytest.mark.parametrize(
    ("slots", "line"),
    [
        (("--value", "kind=braket"), "UnknownName: --value kind: 'braket' is not known; allowed is one of 'bolt', "),
        (("--value", "kin=bracket"), "UnknownName: --value: 'kin' is not known; allowed is one of 'kind', 'edge'. "),
        (("--value", "kind"), "BadInput: --value: 'kind' is not allowed; it must be SLOT=VALUE,VALUE."),
    ],
)
def test_wrong_values_are_refused(smolcell, tmp_path: Path, slots: tuple[str, ...], line: str) -> None:
    said = smolcell(*flags(tmp_path / "mine"), *slots)
    assert (said.code, said.out) == (ExitCode.BAD_INPUT, "")
    assert said.err.startswith(line), said.err


def test_nothing_is_overwritten(smolcell, tmp_path: Path) -> None:
    (tmp_path / "push.md").write_text("mine")
    said = smolcell(*flags(tmp_path), *SLOTS)
    assert said.err == (
        f"BadInput: name: 'push' is not allowed; it must be another name, or remove {tmp_path}/push.md: nothing is "
        "overwritten.\n"
    )
    assert [path.name for path in tmp_path.iterdir() if path.name != "state"] == ["push.md"]


def test_what_no_flag_says_is_asked_at_the_terminal_and_asked_again(state: Path, root: Path, tmp_path: Path) -> None:
    answers = ("Push.", "push the {kind} away", "brakcet", "bracket", "home", "part_at_region", "back edge",
               "shove it -> kind=bracket")  # fmt: skip
    master, slave = pty.openpty()
    command = [sys.executable, "-m", "agent.cli", "skills", "new", "push", "--folder", str(tmp_path / "mine")]
    started = subprocess.Popen(command, cwd=root, stdin=slave, stderr=slave, stdout=subprocess.DEVNULL)
    os.close(slave)
    os.write(master, "".join(f"{answer}\n" for answer in answers).encode())
    told: list[bytes] = []

    def listen() -> None:
        try:
            while piece := os.read(master, 4096):
                told.append(piece)
        except OSError:  # the other end is closed
            return

    listener = threading.Thread(target=listen)
    listener.start()
    assert started.wait(100) == ExitCode.DONE, b"".join(told)
    listener.join(10)
    os.close(master)
    assert b"--value kind: 'brakcet' is not known" in b"".join(told)
    assert load_catalogue(tmp_path / "mine")["push"].phrases() == ("push the bracket away",)
