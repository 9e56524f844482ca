"""Processes that share out a job end with it: killed ones are told, and none outlives its command."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sim.workers import shared_out
from skills.errors import Unavailable

LONG = """
import sys, time
from pathlib import Path
from sim.workers import shared_out

def work(job):
    Path(job).write_text(str(__import__("os").getpid()))
    time.sleep(60)

if __name__ == "__main__":
    list(shared_out(work, sys.argv[1:], 2))
"""


def test_every_job_is_done_once() -> None:
    assert sorted(shared_out(abs, range(-20, 0), 2)) == list(range(1, 21))


def test_a_killed_process_is_told_instead_of_waited_for() -> None:
    with pytest.raises(Unavailable, match="a worker process was killed"):
        list(shared_out(os._exit, [1], 1))


@pytest.mark.parametrize("sent", [signal.SIGINT, signal.SIGKILL])
def test_no_process_outlives_its_command(root: Path, tmp_path: Path, sent: signal.Signals) -> None:
    """Ctrl-C reaches the whole group, of which the command alone says something; a kill reaches one."""
    (tmp_path / "long.py").write_text(LONG)
    jobs = [tmp_path / "a", tmp_path / "b"]
    command = subprocess.Popen(
        [sys.executable, str(tmp_path / "long.py"), *map(str, jobs)],
        env={**os.environ, "PYTHONPATH": str(root)},
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )
    _wait(lambda: all(job.is_file() and job.read_text() for job in jobs))
    (os.killpg if sent == signal.SIGINT else os.kill)(command.pid, sent)
    said = command.communicate(timeout=20)[1]
    assert "SpawnPoolWorker" not in said
    _wait(lambda: not any(Path(f"/proc/{job.read_text()}").exists() for job in jobs))


def _wait(until) -> None:
    end = time.monotonic() + 20
    while not until():
        assert time.monotonic() < end
        time.sleep(0.02)
