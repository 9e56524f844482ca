"""Whole sessions of `smolcell chat`: at a terminal, at a pipe, and after a kill -9 within a pick."""

import signal
from pathlib import Path

import pytest

from agent.journal import Journal
from tests.agent.repl.process import SCENE, Terminal, session

ESCAPE = "\x1b"


@pytest.mark.timeout(400)
def test_a_session_at_a_terminal(tmp_path: Path) -> None:
    with Terminal(tmp_path, "--scene", SCENE) as terminal:
        terminal.wait_for("smolcell>")
        terminal.type("/skene\r", "Nearest: '/scene'")
        terminal.wait_for("ready: 5 parts seen")
        terminal.type("/scene\r", "5 parts seen")
        assert "▀" in terminal.text
        assert "[38;2;" in terminal.text
        terminal.type("remove all failed parts\r", "phrase    'pick up the failed matte gear'")
        terminal.type("/why\r", "called    'pick up the failed matte gear', meant was: failed part")
        terminal.type("\x03", "stopped: Ctrl-C at the terminal")
        terminal.type("\x03", "nothing is under way; Ctrl-D or /quit leaves")
        terminal.wait_for("smolcell>")
        terminal.type("\x04", "leaving")
        assert terminal.end() == 0
    with Journal(tmp_path) as journal:
        left = journal.unfinished()
    assert left is not None
    assert left.outcome is not None
    assert left.outcome.outcome == "stopped"
    assert (tmp_path / "history").read_text().count("+remove all failed parts") == 1


@pytest.mark.heavy
@pytest.mark.timeout(900)
def test_kill_9_during_a_pick_then_resume(tmp_path: Path) -> None:
    killed = session(tmp_path, "remove all failed parts\n", "--scene", SCENE, SIGKILL_AT="3")
    assert killed.returncode == -signal.SIGKILL
    assert killed.stdout.splitlines()[-2:] == ["phrase    'pick up the failed gear'", "gate      allow, 0.1 s"]
    lines = (tmp_path / "audit.jsonl").read_text().count("\n")

    looked = session(tmp_path, "/why\n/quit\n")
    assert looked.stdout.splitlines()[:5] == [
        f"cell default, the table as run-00001 left it; state in {tmp_path}",
        "run-00001 was cut off: 'remove all failed parts'",
        "  its last call: 'pick up the failed gear' (run-00001/3, skill pick); it was cut off",
        "  Nothing moves by itself. /resume looks afresh and goes on, /cancel gives it up.",
        "ready: 4 parts seen, something is in the gripper",
    ]
    assert (tmp_path / "audit.jsonl").read_text().count("\n") == lines, "nothing has moved"

    resumed = session(tmp_path, "remove all failed parts\n/resume\n/scene\n")
    said = resumed.stdout.splitlines()
    assert said.count("run-00001 was cut off: 'remove all failed parts'") == 2, "an instruction does not replace it"
    assert "verdict   success: failed large brass gear is held" in said
    assert "done: all × failed part → rejection bin: 2 seen, 2 moved, 0 left, 0 lost" in said
    assert [line.split("  ")[0] for line in said[-4:-1]] == [
        "ok large blue gear",
        "ok M8 silver bolt",
        "ok M10 green nut",
    ]
    assert said[-1] == "3 parts seen"
    assert ESCAPE not in killed.stdout + looked.stdout + resumed.stdout
    assert (resumed.returncode, looked.returncode) == (0, 0)


@pytest.mark.heavy
@pytest.mark.timeout(900)
def test_another_scene_is_refused_while_a_run_waits(tmp_path: Path) -> None:
    session(tmp_path, "remove all failed parts\n", "--scene", SCENE, SIGKILL_AT="1")
    other = session(tmp_path, "", "--seed", "3")
    assert other.returncode == 2
    assert other.stderr.splitlines()[-1] == (
        "BadInput: --seed: '3' is not allowed; it must be absent, or scene 'removal-two-gears', while run-00001 waits "
        "for /resume or /cancel."
    )
    same = session(tmp_path, "/cancel\n", "--scene", SCENE)
    assert "run-00001 is given up" in same.stdout.splitlines()
    assert "scene seed-3" in session(tmp_path, "", "--seed", "3").stdout
