"""The command line in a process of its own, and inside this one."""

import os
import subprocess
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from agent.cli import main
from agent.doors.settings import PREFIX, STATE


@dataclass(frozen=True)
class Said:
    """What a command said, and its exit code."""

    code: int
    out: str
    err: str


@pytest.fixture
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A state folder of the test's own, and no settings from whoever runs the tests."""
    for name in [name for name in os.environ if name.startswith(PREFIX)]:
        monkeypatch.delenv(name)
    folder = tmp_path / "state"
    monkeypatch.setenv(STATE, str(folder))
    return folder


@pytest.fixture
def smolcell(state: Path, capsys: pytest.CaptureFixture[str]) -> Callable[..., Said]:
    """Runs a command in this process."""

    def run(*arguments: str) -> Said:
        capsys.readouterr()
        code = main(arguments)
        said = capsys.readouterr()
        return Said(code, said.out, said.err)

    return run


@pytest.fixture
def process(state: Path, root: Path) -> Callable[..., Said]:
    """Runs a command in a process of its own."""

    def run(*arguments: str) -> Said:
        done = subprocess.run(
            [sys.executable, "-m", "agent.cli", *arguments], cwd=root, capture_output=True, text=True, timeout=100
        )
        return Said(done.returncode, done.stdout, done.stderr)

    return run
