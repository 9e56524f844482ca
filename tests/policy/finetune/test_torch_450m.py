"""The shape of `lerobot/smolvla_base` (SmolVLM2-500M, random weights) goes the whole way, one method after the other.

Each in a process of its own, so that its peak memory is its own. It needs 16 GB of memory, 12 GB of the temporary
folder and, on two quiet cores, some ten minutes.
"""

import json
import os
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

pytestmark = [pytest.mark.train, pytest.mark.heavy, pytest.mark.timeout(5400), pytest.mark.filterwarnings("ignore")]

PHRASE = "pink lego brick into the transparent box"
SCRIPT = """
import json, resource, sys
from pathlib import Path
import numpy as np
from policy.training.finetune.config import FinetuneTraining
from policy.training.finetune.episodes import open_recording
from policy.training.finetune.frames import Frames
from policy.training.finetune import learn
from policy.training.train import train
from policy.tuned_runtime import TunedPolicy
from skills.observation import Observation

def peak():
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20

told, data, base, out = sys.argv[1:]
config, peaks, optimize = FinetuneTraining.model_validate_json(told), {}, learn._optimize

def measured(job, student, *rest):
    peaks["learning"], peaks["loaded_gb"] = student.learning, peak()
    seconds = optimize(job, student, *rest)
    peaks["training_gb"], peaks["seconds"] = peak(), seconds
    return seconds

learn._optimize = measured
folder = train(config, Path(data), Path(out), resume=False, threads=2, start_from=Path(base))
frame = Frames(open_recording(Path(data), config), [0])[0]
pictures = {name: frame[f"observation.images.{name}"].permute(1, 2, 0).numpy() for name in config.cameras}
images = {name: (picture * 255).astype("uint8") for name, picture in pictures.items()}
state = frame["observation.state"].numpy()
seen = Observation(images, state[:5], np.zeros(5), float(state[5]), np.array([0.2, 0, 0.2, 0, 0, 0, 1]), 1, 7)
policy = TunedPolicy(folder)
chunk = policy.act(seen, frame["task"], "call")
network = policy.policy
finite = bool(np.isfinite(chunk.values).all())
print(json.dumps({**peaks, "whole_gb": peak(), "shape": chunk.values.shape, "finite": finite, "space": chunk.space,
    "parameters": sum(weight.numel() for weight in network.parameters()),
    "phrases": policy.contract.phrases}))
"""


@pytest.fixture(scope="module")
def large_base(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    folder = tmp_path_factory.mktemp("large") / "base"
    command = [sys.executable, "-m", "policy.training.finetune.blank", str(folder), "450M", PHRASE]
    subprocess.run(command, check=True, env=_environment(), cwd=_root())
    yield folder
    shutil.rmtree(folder)


@pytest.mark.parametrize(
    ("method", "learning", "most_gb"),
    [("full", 300e6, 16.0), ("lora", 0.5e6, 10.0), ("qlora", 0.5e6, 10.0)],
)
def test_the_full_architecture_goes_the_whole_way(
    method: str,
    learning: float,
    most_gb: float,
    large_base: Path,
    few_folder: Path,
    told: Callable[..., Any],
    tmp_path: Path,
) -> None:
    config = told(method, held_out=2, frames=1, draws=1, judged=1, compute={"device": "cpu", "precision": "bf16"})
    content = config.model_dump_json(exclude={"start_from", "processes"})
    command = [sys.executable, "-c", SCRIPT, content, str(few_folder), str(large_base), str(tmp_path / "run")]
    done = subprocess.run(command, check=True, capture_output=True, text=True, env=_environment(), cwd=_root())
    result = json.loads(done.stdout.splitlines()[-1])
    sys.stdout.write(f"{method}: {json.dumps(result)}\n")  # what docs/finetuning.md states; pytest -s shows it
    shutil.rmtree(tmp_path / "run")
    assert result["shape"] == [10, 6]
    assert result["finite"]
    assert result["space"] == "joint_positions"
    assert result["phrases"] == {PHRASE: 10}
    assert 440e6 < result["parameters"] < 460e6
    assert (
        result["learning"] > learning
        if method == "full"
        else learning < result["learning"] < 0.05 * result["parameters"]
    )
    assert result["whole_gb"] < most_gb


def _root() -> Path:
    return Path(__file__).resolve().parents[3]


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(_root()), "HF_HUB_OFFLINE": "1"}
