"""lerobot's own evaluation command in our cell: with our weights, and with a policy that is lerobot's own."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.train, pytest.mark.timeout(600), pytest.mark.filterwarnings("ignore")]

EVAL = Path(sys.executable).with_name("lerobot-eval")
CELL = ("--env.discover_packages_path=sim.gym", "--env.type=smolcell")
OURS = ("--plugin.discover_packages_path=policy.smolvla_tray", "--policy.path=policy/weights/pick")
TINY_ACT = (
    "--policy.type=act",
    "--policy.device=cpu",
    "--policy.push_to_hub=false",
    "--policy.pretrained_backbone_weights=null",
    "--policy.dim_model=32",
    "--policy.n_heads=2",
    "--policy.dim_feedforward=32",
    "--policy.n_encoder_layers=1",
    "--policy.n_vae_encoder_layers=1",
    "--policy.chunk_size=5",
    "--policy.n_action_steps=5",
)


def lerobot_eval(root: Path, out: Path, *options: str) -> "subprocess.CompletedProcess[str]":
    environment = os.environ | {"HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1", "PYTHONPATH": str(root)}
    command = [str(EVAL), *CELL, "--eval.n_episodes=2", "--seed=0", f"--output_dir={out}", *options]
    return subprocess.run(command, cwd=root, env=environment, capture_output=True, text=True)


def metrics(out: Path) -> dict[str, list[float]]:
    (task,) = json.loads((out / "eval_info.json").read_text())["per_task"]
    assert (task["task_group"], task["task_id"]) == ("smolcell", 0)
    return dict(task["metrics"])


def test_our_weights_pick_two_parts_at_a_time(root: Path, tmp_path: Path) -> None:
    done = lerobot_eval(root, tmp_path, *OURS, "--env.episode_length=5", "--eval.batch_size=2")
    assert done.returncode == 0, done.stderr[-2000:]
    found = metrics(tmp_path)
    assert (found["successes"], found["sum_rewards"]) == ([True, True], [1.0, 1.0])
    assert len(list(tmp_path.rglob("eval_episode_*.mp4"))) == 2


def test_a_policy_of_lerobots_own_with_random_weights_is_refused_by_the_gate(root: Path, tmp_path: Path) -> None:
    done = lerobot_eval(root, tmp_path, *TINY_ACT, "--eval.batch_size=1")
    assert done.returncode == 0, done.stderr[-2000:]
    found = metrics(tmp_path)
    assert (found["successes"], found["sum_rewards"]) == ([False, False], [-1.0, -1.0])


def test_a_skill_that_is_not_there_is_said_in_one_sentence(root: Path, tmp_path: Path) -> None:
    done = lerobot_eval(root, tmp_path, *OURS, "--env.skill=pik", "--eval.batch_size=1")
    assert done.returncode != 0
    assert (
        done.stderr.rstrip()
        .splitlines()[-1]
        .endswith(
            "skill: 'pik' is not known; allowed is one of 'insert', 'pick', 'place', 'put_back'. Nearest: 'pick'. "
            "See: smolcell skills list"
        )
    )


def test_rows_one_by_one_are_the_chunk_that_the_cell_executes(root: Path, cell, tmp_path: Path) -> None:
    """What `select_action` gives lerobot is what `act` gives the gate, for the same picture, phrase and noise."""
    import gymnasium
    import numpy as np
    import torch
    from lerobot.envs.utils import preprocess_observation

    from policy.keyframe_policy import noise_for
    from policy.lerobot_runtime import LerobotSmolVLA
    from sim.gym import ENVIRONMENT

    ours = LerobotSmolVLA(root / "policy" / "weights" / "pick")
    env = gymnasium.make(ENVIRONMENT)
    shown, info = env.reset(seed=2)
    seen = env.unwrapped._episode.seen
    env.close()
    chunk = ours.act(seen, info["phrase"], "call")
    noise = torch.from_numpy(noise_for(ours.contract, seen, "call"))[None]
    batch = preprocess_observation(shown) | {"task": [info["phrase"]]}
    rows = [ours.policy.select_action(batch, noise=noise)[0].numpy() for _ in range(5)]
    assert np.abs(np.stack(rows) - chunk.values).max() < 1e-5
