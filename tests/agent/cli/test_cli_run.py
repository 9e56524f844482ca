"""`smolcell run` and `film` over the twin's physics, with an oracle in place of the networks."""

import errno
import json
import os
import signal
import subprocess
import sys
from pathlib import Path

import cv2
import pytest

from agent import events
from agent.doors.cli import film, run
from agent.exit_codes import ExitCode
from agent.journal.journal import Journal
from agent.twin import Twin
from safety.latch import Latch
from safety.state import LATCH_FILE
from sim.scenario import Scenario
from skills.cell import Cell
from tests.agent.twin.test_twin_chain import oracle_twin

GEARS = """
name: two-gears
seed: 3
parts:
  - {kind: gear, size: large, colour: red, condition: failed, at: [-0.05, 0.05]}
  - {kind: gear, size: large, colour: blue, condition: ok, at: [0.06, -0.06]}
answers: %s
expect:
  outcome: done
  moved: [{part: {condition: failed}, to: rejection bin, count: 1}]
"""


@pytest.fixture(autouse=True)
def perfect_eye_and_hand(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(run, "build_twin", oracle_twin)
    monkeypatch.setattr(film, "build_twin", oracle_twin)


@pytest.fixture
def scene(tmp_path: Path) -> Path:
    return written(tmp_path, "[]")


def written(folder: Path, answers: str) -> Path:
    path = folder / "scene.yaml"
    path.write_text(GEARS % answers)
    return path


def test_a_run_tells_on_stderr_and_answers_on_stdout(smolcell, scene: Path, tmp_path: Path, state: Path) -> None:
    pictures, page = tmp_path / "pictures", tmp_path / "run.html"
    command = ("run", "remove all failed parts", "--scene", str(scene), "--yes", "--report", str(page))
    said = smolcell(*command, "--pictures", str(pictures))
    assert said.code == ExitCode.DONE
    table, part, outcome, judged = said.out.splitlines()[2:]
    assert table.split() == ["all", "×", "failed", "part", "→", "rejection", "bin", "1", "1", "0", "0"]
    assert part.split() == ["failed", "large", "red", "gear", "1", "1", "0", "0"]
    assert part.startswith("  failed"), "it stands below its step"
    assert outcome == "done: all × failed part → rejection bin: 1 seen, 1 moved, 0 left, 0 lost"
    assert judged == "judge: 1 × failed large red gear → rejection bin; 1 left on the tray"
    told = [line.split()[0] for line in said.err.splitlines()]
    assert told[:3] == ["scene", "plan", "look"]
    assert [word for word in told if word in ("phrase", "verdict", "account")] == [
        "phrase", "verdict", "phrase", "verdict", "account",
    ]  # fmt: skip
    assert "phrase    'place it in the rejection bin'" in said.err
    assert "gate      clamp" in said.err or "gate      allow" in said.err
    names = sorted(path.name for path in pictures.iterdir())
    assert names == ["after.png", "before.png", "call-01-success.png", "call-02-success.png", "plan.png"]
    before, after = (cv2.imread(str(pictures / name)) for name in ("before.png", "after.png"))
    assert before.shape == after.shape == (384, 768, 3)
    assert (before != after).any()
    written_down = page.read_text(encoding="utf-8")
    assert "the fingers let go over the rejection bin" in written_down
    again = smolcell(*command)
    assert again.code == ExitCode.BAD_INPUT
    assert "a file that does not exist yet" in again.err
    assert page.read_text(encoding="utf-8") == written_down


def test_a_job_is_told_with_its_own_code_where_its_page_and_pictures_find_no_room(
    smolcell, scene: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(path: Path, _: bytes) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", str(path))

    monkeypatch.setattr(Path, "write_bytes", full)
    page, pictures = tmp_path / "run.html", tmp_path / "pictures"
    command = ("run", "remove all failed parts", "--scene", str(scene), "--yes", "--json")
    said = smolcell(*command, "--report", str(page), "--pictures", str(pictures))
    shown = json.loads(said.out)
    assert (said.code, shown["outcome"], shown["ledger"][0]["moved"]) == (ExitCode.DONE, "done", 1)
    last = said.err.splitlines()[-1]
    assert last.startswith(f"report    {page} can't be written: the disk is full. Make room there. Only the page is ")
    assert last.endswith("smolcell replay run-00001 --html FILE, or /report FILE in smolcell chat")
    assert "picture   " in said.err
    assert "same command again" not in said.err
    assert not list(pictures.iterdir())


def test_a_stop_is_told_with_its_own_code_where_its_page_has_no_folder(smolcell, state: Path, tmp_path: Path) -> None:
    said = smolcell("run", "stop", "--json", "--report", str(tmp_path / "nowhere" / "run.html"))
    assert (said.code, json.loads(said.out)["outcome"]) == (ExitCode.STOPPED, "stopped")
    assert said.err.startswith("report    --report: ")
    assert Latch(state / LATCH_FILE).reason == "the operator said stop"


@pytest.mark.heavy
def test_the_judge_has_the_last_word_on_what_the_scene_is_for(smolcell, tmp_path: Path) -> None:
    scene = tmp_path / "scene.yaml"
    told = "instruction: remove all failed parts\n" + (GEARS % "[]").replace("count: 1", "count: 2")
    scene.write_text(told)
    said = smolcell("run", "remove all failed parts", "--scene", str(scene))
    assert said.code == ExitCode.INCOMPLETE
    assert said.out.splitlines()[-1].endswith("wrong: 1 × failed part in the rejection bin, 2 expected")
    other = smolcell("run", "put the blue gear in the left bin", "--scene", str(scene))
    assert other.code == ExitCode.DONE


@pytest.mark.heavy
def test_json_is_the_report_and_what_the_judge_says(smolcell, scene: Path) -> None:
    said = smolcell("run", "remove all failed parts", "--scene", str(scene), "--yes", "--json")
    shown = json.loads(said.out)
    assert said.code == ExitCode.DONE
    open_ends = ["lost", "held", "disputed", "questions"]
    assert list(shown) == ["outcome", "reason", "plan", "calls", "ledger", *open_ends, "judged"]
    assert [shown[name] for name in open_ends] == [[], None, [], []]
    assert shown["plan"] == [
        {"part": {"condition": "failed"}, "quantity": "all", "source": "tray", "destination": "rejection bin"}
    ]
    assert [list(call) for call in shown["calls"]] == [
        ["skill", "phrase", "verdict", "chunks", "rulings", "seconds"]
    ] * 2
    assert shown["judged"] == {
        "moved": {"failed large red gear → rejection bin": 1},
        "wrong_moved": [],
        "left": ["ok large blue gear"],
        "faults": [],
    }


@pytest.mark.heavy
def test_pictures_change_nothing_of_a_run(smolcell, scene: Path, tmp_path: Path) -> None:
    command = ("run", "remove all failed parts", "--scene", str(scene), "--yes", "--json")
    plain = smolcell(*command, "--state", str(tmp_path / "a"))
    watched = smolcell(*command, "--state", str(tmp_path / "b"), "--pictures", str(tmp_path / "c"))
    assert plain.out == watched.out


def test_a_refusal_is_exit_2_and_moves_nothing(smolcell, scene: Path) -> None:
    said = smolcell("run", "weld the gear", "--scene", str(scene), "--json")
    shown = json.loads(said.out)
    assert (said.code, shown["outcome"], shown["calls"]) == (ExitCode.BAD_INPUT, "refused", [])


def test_a_question_that_nobody_answers_is_incomplete(smolcell, scene: Path) -> None:
    said = smolcell("run", "put the failed gear", "--scene", str(scene))
    assert said.code == ExitCode.INCOMPLETE
    assert said.out.startswith("incomplete: a question is open: ")
    assert "asked     " in said.err


@pytest.mark.heavy
def test_the_scenarios_answers_are_given_to_questions(smolcell, tmp_path: Path) -> None:
    scene = written(tmp_path, "[in the rejection bin]")
    said = smolcell("run", "put the failed gear", "--scene", str(scene), "--yes")
    assert said.code == ExitCode.DONE, said


@pytest.mark.parametrize("number", [signal.SIGINT, pytest.param(signal.SIGTERM, marks=pytest.mark.heavy)])
def test_an_interrupt_is_a_software_stop_that_stays(
    smolcell, scene: Path, state: Path, monkeypatch: pytest.MonkeyPatch, number: signal.Signals
) -> None:
    """The signal arrives while the arm moves; the gate confirms the stop and latches it."""

    class Impatient(run.Narrator):
        def __call__(self, event: events.Event) -> None:
            super().__call__(event)
            if isinstance(event, events.Moving) and event.share > 0.3:
                os.kill(os.getpid(), number)

    monkeypatch.setattr(run, "Narrator", Impatient)
    handlers = [signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM)]
    reason = {signal.SIGINT: "Ctrl-C at the terminal", signal.SIGTERM: "the process was told to end"}[number]
    command = ("run", "remove all failed parts", "--scene", str(scene), "--yes", "--json")

    said = smolcell(*command)
    shown = json.loads(said.out)
    assert (said.code, shown["outcome"], shown["reason"]) == (ExitCode.STOPPED, "stopped", reason)
    assert shown["judged"]["moved"] == {}
    assert [signal.getsignal(each) for each in (signal.SIGINT, signal.SIGTERM)] == handlers

    again = smolcell(*command)
    assert again.code == ExitCode.STOPPED
    assert again.err == (
        f"StoppedBySafety: stopped: {reason}. Check the cell, then run: smolcell reset --by YOUR_NAME\n"
    )

    cleared = smolcell("reset", "--by", "Ann")
    assert (cleared.code, cleared.out) == (ExitCode.DONE, f"reset by Ann: {reason}\n")
    assert smolcell("audit", "verify").code == ExitCode.DONE
    monkeypatch.undo()
    assert Latch(state / LATCH_FILE).reason is None


@pytest.mark.heavy
def test_ctrl_z_is_a_pause_that_latches_nothing(
    smolcell, scene: Path, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Impatient(run.Narrator):
        def __call__(self, event: events.Event) -> None:
            super().__call__(event)
            if isinstance(event, events.Moving) and event.share > 0.3:
                os.kill(os.getpid(), signal.SIGTSTP)

    monkeypatch.setattr(run, "Narrator", Impatient)
    said = smolcell("run", "remove all failed parts", "--scene", str(scene), "--yes", "--json")
    shown = json.loads(said.out)
    assert (said.code, shown["outcome"], shown["reason"]) == (ExitCode.INCOMPLETE, "stopped", "Ctrl-Z at the terminal")
    assert [call["verdict"]["judgement"] for call in shown["calls"]] == ["success"]
    assert Latch(state / LATCH_FILE).reason is None
    with Journal(state) as journal:
        assert journal.unfinished() is not None


def test_a_cell_that_another_process_has_open_is_exit_5(smolcell, scene: Path, state: Path) -> None:
    with Journal(state):
        said = smolcell("run", "remove all failed parts", "--scene", str(scene))
    assert (said.code, said.out) == (ExitCode.UNAVAILABLE, "")
    assert said.err == (
        f"Unavailable: the cell of {state} is open in another process. "
        "End that one, or give this one another state folder.\n"
    )


def test_a_run_that_was_cut_off_is_told_before_it_is_given_up(smolcell, scene: Path, state: Path) -> None:
    with Journal(state) as journal:
        journal.begin_run("sort it all")
    said = smolcell("run", "weld the gear", "--scene", str(scene))
    first = said.err.splitlines()[0]
    assert first == "run-00001 was cut off ('sort it all'); this run begins anew and it can't be resumed"


@pytest.mark.parametrize("name", ["film.png", "film.webp"])
def test_a_film_that_found_no_room_is_no_film(root: Path, tmp_path: Path, name: str) -> None:
    """OpenCV says that it was written."""
    out = tmp_path / name
    code = (
        "import resource, signal, sys; from pathlib import Path; import numpy as np\n"
        "from agent.doors.cli.pictures import Film; from skills.errors import BadInput\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "film, noise = Film.__new__(Film), np.random.default_rng(0).integers(0, 255, (4, 64, 64, 3), np.uint8)\n"
        "film._frames = [noise[0], noise[0], *noise]\n"
        "print(film.save(Path(sys.argv[1])))\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (8000, resource.RLIM_INFINITY))\n"
        "try:\n film.save(Path(sys.argv[1]))\nexcept BadInput as error:\n print(error)\n"
    )
    done = subprocess.run([sys.executable, "-c", code, str(out)], cwd=root, capture_output=True, text=True, check=True)
    told = f"--out: '{out}' is not allowed; it must be a file that can be written, on a disk with room."
    assert (done.stdout, done.stderr) == (f"6\n{told}\n", "")
    assert not out.exists()


@pytest.mark.heavy
def test_film_writes_an_animated_picture(smolcell, scene: Path, tmp_path: Path) -> None:
    out = tmp_path / "film.webp"
    said = smolcell("film", "remove all failed parts", "--scene", str(scene), "--out", str(out))
    assert said.code == ExitCode.DONE
    assert said.out.startswith(f"{out}: ")
    readable, shown = cv2.imreadanimation(str(out))
    assert readable
    assert f"{len(shown.frames)} frames" in said.out
    assert len(shown.frames) > 20


def test_without_a_scene_the_one_of_seed_0_lies_there(smolcell, monkeypatch: pytest.MonkeyPatch) -> None:
    seen: list[str] = []

    def build(cell: Cell, scenario: Scenario, folder: Path) -> Twin:
        seen.append(scenario.name)
        return oracle_twin(cell, scenario, folder)

    monkeypatch.setattr(run, "build_twin", build)
    smolcell("run", "weld the gear")
    assert seen == ["seed-0"]


def test_a_plan_is_a_table_with_what_was_seen_and_a_picture_with_rings(smolcell, scene: Path, tmp_path: Path) -> None:
    picture = tmp_path / "plan.png"
    words = ("plan", "put all gears in the left bin", "--scene", str(scene), "--picture", str(picture))
    said = smolcell(*words)
    assert said.code == ExitCode.DONE
    plan_line, heads, _, row, targets, approval = said.out.splitlines()
    assert plan_line == "plan      1. all × gear → left bin"
    assert heads.split() == ["step", "parts", "wanted", "seen", "to", "move", "to"]
    assert row.split() == ["1", "gear", "all", "2", "2", "left", "bin"]
    assert targets == "step 1: 1 failed large red gear, 1 ok large blue gear"
    assert approval == "needs nobody's yes"
    drawn = cv2.imread(str(picture))
    assert drawn.shape == (512, 512, 3)
    assert (drawn == (0, 230, 0)).all(axis=2).sum() > 200

    assert smolcell("plan", "stop", "--picture", str(picture)).err.startswith("BadInput: --picture: ")
    assert smolcell(*words[:-1], "plan.jpg").code == ExitCode.BAD_INPUT


@pytest.fixture
def strict(root: Path, tmp_path: Path) -> Path:
    """A cell that asks before any part goes to the left bin."""
    default = (root / "cells" / "default.yaml").read_text(encoding="utf-8")
    (tmp_path / "strict.yaml").write_text(default.replace("conveyor belt: 10", "left bin: 0"), encoding="utf-8")
    return tmp_path / "strict.yaml"


def test_a_plan_says_whose_yes_a_run_would_ask_for(smolcell, scene: Path, strict: Path) -> None:
    words = ("plan", "put all gears in the left bin", "--cell", str(strict))
    seen = ("--scene", str(scene))
    unseen = "needs the yes of an operator if "
    assert smolcell(*words).out.splitlines()[1:] == [
        f"{unseen}more than 20 parts are to be moved",
        f"{unseen}any part is to be brought to the left bin",
    ]
    because = "up to 2 parts will be brought to the left bin"
    assert smolcell(*words, *seen).out.splitlines()[-1] == f"needs the yes of an operator: {because}"
    place = {"rule": "places", "subject": "left bin", "by": "operator"}
    assert json.loads(smolcell(*words, *seen, "--json").out)["approval"] == [{**place, "reason": because}]
    assert json.loads(smolcell(*words, "--json").out)["approval"] == [
        {"rule": "parts_above", "subject": "", "by": "operator", "if": "more than 20 parts are to be moved"},
        {**place, "if": "any part is to be brought to the left bin"},
    ]
    assert "approval" not in json.loads(smolcell("plan", "how many gears are there?", *seen, "--json").out)


def test_a_yes_is_asked_by_the_cell_file_and_no_scene_says_it(smolcell, strict: Path, tmp_path: Path) -> None:
    words = ("run", "put the red gear in the left bin", "--cell", str(strict), "--json", "--scene")
    said = smolcell(*words, str(written(tmp_path, "['yes']")))
    assert said.code == ExitCode.INCOMPLETE
    assert "needs the yes of an operator: up to 1 part will be brought to the left bin" in said.err
    assert json.loads(said.out)["reason"] == "a person is needed: up to 1 part will be brought to the left bin"
    agreed = smolcell(*words, str(written(tmp_path, "[]")), "--yes")
    assert (agreed.code, json.loads(agreed.out)["outcome"]) == (ExitCode.DONE, "done")
    assert "answered  yes beforehand, by " in agreed.err
