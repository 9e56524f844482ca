"""From a fine-tuned policy to its checkpoint: lerobot's form, contract, reference pictures, record."""

import shutil
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view

from policy.checkpoint import TunedFolder
from policy.pictures import png
from policy.portable import PortableSmolVLA
from policy.record import TrainingRecord, save_record
from policy.training.finetune.episodes import ACTION, PICTURES, Numbers, Recording, recording_hash
from policy.training.finetune.frames import Frames
from policy.training.finetune.judge import judge, spread
from policy.training.finetune.processors import Pipelines, save_processors
from policy.training.finetune.statistics import measure
from policy.training.machine import describe_machine
from policy.tuned_runtime import TunedPolicy
from skills.contract import CameraContract, Contract, Moves, Statistics, hash_files, save_contract
from skills.motion import moves_of


@dataclass(frozen=True)
class Tuned:
    """What training hands over: whole weights and what they were trained with.

    Attributes:
        learning: number of weights that were trained.
    """

    policy: PortableSmolVLA
    pipelines: Pipelines
    recording: Recording
    training: Frames
    learning: int


def deliver(tuned: Tuned, out: Path, *, epochs: float, seconds: float) -> None:
    """Write the checkpoint whole or not at all."""
    draft = TunedFolder(out.with_name(f".{out.name}.draft"))
    shutil.rmtree(draft.root, ignore_errors=True)
    draft.root.mkdir(parents=True)
    tuned.policy.save_pretrained(draft.root)
    save_processors(tuned.pipelines, draft.root)
    _save_references(tuned, draft)
    save_contract(_contract(tuned, draft, round(epochs, 2)), draft.root)
    save_record(_record(tuned, draft, seconds), draft.root)
    shutil.rmtree(out, ignore_errors=True)
    draft.root.replace(out)


def _save_references(tuned: Tuned, draft: TunedFolder) -> None:
    """What each camera saw at the beginning of the first training episode."""
    first = tuned.training[0]
    for name in tuned.recording.config.cameras:
        picture = (first[f"{PICTURES}{name}"] * 255).round().byte().permute(1, 2, 0).numpy()
        draft.reference(name).write_bytes(png(picture))


def _contract(tuned: Tuned, draft: TunedFolder, epochs: float) -> Contract:
    recording, config = tuned.recording, tuned.recording.config
    numbers = recording.numbers(recording.split.training)
    starts, action = numbers.states[numbers.first], measure(numbers, config.axes, config.floors)[ACTION]
    columns = tuple(axis.column for axis in config.axes)
    shapes = recording.shapes
    return Contract(
        name=config.name,
        phrases=recording.phrase_counts(recording.split.training),
        cameras={
            name: CameraContract(
                **camera.pose.model_dump(),
                size=shapes[name][0],
                width=shapes[name][1],
                reference=draft.reference(name).name,
            )
            for name, camera in config.cameras.items()
            if camera.pose is not None
        },
        places={},
        state_names=columns,
        action_names=columns,
        space="joint_positions",
        period=1 / config.rate,
        chunk_size=config.chunk_size,
        executed=config.executed,
        start_state=Statistics(
            mean=tuple(starts.mean(axis=0).tolist()),
            std=tuple(starts.std(axis=0).tolist()),
            low=tuple(starts.min(axis=0).tolist()),
            high=tuple(starts.max(axis=0).tolist()),
        ),
        action_mean=(tuple(action["mean"].tolist()),) * config.chunk_size,
        action_std=(tuple(action["std"].tolist()),) * config.chunk_size,
        epochs=epochs,
        data_hash=recording_hash(recording.root),
        weights_hash=hash_files(draft.hashed()),
        moves=_moves(numbers, config.chunk_size),
    )


def _moves(numbers: Numbers, rows: int) -> Moves | None:
    """Of every chunk that lies whole in an episode; None where none does."""
    episodes = [numbers.actions[numbers.episode == number] for number in np.unique(numbers.episode)]
    chunks = [sliding_window_view(one, rows, axis=0).swapaxes(1, 2) for one in episodes if len(one) >= rows]
    found = [moves_of(one, "joint_positions") for one in chunks]
    if not found:
        return None
    most = np.max([one.jumps for one in found], axis=0)
    shares, counts = [one.closed for one in found], [len(one) for one in chunks]
    return Moves(jumps=tuple(map(tuple, most.tolist())), closed=float(np.average(shares, weights=counts)))


def _record(tuned: Tuned, draft: TunedFolder, seconds: float) -> TrainingRecord:
    recording, config = tuned.recording, tuned.recording.config
    policy, held_out = TunedPolicy(draft.root), Frames(recording, recording.split.validation)
    judged = judge(policy, held_out, spread(held_out, config.judged))
    parameters = sum(weight.numel() for weight in tuned.policy.parameters())
    return TrainingRecord(
        what=(
            f"A SmolVLA, {tuned.learning:,} of its weights trained ({config.method}): {len(config.cameras)} cameras, "
            f"an exact phrase and {len(config.axes)} joint positions in; {config.chunk_size} rows of them out, "
            f"{config.horizon:.2f} s ahead, of which {config.executed} are carried out."
        ),
        config=config.model_dump(mode="json"),
        data={
            "name": recording.root.name,
            "seed": config.seed,
            "scenes": len(recording.split.training),
            "examples": len(tuned.training),
        },
        data_hash=policy.contract.data_hash,
        weights_hash=policy.checkpoint,
        parameters=parameters,
        seconds={"finetune": round(seconds, 1)},
        machine=describe_machine(),
        shares=judged.close(),
        quantities=judged.means(),
    )
