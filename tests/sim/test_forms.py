"""Other tools' forms, and mixing: everything comes back; what differs is refused or mapped."""

import json
import shutil
from dataclasses import replace
from hashlib import sha256

import cv2
import numpy as np
import pytest

from sim.data.action_text import from_text
from sim.data.episodes import Episode, EpisodeSet, Terms, pixels, png
from sim.data.generate import generate, local_hands
from sim.data.keyframes import as_episodes, open_keyframes
from sim.data.lerobot_form import open_lerobot, write_lerobot
from sim.data.merge import Part, SetMap, differences, mapped, merge
from sim.data.plan import DataPlan
from sim.data.rlds import open_rlds, write_rlds
from sim.data.shares import repeated, shares
from sim.data.tuples import write_tuples
from sim.data.wire import read_records, write_records
from skills.errors import BadInput, Unavailable, UnknownName

TERMS = Terms(10.0, ("x [m]", "width [m]"), ("x [m]", "y [m]", "width [m]"), {"overhead": (32, 32), "wrist": (24, 32)})


def episodes(count=3, terms=TERMS, name="ours", seed=0):
    rng = np.random.default_rng(seed)
    made = []
    for number in range(count):
        frames = 2 + number % 3
        made.append(
            Episode(
                f"pick up the gear {number}",
                {
                    camera: [png(rng.integers(0, 255, (*size, 3), np.uint8)) for _ in range(frames)]
                    for camera, size in terms.cameras.items()
                },
                rng.normal(size=(frames, len(terms.state_names))).astype(np.float32),
                rng.normal(size=(frames, len(terms.action_names))).astype(np.float32),
            )
        )
    return EpisodeSet(name, terms, count, lambda numbers: (made[number] for number in numbers))


def same(one, other):
    assert one.task == other.task
    assert np.array_equal(one.state, other.state)
    assert np.array_equal(one.action, other.action)
    for mine, theirs in zip(one.pictures.values(), other.pictures.values(), strict=True):
        assert all(np.array_equal(pixels("a", a), pixels("b", b)) for a, b in zip(mine, theirs, strict=True))


@pytest.fixture(scope="module")
def data(tmp_path_factory, cell):
    """Two keyframe sets of one kind."""
    root = tmp_path_factory.mktemp("sets")
    for number, scenes in enumerate((20, 40)):
        generate(DataPlan(root / "ab"[number], "ab"[number], number, scenes, shard_scenes=16), cell, local_hands(1))
    return root


def test_the_tuple_form_holds_every_example(data, tmp_path):
    source = open_keyframes(data / "a")
    count = write_tuples(source, tmp_path / "out")
    lines = [json.loads(line) for line in (tmp_path / "out" / "examples.jsonl").read_text().splitlines()]
    metadata = json.loads((tmp_path / "out" / "dataset_metadata.json").read_text())
    assert count == len(lines) == metadata["examples"] == source.index["examples"]
    rows = [(scene, row) for scene in source.scenes() for row in range(len(scene.phrase))]
    for (image, command, text), (scene, row) in zip(lines, rows, strict=True):
        assert command == source.index["phrases"][scene.phrase[row]]
        assert np.array_equal(from_text(text), scene.waypoints[row])
        if row == 0:
            assert np.array_equal(pixels(image, (tmp_path / "out" / image).read_bytes()), scene.image)


def test_keyframes_become_rlds_and_come_back(data, tmp_path):
    source = as_episodes(open_keyframes(data / "a"))
    assert write_rlds(source, tmp_path / "out") == source.count
    folder = tmp_path / "out" / "a" / "1.0.0"
    assert sorted(path.name for path in folder.iterdir()) == [
        "a-train.tfrecord-00000-of-00001", "dataset_info.json", "features.json"
    ]  # fmt: skip
    info = json.loads((folder / "dataset_info.json").read_text())
    assert info["splits"][0]["shardLengths"] == [str(source.count)]
    for written, read in zip(source, open_rlds(tmp_path / "out", 5.0), strict=True):
        same(written, read)


def test_episodes_become_rlds_and_come_back(tmp_path):
    source = episodes()
    write_rlds(source, tmp_path / "out")
    back = open_rlds(tmp_path / "out", 10.0)
    assert (back.count, back.terms.cameras) == (3, {"image_overhead": (32, 32), "image_wrist": (24, 32)})
    for written, read in zip(source, back, strict=True):
        same(written, read)


def test_what_has_no_state_has_no_column_for_it(tmp_path):
    """TFDS ends with `Data types don't match` where a column of no width is declared."""
    source = episodes(1, replace(TERMS, state_names=()))
    write_rlds(source, tmp_path / "out")
    folder = tmp_path / "out" / "ours" / "1.0.0"
    features = json.loads((folder / "features.json").read_text())
    step = features["featuresDict"]["features"]["steps"]["sequence"]["feature"]["featuresDict"]["features"]
    assert sorted(step["observation"]["featuresDict"]["features"]) == ["image_overhead", "image_wrist"]
    (columns,) = read_records(folder / "ours-train.tfrecord-00000-of-00001")
    assert "steps/observation/state" not in columns
    (back,) = open_rlds(tmp_path / "out", 10.0)
    same(next(iter(source)), back)


def bridge(path, steps=3):
    """An episode as BridgeData V2 has it in Open X-Embodiment: JPEG pictures, 7 numbers, further columns."""
    rng = np.random.default_rng(1)
    pictures = [cv2.imencode(".jpg", rng.integers(0, 255, (48, 64, 3), np.uint8))[1].tobytes() for _ in range(steps)]
    columns = {
        "steps/observation/image_0": pictures,
        "steps/observation/state": [float(np.float32(x)) for x in rng.normal(size=7 * steps)],
        "steps/action": [float(np.float32(x)) for x in rng.normal(size=7 * steps)],
        "steps/language_instruction": [b"put the carrot on the plate"] * steps,
        "steps/language_embedding": [0.0] * 512 * steps,
        "steps/is_first": [1, 0, 0],
        "episode_metadata/has_language": [1],
    }
    write_records(path, [columns])
    return columns


def test_a_file_like_bridges_is_read(tmp_path):
    columns = bridge(tmp_path / "bridge_dataset-train.tfrecord-00000-of-01024")
    data = open_rlds(tmp_path, 5.0)
    (episode,) = data
    assert data.terms == Terms(
        5.0, tuple(f"state {n}" for n in range(7)), tuple(f"action {n}" for n in range(7)), {"image_0": (48, 64)}
    )
    assert (episode.task, len(episode)) == ("put the carrot on the plate", 3)
    assert list(episode.pictures["image_0"]) == columns["steps/observation/image_0"]
    assert episode.action.ravel().tolist() == columns["steps/action"]


def test_an_episode_without_actions_is_refused(tmp_path):
    write_records(tmp_path / "x.tfrecord", [{"steps/language_instruction": [b"go"]}])
    with pytest.raises(BadInput, match="one with 'steps/action'"):
        open_rlds(tmp_path, 5.0)


def test_steps_that_lack_numbers_are_named(tmp_path):
    bridge(tmp_path / "a.tfrecord")
    columns = next(read_records(tmp_path / "a.tfrecord"))
    columns["steps/action"] = columns["steps/action"][:-1]
    write_records(tmp_path / "b.tfrecord", [columns])
    with pytest.raises(
        BadInput, match=r"b\.tfrecord: episode 0: steps/action: 20 is not allowed; it must be 3 steps of 7"
    ):
        list(open_rlds(tmp_path, 5.0))


def test_what_is_there_is_not_written_over(data, tmp_path):
    with pytest.raises(BadInput, match=r"--out: .* a folder that does not exist yet"):
        write_rlds(episodes(), tmp_path)


def test_what_a_killed_export_left_is_no_data_set_and_goes_with_the_next(data, tmp_path):
    draft = tmp_path / ".out.draft"
    draft.mkdir()
    (draft / "half.tfrecord").write_bytes(b"half")
    write_tuples(open_keyframes(data / "a"), tmp_path / "out")
    assert [path.name for path in tmp_path.iterdir()] == ["out"]
    assert not (tmp_path / "out" / "half.tfrecord").exists()


def test_nothing_half_written_is_left(tmp_path):
    def broken(numbers):
        yield from episodes().read([0])
        raise OSError(28, "No space left on device")

    with pytest.raises(Unavailable, match=r"No space left on device\)\. Make room, then run the same command again\."):
        write_rlds(EpisodeSet("x", TERMS, 2, broken), tmp_path / "out")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.train
@pytest.mark.filterwarnings("ignore")
def test_a_picture_that_lerobot_could_not_write_is_no_episode(tmp_path, monkeypatch, capsys):
    """It prints that, and goes on: the data set would hold what was there of it."""
    from PIL import Image

    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Image.Image, "save", full)
    with pytest.raises(Unavailable, match=r"out can't be written \(Error writing image .*") as raised:
        write_lerobot(tmp_path / "out", TERMS, "panda", episodes(1))
    assert str(raised.value).endswith("Make room, then run the same command again.")
    assert list(tmp_path.iterdir()) == []
    assert capsys.readouterr().out == ""


@pytest.mark.train
@pytest.mark.filterwarnings("ignore")
def test_bridge_becomes_a_lerobot_dataset(tmp_path):
    bridge(tmp_path / "a.tfrecord")
    data = open_rlds(tmp_path, 5.0)
    assert write_lerobot(tmp_path / "out", data.terms, "widowx", data) == 1
    back = open_lerobot(tmp_path / "out")
    assert back.terms == data.terms
    for written, read in zip(data, back, strict=True):
        same(written, read)


@pytest.mark.parametrize(
    ("counts", "weights", "taken"),
    [((10, 10), (0.7, 0.3), [10, 4]), ((5, 100), (1, 3), [5, 15]), ((0, 9), (1, 1), [0, 0])],
)
def test_the_weights_say_how_much_is_taken(counts, weights, taken):
    assert shares(counts, weights) == taken


def test_keyframe_sets_are_mixed_by_weight_split_by_split(data, tmp_path):
    merge([Part(data / "a", 1), Part(data / "b", 1)], tmp_path / "out")
    mixed, a, b = (open_keyframes(folder) for folder in (tmp_path / "out", data / "a", data / "b"))
    assert mixed.index["splits"] == {
        "train": [0, 34], "validation": [34, 36], "arrangements": [36, 38], "triples": [38, 40]
    }  # fmt: skip
    pictures = [sha256(scene.image.tobytes()).hexdigest() for scene in mixed.scenes()]
    of_a, of_b = ([sha256(scene.image.tobytes()).hexdigest() for scene in source.scenes()] for source in (a, b))
    assert pictures == [*of_a[:17], *of_b[:17], of_a[17], of_b[34], of_a[18], of_b[36], of_a[19], of_b[38]]
    assert mixed.index["examples"] == sum(len(scene.phrase) for scene in mixed.scenes())
    for scene in mixed.scenes():
        assert scene.target.max() < (scene.parts[:, 3] >= 0).sum()


@pytest.mark.parametrize(
    ("counts", "weights", "taken"),
    [((80, 5), (0.8, 0.2), [80, 20]), ((80, 50), (0.8, 0.2), [80, 20]), ((9, 0, 2), (9, 1, 1), [9, 0, 1])],
)
def test_a_small_set_is_taken_again_and_again(counts, weights, taken):
    assert repeated(counts, weights) == taken


def test_corrections_are_repeated_where_they_are_and_the_rest_of_the_first_set_stays_whole(data, tmp_path):
    small = shutil.copytree(data / "b", tmp_path / "small")
    index = json.loads((small / "dataset.json").read_text())
    index["splits"] = {"train": [0, 8], "validation": [8, 8], "arrangements": [8, 8], "triples": [8, 8]}
    (small / "dataset.json").write_text(json.dumps(index))
    merge([Part(data / "a", 0.5), Part(small, 0.5)], tmp_path / "out", repeat=True)
    mixed, a, b = (open_keyframes(folder) for folder in (tmp_path / "out", data / "a", data / "b"))
    assert mixed.index["splits"] == {
        "train": [0, 34], "validation": [34, 35], "arrangements": [35, 36], "triples": [36, 37]
    }  # fmt: skip
    pictures = [sha256(scene.image.tobytes()).hexdigest() for scene in mixed.scenes()]
    of_a, of_b = ([sha256(scene.image.tobytes()).hexdigest() for scene in source.scenes()] for source in (a, b))
    assert pictures == [*of_a[:17], *(of_b[:8] * 3)[:17], *of_a[17:]]
    assert mixed.index["examples"] == sum(len(scene.phrase) for scene in mixed.scenes())


def test_keyframe_sets_of_other_terms_are_refused(data, tmp_path):
    other = tmp_path / "other"
    other.mkdir()
    index = json.loads((data / "b" / "dataset.json").read_text())
    index["camera"]["position"] = [0.5, 0.0, 0.9]
    (other / "dataset.json").write_text(json.dumps(index))
    with pytest.raises(BadInput, match=r"b: camera: .*0\.9.* is not allowed; it must be as in a"):
        merge([Part(data / "a", 1), Part(other, 1)], tmp_path / "out")
    assert not (tmp_path / "out").exists()


@pytest.mark.parametrize("weights", [(1,), (1, 0), (1, -1), (1, float("inf")), (1, float("nan"))])
def test_weights_that_are_none(data, tmp_path, weights):
    with pytest.raises(BadInput, match="weights: "):
        merge([Part(data / "a", weight) for weight in weights], tmp_path / "out")


THEIRS = Terms(
    20.0, ("pos [mm]", "width [m]"), ("width [m]", "pos [mm]", "y [m]"), {"image_0": (64, 64), "image_1": (24, 32)}
)
MAP = SetMap(
    cameras={"image_0": "overhead", "image_1": "wrist"}, state={"pos [mm]": "x [m]"}, action={"pos [mm]": "x [m]"},
    scale={"x [m]": 0.001}, every=2,
)  # fmt: skip


def test_each_term_that_differs_is_named():
    assert [what for what, _, _ in differences(TERMS, THEIRS)] == ["rate", "state_names", "action_names", "cameras"]
    assert list(differences(TERMS, TERMS)) == []


def test_a_map_brings_names_units_order_rate_and_cameras_to_ours():
    source = episodes(terms=THEIRS, name="theirs")
    brought = mapped(source, MAP, TERMS)
    assert list(differences(TERMS, brought.terms)) == []
    for before, after in zip(source, brought, strict=True):
        assert len(after) == (len(before) + 1) // 2
        assert after.state == pytest.approx(before.state[::2] * [0.001, 1])
        assert after.action == pytest.approx(before.action[::2][:, [1, 2, 0]] * [0.001, 1, 1])
        assert pixels("", after.pictures["overhead"][0]).shape == (32, 32, 3)


def test_a_map_of_what_is_not_there():
    with pytest.raises(UnknownName) as raised:
        mapped(episodes(terms=THEIRS, name="theirs"), SetMap(cameras={"image0": "overhead"}), TERMS)
    assert raised.value.nearest[0] in ("image_0", "image_1")


@pytest.mark.train
@pytest.mark.filterwarnings("ignore")
def test_lerobot_sets_are_mixed_with_a_map_and_refused_without(tmp_path):
    write_lerobot(tmp_path / "ours", TERMS, "panda", episodes(4))
    write_lerobot(tmp_path / "theirs", THEIRS, "other", episodes(8, THEIRS, "theirs", seed=1))
    parts = [Part(tmp_path / "ours", 0.5), Part(tmp_path / "theirs", 0.5)]
    with pytest.raises(BadInput) as raised:
        merge(parts, tmp_path / "out")
    assert str(raised.value) == "theirs: rate: 20.0 is not allowed; it must be 10.0, as in ours, or mapped with --map."
    (tmp_path / "map.yaml").write_text(json.dumps({"theirs": MAP.model_dump()}))
    assert merge(parts, tmp_path / "out", tmp_path / "map.yaml") == 8
    assert open_lerobot(tmp_path / "out").terms == TERMS
    (tmp_path / "map.yaml").write_text("their: {}")
    with pytest.raises(UnknownName, match="Nearest: 'theirs'"):
        merge(parts, tmp_path / "again", tmp_path / "map.yaml")
