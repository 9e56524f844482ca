"""Processes that share out a job end with it: killed ones are told, neither they nor temporary folders outlive it."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sim.workers import shared_out
from skills.errors import BadInput, Unavailable
from skills.yamlfile import read_yaml

LONG = """
import signal, sys, tempfile, time
from pathlib import Path
from sim.workers import shared_out
from skills.errors import Unavailable

def work(job):
    with tempfile.TemporaryDirectory() as folder:
        Path(folder, "file").touch()
        Path(job).with_suffix(".draft").write_text(str(__import__("os").getpid()))
        Path(job).with_suffix(".draft").replace(job)
        time.sleep(0.1 if sys.argv[1] == "short" else 60)

if __name__ == "__main__":
    signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell's background job is born deaf to it
    try:
        list(shared_out(work, sys.argv[2:], 2))
    except Unavailable as error:
        sys.exit(str(error))
"""


@pytest.fixture
def command(root: Path, tmp_path: Path):
    """Starts a command of two processes, each with a temporary folder; gives it and the files with their ids."""
    (tmp_path / "long.py").write_text(LONG)
    (tmp_path / "temporary").mkdir()
    jobs = [tmp_path / "a", tmp_path / "b"]

    def start(how: str):
        started = subprocess.Popen(
            [sys.executable, str(tmp_path / "long.py"), how, *map(str, jobs)],
            env={**os.environ, "PYTHONPATH": str(root), "TMPDIR": str(tmp_path / "temporary")},
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            start_new_session=True,
        )
        _wait(lambda: all(job.is_file() for job in jobs))
        return started, [int(job.read_text()) for job in jobs]

    return start


def test_every_job_is_done_once() -> None:
    assert sorted(shared_out(abs, range(-20, 0), 2)) == list(range(1, 21))


def test_no_job_is_no_work() -> None:
    assert list(shared_out(abs, [], 2)) == []


def test_a_killed_process_is_told_instead_of_waited_for() -> None:
    with pytest.raises(Unavailable, match="a worker process was killed"):
        list(shared_out(os._exit, [1], 1))


def test_what_the_work_raises_is_raised_here_with_its_trace() -> None:
    with pytest.raises(BadInput, match=r"file: 'nowhere\.yaml' is not allowed") as raised:
        list(shared_out(read_yaml, [Path("nowhere.yaml")], 1))
    assert "in read_yaml" in raised.value.__notes__[0]


def test_a_result_of_many_bytes_comes_whole() -> None:
    assert [len(result) for result in shared_out(bytes, [10**7] * 3, 2)] == [10**7] * 3


def test_the_normal_end_is_quiet(command, tmp_path: Path) -> None:
    started, _ = command("short")
    assert started.communicate(timeout=20) == ("", "")
    assert started.returncode == 0
    assert list((tmp_path / "temporary").iterdir()) == []


@pytest.mark.parametrize(
    ("sent", "group"),
    [
        (signal.SIGINT, True),
        (signal.SIGINT, False),
        (signal.SIGTERM, True),
        (signal.SIGTERM, False),
        (signal.SIGKILL, False),
    ],
)
def test_no_process_outlives_its_command(command, tmp_path: Path, sent: signal.Signals, group: bool) -> None:
    """Ctrl-C reaches the whole group, of which the command alone says something; a kill reaches one."""
    started, processes = command("long")
    (os.killpg if group else os.kill)(started.pid, sent)
    said = started.communicate(timeout=20)[1]
    assert "spawn_main" not in said
    assert "SystemExit" not in said
    assert said.count("Traceback") == (sent == signal.SIGINT)
    _wait(lambda: not any(Path(f"/proc/{process}").exists() for process in processes))
    _wait(lambda: list((tmp_path / "temporary").iterdir()) == [])


@pytest.mark.parametrize("sent", [signal.SIGTERM, signal.SIGKILL])
def test_one_process_that_is_killed_ends_all_with_one_line(command, tmp_path: Path, sent: signal.Signals) -> None:
    started, processes = command("long")
    os.kill(processes[0], sent)
    out, err = started.communicate(timeout=20)
    assert (out, err) == (
        "",
        "a worker process was killed, as happens where memory runs out. "
        "Run the same command again, with fewer --workers.\n",
    )
    assert not any(Path(f"/proc/{process}").exists() for process in processes)
    assert list((tmp_path / "temporary").iterdir()) == []


def _wait(until) -> None:
    end = time.monotonic() + 20
    while not until():
        assert time.monotonic() < end
        time.sleep(0.02)
