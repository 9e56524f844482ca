"""Reading LeRobot data sets: splits that leak nothing, statistics of the training episodes, and refusals."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from policy.training.finetune.axes import to_robot
from policy.training.finetune.base import fitted_config
from policy.training.finetune.episodes import ACTION, STATE, open_recording, recording_hash
from policy.training.finetune.frames import PADDED, Frames
from policy.training.finetune.statistics import measure
from skills.errors import BadInput, Unavailable, UnknownName

pytestmark = [pytest.mark.train, pytest.mark.timeout(900), pytest.mark.filterwarnings("ignore")]

Told = Callable[..., Any]


@pytest.fixture
def spoilt(few_folder: Path, tmp_path: Path) -> Path:
    """A copy that a test may spoil."""
    return Path(shutil.copytree(few_folder, tmp_path / "spoilt"))


def edit(root: Path, change: Callable[[dict[str, Any]], Any]) -> None:
    file = root / "meta" / "info.json"
    info = json.loads(file.read_text())
    change(info)
    file.write_text(json.dumps(info))


def test_no_episode_and_no_frame_is_on_both_sides(recording_folder: Path, told: Told) -> None:
    recording = open_recording(recording_folder, told())
    split = recording.split
    assert (split.training, split.validation) == (tuple(range(40)), tuple(range(40, 50)))
    training, validation = (Frames(recording, side) for side in (split.training, split.validation))
    assert not set(training.episode) & set(validation.episode)
    assert len(training) + len(validation) == int(recording.info["total_frames"])
    last, first = training[len(training) - 1], validation[0]
    assert last[PADDED].sum() == recording.config.chunk_size - 1, "a chunk never reaches into the next episode"
    assert torch.equal(last[ACTION][0], last[ACTION][-1])
    assert not torch.equal(last["observation.images.up"], first["observation.images.up"])


def test_frames_hold_what_lerobot_reads(few_folder: Path, told: Told) -> None:
    from lerobot.datasets.lerobot_dataset import LeRobotDataset

    config = told(held_out=2)
    recording = open_recording(few_folder, config)
    frames = Frames(recording, recording.split.validation)
    ahead = {ACTION: [row / config.rate for row in range(config.chunk_size)]}
    theirs = LeRobotDataset(
        "local/few", root=few_folder, episodes=[10, 11], delta_timestamps=ahead, video_backend="pyav"
    )
    assert len(frames) == len(theirs)
    for number in (0, 5, 8, 15):
        ours, raw = frames[number], theirs[number]
        assert torch.equal(ours[PADDED], raw[PADDED])
        for key in (ACTION, STATE):
            assert np.allclose(ours[key].numpy(), to_robot(config.axes, raw[key].numpy()), atol=1e-6)
        for camera in config.cameras:
            assert torch.equal(ours[f"observation.images.{camera}"], raw[f"observation.images.{camera}"])
        assert ours["task"] == raw["task"]


def test_statistics_are_of_the_training_episodes_alone(few_folder: Path, told: Told) -> None:
    few, fewer = (open_recording(few_folder, told(held_out=held_out)) for held_out in (2, 11))
    tables = [measure(one.numbers(one.split.training), one.config.axes, 0.01) for one in (few, fewer)]
    states = few.numbers(tuple(range(10))).states
    assert np.allclose(tables[0][STATE]["mean"], states.mean(axis=0), atol=1e-5)
    assert not np.allclose(tables[0][STATE]["mean"], tables[1][STATE]["mean"], atol=1e-3)


def test_a_recording_is_known_by_its_content(few_folder: Path, spoilt: Path) -> None:
    assert recording_hash(spoilt) == recording_hash(few_folder)
    edit(spoilt, lambda info: info.update(robot_type="another"))
    assert recording_hash(spoilt) != recording_hash(few_folder)


def test_another_rate_is_refused_with_the_chunk_that_would_fit(spoilt: Path, told: Told) -> None:
    edit(spoilt, lambda info: info.update(fps=15))
    with pytest.raises(BadInput, match=r"30 frames a second.*for the same 1\.67 s: rate: 15, chunk_size: 25"):
        open_recording(spoilt, told(held_out=2))


def test_another_unit_is_refused(few_folder: Path, told: Told) -> None:
    degrees = [axis.model_dump(mode="json") | {"data": [-18000, 18000]} for axis in told().axes]
    with pytest.raises(BadInput, match="the unit of the data set is another"):
        open_recording(few_folder, told(held_out=2, axes=degrees))


def test_another_column_is_refused_with_the_nearest(spoilt: Path, told: Told) -> None:
    def rename(info: dict[str, Any]) -> None:
        info["features"][ACTION]["names"][0] = "main_shoulder_pan"

    edit(spoilt, rename)
    with pytest.raises(UnknownName, match=r"'main_shoulder_pan' .*Nearest: 'shoulder_pan\.pos'"):
        open_recording(spoilt, told(held_out=2))


def test_a_camera_without_a_map_is_refused(few_folder: Path, small_base: Path, told: Told) -> None:
    config = told(held_out=2)
    recording = open_recording(few_folder, config.model_copy(update={"cameras": {"up": config.cameras["up"]}}))
    with pytest.raises(BadInput, match=r"cameras: 'side' .* mapped to one of the policy's: camera1, camera2, camera3"):
        fitted_config(small_base, recording)


def test_a_camera_that_feeds_nothing_is_refused(few_folder: Path, small_base: Path, told: Told) -> None:
    recording = open_recording(few_folder, told(held_out=2, cameras={"up": {"feeds": "camera9"}}))
    with pytest.raises(UnknownName, match=r"cameras\.up: 'camera9'"):
        fitted_config(small_base, recording)


def test_a_map_without_a_camera_is_refused(few_folder: Path, told: Told) -> None:
    with pytest.raises(UnknownName, match=r"'wrist' .*no such camera"):
        open_recording(few_folder, told(held_out=2, cameras={"wrist": {"feeds": "camera3"}}))


def test_more_held_out_than_there_are_is_refused(few_folder: Path, told: Told) -> None:
    with pytest.raises(BadInput, match="less than the data set's 12 episodes"):
        _ = open_recording(few_folder, told(held_out=12)).split


def test_a_base_without_its_backbone_says_what_to_put_there(small_base: Path, few_folder: Path, tmp_path: Path) -> None:
    from policy.training.finetune.base import base_hash

    base = Path(shutil.copytree(small_base, tmp_path / "base"))
    shutil.rmtree(base / "vlm")
    with pytest.raises(Unavailable, match=r"lacks config\.json, tokenizer\.json.*its weights are not needed"):
        base_hash(base)
