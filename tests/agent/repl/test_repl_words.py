"""What a line is, the register, the picture: everything of the chat that needs no cell."""

import subprocess
import sys

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from prompt_toolkit.completion import CompleteEvent
from prompt_toolkit.document import Document
from rich.console import Console

from agent.doors.repl.completion import OperatorCompleter
from agent.doors.repl.picture import in_blocks, in_shades, shrink
from agent.doors.repl.register import COMMANDS, find, help_lines, table
from agent.doors.repl.words import Heard, heard
from skills.errors import UnknownName


@pytest.mark.parametrize(
    ("line", "kind", "text"),
    [
        ("stop", "stop", "stop"),
        ("  STOP!! ", "stop", "STOP!!"),
        ("/stop", "stop", "/stop"),
        ("/Stop now", "stop", "/Stop now"),
        ("Stop, it fell", "stop", "Stop, it fell"),
        ("halt", "stop", "halt"),
        ("please stop the robot", "stop", "please stop the robot"),
        ("pause", "command", "pause"),
        ("Hold on!", "command", "pause"),
        ("hold still", "stop", "hold still"),
        ("/why", "command", "why"),
        ("/WHY not", "command", "why"),
        ("/", "command", ""),
        ("continue", "command", "resume"),
        ("never mind", "command", "cancel"),
        ("quit", "command", "quit"),
        ("Exit", "command", "quit"),
        ("", "nothing", ""),
        ("   ", "nothing", ""),
        (" remove all failed parts", "instruction", "remove all failed parts"),
        ("put the stop in the bin", "instruction", "put the stop in the bin"),
    ],
)
def test_line_is_heard_as(line, kind, text):
    assert heard(line)[:2] == (kind, text)


def test_what_stands_behind_a_command_is_kept_as_it_was_typed():
    assert heard("/Report  My Runs/One.html ") == Heard("command", "report", "My Runs/One.html")
    assert heard("/why") == Heard("command", "why", "")


@given(st.lists(st.booleans(), min_size=4, max_size=4), st.sampled_from(["", "/", " ", "!", "/ ", "..."]))
def test_stop_is_a_stop_in_any_case_and_behind_any_mark(upper, mark):
    word = "".join(letter.upper() if big else letter for letter, big in zip("stop", upper, strict=True))
    assert heard(f"{mark}{word}").kind == "stop"


@given(st.text(max_size=60))
def test_whatever_is_typed_is_heard_as_something(line):
    assert heard(line).kind in ("nothing", "stop", "command", "instruction")


def test_unknown_command_names_the_nearest():
    with pytest.raises(UnknownName) as caught:
        find("skene")
    assert str(caught.value) == (
        "command: '/skene' is not known; allowed is one of '/help', '/scene', '/live', '/plan', '/stop', '/pause', "
        "'/resume', '/cancel', '/why', '/report', '/skills', '/quit'. Nearest: '/scene', '/pause'."
    )


def test_help_is_the_register():
    assert [line.split()[0] for line in help_lines()] == [f"/{name}" for name in COMMANDS]
    assert all(
        command.summary and len(line) <= 100 for command, line in zip(COMMANDS.values(), help_lines(), strict=True)
    )


def test_operators_page_shows_the_register(root):
    assert table() in (root / "docs" / "operators.md").read_text(encoding="utf-8")


def completions(text):
    return [found.text for found in OperatorCompleter(None).get_completions(Document(text), CompleteEvent())]


def test_completion_knows_commands_places_and_words():
    assert completions("/s") == ["/scene", "/stop", "/skills"]
    assert completions("/") == [f"/{name}" for name in COMMANDS]
    assert "rejection bin" in completions("put it in the rej")
    assert {"conveyor", "conveyor belt"} <= set(completions("put it on the conv"))
    assert {"left fixture", "left bin"} <= set(completions("insert it into the lef"))
    assert "fixture" in completions("the left fix")
    assert "insert" in completions("ins")
    assert "bracket" in completions("remove every bra")
    assert "M10" in completions("an m1")
    assert completions("x") == []
    assert completions("remove ") == []


def picture(rng_seed=1, size=256):
    return np.random.default_rng(rng_seed).integers(0, 256, (size, size, 3), dtype=np.uint8)


@given(st.integers(1, 90), st.integers(1, 90))
def test_shrinking_keeps_a_flat_picture_flat_and_every_mean_in_range(rows, columns):
    flat = np.full((97, 101, 3), 7, np.uint8)
    assert np.array_equal(shrink(flat, rows, columns), np.full((rows, columns, 3), 7.0))
    small = shrink(picture(size=100), rows, columns)
    assert 0 <= small.min() <= small.max() <= 255


def test_shrinking_by_a_whole_factor_is_the_mean_of_each_block():
    image = picture(size=64)
    expected = image.reshape(16, 4, 16, 4, 3).mean(axis=(1, 3))
    assert np.allclose(shrink(image, 16, 16), expected)


def drawn(text, **options):
    console = Console(force_terminal=True, width=200, **options)
    with console.capture() as capture:
        console.print(text)
    return capture.get()


@pytest.mark.parametrize(("asked", "columns"), [(200, 80), (80, 80), (41, 40), (16, 16)])
def test_blocks_are_at_most_80_columns_and_half_as_many_lines(asked, columns):
    lines = in_blocks(picture(), asked).plain.split("\n")
    assert {len(line) for line in lines} == {columns}
    assert len(lines) == columns // 2
    assert set("".join(lines)) == {"▀"}


def test_blocks_hold_the_colours_of_the_picture():
    image = np.zeros((4, 4, 3), np.uint8)
    image[0, 0], image[1, 0] = (200, 10, 30), (1, 2, 3)
    assert drawn(in_blocks(image, 4), color_system="truecolor").startswith("\x1b[38;2;200;10;30;48;2;1;2;3m▀")
    image[0, 0] = (201, 10, 30)  # rich remembers how it drew a style
    assert drawn(in_blocks(image, 4), color_system="256").startswith("\x1b[38;5;")


def test_shades_are_plain_characters_from_dark_to_bright():
    ramp = np.tile(np.linspace(0, 255, 200).astype(np.uint8)[None, :, None], (200, 1, 3))
    lines = in_shades(ramp, 200).plain.split("\n")
    assert {len(line) for line in lines} == {80}
    assert len(lines) == 40
    assert lines[0][0] == " "
    assert lines[0][-1] == "@"
    assert drawn(in_shades(ramp, 200), color_system="truecolor").isascii()


def test_nothing_heavy_stands_between_the_command_and_the_prompt(root):
    code = "import sys, agent.cli, agent.doors.repl.terminal; print(*sorted(sys.modules))"
    loaded = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True).stdout
    heavy = {"numpy", "pydantic", "yaml", "rich", "sqlite3", "pybullet", "langgraph", "onnxruntime", "cv2", "torch"}
    assert heavy & {name.split(".")[0] for name in loaded.split()} == set()
