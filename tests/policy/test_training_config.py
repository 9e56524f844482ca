"""Training configurations: presets and files, what they refuse, and what is checked before the first step."""

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import yaml

from policy.training.augmentation import CAMERA, SHIFTED, TRAY, Light
from policy.training.checks import check_epochs, require_cameras, require_statistics
from policy.training.colour_words import alike, colour_warning
from policy.training.config import Schedule
from policy.training.networks import PolicyTraining
from policy.training.presets import as_yaml, load_training, preset, preset_names
from policy.training.slurm import sbatch_script
from skills.errors import BadInput, UnknownName


@pytest.mark.parametrize("name", preset_names())
def test_a_preset_printed_whole_is_the_same_configuration(tmp_path: Path, name: str) -> None:
    file = tmp_path / "whole.yaml"
    file.write_text(as_yaml(preset(name)))
    assert load_training(str(file)) == preset(name)
    assert preset(name).summary


def written(folder: Path, content: dict[str, Any]) -> str:
    file = folder / "mine.yaml"
    file.write_text(yaml.safe_dump(content))
    return str(file)


def test_a_file_builds_on_a_preset_field_by_field(tmp_path: Path) -> None:
    pick = preset("pick")
    config = load_training(written(tmp_path, {"preset": "pick", "flow": {"schedule": {"steps": 7000}}, "seed": 3}))
    assert isinstance(config, PolicyTraining)
    assert isinstance(pick, PolicyTraining)
    schedule = pick.flow.schedule.model_copy(update={"steps": 7000})
    assert config == pick.model_copy(update={"flow": pick.flow.model_copy(update={"schedule": schedule}), "seed": 3})


@pytest.mark.parametrize(
    ("content", "text", "near"),
    [
        ({"preset": "pikc"}, "training configuration: 'pikc' is not known", ("pick",)),
        ({"preset": "pick", "flow": {"imags": 3}}, "flow.imags: 'imags' is not known", ("images",)),
        ({"preset": "pick", "compute": {"device": "cuba"}}, "compute.device: 'cuba' is not known", ("cuda",)),
        ({"kind": "polcy", "name": "x"}, "kind: 'polcy' is not known", ("policy",)),
    ],
)
def test_a_wrong_name_is_answered_with_the_nearest(
    tmp_path: Path, content: dict[str, Any], text: str, near: tuple[str, ...]
) -> None:
    with pytest.raises(UnknownName) as raised:
        load_training(written(tmp_path, content))
    assert text in str(raised.value)
    assert raised.value.nearest[: len(near)] == near


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ({"flow": {"images": 0}}, "flow.images: 0 is not allowed; it must be greater than or equal to 1."),
        ({"held_out": "many"}, "held_out: 'many' is not allowed; it must be a valid integer"),
        ({"seed": None}, "seed: None is not allowed; it must be a valid integer."),
        ({"start_from": "abc"}, "start_from: 'abc' is not allowed; it must be left out; the run itself sets it."),
        ({"backbone": {"image_size": 100}}, "backbone.image_size: 100 is not allowed; it must be a multiple of 16."),
        ({"flow": {"schedule": {"warmup": 9000}}}, "schedule.warmup: 9000 is not allowed; it must be at most"),
        ({"light": {"training": {"hue": [0.1, -0.1]}}}, "light.hue: [0.1, -0.1] is not allowed"),
        ({"light": {"shifted": {"noise": float("nan")}}}, "light.shifted.noise: nan is not allowed"),
    ],
)  # fmt: skip
def test_a_wrong_value_is_refused_by_field_value_and_bounds(tmp_path: Path, content: dict[str, Any], text: str) -> None:
    with pytest.raises(BadInput) as raised:
        load_training(written(tmp_path, {"preset": "pick", **content}))
    assert text in str(raised.value)


def test_a_configuration_needs_no_torch(root: Path) -> None:
    program = (
        "import sys; from policy.training.presets import preset; preset('tiny'); "
        "print(sorted({'torch', 'transformers', 'lerobot', 'cv2'} & set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", program], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_the_tray_keeps_its_hues_and_the_camera_has_those_of_the_plan() -> None:
    assert preset("pick").light.training == TRAY
    assert not TRAY.turns_hue
    assert (CAMERA.brightness, CAMERA.contrast, CAMERA.saturation, CAMERA.hue) == (
        (0.8, 1.2),
        (0.8, 1.2),
        (0.5, 1.5),
        (-0.05, 0.05),
    )
    assert (SHIFTED.brightness, SHIFTED.contrast, SHIFTED.saturation, SHIFTED.hue) == (
        (0.7, 1.0),
        (1.0, 1.3),
        (0.5, 1.2),
        (-0.08, 0.06),
    )


WORDS = {"red": [(0.8, 0.1, 0.1)], "orange": [(0.8, 0.3, 0.1)], "blue": [(0.1, 0.1, 0.8)], "grey": [(0.5, 0.5, 0.45)]}
"""Red and orange are 0.048 turns apart; grey has no hue."""


@pytest.mark.parametrize(("reach", "meet"), [(0.0, False), (0.023, False), (0.025, True)])
def test_hues_meet_where_both_words_can_be_turned_to_one(reach: float, meet: bool) -> None:
    assert set(alike(WORDS, Light(hue=(-reach, reach)))) == ({("red", "orange")} if meet else set())


def test_a_person_is_told_which_words_meet() -> None:
    assert colour_warning(WORDS, TRAY) is None
    assert colour_warning(WORDS, CAMERA) == (
        "light.training.hue: [-0.05, 0.05] can turn one colour word into another: red and orange (0.048 apart). "
        "Where colours are words, stay within a range narrower than 0.048, or leave it at [0, 0]."
    )


@pytest.mark.parametrize(
    ("steps", "episodes", "told"),
    [
        (700, 400, []),
        (701, 500, []),
        (
            2000,
            400,
            [
                "2000 steps are 20.0 epochs of 400 episodes; so few are learnt by heart after 7. "
                "3 to 7 epochs are 300 to 700 steps."
            ],
        ),
    ],
)
def test_many_epochs_of_few_episodes_are_told(steps: int, episodes: int, told: list[str]) -> None:
    heard: list[str] = []
    check_epochs(steps, 64, 6400, episodes, heard.append)
    assert heard == told


GOOD = {"mean": np.zeros(3), "std": np.ones(3)}


@pytest.mark.parametrize(
    ("statistics", "text"),
    [
        ({}, "statistics of action: 'no mean' is not allowed; it must be complete: mean, std; compute them again."),
        ({"mean": np.zeros(3)}, "statistics of action: 'no std'"),
        ({**GOOD, "mean": np.array([0, np.nan, 0])}, "statistics of action: mean"),
        ({**GOOD, "mean": np.zeros(2)}, "3 finite numbers"),
        ({**GOOD, "std": np.array([1, 0, 1])}, "it must be positive"),
    ],
)
def test_a_missing_statistic_is_refused(statistics: dict[str, Any], text: str) -> None:
    require_statistics({"action": GOOD}, {"action": 3}, ("mean", "std"))
    with pytest.raises(BadInput) as raised:
        require_statistics({"action": statistics}, {"action": 3}, ("mean", "std"))
    assert text in str(raised.value)


@pytest.mark.parametrize(
    ("camera_map", "text"),
    [
        ({"up": "camera1"}, "cameras: 'side' is not allowed; it must be mapped to one of the policy's"),
        ({"up": "camera1", "side": "camera3"}, "cameras.side: 'camera3' is not known"),
        ({"up": "camera1", "side": "camera1"}, "cameras.side: 'camera1' is not allowed; it must be another camera"),
    ],
)  # fmt: skip
def test_a_camera_without_a_map_is_refused(camera_map: dict[str, str], text: str) -> None:
    require_cameras(["up", "side"], {"up": "camera1", "side": "camera2"}, ["camera1", "camera2"])
    with pytest.raises(BadInput) as raised:
        require_cameras(["up", "side"], camera_map, ["camera1", "camera2"])
    assert text in str(raised.value)


@pytest.mark.parametrize("device", ["cpu", "cuda"])
def test_the_slurm_script_is_bash_and_goes_on_after_a_cut(tmp_path: Path, device: str) -> None:
    config = preset("pick")
    config = config.model_copy(update={"compute": config.compute.model_copy(update={"device": device})})
    out = tmp_path / "it's a run"
    script = sbatch_script(config, out, "/opt/python", ["pick", "--out", str(out)], cores=8)
    subprocess.run(["bash", "-n"], input=script, text=True, check=True)
    directives = [line for line in script.splitlines() if line.startswith("#SBATCH")]
    assert {"#SBATCH --requeue", "#SBATCH --cpus-per-task=8"} <= set(directives)
    assert ("#SBATCH --gpus-per-node=1" in directives) == (device == "cuda")
    called = script.replace("/opt/python", "printf '%s\\n'").replace('wait "$training"\n', "wait")
    for resumed in (False, True):
        if resumed:
            out.mkdir()
            (out / "run.json").write_text("{}")
        done = subprocess.run(["bash"], input=called, capture_output=True, text=True, check=True)
        words = done.stdout.splitlines()
        launcher = ["-m", "accelerate.commands.launch", "--num_processes", "1", "--num_machines", "1"]
        expected = ["-m", "agent.cli", "train", "pick", "--out", str(out), *(["--resume"] if resumed else [])]
        assert words == [*(launcher if device == "cuda" else []), *expected]


def test_decay_ends_with_the_last_step() -> None:
    with pytest.raises(BadInput, match="at most steps, 10"):
        Schedule(steps=10, learning_rate=1.0, warmup=11)
