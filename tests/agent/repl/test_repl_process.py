"""Whole sessions of `smolcell chat`: at a terminal, at a pipe, and after a kill -9 within a pick."""

import json
import select
import signal
import subprocess
from pathlib import Path

import pytest

from agent.journal.journal import Journal
from tests.agent.repl.process import ROOT, SCENE, Terminal, converse, environment, real_command, session

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
        terminal.type("/live\r", "/live ends it")
        terminal.wait_for("▀")
        terminal.type("remove all failed parts\r", "phrase    'pick up the failed matte gear'")
        terminal.type("/why\r", "called    'pick up the failed matte gear', meant was: failed part")
        terminal.type("\x03", "stopped: Ctrl-C at the terminal")
        terminal.type("\x03", "nothing is under way; Ctrl-D or /quit leaves")
        for _ in range(10):
            terminal.type("/scene\r", "▀")
            terminal.type("\x03", "nothing is under way")  # whether it is a key or, while a picture is drawn, a signal
        terminal.wait_for("smolcell>")
        terminal.type("\x04", "leaving")
        assert terminal.end() == 0
    with Journal(tmp_path) as journal:
        left = journal.unfinished()
    assert left is not None
    assert left.outcome is not None
    assert left.outcome.outcome == "stopped"
    (transcript,) = (tmp_path / "transcripts").iterdir()
    assert "> remove all failed parts\n" in transcript.read_text()
    assert (tmp_path / "history").read_text().count("+remove all failed parts") == 1


@pytest.mark.heavy
@pytest.mark.timeout(900)
def test_kill_9_during_a_pick_then_resume(tmp_path: Path) -> None:
    killed = session(tmp_path, "remove all failed parts\n", "--scene", SCENE, SIGKILL_AT="3")
    assert killed.returncode == -signal.SIGKILL
    told = [line for line in killed.stdout.splitlines() if "half way" not in line]
    assert told[-2:] == ["phrase    'pick up the failed gear'", "gate      allow, 0.1 s"]
    lines = (tmp_path / "audit.jsonl").read_text().count("\n")

    looked = session(tmp_path, "/why\n/quit\n")
    assert looked.stdout.splitlines()[:5] == [
        f"cell default, the table as run-00001 left it; state in {tmp_path}",
        "run-00001 was cut off: 'remove all failed parts'",
        "  its last call: 'pick up the failed gear' (run-00001/3, skill pick); it was cut off",
        "  Nothing moves by itself. /resume looks afresh and goes on, /cancel gives it up.",
        "ready: the arm stands before the overhead camera; what lies on the tray can't be said",
    ]
    assert (tmp_path / "audit.jsonl").read_text().count("\n") == lines, "nothing has moved"

    resumed = session(tmp_path, "remove all failed parts\n/resume\n/scene\n")
    said = resumed.stdout.splitlines()
    assert said.count("run-00001 was cut off: 'remove all failed parts'") == 2, "an instruction does not replace it"
    assert "verdict   success: failed large brass gear is held" in said
    assert "done: all × failed part → rejection bin: 2 seen, 2 moved, 0 left, 0 lost" in said
    assert [line.split(",")[0] for line in said[-4:-1]] == [
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


def kill_while_it_closes_on_the_second_part(state: Path) -> list[str]:
    """Start the real cell, kill it from outside when the fingers have closed in the second pick; what it said."""
    chat = subprocess.Popen(
        real_command(state), stdin=subprocess.PIPE, stdout=subprocess.PIPE, cwd=ROOT, env=environment(), text=True
    )
    assert chat.stdin
    assert chat.stdout
    chat.stdin.write("remove all failed parts\n")
    chat.stdin.flush()
    said: list[str] = []
    while sum(line.startswith("phrase    'pick up") for line in said) < 2:
        said.append(chat.stdout.readline())
        assert said[-1], said
    while saved_width(state) > 0 and chat.poll() is None:
        select.select([], [], [], 0.005)
    chat.kill()
    assert chat.wait() == -signal.SIGKILL
    chat.stdin.close()
    chat.stdout.close()
    return said


def saved_width(state: Path) -> float:
    """What the fingers of the twin were told last [m]."""
    return float(json.loads((state / "table.json").read_text())["past"]["arm"]["width"])


@pytest.mark.heavy
@pytest.mark.timeout(900)
def test_kill_9_of_the_real_cell_during_a_pick(tmp_path: Path) -> None:
    said = kill_while_it_closes_on_the_second_part(tmp_path)
    assert "account   all × failed part → rejection bin: 3 seen, 1 moved, 2 left, 0 lost\n" in said
    resumed = converse(real_command(tmp_path), "/resume\n/scene\n")
    lines = resumed.stdout.splitlines()
    assert lines[1] == "run-00001 was cut off: 'remove all failed parts'"
    assert lines[2].endswith("(run-00001/3, skill pick); it was cut off")
    assert "done: all × failed part → rejection bin: 3 seen, 3 moved, 0 left, 0 lost" in lines
    assert lines[-1] == "4 parts seen"
    assert resumed.returncode == 0
