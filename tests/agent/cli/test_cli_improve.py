"""The improvement loop by its commands: what failed is listed, sheets are saved, answers become a data set."""

import io
import json
import sys

import numpy as np
import pytest

from agent.exit_codes import ExitCode
from agent.journal.journal import Journal
from policy.training.dataset import load_data
from sim.layout import Look, place_parts
from sim.world import World
from skills.call import SkillCall, Verdict
from skills.chunk import ActionChunk
from skills.observation import Observation
from skills.scene import PartQuery

PHRASE = "pick up the brass nut"
BAD = Verdict(judgement="failure", reason="nothing is held and nothing has moved", confidence=1.0, cause="missed")


@pytest.fixture(scope="module")
def picture(cell):
    """Two parts from above, and where they lie."""
    world = World(cell, 5)
    rng = np.random.default_rng(1)
    world.reset(place_parts([Look("nut", "M10", "brass", False), Look("gear", "large", "blue", False)], rng))
    image, parts = world.photograph("overhead"), world.true_parts()
    world.close()
    return image, parts


@pytest.fixture
def failed(state, picture):
    """A cell in which two picks and a release have failed."""
    with Journal(state) as journal:
        run_id = journal.begin_run("go")
        for number, skill in enumerate(("pick", "place", "pick"), 1):
            phrase = PHRASE if skill == "pick" else "place it in the left bin"
            call = SkillCall(id=f"{run_id}/{number}", skill=skill, arguments={}, phrase=phrase, part=PartQuery())
            journal.begin_call(run_id, call)
            tcp = np.array([0.3, 0.0, 0.5, 1.0, 0.0, 0.0, 0.0])
            seen = Observation({"overhead": picture[0]}, np.zeros(7), np.zeros(7), 0.08, tcp, 1, number)
            rows = np.tile([0.5, 0.0, 0.02, np.pi, 0.0, 0.0, 0.0], (5, 1))
            chunk = ActionChunk(rows, "tcp_waypoints", number, 1, call.id, "abc", confidence=0.25)
            journal.attempts.keep(call.id, seen, chunk)
            journal.attempts.judge(call.id, BAD, 0.5)
    return state


def test_what_failed_is_listed_with_its_pictures(smolcell, failed, tmp_path):
    said = smolcell("data", "flagged", "--pictures", str(tmp_path / "seen"))
    assert (said.code, said.err) == (ExitCode.DONE, "")
    assert [line.split()[0] for line in said.out.splitlines()[2:]] == [f"run-00001/{n}" for n in (1, 2, 3)]
    assert said.out.splitlines()[2].split()[6:] == ["0.25", "failure", *BAD.reason.split()]
    assert sorted(path.name for path in (tmp_path / "seen").iterdir()) == [f"run-00001-{n}.png" for n in (1, 2, 3)]
    content = json.loads(smolcell("data", "flagged", "--json").out)
    assert (content["n"], content["attempts"][0]["confidence"]) == (3, 0.25)


def test_a_cell_that_never_ran_has_nothing_to_list(smolcell, state):
    said = smolcell("data", "flagged")
    assert (said.code, said.out) == (ExitCode.BAD_INPUT, "")
    assert said.err == (
        f"BadInput: --state: '{state}' is not allowed; it must be the folder of a cell that has run; it holds no "
        "journal.db.\n"
    )
    assert not state.exists()


def test_answers_become_a_data_set_in_two_sittings(smolcell, failed, picture, cell, tmp_path):
    out, answers = tmp_path / "set", tmp_path / "answers.yaml"
    nothing = smolcell("data", "corrections", "--out", str(out))
    assert (nothing.code, nothing.out) == (
        ExitCode.INCOMPLETE,
        "nothing is corrected; answer at a terminal, or with --answers FILE\n",
    )
    assert sorted(path.name for path in out.glob("*.png")) == ["run-00001-1.png", "run-00001-3.png"]
    nut = next(part for part in picture[1] if part.spec.kind == "nut")
    answers.write_text(f"run-00001/1: {1e3 * nut.at[0]:.0f} {1e3 * nut.at[1]:.0f} 0 60\n")
    first = smolcell("data", "corrections", "--out", str(out), "--answers", str(answers))
    assert first.code == ExitCode.INCOMPLETE
    assert first.out == f"{out}/dataset.json: 1 corrections; 1 attempts are not answered yet\n"
    answers.write_text("run-00001/1: skip\nrun-00001/3: 1\n")  # what is answered stays answered
    second = smolcell("data", "corrections", "--out", str(out), "--answers", str(answers))
    assert (second.code, second.out) == (ExitCode.DONE, f"{out}/dataset.json: 2 corrections\n")
    data = load_data(out, 128).of_skills(("pick",))
    grasp = data.examples.waypoints[0, 1, :2] - cell.tray.centre
    assert np.hypot(*(grasp - nut.at)) < 0.001
    target = data.parts[0, data.examples.target[0]]
    assert np.hypot(*(target[:2] - nut.at)) < 0.006  # as the perceiver sees it
    assert smolcell("data", "inspect", str(out)).code in (ExitCode.DONE, ExitCode.INCOMPLETE)


class Terminal(io.StringIO):
    """Somebody who types these lines, and then Ctrl-D."""

    def isatty(self) -> bool:
        return True


def test_a_person_is_asked_again_until_it_can_be_done_and_may_leave(smolcell, failed, tmp_path, monkeypatch):
    monkeypatch.setattr("sys.stdin", Terminal("7\nthat one\n1\n"))
    monkeypatch.setattr(sys.stderr, "isatty", lambda: True)
    said = smolcell("data", "corrections", "--out", str(tmp_path / "set"))
    assert said.code == ExitCode.INCOMPLETE
    assert said.out == f"{tmp_path}/set/dataset.json: 1 corrections; 1 attempts are not answered yet\n"
    lines = said.err.splitlines()
    assert lines[0] == f"1 of 2: {PHRASE!r}: {BAD.reason}"
    assert lines[1].startswith("sheet run-00001-1.png; 1 ok ")
    assert [line.count("is not allowed; it must be a part's number") for line in lines[2:4]] == [1, 1]
    assert "2 of 2" in lines[4]
    assert sorted(path.name for path in (tmp_path / "set").glob("*.png")) == ["run-00001-1.png", "run-00001-3.png"]


def test_the_demonstrator_leaves_out_what_no_twin_kept(smolcell, failed, tmp_path):
    said = smolcell("data", "corrections", "--expert", "--out", str(tmp_path / "set"))
    assert (said.code, said.out) == (ExitCode.INCOMPLETE, "nothing is corrected\n")
    assert "run-00001/3: left out: its world is not kept: no twin's, or too long ago" in said.err


def test_an_answer_that_cannot_be_is_refused_by_name_and_nothing_is_written(smolcell, failed, tmp_path):
    out, answers = tmp_path / "set", tmp_path / "answers.yaml"
    for content, message in (
        ("run-00001/2: 1", "UnknownName: {file}: call: 'run-00001/2' is not known; allowed is one of 'run-00001/1'"),
        ("- 1", "BadInput: {file}: 'list' is not allowed; it must be a mapping from calls to answers"),
        ("run-00001/1: 7", "BadInput: correction of run-00001/1: '7' is not allowed; it must be a part's number"),
    ):
        answers.write_text(content)
        said = smolcell("data", "corrections", "--out", str(out), "--answers", str(answers))
        assert (said.code, said.out) == (ExitCode.BAD_INPUT, "")
        assert message.format(file=answers) in said.err
    assert not (out / "dataset.json").exists()


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (["--expert", "--answers", "a.yaml"], "--answers: 'a.yaml' is not allowed; it must be left out with --expert"),
        (["--practice", "--answers", "a"], "--answers: 'a' is not allowed; it must be left out with --practice"),
        (["--practice", "--state", "s"], "--state: 's' is not allowed; it must be left out with --practice"),
        (["--practice", "--expert"], "--expert: 'True' is not allowed; it must be left out with --practice"),
        (["--checkpoint", "c"], "--checkpoint: 'c' is not allowed; it must be given with --practice"),
        (["--practice", "--setting", "toching"], "setting: 'toching' is not known"),
        (["--practice", "--n", "0"], "--n: 0 is not allowed; it must be a whole number from 1 to 100000"),
    ],
)
def test_options_that_contradict(smolcell, tmp_path, options, message):
    said = smolcell("data", "corrections", "--out", str(tmp_path / "set"), *options)
    assert (said.code, said.out) == (ExitCode.BAD_INPUT, "")
    assert message in said.err
    assert not (tmp_path / "set").exists()


def test_an_unknown_checkpoint_is_answered_with_the_nearest(smolcell):
    said = smolcell("calibrate", "pik")
    assert (said.code, said.out) == (ExitCode.BAD_INPUT, "")
    assert "Nearest: 'pick'" in said.err
