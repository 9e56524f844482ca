"""The data set reader: what it gives, and what it refuses with which words."""

import json
from collections.abc import Callable
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from policy.training.dataset import load_data, load_index
from skills.errors import BadInput, UnknownName


def respell(folder: Path, change: Callable[[dict[str, Any]], None]) -> None:
    index = json.loads((folder / "dataset.json").read_text())
    change(index)
    (folder / "dataset.json").write_text(json.dumps(index))


def rehash(folder: Path) -> None:
    """Let dataset.json vouch for the shards as they are."""
    hashes = {shard.name: sha256(shard.read_bytes()).hexdigest() for shard in folder.glob("shard-*.npz")}
    respell(folder, lambda index: index.update(shards=hashes))


def test_reads_all_shards_in_order(bars: Path) -> None:
    data = load_data(bars, 64)
    assert data.images.shape == (10, 64, 64, 3)
    assert data.parts.shape == (10, 12, 7)
    assert len(data.examples) == 40
    assert data.examples.image.tolist() == [number for number in range(10) for _ in range(4)]
    assert data.pitch == 0.34 / 64
    second = np.load(bars / "shard-00001.npz")
    assert np.array_equal(data.images[6:], second["images"])


def test_an_example_points_at_its_part(bars: Path) -> None:
    data = load_data(bars, 64)
    picks = data.of_skills(("pick",)).examples
    aimed = picks.waypoints[:, 1, :2] - np.array(data.index.tray_centre)
    assert np.allclose(aimed, data.parts[picks.image, picks.target, :2], atol=1e-6)


def test_shrinks_by_area(bars: Path) -> None:
    full, half = load_data(bars, 64), load_data(bars, 32)
    means = full.images.reshape(10, 32, 2, 32, 2, 3).astype(float).mean((2, 4))
    assert np.abs(half.images - means).max() <= 0.51


def test_the_split_shares_no_scene(bars: Path) -> None:
    training, held_out = load_data(bars, 64).split(3)
    assert (len(training.images), len(held_out.images)) == (7, 3)
    assert set(training.examples.image) == set(range(7))
    assert set(held_out.examples.image) == set(range(3))
    assert len(training.examples) + len(held_out.examples) == 40


def test_the_first_scenes_keep_their_examples(bars: Path) -> None:
    training = load_data(bars, 64).of_split("train")
    first = training.first(2)
    assert len(first.images) == 2
    assert np.array_equal(first.images, training.images[:2])
    assert np.array_equal(first.examples.waypoints, training.examples.waypoints[training.examples.image < 2])
    assert training.first(None).examples.image.tolist() == training.examples.image.tolist()
    with pytest.raises(BadInput) as raised:
        training.first(len(training.images) + 1)
    assert raised.value.field == "scenes"


def test_more_scenes_held_out_than_there_are_for_validation(bars: Path) -> None:
    with pytest.raises(BadInput) as raised:
        load_data(bars, 64).split(4)
    assert str(raised.value) == (
        "held_out: 4 is not allowed; it must be between 1 and 3, the scenes of split 'validation'."
    )


def test_an_unknown_split(bars: Path) -> None:
    with pytest.raises(UnknownName) as raised:
        load_data(bars, 64).of_split("validations")
    assert raised.value.nearest == ("validation",)


def test_a_split_past_the_last_scene(own_bars: Path) -> None:
    respell(own_bars, lambda index: index["splits"].update(train=[0, 11]))
    with pytest.raises(BadInput) as raised:
        load_data(own_bars, 64)
    assert str(raised.value) == (
        f"{own_bars}/dataset.json: splits.train: [0, 11] is not allowed; it must be scenes from 0 to 10."
    )


def test_an_unknown_skill_is_answered_with_the_nearest(bars: Path) -> None:
    with pytest.raises(UnknownName) as raised:
        load_data(bars, 64).of_skills(("pik",))
    assert raised.value.nearest == ("pick",)


def test_a_missing_folder(tmp_path: Path) -> None:
    with pytest.raises(BadInput) as raised:
        load_index(tmp_path / "none")
    assert str(raised.value) == (
        f"data set: '{tmp_path}/none' is not allowed; it must be a folder with dataset.json "
        "(No such file or directory)."
    )


def test_a_missing_shard(own_bars: Path) -> None:
    shard = own_bars / "shard-00001.npz"
    shard.unlink()
    with pytest.raises(BadInput) as raised:
        load_data(own_bars, 64)
    assert str(raised.value) == (
        f"shard: '{shard}' is not allowed; it must be readable (No such file or directory); "
        "generate the data set again."
    )


def test_a_shard_with_one_flipped_bit(own_bars: Path) -> None:
    shard = own_bars / "shard-00000.npz"
    content = bytearray(shard.read_bytes())
    content[1000] ^= 1
    shard.write_bytes(content)
    with pytest.raises(BadInput, match=r"what dataset\.json says"):
        load_data(own_bars, 64)


def test_a_shard_that_is_no_archive(own_bars: Path) -> None:
    (own_bars / "shard-00000.npz").write_bytes(b"no archive")
    rehash(own_bars)
    with pytest.raises(BadInput, match=r"shard-00000\.npz' is not allowed; it must be an \.npz with images"):
        load_data(own_bars, 64)


SPOILED: dict[str, tuple[str, Any, str]] = {
    "kind": ("parts", lambda array: _put(array, (0, 0, 3), 4), "parts: 4.0 is not allowed"),
    "image": ("examples_image", lambda array: _put(array, 0, 6), "examples_image: 6 is not allowed"),
    "phrase": ("examples_phrase", lambda array: _put(array, 0, 9999), "examples_phrase: 9999 is not allowed"),
    "target": ("examples_target", lambda array: _put(array, 0, 12), "examples_target: 12 is not allowed"),
    "nan": ("examples_waypoints", lambda array: _put(array, (0, 0, 0), np.nan), "examples_waypoints: nan is not"),
    "far": ("examples_state", lambda array: _put(array, (0, 0), 99), "examples_state: 99.0 is not allowed"),
    "type": ("images", lambda array: array.astype(np.float32), "images: 'float32 (6, 64, 64, 3)' is not allowed"),
    "keyframes": ("examples_waypoints", lambda array: array[:, :4], "keyframes: 4 is not allowed"),
}


@pytest.mark.parametrize("name", SPOILED)
def test_a_spoiled_column_is_named(own_bars: Path, name: str) -> None:
    column, spoil, message = SPOILED[name]
    path = own_bars / "shard-00000.npz"
    with np.load(path) as archive:
        content = {key: archive[key] for key in archive}
    content[column] = spoil(content[column])
    np.savez(path, **content)
    rehash(own_bars)
    with pytest.raises(BadInput) as raised:
        load_data(own_bars, 64)
    assert f"{path}: {message}" in str(raised.value)


def test_other_words_than_the_cells_are_refused(own_bars: Path) -> None:
    respell(own_bars, lambda index: index["colours"].reverse())
    with pytest.raises(BadInput, match=r"colours: \['green', .* in that order"):
        load_data(own_bars, 64)


def test_another_format_is_refused(own_bars: Path) -> None:
    respell(own_bars, lambda index: index.update(version=1))
    with pytest.raises(BadInput, match="version"):
        load_data(own_bars, 64)


def test_pictures_are_not_enlarged(bars: Path) -> None:
    with pytest.raises(BadInput) as raised:
        load_data(bars, 128)
    assert str(raised.value) == (
        "image_size: 128 is not allowed; it must be between 1 and 64, the size of the pictures."
    )


def _put(array: Any, place: Any, value: Any) -> Any:
    array[place] = value
    return array
