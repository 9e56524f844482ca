"""`smolcell chat` in a process of its own, at a pipe or at a terminal, with an oracle in place of the networks."""

import os
import pty
import select
import subprocess
import sys
import time
from pathlib import Path

ROOT = Path(__file__).parents[3]
PATIENCE = 250.0
"""Seconds that a whole session may take on a loaded machine."""
WHERE, TOP_LEFT = "\x1b[6n", b"\x1b[1;1R"
"""A terminal is asked where its cursor stands; ours says always there."""
SCENE = "sim/scenarios/removal-two-gears.yaml"


def command(state: Path, *more: str) -> list[str]:
    return [sys.executable, "tests/agent/repl/oracle_chat.py", "chat", "--state", str(state), *more]


def real_command(state: Path, *more: str) -> list[str]:
    """Without the oracle."""
    return [sys.executable, "-m", "agent.cli", "chat", "--state", str(state), *more]


def environment(**more: str) -> dict[str, str]:
    kept = {
        name: value for name, value in os.environ.items() if not name.startswith("SMOLCELL_") and name != "NO_COLOR"
    }
    return {**kept, "PYTHONPATH": str(ROOT), "OMP_NUM_THREADS": "1", **more}


def session(state: Path, lines: str, *more: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """A whole session at a pipe."""
    return converse(command(state, *more), lines, **variables)


def converse(arguments: list[str], lines: str, **variables: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        arguments,
        input=lines,
        cwd=ROOT,
        env=environment(**variables),
        capture_output=True,
        text=True,
        check=False,
        timeout=PATIENCE,
    )


class Terminal:
    """A session at a terminal of 80 × 24 characters; what it drew is in `text`."""

    def __init__(self, state: Path, *more: str, **variables: str) -> None:
        import fcntl
        import struct
        import termios

        self._master, slave = pty.openpty()
        fcntl.ioctl(slave, termios.TIOCSWINSZ, struct.pack("HHHH", 24, 80, 0, 0))
        shown = {"TERM": "xterm-256color", "COLORTERM": "truecolor", **variables}
        self.process = subprocess.Popen(
            command(state, *more),
            stdin=slave,
            stdout=slave,
            stderr=slave,
            cwd=ROOT,
            env=environment(**shown),
            start_new_session=True,
            preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),  # or no Ctrl-C while a line is drawn is a signal
        )
        os.close(slave)
        self.text = self._ahead = ""

    def __enter__(self) -> "Terminal":
        return self

    def __exit__(self, *_: object) -> None:
        self.process.kill()
        self.process.wait()
        os.close(self._master)

    def type(self, keys: str, until: str) -> None:
        """Type `keys`, then read until `until` has been drawn after them."""
        os.write(self._master, keys.encode())
        self.wait_for(until)

    def wait_for(self, words: str) -> None:
        """Read until `words` have been drawn; what came with them is kept for the next time."""
        deadline = time.monotonic() + PATIENCE
        while words not in self._ahead:
            assert time.monotonic() < deadline, f"no {words!r} in {self._ahead!r}"
            more = self._read()
            assert more, f"it ended without {words!r}: {self._ahead!r}"
            self._ahead += more
        before, _, self._ahead = self._ahead.partition(words)
        self.text += before + words

    def end(self) -> int:
        """Read to the end; the exit code."""
        while self._read():
            pass
        return self.process.wait(PATIENCE)

    def _read(self) -> str:
        try:
            select.select([self._master], [], [], PATIENCE)
            drawn = os.read(self._master, 65536).decode("utf-8", "replace")
            if WHERE in drawn:
                os.write(self._master, TOP_LEFT)
            return drawn
        except OSError:  # how a terminal says that nobody is at its other end
            return ""
