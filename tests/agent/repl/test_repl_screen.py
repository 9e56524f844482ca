"""What the operator sees: lines that fit, pictures that stay, words for a screen reader, and a transcript of it all."""

import io
import os
import pty
from pathlib import Path

import numpy as np
import pytest
from rich.console import Console

from agent.doors.repl import chat, table
from agent.doors.repl.live import BETWEEN, Live
from agent.doors.repl.screen import PLAIN_WIDTH, Screen, wrapped
from agent.doors.repl.shift import Shift
from agent.doors.repl.transcript import FOLDER, Transcript
from agent.exit_codes import ExitCode
from skills.errors import Unavailable
from tests.agent.kinematic_tray import Tray, part, planned, step
from tests.agent.repl.conversation import Conversation

GEAR = part("gear", "large", "red", "failed", (-0.09, 0.05))
GO = {"go": planned(step(condition="failed"))}
LONG = "verdict   failure: failed M8 brass nut is held instead of failed large red gear, which " + "was moved " * 9
PICTURE = np.zeros((256, 256, 3), np.uint8)


def screen_of(width: int, height: int = 24, **options: object) -> tuple[Screen, io.StringIO]:
    drawn = io.StringIO()
    console = Console(file=drawn, width=width, height=height, highlight=False, **options)  # type: ignore[arg-type]
    return Screen(lambda: console), drawn


@pytest.mark.parametrize("width", [40, 80, 132])
def test_at_a_terminal_every_line_fits_and_goes_on_behind_its_label(width: int) -> None:
    screen, drawn = screen_of(width, force_terminal=True, color_system=None)
    screen.say(LONG)
    lines = drawn.getvalue().splitlines()
    assert max(map(len, lines)) <= width
    assert [line[:10] for line in lines[1:]] == [" " * 10] * (len(lines) - 1)
    assert " ".join(line.strip() for line in lines) == LONG.strip()


def test_a_line_that_fits_stays_as_it_is() -> None:
    assert wrapped("  its last call: 'x'", 80) == ["  its last call: 'x'"]
    assert wrapped("", 80) == [""]
    assert wrapped("what I do:\n\n- this\n- that", 80) == ["what I do:", "", "- this", "- that"]


def test_without_a_terminal_lines_stay_whole_and_parts_are_read_aloud() -> None:
    screen, drawn = screen_of(PLAIN_WIDTH)
    screen.say(LONG)
    screen.picture(PICTURE)
    screen.parts([GEAR])
    assert drawn.getvalue().splitlines() == [LONG, "failed large red gear, 90 mm front, 50 mm left, 95% sure"]


@pytest.mark.parametrize("plain", [False, True])
def test_on_a_dumb_terminal_lines_are_broken_between_words(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, plain: bool
) -> None:
    def without_a_cell(screen: Screen, *_: object) -> Shift:
        screen.say(LONG)
        screen.parts([GEAR])
        raise Unavailable("there is no cell.", "Build one.")

    master, slave = pty.openpty()
    monkeypatch.setattr(table, "begin_shift", without_a_cell)
    monkeypatch.setattr("agent.doors.repl.plain.obey_signals", lambda _: None)
    monkeypatch.setenv("TERM", "dumb")
    monkeypatch.setenv("COLUMNS", "50")
    with os.fdopen(slave) as stdin, os.fdopen(os.dup(slave), "w") as stdout:
        monkeypatch.setattr("sys.stdin", stdin)
        monkeypatch.setattr("sys.stdout", stdout)
        assert chat(None, None, None, tmp_path, plain) == ExitCode.UNAVAILABLE
        lines = os.read(master, 65536).decode().splitlines()
    os.close(master)
    broken = [*wrapped(LONG, 50), "failed large red gear, 90 mm front, 50 mm left,", "          95% sure"]
    assert lines == ([LONG, "failed large red gear, 90 mm front, 50 mm left, 95% sure"] if plain else broken)


def test_a_picture_that_stays_leaves_room_for_what_is_said() -> None:
    screen, _ = screen_of(80, force_terminal=True, color_system="truecolor")
    lines = screen.frame(PICTURE).splitlines()
    assert len(lines) == 14
    assert all(line.count("▀") == 28 for line in lines)


def test_a_live_picture_is_taken_only_while_it_is_wanted_and_not_too_often() -> None:
    now, taken = [0.0], []

    def take() -> np.ndarray:
        taken.append(now[0])
        return PICTURE

    live = Live(take, lambda _: f"picture {len(taken)}", lambda: now[0])
    live.refresh()
    assert (live.shown, taken) == (None, [])
    assert live.toggle()
    for _ in range(10):
        now[0] += BETWEEN / 4
        live.refresh()
    assert (live.shown, taken) == ("picture 3", [0.0, BETWEEN, 2 * BETWEEN])
    assert not live.toggle()
    live.refresh()
    assert live.shown is None


def test_a_transcript_holds_what_was_typed_and_said(tmp_path: Path) -> None:
    transcript = Transcript(tmp_path)
    with Conversation(tmp_path / "state", Tray(GEAR), GO, transcript=transcript) as chat:
        chat.begin().say("go", until="done: ")
        chat.say("/scene", until="1 parts seen, ", times=0)
    transcript.close()
    (file,) = (tmp_path / FOLDER).iterdir()
    assert file.stat().st_mode & 0o777 == 0o600
    kept = [line[9:] for line in file.read_text().splitlines()]
    assert kept[:3] == ["  ready: 1 parts seen", "> go", "  plan      1. all × failed part → rejection bin"]
    assert {"  moving    half way", "> /scene"} <= set(kept)


def test_a_conversation_goes_on_where_no_transcript_can_be_kept(tmp_path: Path) -> None:
    (tmp_path / FOLDER).write_text("in the way")
    with Conversation(tmp_path / "state", Tray(GEAR), GO, transcript=Transcript(tmp_path)) as chat:
        chat.begin().say("go", until="done: ")
    assert sum(line.startswith("no transcript is kept: ") for line in chat.transcript.lines) == 1
