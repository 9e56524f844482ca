"""Trouble of the machine's, not ours: full disks, barred paths, closed streams, words in no encoding."""

import errno
import json
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from agent.doors.cli.errors import foreseen
from agent.exit_codes import ExitCode
from safety.audit import Audit
from safety.latch import Latch

ROOM = "Make room there, then run the same command again."


def shell(root: Path, command: str, **environment: str) -> tuple[int, str, str]:
    """Exit code, stdout and stderr of `command`, in which $S stands for smolcell."""
    done = subprocess.run(
        ["bash", "-c", command],
        cwd=root,
        capture_output=True,
        text=True,
        env={**os.environ, "S": f"{sys.executable} -m agent.cli", **environment},
    )
    return done.returncode, done.stdout, done.stderr


@pytest.mark.parametrize(
    ("error", "told"),
    [
        (OSError(errno.ENOSPC, "full"), f"the disk is full. {ROOM}"),
        (OSError(errno.ENOSPC, "full", "/a"), f"the disk is full (/a). {ROOM}"),
        (
            PermissionError(errno.EACCES, "Permission denied", "/a"),
            "file: '/a' is not allowed; it must be a path that can be read and written (Permission denied).",
        ),
    ],
)
def test_a_file_systems_trouble_is_told_in_our_words(error: OSError, told: str) -> None:
    assert str(foreseen(error)) == told


def test_a_full_disk_under_the_journal_is_told() -> None:
    database = sqlite3.connect(":memory:")
    database.execute("PRAGMA max_page_count=1")
    with pytest.raises(sqlite3.OperationalError) as caught:
        database.execute("CREATE TABLE t (x)")
    assert str(foreseen(caught.value)) == f"the disk with the journal is full. {ROOM}"


def test_a_journal_that_can_not_be_written_is_told() -> None:
    database = sqlite3.connect(":memory:")
    database.execute("PRAGMA query_only=1")
    with pytest.raises(sqlite3.OperationalError) as caught:
        database.execute("CREATE TABLE t (x)")
    look = "Look at its file in the state folder, and its disk."
    assert str(foreseen(caught.value)) == f"the journal can't be used (attempt to write a readonly database). {look}"


def test_what_nobody_foresaw_is_a_fault_of_ours() -> None:
    assert foreseen(OSError("?")) is None
    assert foreseen(FileNotFoundError(errno.ENOENT, "?", "/a")) is None


@pytest.mark.parametrize("flag", ["", "--json"])
def test_an_answer_that_found_no_room_is_no_success(state: Path, root: Path, flag: str) -> None:
    assert shell(root, f"$S skills list {flag} > /dev/full") == (
        ExitCode.UNAVAILABLE,
        "",
        f"Unavailable: the disk is full. {ROOM}\n",
    )


def test_closed_streams_do_no_harm(state: Path, root: Path) -> None:
    assert shell(root, "$S skills list >&-") == (ExitCode.DONE, "", "")
    assert shell(root, "$S plan --batch - <&-") == (ExitCode.DONE, "", "")
    assert shell(root, "$S doctor --sell 2>&-") == (ExitCode.BAD_INPUT, "", "")
    assert shell(root, "$S chat --seed x <&- >&- 2>&-") == (ExitCode.BAD_INPUT, "", "")
    assert shell(root, "$S chat --cell /nowhere <&-")[0] == ExitCode.BAD_INPUT


def test_words_are_utf_8_whatever_the_locale_says(state: Path, root: Path) -> None:
    plain = {"LC_ALL": "C", "PYTHONCOERCECLOCALE": "0", "PYTHONUTF8": "0"}
    code, out, _ = shell(root, "$S plan 'all failed parts → left bin' --json", **plain)
    assert (code, json.loads(out)["outcome"]) == (ExitCode.DONE, "planned")


def test_words_in_no_encoding_are_refused_and_nothing_is_done(state: Path, root: Path) -> None:
    Latch(state / "latch.json").close("a test", 0)
    code, out, err = shell(root, r"$S reset --by $'\xff'")
    assert (code, out) == (ExitCode.BAD_INPUT, "")
    assert err == "BadInput: command line: '\\udcff' is not allowed; it must be UTF-8 text.\n"
    assert Latch(state / "latch.json").reason == "a test"


def test_no_stop_is_opened_without_a_record(smolcell, state: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    Latch(state / "latch.json").close("a test", 0)
    monkeypatch.setattr(Audit, "record", full)
    said = smolcell("reset", "--by", "Ada")
    assert (said.code, said.err) == (ExitCode.UNAVAILABLE, f"Unavailable: the disk is full. {ROOM}\n")
    assert Latch(state / "latch.json").reason == "a test"


def test_a_line_of_a_batch_may_hold_half_a_letter(state: Path, root: Path) -> None:
    code, out, err = shell(
        root, r"""echo '{"id": "\ud800", "instruction": "stop \ud800"}' | $S plan --batch - --json"""
    )
    assert (code, json.loads(out)["id"], err) == (ExitCode.DONE, "\ud800", "")


def test_a_number_too_long_to_be_read_spoils_its_own_line_alone(smolcell, tmp_path: Path) -> None:
    lines = ['{"id": ' + "9" * 5000 + "}", '{"id": "b", "instruction": "stop"}']
    (tmp_path / "batch.jsonl").write_text("\n".join(lines))
    said = smolcell("plan", "--batch", str(tmp_path / "batch.jsonl"), "--json")
    assert [json.loads(line)["outcome"] for line in said.out.splitlines()] == ["error", "control"]
    assert said.code == ExitCode.BAD_INPUT
