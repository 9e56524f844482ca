"""From a trained policy to its checkpoint: lerobot's form, the exported graph, contract, parity, record."""

import dataclasses
import shutil
from pathlib import Path
from typing import Any

import numpy as np

from policy.checkpoint import PolicyFolder
from policy.evaluation.figures import aim_quantities, aim_shares
from policy.evaluation.grasps import aims
from policy.keyframes import ACTION_NAMES, Normalization
from policy.lerobot_runtime import LerobotSmolVLA
from policy.pictures import png
from policy.record import TrainingRecord, save_record
from policy.smolvla import OnnxSmolVLA
from policy.smolvla_tray.modeling_smolcell import SmolcellPolicy
from policy.training.dataset import TrayData
from policy.training.export import export_policy
from policy.training.machine import describe_machine
from policy.training.networks import PolicyTraining
from policy.training.policy_network import CAMERA
from skills.contract import CameraContract, Contract, Statistics, hash_files, save_contract
from skills.motion import moves_of
from skills.words import TRAY

PARITY_CASES = 8
JUDGED = 1000
"""Held-out examples that the record's figures are measured on, at most."""


@dataclasses.dataclass(frozen=True)
class TrainedPolicy:
    """What training hands over: the averaged weights after `steps` steps, and what they were trained with."""

    policy: SmolcellPolicy
    config: PolicyTraining
    training: TrayData
    held_out: TrayData
    chunks: Normalization
    states: Normalization
    seconds: dict[str, float]
    steps: int


def deliver_policy(trained: TrainedPolicy, out: Path) -> None:
    """Write the checkpoint whole or not at all."""
    draft = PolicyFolder(out.with_name(f".{out.name}.draft"))
    shutil.rmtree(draft.root, ignore_errors=True)
    draft.root.mkdir(parents=True)
    trained.policy.save_pretrained(draft.root)
    export_policy(trained.policy, draft.network)
    draft.reference.write_bytes(png(trained.training.scenery))
    contract = _contract(trained, draft)
    save_contract(contract, draft.root)
    _write_parity(LerobotSmolVLA(draft.root), trained, draft.parity)
    save_record(_record(OnnxSmolVLA(draft.root), trained), draft.root)
    shutil.rmtree(out, ignore_errors=True)
    draft.root.replace(out)


def _contract(trained: TrainedPolicy, folder: PolicyFolder) -> Contract:
    data, flow = trained.training, trained.config.flow
    asked, counts = np.unique(data.examples.phrase, return_counts=True)
    phrases = {data.index.phrases[number]: int(count) for number, count in zip(asked, counts, strict=True)}
    camera, states = data.index.camera, data.examples.state
    return Contract(
        name=trained.config.name,
        phrases=phrases,
        cameras={
            CAMERA: CameraContract(
                **camera.pose.model_dump(), size=trained.config.backbone.image_size, reference=folder.reference.name
            )
        },
        places={name: at for name, at in data.index.places.items() if name == TRAY or name in " ".join(phrases)},
        state_names=data.index.state_names,
        action_names=ACTION_NAMES,
        space="tcp_waypoints",
        period=None,
        chunk_size=data.index.keyframes,
        executed=data.index.keyframes,
        start_state=Statistics(
            mean=tuple(trained.states.mean.tolist()),
            std=tuple(trained.states.spread.tolist()),
            low=tuple(states.min(axis=0).tolist()),
            high=tuple(states.max(axis=0).tolist()),
        ),
        action_mean=tuple(map(tuple, trained.chunks.mean.tolist())),
        action_std=tuple(map(tuple, trained.chunks.spread.tolist())),
        epochs=round(trained.steps * flow.images * trained.config.batches_a_step / len(data.images), 2),
        data_hash=data.data_hash,
        weights_hash=hash_files(folder.hashed()),
        skills=trained.config.skills,
        moved=flow.moved if (data.examples.target >= 0).all() else 0.0,
        moves=moves_of(data.examples.waypoints, "tcp_waypoints"),
    )


def _write_parity(policy: LerobotSmolVLA, trained: TrainedPolicy, file: Path) -> None:
    """Record inputs with lerobot's answers, so that a machine without torch can check its network."""
    data = trained.held_out
    rng = np.random.default_rng(0)
    count = min(PARITY_CASES, len(data.examples))
    cases: dict[str, list[Any]] = {key: [] for key in ("pictures", "phrases", "states", "noise", "chunks")}
    for number in range(count):
        inputs = (
            data.images[data.examples.image[number]],
            data.index.phrases[data.examples.phrase[number]],
            trained.states.apply(data.examples.state[number]),
            rng.standard_normal(trained.chunks.mean.shape, np.float32),
        )
        for key, value in zip(cases, (*inputs, policy.propose(*inputs)), strict=True):
            cases[key].append(value)
    arrays: dict[str, Any] = {key: np.array(values) for key, values in cases.items()}
    np.savez_compressed(file, **arrays)


def _record(policy: OnnxSmolVLA, trained: TrainedPolicy) -> TrainingRecord:
    data, config = trained.training, trained.config
    judged = list(aims(policy, trained.held_out, JUDGED))
    return TrainingRecord(
        what=(
            f"A SmolVLA (lerobot's class, {config.backbone.text_layers} text layers of width {config.backbone.width}) "
            f"for the skills {', '.join(config.skills)}: one overhead picture of {config.backbone.image_size} pixels, "
            f"an exact phrase and the tool's pose in; {data.index.keyframes} keyframes of the tool out."
        ),
        config=config.model_dump(mode="json"),
        data={
            "name": data.index.name,
            "seed": data.index.seed,
            "scenes": len(data.images),
            "examples": len(data.examples),
        },
        data_hash=data.data_hash,
        weights_hash=policy.checkpoint,
        parameters=sum(weight.numel() for weight in trained.policy.parameters()),
        seconds=trained.seconds,
        machine=describe_machine(),
        shares=aim_shares(judged),
        quantities=aim_quantities(judged),
    )
