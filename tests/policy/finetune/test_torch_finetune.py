"""The whole way at small size: a data set like svla_so101_pickplace in, a checkpoint that answers out."""

import dataclasses
import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
import torch
from safetensors.torch import load_file

from agent.cli import main
from agent.exit_codes import ExitCode
from policy.record import load_record
from policy.training.finetune.config import trained_with
from policy.training.finetune.episodes import open_recording
from policy.training.finetune.frames import Frames
from policy.training.finetune.judge import judge, spread
from policy.training.train import train
from policy.tuned_runtime import TunedPolicy
from skills.errors import BadInput, UnknownName
from skills.motion import CLOSED
from skills.observation import Observation
from skills.protocols import Policy

pytestmark = [
    pytest.mark.train,
    pytest.mark.heavy,
    pytest.mark.timeout(1800),
    pytest.mark.filterwarnings("ignore"),
]

Told = Callable[..., Any]
PHRASE = "pink lego brick into the transparent box"


def go(config: Any, data: Path, out: Path, base: Path | None, *, resume: bool = False) -> Path:
    return train(config, data, out, resume=resume, threads=1, start_from=base)


def observation(folder: Path, number: int = 0, scale: int = 1) -> Observation:
    """The first frame of the data set, as the robot would report it; `scale` times as many pixels."""
    from policy.training.presets import preset

    frames = Frames(open_recording(folder, preset("smolvla-full").model_copy(update={"held_out": 2})), [0])
    frame = frames[number]
    state = frame["observation.state"].numpy()
    images = {
        name: np.kron(
            (frame[f"observation.images.{name}"].permute(1, 2, 0).numpy() * 255).astype(np.uint8),
            np.ones((scale, scale, 1), np.uint8),
        )
        for name in ("up", "side")
    }
    return Observation(images, state[:5], np.zeros(5), float(state[5]), np.array([0.2, 0, 0.2, 0, 0, 0, 1]), 1, 7)


@pytest.fixture(scope="module")
def learnt(recording_folder: Path, small_base: Path, told: Told, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run of 120 steps, with an evaluation in the middle; its folder."""
    out = tmp_path_factory.mktemp("runs") / "full"
    schedule = {"steps": 120, "learning_rate": 3e-3, "warmup": 10, "average": None}
    config = told(
        schedule=schedule,
        frames=16,
        draws=4,
        judged=20,
        chunk_size=10,
        evaluation={"every": 60, "scenes": 0, "examples": 4},
    )
    go(config, recording_folder, out, small_base)
    return out


def test_a_run_learns_and_tells_what_it_reached(learnt: Path, recording_folder: Path) -> None:
    lines = [json.loads(line) for line in (learnt / "evaluations.jsonl").read_text().splitlines()]
    assert [line["step"] for line in lines] == [60, 120]
    assert {"joint 1 [rad] close", "joint 1 [rad] close, shifted light"} < set(lines[-1]["figures"])
    shares = load_record(learnt / "checkpoint").shares
    assert next(iter(shares)) == "joint 1 [rad], within 5% of its range"
    assert len(shares) == 6
    assert sum(tally.hits for tally in shares.values()) > 0.2 * sum(tally.trials for tally in shares.values())


Held = Callable[..., Any]


@pytest.fixture
def held(learnt: Path, capfd: pytest.CaptureFixture[str]) -> Held:
    """`smolcell eval --open-loop` of what was learnt: exit code, and its JSON or all that it said."""

    def run(data: Path, *arguments: str) -> Any:
        capfd.readouterr()
        code = main(["eval", "--open-loop", str(data), "--checkpoint", str(learnt / "checkpoint"), *arguments])
        said = capfd.readouterr()
        return code, json.loads(said.out) if "--json" in arguments else said.out + said.err

    return run


def test_eval_says_what_training_said(held: Held, learnt: Path, recording_folder: Path) -> None:
    code, told = held(recording_folder, "--split", "validation", "--n", "20", "--json")
    assert (code, list(told)) == (ExitCode.DONE, ["smolvla"])
    found, record = told["smolvla"], load_record(learnt / "checkpoint")
    assert (found["frames"], found["episodes"], found["untrained_phrases"]) == (20, 10, [])
    assert found["weights_hash"] == record.weights_hash
    close = {f"{name}, within 5% of its range": column["close"] for name, column in found["columns"].items()}
    assert close == {name: tally.as_json() for name, tally in record.shares.items()}
    means = {name.split(" [")[0]: round(column["mae"], 5) for name, column in found["columns"].items()}
    assert means == {name.removeprefix("mean error, "): one.value for name, one in record.quantities.items()}

    evaluation = json.loads((learnt / "evaluations.jsonl").read_text().splitlines()[-1])["figures"]
    found = held(recording_folder, "--split", "validation", "--n", "4", "--json")[1]["smolvla"]
    for light, columns in (("", found["columns"]), (", shifted light", found["shifted_light"]["columns"])):
        shares = {name: column["close"]["hits"] / column["close"]["trials"] for name, column in columns.items()}
        assert shares == {name: evaluation[f"{name} close{light}"] for name in shares}


def test_eval_tells_of_each_joint_what_the_data_do(held: Held, learnt: Path, recording_folder: Path) -> None:
    found = held(recording_folder, "--split", "validation", "--n", "20", "--json")[1]["smolvla"]
    policy, recording = (
        TunedPolicy(learnt / "checkpoint"),
        open_recording(recording_folder, trained_with(learnt / "checkpoint")),
    )
    trained = recording.numbers(recording.split.training).actions
    spans = [column["span"] for column in found["columns"].values()]
    assert np.allclose(spans, np.ptp(trained, axis=0), atol=1e-6)
    assert policy.contract.moves is not None
    frames = Frames(recording, recording.split.validation)
    batch = frames.batch(spread(frames, 20))
    counted = ~batch["action_is_pad"].numpy()
    actions = batch["action"].numpy()
    steps = np.abs(np.diff(actions, axis=1))[counted[:, 1:]].max(axis=0)
    for light in (found, found["shifted_light"]):
        assert np.allclose([column["data_jump"] for column in light["columns"].values()], steps, atol=1e-6)
        assert light["closed"]["data"]["trials"] == light["closed"]["policy"]["trials"] == counted.sum()
        assert light["closed"]["data"]["hits"] == (actions[counted][:, -1] < CLOSED).sum()
        assert all(column["jump"] > 0 for column in light["columns"].values())
    assert found["columns"] != found["shifted_light"]["columns"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ((), "it must be another one than smolvla was trained on, or with --split one that was kept from it"),
        (("--split", "train"), "it must be another one than smolvla was trained on"),
        (("--split", "triples"), "split: 'triples' is not known; allowed is one of 'train', 'validation'"),
        (("--split", "validation", "--runtime", "onnx"), "--runtime: 'onnx' is not allowed; it must be lerobot, or"),
    ],
    ids=["all", "train", "no split", "runtime"],
)
def test_eval_refuses_what_would_say_nothing(
    held: Held, recording_folder: Path, arguments: tuple[str, ...], said: str
) -> None:
    code, told = held(recording_folder, *arguments)
    assert code == ExitCode.BAD_INPUT
    assert said in told
    assert "Traceback" not in told


def test_data_that_were_not_trained_on_are_held_whole(
    held: Held, tmp_path: Path, write_recording: Callable[..., Path]
) -> None:
    few = write_recording(tmp_path / "few", episodes=3, frames=6, seed=1)
    code, told = held(few, "--runtime", "lerobot", "--json")
    assert (code, told["smolvla"]["frames"], told["smolvla"]["episodes"]) == (ExitCode.DONE, 18, 3)
    code, told = held(few, "--split", "validation")
    assert code == ExitCode.BAD_INPUT
    assert "held_out: 10 is not allowed; it must be less than the data set's 3 episodes" in told

    tasks = pd.read_parquet(few / "meta" / "tasks.parquet")
    tasks.set_axis(["a blue brick into the box"]).to_parquet(few / "meta" / "tasks.parquet")
    code, told = held(few)
    assert code == ExitCode.DONE
    assert "18 frames, 3 episodes" in told
    assert "phrases that its contract does not hold: 'a blue brick into the box'" in told

    info = few / "meta" / "info.json"
    info.write_text(info.read_text().replace("48", "24"))
    code, told = held(few)
    assert code == ExitCode.BAD_INPUT
    assert "pictures of 'up': '64×24' is not allowed; it must be 64×48, as in training" in told


def test_the_contract_tells_what_was_trained(learnt: Path) -> None:
    contract = TunedPolicy(learnt / "checkpoint").contract
    assert contract.phrases == {PHRASE: 40}
    assert list(contract.cameras) == ["up", "side"]
    assert contract.action_names == contract.state_names == (*(f"joint {n} [rad]" for n in range(1, 6)), "width [m]")
    assert (contract.space, contract.chunk_size, contract.executed) == ("joint_positions", 10, 10)
    assert contract.period == pytest.approx(1 / 30)
    assert contract.moves is not None
    assert np.array(contract.moves.jumps).shape[0] == 9
    assert np.array(contract.moves.jumps).max() > 0
    assert contract.start_state.low[1] == pytest.approx(-0.95 * 1.74533, abs=1e-4)
    assert contract.epochs == pytest.approx(120 * 16 / 960, abs=0.01)


def test_a_moved_checkpoint_answers_in_radians_and_metres(learnt: Path, recording_folder: Path, tmp_path: Path) -> None:
    seen = observation(recording_folder)
    here = TunedPolicy(learnt / "checkpoint").act(seen, PHRASE, "call")
    moved = TunedPolicy(Path(shutil.copytree(learnt / "checkpoint", tmp_path / "moved")))
    assert isinstance(moved, Policy)
    there = moved.act(seen, PHRASE, "call")
    assert np.array_equal(here.values, there.values)
    assert (there.space, there.values.shape) == ("joint_positions", (10, 6))
    assert (there.answers, there.call_id, there.checkpoint) == (7, "call", moved.contract.weights_hash)
    low, high = moved.ranges.T
    slack = 0.5 * (high - low)
    assert ((low - slack < there.values) & (there.values < high + slack)).all()
    larger = moved.act(observation(recording_folder, scale=2), PHRASE, "call")
    assert np.allclose(larger.values, there.values, atol=0.1)


def test_what_it_was_not_trained_for_is_refused(learnt: Path, recording_folder: Path) -> None:
    policy, seen = TunedPolicy(learnt / "checkpoint"), observation(recording_folder)
    with pytest.raises(UnknownName, match="phrase"):
        policy.act(seen, "pink brick into the box", "call")
    with pytest.raises(UnknownName, match="'side'"):
        policy.act(dataclasses.replace(seen, images={"up": seen.images["up"]}), PHRASE, "call")
    with pytest.raises(BadInput, match=r"64×48 as in training"):
        policy.act(
            dataclasses.replace(seen, images={name: image[:, :48] for name, image in seen.images.items()}),
            PHRASE,
            "call",
        )
    with pytest.raises(BadInput, match="joints of the robot: 7"):
        policy.act(dataclasses.replace(seen, joints=np.zeros(7), joint_speeds=np.zeros(7)), PHRASE, "call")


def test_a_checkpoint_without_a_statistic_is_refused(learnt: Path, tmp_path: Path) -> None:
    from policy.training.finetune.processors import load_processors

    folder = Path(shutil.copytree(learnt / "checkpoint", tmp_path / "spoilt"))
    config = TunedPolicy(folder).policy.config
    from safetensors.torch import save_file

    (file,) = folder.glob("policy_preprocessor_step_*_normalizer*.safetensors")
    save_file({key: value for key, value in load_file(file).items() if key != "observation.state.std"}, file)
    with pytest.raises(BadInput, match=r"statistics of observation\.state"):
        load_processors(config, folder)
    with pytest.raises(BadInput, match="do not match its card"):
        TunedPolicy(folder)


def test_shifted_light_is_another_question(learnt: Path, recording_folder: Path, told: Told) -> None:
    policy, config = TunedPolicy(learnt / "checkpoint"), told(chunk_size=10)
    recording = open_recording(recording_folder, config)
    frames = Frames(recording, recording.split.validation)
    plain, again = (judge(policy, frames, [0, 30]) for _ in range(2))
    shifted = judge(policy, frames, [0, 30], config.light.shifted)
    assert np.array_equal(plain.said, again.said)
    assert np.array_equal(plain.done, shifted.done)
    assert not np.array_equal(plain.said, shifted.said)


@pytest.mark.parametrize("method", ["lora", "qlora", "bridge", "bins"])
def test_every_method_learns_only_its_own_and_delivers_a_whole_checkpoint(
    method: str, few_folder: Path, small_base: Path, told: Told, tmp_path: Path
) -> None:
    changes = {"method": "bridge", "bridge": {"bins": 16}} if method == "bins" else {"method": method}
    config = told(changes.pop("method"), held_out=2, lora={"rank": 2}, **changes)
    checkpoint = go(config, few_folder, tmp_path / "run", small_base)
    chunk = TunedPolicy(checkpoint).act(observation(few_folder), PHRASE, "call")
    assert chunk.values.shape == (10, 6)
    assert np.isfinite(chunk.values).all()
    before, after = load_file(small_base / "model.safetensors"), load_file(checkpoint / "model.safetensors")
    eye = "model.vlm_with_expert.vlm.model.vision_model.encoder.layers.0.self_attn.q_proj.weight"
    moved = float((before[eye] - after[eye]).abs().max())
    spread = float(before[eye].std())
    assert moved == 0.0 if method != "qlora" else 0.0 < moved < spread, "4-bit weights are what was trained with"
    if method in ("lora", "qlora"):
        query = "model.vlm_with_expert.lm_expert.layers.0.self_attn.q_proj.weight"
        assert not torch.equal(before[query], after[query])
        assert set(after) == set(before), "lerobot's own names: adapters are merged"


def test_a_killed_run_goes_on_to_the_same_weights(
    few_folder: Path, small_base: Path, told: Told, tmp_path: Path
) -> None:
    config = told("lora", held_out=2, schedule={"steps": 3}, evaluation={"every": 1, "scenes": 0, "examples": 1})
    whole = go(config, few_folder, tmp_path / "whole", small_base)
    script, told_as = tmp_path / "run.py", config.model_dump_json(exclude={"start_from", "processes"})
    script.write_text(
        "import os, signal, sys\nfrom pathlib import Path\n"
        "from policy.training import keeper\nfrom policy.training.finetune.config import FinetuneTraining\n"
        "from policy.training.train import train\n"
        "judge = keeper.Keeper.evaluate\n"
        "def cut(self, step, seconds):\n"
        "    if step == 2: os.kill(os.getpid(), signal.SIGKILL)\n"
        "    judge(self, step, seconds)\n"
        "keeper.Keeper.evaluate = cut\n"
        f"config = FinetuneTraining.model_validate_json({told_as!r})\n"
        f"train(config, Path({str(few_folder)!r}), Path({str(tmp_path / 'cut')!r}), resume=False, threads=1,"
        f" start_from=Path({str(small_base)!r}))\n"
    )
    root = Path(__file__).resolve().parents[3]
    done = subprocess.run([sys.executable, script], cwd=root, env={**os.environ, "PYTHONPATH": str(root)}, check=False)
    assert done.returncode == -signal.SIGKILL
    resumed = go(config, few_folder, tmp_path / "cut", small_base, resume=True)
    first, second = (load_file(folder / "model.safetensors") for folder in (whole, resumed))
    assert all(torch.equal(first[name], second[name]) for name in first)


@pytest.mark.parametrize(
    ("changes", "base", "said"),
    [
        ({}, None, "--start-from: None"),
        ({"cameras": {"side": {"pose": None}}}, "small", r"cameras\.side\.pose: None"),
    ],
)
def test_what_is_missing_is_said_before_the_first_step(
    changes: Any, base: str | None, said: str, few_folder: Path, small_base: Path, told: Told, tmp_path: Path
) -> None:
    with pytest.raises(BadInput, match=said):
        go(told(held_out=2, **changes), few_folder, tmp_path / "run", small_base if base else None)


def test_videos_are_read_as_well(
    small_base: Path, told: Told, tmp_path: Path, write_recording: Callable[..., Path]
) -> None:
    folder = write_recording(tmp_path / "videos", episodes=3, frames=6, videos=True)
    frames = Frames(open_recording(folder, told(held_out=1)), [0, 1])
    assert len(frames) == 12
    assert frames[7]["observation.images.side"].shape == (3, 48, 64)
    assert frames[7]["observation.images.side"].max() > 0.7
