"""Corrections by the demonstrator: what counts as one, and the same set whoever collects it and however often anew."""

import os
import signal
from dataclasses import replace
from itertools import islice

import numpy as np
import pytest

import agent.corrections.practised
from agent.corrections.practice import Practised, practise
from agent.corrections.practised import LOG, Log, collect, practice_of
from agent.evaluation.actors import ONNX, checkpoint_of, open_policy
from agent.lines import Lines
from policy.training.dataset import load_data
from sim.data.examples import Example
from sim.data.keyframes import open_keyframes
from sim.data.scenes import DataScene
from sim.data.splits import is_held_out
from sim.parts.spawn import PartSpec
from sim.setting import load_setting
from sim.world import TruePart
from skills.catalogue import load_catalogue
from skills.chunk import ActionChunk
from skills.errors import BadInput, Unavailable, UnknownName

PICK = load_catalogue()["pick"]
NUT = TruePart(PartSpec("nut", "M8", "brass", "ok", (0.0, 0.0), 0.0), (0.0, 0.0), 0.0, 0.006)
OUTCOMES = ("success", "corrected", "no_grasp", "missed", "corrected", "success", "corrected", "corrected")


def outcome_of(cell, card, policy, setting, seed, number):
    """A practice in no time: its outcome by the scene's number, its picture's shade that number."""
    outcome = OUTCOMES[number % len(OUTCOMES)]
    if outcome != "corrected":
        return Practised(outcome)
    example = Example("pick up the nut", np.full((5, 7), 0.5), (0.3, 0, 0.5, 1, 0, 0.08), 0)
    return Practised(outcome, DataScene(np.full((256, 256, 3), number, np.uint8), (NUT,), (example,), ()))


@pytest.fixture
def practice(cell, monkeypatch):
    monkeypatch.setattr(agent.corrections.practised, "practise", outcome_of)
    return practice_of(cell, None, "touching", 1)


def shades(folder):
    return [int(scene.image[0, 0, 0]) for scene in open_keyframes(folder).scenes()]


def test_the_first_corrections_in_the_order_of_their_scenes(practice, tmp_path):
    told = []
    found = collect(practice, tmp_path / "set", 3, 1, lambda *done: told.append(done))
    assert shades(tmp_path / "set") == [1, 4, 6]
    assert found.outcomes == {"success": 2, "corrected": 3, "no_grasp": 1, "missed": 1}
    assert found.tried == 6
    assert (told[0], told[-1]) == ((0, 3, 0), (3, 3, 7))
    source = open_keyframes(tmp_path / "set").index["corrections"]
    assert (source["by"], source["setting"], source["seed"]) == ("demonstrator", "touching", 1)
    assert source["outcomes"] == found.outcomes
    assert load_data(tmp_path / "set", 64).of_skills(("pick",)).examples.image.tolist() == [0, 1, 2]


def test_the_same_folder_gives_more_or_fewer(practice, tmp_path):
    for wanted in (2, 5, 1):
        collect(practice, tmp_path / "set", wanted, 1)
        assert shades(tmp_path / "set") == [1, 4, 6, 7, 9][:wanted]
    assert len(Lines(tmp_path / "set" / LOG).entries) == 10


def test_scenes_that_end_out_of_order_make_the_same_set(practice, tmp_path, monkeypatch):
    def late(work, jobs, count):
        waiting = iter(jobs)
        while batch := list(islice(waiting, count)):
            yield from map(work, reversed(batch))

    monkeypatch.setattr(agent.corrections.practised, "worked_off", late)
    collect(practice, tmp_path / "set", 3, 4)
    assert shades(tmp_path / "set") == [1, 4, 6]


@pytest.mark.parametrize("at", [4, 6])
def test_a_kill_in_the_middle_is_gone_on_with(practice, tmp_path, monkeypatch, at):
    def killed(*job):
        if job[-1] == at:
            os.kill(os.getpid(), signal.SIGKILL)
        return outcome_of(*job)

    if not os.fork():
        monkeypatch.setattr(agent.corrections.practised, "practise", killed)
        collect(practice, tmp_path / "set", 3, 1)
        os._exit(0)
    assert os.WTERMSIG(os.wait()[1]) == signal.SIGKILL
    assert not (tmp_path / "set" / "dataset.json").exists()
    assert len(Lines(tmp_path / "set" / LOG).entries) == at
    made = []
    monkeypatch.setattr(agent.corrections.practised, "practise", lambda *job: made.append(job[-1]) or outcome_of(*job))
    collect(practice, tmp_path / "set", 3, 1)
    assert made == list(range(at, 7))
    assert shades(tmp_path / "set") == [1, 4, 6]


def test_two_at_once_and_another_practice_are_refused(practice, tmp_path):
    def second(*_):
        with pytest.raises(Unavailable, match="another process makes"):
            collect(practice, tmp_path / "set", 1, 1)

    collect(practice, tmp_path / "set", 1, 1, second)
    with pytest.raises(BadInput, match="empty, or the one of"):
        collect(replace(practice, seed=2), tmp_path / "set", 1, 1)


def test_an_outcome_counts_only_after_all_before_it(tmp_path):
    log = Log(tmp_path / LOG)
    for number in (0, 2, 3):
        log.add(number, "corrected")
    assert log.first(5) == (1, ["corrected"])
    log.add(1, "success")
    assert Log(tmp_path / LOG).first(2) == (2, ["corrected", "success", "corrected"])


def test_wrong_names_and_folders(cell, tmp_path):
    with pytest.raises(UnknownName, match="touching"):
        practice_of(cell, None, "toching", 1)
    with pytest.raises(BadInput, match="checkpoint"):
        collect(practice_of(cell, tmp_path / "no", "touching", 1), tmp_path / "set", 1, 1)


class Blind:
    """A policy that closes its fingers over the tray's empty corner, whatever it is asked."""

    checkpoint = "blind"

    def __init__(self):
        self.pictures = []

    def act(self, observation, phrase, call_id):
        self.pictures.append(observation.images["overhead"])
        rows = np.tile([0.61, 0.11, 0.16, np.pi, 0.0, 0.0, 0.08], (5, 1))
        rows[2:, 6] = 0.0
        home = observation.tcp[:3]
        rows[4, :3] = home
        answers = (observation.sequence, observation.time_ns)
        return ActionChunk(rows, "tcp_waypoints", *answers, call_id, self.checkpoint, done=True)


def test_a_failure_is_corrected_on_the_table_that_the_policy_saw(cell):
    blind = Blind()
    done = practise(cell, PICK, blind, load_setting("calibrated"), 1, 3)
    assert done.outcome == "corrected"
    (example,) = done.scene.examples
    assert np.array_equal(done.scene.image, blind.pictures[0])
    target = done.scene.parts[example.target]
    centre = np.add(cell.tray.centre, target.at)
    assert example.waypoints[1, :2] == pytest.approx(centre, abs=0.02)
    assert target.spec.kind in example.phrase or "part" in example.phrase
    assert example.state[5] == pytest.approx(cell.robot.gripper.max_width, abs=1e-3)
    assert not any(is_held_out(one.spec.kind, one.spec.colour, one.at) for one in done.scene.parts)


@pytest.mark.heavy
def test_what_the_policy_can_do_is_no_correction(cell):
    policy = open_policy(ONNX, checkpoint_of(cell, "pick"))
    setting = load_setting("calibrated")
    outcomes = [practise(cell, PICK, policy, setting, 1, number).outcome for number in range(6)]
    assert outcomes.count("success") >= 4


@pytest.mark.heavy
@pytest.mark.timeout(600)
def test_two_workers_collect_what_one_collects(cell, tmp_path):
    practice = practice_of(cell, None, "touching", 3)
    one, two = (collect(practice, tmp_path / str(workers), 2, workers) for workers in (1, 2))
    assert one.outcomes == two.outcomes
    assert open_keyframes(one.index.parent).index["shards"] == open_keyframes(two.index.parent).index["shards"]
