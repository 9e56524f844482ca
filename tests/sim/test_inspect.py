"""Inspection finds what was planted, and nothing in a sound set."""

import json
from hashlib import sha256

import cv2
import numpy as np
import pytest

from sim.data.episodes import Episode, EpisodeSet, Terms, png
from sim.data.generate import generate, local_hands
from sim.data.inspect import inspect, inspect_episodes
from sim.data.likeness import alike, print_of
from sim.data.plan import DataPlan
from sim.data.report import report
from skills.errors import BadInput


@pytest.fixture(scope="module")
def data(tmp_path_factory, cell):
    folder = tmp_path_factory.mktemp("data") / "set"
    return generate(DataPlan(folder, "set", 12, 60, shard_scenes=60), cell, local_hands(1)).parent


@pytest.fixture
def spoiled(data, tmp_path):
    """A function that changes the columns of a copy of the set, and gives its folder."""

    def spoil(change):
        folder = tmp_path / "spoiled"
        folder.mkdir()
        index = json.loads((data / "dataset.json").read_text())
        with np.load(data / "shard-00000.npz") as shard:
            columns = dict(shard)
        change(columns, index)
        np.savez(folder / "shard-00000.npz", **columns)
        index["shards"] = {"shard-00000.npz": sha256((folder / "shard-00000.npz").read_bytes()).hexdigest()}
        (folder / "dataset.json").write_text(json.dumps(index))
        return folder

    return spoil


def faults(inspected):
    return [finding.fault for finding in inspected.found.findings]


def test_a_sound_set_has_no_faults(data):
    inspected = inspect(data)
    assert inspected.found.findings == ()
    assert (inspected.found.scenes, inspected.found.form) == (60, "tray-keyframes")
    assert sum(inspected.found.counts["phrase"].values()) == inspected.found.examples
    assert set(inspected.found.counts["kind"]) == {"bolt", "nut", "gear", "bracket"}
    assert 0.2 < inspected.found.closed_share < 0.8
    assert len(inspected.pictures) == 12
    assert inspected.found.left_out == json.loads((data / "dataset.json").read_text())["left_out"]


def test_an_unbalanced_phrase(spoiled):
    def change(columns, index):
        phrases = index["phrases"]
        placed = [number for number in index["skills"]["place"] if phrases[number] != "place it in the left bin"]
        rows = np.isin(columns["examples_phrase"], [*placed, *index["skills"]["put_back"]])
        columns["examples_phrase"][rows] = phrases.index("place it in the left bin")

    (finding, *_) = inspect(spoiled(change)).found.findings
    assert finding.fault == "unbalanced"
    assert finding.text.startswith("phrase 'place it in the left bin': ")


def test_a_start_state_drift(spoiled):
    def change(columns, _):
        columns["examples_state"][:, 0] += np.linspace(0, 0.02, len(columns["examples_state"]), dtype=np.float32)

    found = inspect(spoiled(change)).found.findings
    assert {finding.fault for finding in found} == {"start drift"}
    assert found[0].text.startswith("x [m]: the mean start moves by 0.0")


def test_a_leak_between_splits(spoiled):
    def change(columns, index):
        first, _ = index["splits"]["validation"]
        seen = columns["images"][3].astype(float) * 1.1 + np.random.default_rng(0).normal(0, 3, (256, 256, 1))
        columns["images"][first] = np.clip(seen, 0, 255)

    found = inspect(spoiled(change)).found.findings
    assert [(finding.fault, finding.text) for finding in found] == [
        ("leak", "scene 3 (train) and scene 51 (validation) show the same scene")
    ]


def test_a_scene_that_stands_twice(spoiled):
    def change(columns, _):
        columns["images"][5] = columns["images"][4]

    found = inspect(spoiled(change)).found.findings
    assert [(finding.fault, finding.text) for finding in found] == [
        ("duplicate", "scene 4 (train) and scene 5 (train) are the same picture")
    ]


def test_a_target_that_its_kind_alone_tells_from_the_rest(spoiled):
    def change(columns, index):
        rows = columns["parts"][0]
        target = columns["examples_target"][columns["examples_image"] == 0].max()
        gear, bolt = index["kinds"].index("gear"), index["kinds"].index("bolt")
        assert (rows[:, 3] >= 0).sum() > 2
        rows[rows[:, 3] >= 0, 3] = bolt
        rows[target, 3] = gear

    found = inspect(spoiled(change)).found.findings
    assert {finding.fault for finding in found} >= {"no company"}
    assert found[0].text.startswith("scene 0 (train): the ")
    assert " gear has no other gear, or nothing else " in found[0].text


def test_a_held_out_part_in_training_and_a_pick_of_another_in_its_own_split(spoiled):
    def change(columns, index):
        first, _ = index["splits"]["triples"]
        kind, colour = index["kinds"].index("bolt"), index["colours"].index("silver")
        for scene, at in ((1, (-0.1, 0.1)), (first, (0.1, 0.1))):
            target = columns["examples_target"][columns["examples_image"] == scene].max()
            columns["parts"][scene, target, [0, 1, 3, 5]] = (*at, kind, colour)

    found = [finding.text for finding in inspect(spoiled(change)).found.findings if finding.fault == "held out"]
    assert found == [
        "scene 1 (train): silver bolt, front left, is of a held-out triple",
        "scene 57 (triples): silver bolt, back left, is not of a held-out triple",
    ]


def test_a_leak_from_another_set(data, tmp_path, cell):
    plan = DataPlan(tmp_path / "other", "other", 13, 4)
    generate(plan, cell, local_hands(1))
    assert faults(inspect(plan.folder, data)) == []
    again = inspect(data, data).found.findings
    assert again[0].text == "scene 0 (train) and scene 0 (train) of the other set are the same picture"
    assert again[-1].text == "55 more pairs"


def test_the_page_holds_everything_and_asks_nobody(data):
    page = report(inspect(data))
    assert page.count("<img") == 12
    assert "pick up the" in page
    assert "size of bolt" in page
    assert "http" not in page
    assert "<script" not in page


def recorded(count=12, frames=8, change=lambda number, pictures, state: None):
    """Episodes with two cameras and two joints, as a robot records them."""
    rng = np.random.default_rng(5)
    terms = Terms(
        10.0, ("joint [rad]", "width [m]"), ("joint [rad]", "width [m]"), {"overhead": (64, 64), "wrist": (64, 64)}
    )
    episodes = []
    for number in range(count):
        state = np.stack([np.linspace(0, 1, frames) + rng.normal(0, 0.01), np.full(frames, 0.08)], axis=1)
        pictures = {"overhead": np.full((64, 64, 3), 90, np.uint8), "wrist": np.full((64, 64, 3), 200, np.uint8)}
        for picture in pictures.values():
            x, y = rng.integers(0, 50, 2)
            cv2.rectangle(picture, (int(x), int(y)), (int(x) + 12, int(y) + 9), (255, 0, 0), -1)
        change(number, pictures, state)
        files = {name: [png(picture)] * frames for name, picture in pictures.items()}
        episodes.append(Episode("pick up the gear", files, state.astype(np.float32), state.astype(np.float32)))
    return EpisodeSet("recorded", terms, count, lambda numbers: (episodes[number] for number in numbers))


def test_sound_episodes_have_no_faults():
    inspected = inspect_episodes(recorded())
    assert inspected.found.findings == ()
    assert inspected.found.largest_jump == pytest.approx(1 / 7, abs=0.02)
    assert inspected.found.closed_share == 0


def test_swapped_cameras():
    def change(number, pictures, _):
        if number == 7:
            pictures["overhead"], pictures["wrist"] = pictures["wrist"], pictures["overhead"]

    assert [finding.text for finding in inspect_episodes(recorded(change=change)).found.findings] == [
        "episode 7: overhead and wrist look like each other"
    ]


def test_episodes_whose_start_drifts():
    def change(number, _, state):
        state[:, 0] += 0.05 * (number >= 6)

    found = inspect_episodes(recorded(change=change)).found.findings
    assert [finding.fault for finding in found] == ["start drift"]
    assert found[0].text.startswith("joint [rad]: the mean start moves by 0.05")


def test_a_jump_between_frames():
    def change(number, _, state):
        if number == 4:
            state[5:, 1] = 0.0

    assert [finding.text for finding in inspect_episodes(recorded(60, change=change)).found.findings] == [
        "episode 4, frame 5: width [m] jumps by -0.08"
    ]


def test_pictures_of_one_scene_are_alike_and_of_two_are_not(data):
    with np.load(data / "shard-00000.npz") as shard:
        images = shard["images"]
    rng = np.random.default_rng(1)
    again = [
        np.clip(image * rng.uniform(0.85, 1.15) + rng.normal(0, 3, (256, 256, 1)), 0, 255).astype(np.uint8)
        for image in images
    ]
    pairs = list(alike([print_of(image) for image in images], [print_of(image) for image in again]))
    assert pairs == [(number, number) for number in range(60)]


def test_what_is_no_data_set(tmp_path):
    with pytest.raises(BadInput, match=r"a folder with dataset\.json"):
        inspect(tmp_path)
