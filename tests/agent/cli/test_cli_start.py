"""What the command line loads, and where its words go."""

import json
import os
import re
import subprocess
import sys
import typing
from pathlib import Path

import pytest
import typer

from agent.doors.cli import doctor
from agent.doors.cli.application import app
from agent.doors.cli.commands import COMMANDS, load
from agent.doors.cli.reference import reference
from agent.exit_codes import ExitCode

HEAVY = {"torch", "lerobot", "transformers", "pybullet", "langgraph", "onnxruntime", "pinocchio", "coal"}
HELP_ALONE = {"pydantic", "numpy", "yaml", "rich"}


def loaded_after(code: str, root: Path) -> set[str]:
    """Top-level modules in a fresh process after `code`."""
    listed = f"{code}\nimport sys; sys.stderr.write(' '.join({{name.split('.')[0] for name in sys.modules}}))"
    done = subprocess.run([sys.executable, "-c", listed], cwd=root, capture_output=True, text=True, check=True)
    return set(done.stderr.split())


def test_help_loads_nothing_that_a_user_would_wait_for(root: Path) -> None:
    modules = loaded_after("from agent.cli import main; assert main(['--help']) == 0", root)
    assert modules & (HEAVY | HELP_ALONE) == set()


def test_no_command_loads_a_heavy_library_before_it_runs(root: Path) -> None:
    modules = loaded_after(
        "from agent.doors.cli.commands import COMMANDS, load\nfor name in COMMANDS: load(name)", root
    )
    assert modules & HEAVY == set()


@pytest.mark.parametrize("name", COMMANDS)
def test_the_summary_is_the_first_line_of_the_commands_own_help(name: str) -> None:
    assert (load(name).help or "").splitlines()[0] == COMMANDS[name][1]


@pytest.mark.parametrize("name", COMMANDS)
def test_help_of_every_command(smolcell, name: str) -> None:
    said = smolcell(name, "--help")
    assert (said.code, said.err) == (ExitCode.DONE, "")
    assert said.out.startswith(f"Usage: smolcell {name} ")


def test_without_a_command_the_help_is_shown(smolcell) -> None:
    assert smolcell() == smolcell("--help")


def test_commands_md_is_what_the_commands_say(root: Path) -> None:
    kept = (root / "docs" / "commands.md").read_text(encoding="utf-8")
    assert kept == f"{reference()}\n", "make it again: python -m agent.doors.cli.reference > docs/commands.md"


def test_the_exit_codes_are_in_the_help() -> None:
    told = " ".join((typer.main.get_command(app).help or "").split())
    assert [int(code) for code in re.findall(r"(?:: |, )(\d) ", told)] == [code.value for code in ExitCode]


def test_json_is_all_of_stdout(process) -> None:
    said = process("doctor", "--json")
    answer = json.loads(said.out)
    assert said.out.count("\n") == 1
    assert {check["check"] for check in answer["checks"]} >= {"python", "packages", "cell file", "stop latch"}
    assert answer["ok"] == (said.code == ExitCode.DONE)


def test_talk_of_libraries_reaches_no_answer(process, tmp_path: Path) -> None:
    """Bullet and its bodies print to stdout by themselves."""
    said = process("data", "generate", "--out", str(tmp_path / "set"), "--scenes", "1", "--workers", "1")
    assert (said.code, said.out) == (ExitCode.DONE, f"{tmp_path}/set/dataset.json\n")
    assert "scenes 1/1" in said.err


def test_a_reader_that_goes_away_gets_no_traceback(state: Path, root: Path) -> None:
    command = f"'{sys.executable}' -m agent.cli skills list pick --json | head -c 1"
    done = subprocess.run(["bash", "-o", "pipefail", "-c", command], cwd=root, capture_output=True, text=True)
    assert "Traceback" not in done.stderr


def test_a_fault_of_ours_is_one_line_and_its_traceback_goes_to_the_log(
    smolcell, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> typing.NoReturn:
        raise ZeroDivisionError("all of\nit")

    monkeypatch.setattr(doctor, "examine", fail)
    said = smolcell("doctor")
    log = state / "smolcell.log"
    line = f"InternalError: ZeroDivisionError: all of it. This is a fault of smolcell; its details are in {log}\n"
    assert (said.code, said.out, said.err) == (ExitCode.INTERNAL, "", line)
    assert "Traceback (most recent call last)" in log.read_text()
    assert 'raise ZeroDivisionError("all of\\nit")' in log.read_text()


def test_a_log_that_cant_be_written_is_said(smolcell, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_: object) -> typing.NoReturn:
        raise ZeroDivisionError

    monkeypatch.setattr(doctor, "examine", fail)
    (tmp_path / "state").write_text("a file where the folder should be")
    said = smolcell("doctor")
    assert said.err == (
        "InternalError: ZeroDivisionError. This is a fault of smolcell; its details could not be logged (File exists)\n"
    )


def test_ctrl_c_in_a_command_is_exit_4(smolcell, monkeypatch: pytest.MonkeyPatch) -> None:
    def interrupt(*_: object) -> typing.NoReturn:
        raise KeyboardInterrupt

    monkeypatch.setattr(doctor, "examine", interrupt)
    said = smolcell("doctor")
    assert (said.code, said.out, said.err) == (ExitCode.STOPPED, "", "Interrupted: stopped by Ctrl-C or SIGTERM.\n")


def test_ctrl_c_while_the_command_is_loaded_is_told_as_any_other(root: Path) -> None:
    code = """
import signal, sys
from agent.cli import main

class Loading:
    def find_spec(self, name, *_):
        if name == "typer":
            signal.raise_signal(signal.SIGINT)

signal.signal(signal.SIGINT, signal.default_int_handler)
sys.meta_path.insert(0, Loading())
sys.exit(main(["doctor"]))
"""
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True)
    assert (done.returncode, done.stdout, done.stderr) == (
        ExitCode.STOPPED,
        "",
        "Interrupted: stopped by Ctrl-C or SIGTERM.\n",
    )


def test_environment_of_the_tests_is_clean(state: Path) -> None:
    assert [name for name in os.environ if name.startswith("SMOLCELL_")] == ["SMOLCELL_STATE"]
