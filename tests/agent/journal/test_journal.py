"""What survives: runs, calls, events; one process a cell."""

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from agent.events import Asked, Calling, Moving, Paused
from agent.execution import Execution
from agent.journal.journal import CallRecord, Journal, RunRecord
from skills.call import Outcome, SkillCall
from skills.errors import BadInput, Unavailable
from skills.scene import PartQuery

CALL = SkillCall(id="run-00001/1", skill="pick", arguments={"kind": "nut"}, phrase="pick up the nut", part=PartQuery())


def test_a_call_is_begun_once(tmp_path: Path) -> None:
    with Journal(tmp_path) as journal:
        run_id = journal.begin_run("go")
        assert journal.call(CALL.id) is None
        assert journal.begin_call(run_id, CALL)
        assert not journal.begin_call(run_id, CALL)
        assert journal.call(CALL.id) == CallRecord(call=CALL)
    with Journal(tmp_path) as journal:
        assert not journal.begin_call(run_id, CALL)
        execution = Execution(status="ended", chunks=1, seconds=2.5)
        journal.end_call(CALL.id, execution)
        assert journal.calls(run_id) == (CallRecord(call=CALL, execution=execution),)


def test_runs_are_numbered_and_the_last_open_one_is_found(tmp_path: Path) -> None:
    with Journal(tmp_path) as journal:
        assert journal.unfinished() is None
        assert [journal.begin_run(text) for text in ("one", "two")] == ["run-00001", "run-00002"]
        assert journal.unfinished() == RunRecord(id="run-00002", instruction="two")
        journal.begin_call("run-00002", CALL)
        for outcome, open_ in (("done", False), ("incomplete", False), ("refused", False), ("stopped", True)):
            journal.end_run("run-00002", Outcome(outcome=outcome, reason="so"))
            assert (journal.unfinished() is not None) == open_
        journal.reopen_run("run-00002")
        assert journal.unfinished() == RunRecord(id="run-00002", instruction="two")


def test_a_run_that_only_said_stop_hides_no_run_that_was_stopped(tmp_path: Path) -> None:
    stopped = Outcome(outcome="stopped", reason="so")
    with Journal(tmp_path) as journal:
        first = journal.begin_run("go")
        journal.begin_call(first, CALL)
        journal.end_run(first, stopped)
        journal.end_run(journal.begin_run("stop"), stopped)
        assert journal.unfinished() == RunRecord(id=first, instruction="go", outcome=stopped)
        journal.end_run(journal.begin_run("else"), Outcome(outcome="done", reason="so"))
        assert journal.unfinished() is None


def test_events_are_kept_in_order_and_progress_is_not(tmp_path: Path) -> None:
    with Journal(tmp_path) as journal:
        run_id = journal.begin_run("go")
        for time_ns, event in enumerate((Asked(question="Which?"), Moving(share=0.5), Calling(call=CALL))):
            journal.note(run_id, time_ns, event)
        assert [(time_ns, event["event"]) for time_ns, event in journal.events(run_id)] == [
            (0, "asked"),
            (2, "calling"),
        ]


def test_the_file_survives_a_power_cut(tmp_path: Path) -> None:
    with Journal(tmp_path) as journal:
        journal.begin_run("go")
        assert journal._database.rows("PRAGMA synchronous") == [(2,)]
        other = sqlite3.connect(tmp_path / "journal.db")
        assert other.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        assert other.execute("SELECT instruction FROM runs").fetchall() == [("go",)]
        other.close()


def test_a_second_process_is_told_so(tmp_path: Path, root: Path) -> None:
    code = f"from pathlib import Path; from agent.journal.journal import Journal; Journal(Path({str(tmp_path)!r}))"
    with Journal(tmp_path):
        other = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=False)
        with pytest.raises(Unavailable) as raised:
            Journal(tmp_path)
    message = f"the cell of {tmp_path} is open in another process. End that one, or give this one another state folder."
    assert str(raised.value) == message
    assert other.returncode == 1
    assert other.stderr.strip().splitlines()[-1] == f"skills.errors.Unavailable: {message}"
    Journal(tmp_path).close()


def test_a_file_that_is_no_journal_is_named_and_kept(tmp_path: Path) -> None:
    (tmp_path / "journal.db").write_bytes(b"garbage" * 1000)
    with pytest.raises(BadInput) as caught:
        Journal(tmp_path)
    assert str(caught.value) == (
        f"journal: '{tmp_path}/journal.db' is not allowed; it must be a journal of this version of smolcell (file is "
        "not a database); move it away, and a new one begins."
    )
    assert (tmp_path / "journal.db").read_bytes() == b"garbage" * 1000
    (tmp_path / "journal.db").unlink()
    Journal(tmp_path).close()


def test_a_journal_with_other_columns_is_named_and_kept(tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "journal.db")) as other, other:
        other.execute("CREATE TABLE runs (id TEXT, words TEXT)")
    with pytest.raises(BadInput) as caught:
        Journal(tmp_path)
    assert str(caught.value) == (
        f"journal: '{tmp_path}/journal.db' is not allowed; it must be a journal of this version of smolcell (its table "
        "runs has id, words instead of number, id, instruction, outcome); move it away, and a new one begins."
    )
    with closing(sqlite3.connect(tmp_path / "journal.db")) as other:
        assert other.execute("PRAGMA table_info(runs)").fetchall()[1][1] == "words"


def test_a_journal_that_can_not_be_opened_is_not_called_another_versions(tmp_path: Path) -> None:
    (tmp_path / "journal.db").mkdir()
    with pytest.raises(Unavailable, match=r"journal\.db can't be opened \(unable to open database file\)"):
        Journal(tmp_path)
    (tmp_path / "journal.db").rmdir()
    Journal(tmp_path).close()


def test_a_damaged_event_is_named(tmp_path: Path) -> None:
    with Journal(tmp_path) as journal:
        run_id = journal.begin_run("go")
        journal.note(run_id, 0, Paused(reason="a test"))
    with closing(sqlite3.connect(tmp_path / "journal.db")) as other, other:
        other.execute("UPDATE events SET event = substr(event, 1, 9)")
    with Journal(tmp_path) as journal, pytest.raises(BadInput, match=r"no JSON: .*; move it away"):
        list(journal.events(run_id))


@pytest.mark.parametrize("column", ["call", "execution"])
def test_a_call_that_another_version_wrote_is_named(tmp_path: Path, column: str) -> None:
    with Journal(tmp_path) as journal:
        journal.begin_call(journal.begin_run("go"), CALL)
    with closing(sqlite3.connect(tmp_path / "journal.db")) as other, other:
        other.execute(f"UPDATE calls SET {column} = '{{}}'")
    kind, field = {"call": ("SkillCall", "id"), "execution": ("Execution", "status")}[column]
    with Journal(tmp_path) as journal, pytest.raises(BadInput) as caught:
        journal.calls("run-00001")
    assert f"smolcell ({kind}: {field}: Field required); move it away" in str(caught.value)
