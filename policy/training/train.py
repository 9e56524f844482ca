"""One training run from configuration and data set to a checkpoint; goes on where it was cut off."""

import dataclasses
import os
from pathlib import Path

os.environ.setdefault("HF_HUB_OFFLINE", "1")

import torch

from policy.keyframes import measured, to_model
from policy.phrases import PhraseEncoder
from policy.smolvla_tray.modeling_smolcell import SmolcellPolicy
from policy.training.backbone import write_backbone
from policy.training.config import PerceiverTraining, PolicyTraining, Training
from policy.training.dataset import TrayData, load_data
from policy.training.deliver_perceiver import TrainedPerceiver, deliver_perceiver
from policy.training.deliver_policy import TrainedPolicy, deliver_policy
from policy.training.detector import PartDetector, VisionTower, new_tower
from policy.training.detector_stage import train_detector
from policy.training.flow import balance_scales
from policy.training.flow_stage import FlowBatches, train_flow
from policy.training.light import to_pixels
from policy.training.loop import Report
from policy.training.policy_network import new_policy
from policy.training.run_folder import RunFolder, open_run
from policy.training.start import NO_START, Start
from skills.errors import BadInput


def train(
    config: Training,
    data_folder: Path,
    out: Path,
    *,
    resume: bool,
    threads: int,
    report: Report,
    start_from: Path | None = None,
) -> Path:
    """Train by `config`; returns the folder of the finished checkpoint, `out/checkpoint`.

    Args:
        start_from: a checkpoint of the same networks whose weights the run begins with.

    Raises: BadInput (data set, configuration, folder, checkpoint), UnknownName, Unavailable (another process trains
        in `out`).
    """
    torch.set_num_threads(threads)
    data = load_data(data_folder, config.backbone.image_size)
    start = Start.of(start_from)
    config = dataclasses.replace(config, start_from=start.weights_hash)
    run = open_run(out, config, data.data_hash, resume)
    torch.manual_seed(config.seed)
    with run.alone():
        if isinstance(config, PerceiverTraining):
            deliver_perceiver(learn_perceiver(config, data, run, report, start), run.checkpoint)
        else:
            deliver_policy(learn_policy(config, data, run, report, start), run.checkpoint)
    return run.checkpoint


def learn_perceiver(
    config: PerceiverTraining, data: TrayData, run: RunFolder, report: Report, start: Start = NO_START
) -> TrainedPerceiver:
    """The detector's stage alone."""
    training, held_out = data.split(config.held_out)
    write_backbone(run.backbone, config.backbone, data.index.phrases)
    detector = PartDetector(new_tower(run.backbone), config.backbone)
    start.give(detector)
    seconds = train_detector(detector, training, config.detector, config.seed, run.state("detector"), report)
    return TrainedPerceiver(detector, config, training, held_out, {"detector": seconds})


def learn_policy(
    config: PolicyTraining, data: TrayData, run: RunFolder, report: Report, start: Start = NO_START
) -> TrainedPolicy:
    """The eye as a detector, then all together. Raises: BadInput without an example of the skills."""
    if config.detector and start.folder:
        raise BadInput("--start-from", str(start.folder), "absent, or with a preset without a detector stage: *-tune")
    data = data.of_skills(config.skills)
    if not len(data.examples):
        raise BadInput("data set", data.index.name, f"one with examples of {', '.join(config.skills)}")
    training, held_out = data.split(config.held_out)
    seconds: dict[str, float] = {}
    tower = _eye(config, training, run, report, seconds)
    policy = _policy(config, data, run, tower)
    if not start.give(policy):
        balance_scales(policy, to_pixels(training.images[:64]) * 2 - 1)
    phrases = PhraseEncoder(run.backbone / "tokenizer.json")
    chunks, states = measured(to_model(training.examples.waypoints)), measured(training.examples.state)
    batches = FlowBatches(training, config.flow, phrases, policy.config.tokenizer_max_length, chunks, states)
    seconds["flow"] = train_flow(policy, batches, config.flow, config.seed, run.state("flow"), report)
    return TrainedPolicy(policy, config, training, held_out, chunks, states, seconds)


def _eye(
    config: PolicyTraining, data: TrayData, run: RunFolder, report: Report, seconds: dict[str, float]
) -> VisionTower:
    """The policy's vision tower, pretrained as a detector where the configuration says so."""
    write_backbone(run.backbone, config.backbone, _asked(config, data))
    tower = new_tower(run.backbone)
    if config.detector is not None:
        detector = PartDetector(tower, config.backbone)
        seconds["detector"] = train_detector(
            detector, data, config.detector, config.seed, run.state("detector"), report
        )
    return tower


def _policy(config: PolicyTraining, data: TrayData, run: RunFolder, tower: VisionTower) -> SmolcellPolicy:
    """A new policy that looks through `tower`'s weights."""
    phrases = PhraseEncoder(run.backbone / "tokenizer.json")
    words = max(phrases.length(phrase) for phrase in _asked(config, data))
    policy = new_policy(run.backbone, config.backbone, data.index.keyframes, words)
    vlm = policy.model.vlm_with_expert.get_vlm_model()
    vlm.vision_model.load_state_dict(tower.vision_model.state_dict())
    vlm.connector.load_state_dict(tower.connector.state_dict())
    return policy


def _asked(config: PolicyTraining, data: TrayData) -> tuple[str, ...]:
    """Every phrase of the skills."""
    return tuple(data.index.phrases[number] for skill in config.skills for number in data.index.skills[skill])
