"""Training data: the same for any number of workers, whole after an interruption, phrases only from the cards."""

import json
import shutil

import numpy as np
import pytest

from sim.claim import claimed
from sim.commands import matching
from sim.demonstrator import half_turn
from sim.generate import DataPlan, generate
from skills.catalogue import load_catalogue
from skills.errors import BadInput, Unavailable
from skills.words import COLOURS, KINDS, SIZES, finish_of


@pytest.fixture(scope="module")
def data(tmp_path_factory, cell):
    folder = tmp_path_factory.mktemp("data") / "set"
    return generate(DataPlan(folder, "test", 9, 24), cell, workers=1).parent


def test_interrupted_and_resumed_with_two_workers_is_byte_identical(data, tmp_path, cell):
    plan = DataPlan(tmp_path / "set", "test", 9, 24)
    generate(plan, cell, workers=2)
    before = json.loads((plan.folder / "dataset.json").read_text())["shards"]
    assert before == json.loads((data / "dataset.json").read_text())["shards"]
    (plan.folder / "shard-00000.npz").unlink()
    (plan.folder / ".shard-00000.npz.draft").write_bytes(b"half a shard")
    generate(plan, cell, workers=1)
    assert json.loads((plan.folder / "dataset.json").read_text())["shards"] == before


def test_another_data_set_in_the_folder_is_refused(data, tmp_path, cell):
    copy = tmp_path / "copy"
    shutil.copytree(data, copy)
    with pytest.raises(BadInput, match="folder"):
        generate(DataPlan(copy, "test", 10, 24), cell, workers=1)


def test_a_folder_with_something_else_in_it_is_left_alone(tmp_path, cell):
    (tmp_path / "thesis.tex").touch()
    with pytest.raises(BadInput, match=r"new or empty; it holds 'thesis\.tex'"):
        generate(DataPlan(tmp_path, "test", 9, 24), cell, workers=1)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]


def test_a_second_process_in_the_folder_is_refused(data, cell):
    with claimed(data, json.loads((data / "plan.json").read_text())), pytest.raises(Unavailable, match="another proc"):
        generate(DataPlan(data, "test", 9, 24), cell, workers=1)


def test_a_damaged_shard_is_named(data, tmp_path, cell):
    copy = tmp_path / "copy"
    shutil.copytree(data, copy)
    (copy / "shard-00000.npz").write_bytes((copy / "shard-00000.npz").read_bytes()[:5000])
    with pytest.raises(BadInput, match=r"shard-00000\.npz' is not allowed; it must be as it was made"):
        generate(DataPlan(copy, "test", 9, 24), cell, workers=1)


def test_each_pick_means_the_nearest_part_that_its_phrase_fits(data):
    index = json.loads((data / "dataset.json").read_text())
    shard = np.load(data / "shard-00000.npz")
    card = load_catalogue()["pick"]
    arguments_of = {card.render(arguments): arguments for arguments in card.calls()}
    picks = 0
    for row, phrase, target, waypoints in zip(
        *(shard[f"examples_{name}"] for name in ("image", "phrase", "target", "waypoints")), strict=True
    ):
        text = index["phrases"][phrase]
        if target < 0:
            assert text.startswith(("place it", "put it back"))
            continue
        picks += 1
        parts = shard["parts"][row]
        parts = parts[parts[:, 3] >= 0]
        words = [
            {
                "kind": KINDS[int(p[3])],
                "size": SIZES[int(p[4])],
                "appearance": COLOURS[int(p[5])],
                "finish": finish_of(COLOURS[int(p[5])]),
                "condition": "failed" if p[6] else "ok",
            }
            for p in parts
        ]
        fits = matching(arguments_of[text], words)
        assert target == min(fits, key=lambda i: parts[i, 0])
        assert waypoints[1, :2] - (0.5, 0.0) == pytest.approx(parts[target, :2], abs=1e-5)
    assert picks > 100


def test_half_turn_is_the_same_axis():
    for yaw in np.linspace(-7, 7, 50):
        assert np.sin(2 * (half_turn(yaw) - yaw)) == pytest.approx(0, abs=1e-9)
        assert -np.pi / 2 <= half_turn(yaw) < np.pi / 2
