"""Fine-tuned policies against a LeRobot data set: what they say in its frames beside what was done. No robot moves."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from agent.evaluation.actors import LEROBOT
from agent.evaluation.open_loop import TRAINED, OnProgress, Source, chunk_figures
from policy.keyframe_policy import KeyframePolicy
from policy.runtimes import open_runtime
from policy.training.finetune.config import trained_with
from policy.training.finetune.episodes import Recording, open_recording, recording_hash
from skills.contract import Contract
from skills.errors import BadInput, UnknownName

if TYPE_CHECKING:
    from policy.training.finetune.judge import Judged
    from policy.tuned_runtime import TunedPolicy

VALIDATION: Final = "validation"


def open_loop_tuned(
    source: Source, networks: Mapping[str, Path], runtime: str | None, told: OnProgress
) -> dict[str, Any]:
    """Figures of the policies in those folders, by name; `runtime` is what a person asked for.

    Raises: BadInput (unreadable, no fine-tuned policy, data that were trained on or that do not fit what it was
        trained with), UnknownName, Unavailable (the extra `train` is missing).
    """
    policies = {name: _opened(folder, runtime) for name, folder in networks.items()}
    return {name: _figures(source, policy, told) for name, policy in policies.items()}


def _opened(folder: Path, runtime: str | None) -> "TunedPolicy":
    policy = open_runtime(folder)
    if isinstance(policy, KeyframePolicy):
        allowed = "a fine-tuned policy for a LeRobot data set; this one answers in keyframes, as the twin's data do"
        raise BadInput("checkpoint", str(folder), allowed)
    if runtime not in (None, LEROBOT):
        raise BadInput("--runtime", runtime, "lerobot, or left out: a fine-tuned policy has no exported network")
    return policy


def _figures(source: Source, policy: "TunedPolicy", told: OnProgress) -> dict[str, Any]:
    from policy.training.finetune.frames import Frames
    from policy.training.finetune.judge import judge, spread

    config = trained_with(policy.folder.root)
    recording = open_recording(source.folder, config)
    episodes = _episodes(source, recording, policy.contract)
    _check_pictures(recording, policy.contract)
    frames = Frames(recording, episodes)
    numbers = spread(frames, source.count(len(frames)))
    asked = 2 * len(numbers)
    plain = judge(policy, frames, numbers, None, lambda done: told(done, asked))
    shifted = judge(policy, frames, numbers, config.light.shifted, lambda done: told(len(numbers) + done, asked))
    return {
        "weights_hash": policy.checkpoint,
        "frames": len(numbers),
        "episodes": len(episodes),
        "untrained_phrases": [
            phrase for phrase in recording.phrase_counts(episodes) if phrase not in policy.contract.phrases
        ],
        **_chunk_figures(plain),
        "shifted_light": _chunk_figures(shifted),
    }


def _episodes(source: Source, recording: Recording, contract: Contract) -> tuple[int, ...]:
    """Those of the split that training made of a data set, else all."""
    if source.split not in (None, TRAINED, VALIDATION):
        raise UnknownName("split", source.split, (TRAINED, VALIDATION))
    source.require_unseen(recording_hash(source.folder), contract.data_hash, contract.name)
    if source.split is None:
        return tuple(range(recording.episodes))
    return recording.split.training if source.split == TRAINED else recording.split.validation


def _check_pictures(recording: Recording, contract: Contract) -> None:
    """Raises: BadInput (pictures of another size than the policy was trained with)."""
    for name, (height, width) in recording.shapes.items():
        trained = contract.cameras[name].shape
        if (height, width) != trained:
            raise BadInput(f"pictures of {name!r}", f"{width}×{height}", f"{trained[1]}×{trained[0]}, as in training")


def _chunk_figures(judged: "Judged") -> dict[str, Any]:
    said, done = (chunks[judged.counted][:, -1] for chunks in (judged.said, judged.done))
    return chunk_figures(judged.columns, said, done)
