"""How fast a policy is trained, against lerobot-train's own loop, with the same model, examples and batch, in one run.

A sample is one term of the flow loss: a picture, a phrase, a state, a chunk, a draw of noise. Both sides take 384 of
them a step. Ours: the trainer of `smolcell train pick`, 32 pictures × 3 commands × 4 draws, each picture encoded once,
each command's keys and values once. Baseline: the loop of `lerobot-train` (its `update_policy`, its optimizer and
schedule, accelerate, torch's DataLoader), 384 rows a step, each with a picture of its own. The model is the embedded
pick policy, untrained, with its positions cached in both; the loss for pointing is left out. The examples are in
memory, so that lerobot decodes no PNG.

    python benchmarks/train.py [DATA]

Seconds are of processor time, one thread, so that what else the machine does counts little. The steps between tell
where the gain comes from: `no sharing` is our loop with 384 pictures a step. A shared picture teaches less than one of
its own: `ratio_of_commands` counts each picture with its phrase once, whatever the draws, and flatters us least.
Without DATA (from `smolcell data generate`) it makes 60 scenes; about 3 minutes of processor time and 5 GB of memory.
"""

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

os.environ.setdefault("HF_HUB_OFFLINE", "1")

import numpy as np
import torch
from accelerate import Accelerator
from lerobot.scripts.lerobot_train import update_policy
from lerobot.utils.logging_utils import AverageMeter, MetricsTracker

from policy.keyframes import measured, to_model
from policy.phrases import PhraseEncoder
from policy.smolvla_tray.modeling_smolcell import SmolcellPolicy
from policy.training.augmentation import TRAY
from policy.training.backbone import write_backbone
from policy.training.config import Compute
from policy.training.dataset import TrayData, load_data
from policy.training.engine import Engine
from policy.training.flow_stage import FlowBatches, train_flow
from policy.training.job import Job
from policy.training.networks import PolicyTraining
from policy.training.policy_network import IMAGE_KEY, new_policy
from policy.training.presets import preset
from policy.training.run_folder import RunFolder

ROOT = Path(__file__).resolve().parent.parent
PRESET = preset("pick")
assert isinstance(PRESET, PolicyTraining)
SAMPLES = PRESET.flow.images * PRESET.flow.commands * PRESET.flow.draws
STEPS, ROUNDS = 3, 2
GOAL = 2.0


class Bench:
    """One data set, and a fresh copy of one model for each side."""

    def __init__(self, data: TrayData, folder: Path) -> None:
        self.data, self.folder = data.of_skills(PRESET.skills), folder
        self.phrases = tuple(
            data.index.phrases[number] for skill in PRESET.skills for number in data.index.skills[skill]
        )
        write_backbone(folder / "vlm", PRESET.backbone, self.phrases)
        self.encoder = PhraseEncoder(folder / "vlm" / "tokenizer.json")
        self.words = max(self.encoder.length(phrase) for phrase in self.phrases)
        self.chunks = measured(to_model(self.data.examples.waypoints))
        self.states = measured(self.data.examples.state)

    def policy(self) -> SmolcellPolicy:
        torch.manual_seed(0)
        return new_policy(self.folder / "vlm", PRESET.backbone, self.data.index.keyframes, self.words)

    def ours(self, images: int, commands: int, draws: int, precision: str) -> float:
        """Samples a second of processor time."""
        schedule = PRESET.flow.schedule.model_copy(update={"steps": STEPS + 1, "warmup": 1})
        stage = {"schedule": schedule, "images": images, "commands": commands, "draws": draws, "pointing": 0.0}
        flow = PRESET.flow.model_copy(update=stage)
        config = PRESET.model_copy(update={"flow": flow, "compute": Compute(device="cpu", precision=precision)})
        batches = Watched(self.data, flow, TRAY, self.encoder, self.words, self.chunks, self.states)
        with tempfile.TemporaryDirectory() as out:
            train_flow(
                self.policy(), batches, Job(config, Path(), None, RunFolder(Path(out)), Engine.of(config.compute))
            )
        return STEPS * images * commands * draws / (batches.begun[-1] - batches.begun[-1 - STEPS])

    def lerobots(self, precision: str) -> float:
        """Samples a second of processor time, of `lerobot-train`'s loop."""
        accelerator = Accelerator(cpu=True, step_scheduler_with_optimizer=False)
        policy = self.policy()
        optimizer = policy.config.get_optimizer_preset().build(policy.get_optim_params())
        schedule = policy.config.get_scheduler_preset().build(optimizer, STEPS + 1)
        loader = torch.utils.data.DataLoader(Rows(self), SAMPLES, shuffle=True, drop_last=True)
        policy, optimizer, loader, schedule = accelerator.prepare(policy, optimizer, loader, schedule)
        meters = {name: AverageMeter(name) for name in ("loss", "grad_norm", "lr", "update_s", "dataloading_s")}
        tracker = MetricsTracker(SAMPLES, SAMPLES, 1, meters, accelerator=accelerator)
        clip = policy.config.optimizer_grad_clip_norm
        begun = [time.process_time()]
        with torch.autocast("cpu", torch.bfloat16, enabled=precision == "bf16"):
            for batch in loader:
                update_policy(tracker, policy, batch, optimizer, clip, accelerator, schedule)
                begun.append(time.process_time())
        return STEPS * SAMPLES / (begun[-1] - begun[-1 - STEPS])


class Watched(FlowBatches):
    """Notes the processor's time at which each step begins; one more than is trained tells when the last has ended."""

    def __init__(self, *arguments: Any) -> None:
        super().__init__(*arguments)
        self.begun: list[float] = []

    def draw(self, rng: np.random.Generator) -> Any:
        self.begun.append(time.process_time())
        return super().draw(rng)


class Rows(torch.utils.data.Dataset):  # type: ignore[misc]
    """The same examples as lerobot reads them, one row each, enough for STEPS + 1 batches."""

    def __init__(self, bench: Bench) -> None:
        examples, data = bench.data.examples, bench.data
        self.images, self.at = data.images, examples.image
        self.actions = bench.chunks.apply(to_model(examples.waypoints))
        self.states = bench.states.apply(examples.state)
        encoded = [bench.encoder.encode(data.index.phrases[number], bench.words) for number in examples.phrase]
        self.tokens, self.mask = (np.stack(column) for column in zip(*encoded, strict=True))

    def __len__(self) -> int:
        return (STEPS + 1) * SAMPLES

    def __getitem__(self, number: int) -> dict[str, torch.Tensor]:
        row = number % len(self.at)
        return {
            IMAGE_KEY: torch.from_numpy(self.images[self.at[row]]).permute(2, 0, 1).float() / 255,
            "observation.state": torch.from_numpy(self.states[row]),
            "observation.language.tokens": torch.from_numpy(self.tokens[row]),
            "observation.language.attention_mask": torch.from_numpy(self.mask[row]),
            "action": torch.from_numpy(self.actions[row]),
        }


@contextlib.contextmanager
def data_folder(arguments: list[str]) -> Iterator[Path]:
    if arguments:
        yield Path(arguments[0])
        return
    with tempfile.TemporaryDirectory(prefix="smolcell-bench-") as folder:
        made = ["data", "generate", "--out", f"{folder}/set", "--scenes", "60", "--seed", "1"]
        subprocess.run([sys.executable, "-m", "agent.cli", *made], check=True, cwd=ROOT, stdout=subprocess.DEVNULL)
        yield Path(folder) / "set"


def main(arguments: list[str]) -> int:
    torch.set_num_threads(1)
    flow = PRESET.flow
    with data_folder(arguments) as data, tempfile.TemporaryDirectory(prefix="smolcell-bench-") as folder:
        bench = Bench(load_data(data, PRESET.backbone.image_size), Path(folder))
        sides = {
            "lerobot": lambda: bench.lerobots("fp32"),
            "lerobot, bf16": lambda: bench.lerobots("bf16"),
            "ours, no sharing": lambda: bench.ours(SAMPLES, 1, 1, "bf16"),
            "ours, commands share": lambda: bench.ours(SAMPLES // flow.commands, flow.commands, 1, "bf16"),
            "ours, fp32": lambda: bench.ours(flow.images, flow.commands, flow.draws, "fp32"),
            "ours": lambda: bench.ours(flow.images, flow.commands, flow.draws, "bf16"),
        }
        found: dict[str, list[float]] = {name: [] for name in sides}
        for number in range(ROUNDS):
            for name, measure in sides.items():
                found[name].append(measure())
                print(f"round {number + 1}: {name}: {found[name][-1]:.1f} samples/s", flush=True)
    rate = {name: float(np.median(values)) for name, values in found.items()}
    ratio = rate["ours"] / rate["lerobot"]
    result = {
        "benchmark": "train", "ratio": round(ratio, 2), "ours": round(rate["ours"], 1),
        "baseline": round(rate["lerobot"], 1), "unit": "samples/s of processor time, one thread",
        "ratio_to_lerobot_in_bf16": round(rate["ours"] / rate["lerobot, bf16"], 2),
        "ratio_of_commands": round(ratio / flow.draws, 2), "samples_a_step": SAMPLES,
        "rates": {name: round(value, 1) for name, value in rate.items()}, "goal": GOAL, "held": ratio >= GOAL,
    }  # fmt: skip
    print(json.dumps(result))
    return 0 if ratio >= GOAL else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
