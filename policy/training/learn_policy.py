"""How a policy is learnt: the eye as a detector, then all together by the flow loss."""

from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from policy.checkpoint import open_policy
from policy.keyframes import ACTION_NAMES, Normalization, measured, measured_as_one, to_model
from policy.phrases import PhraseEncoder
from policy.smolvla_tray.modeling_smolcell import SmolcellPolicy
from policy.training.backbone import write_backbone
from policy.training.checks import check_epochs, require_cameras, require_statistics
from policy.training.dataset import TrayData, load_data, load_index
from policy.training.deliver_policy import TrainedPolicy, deliver_policy
from policy.training.detector import PartDetector, VisionTower, new_tower
from policy.training.detector_stage import train_detector
from policy.training.examples import show_aims
from policy.training.flow import balance_scales
from policy.training.flow_stage import FlowBatches, train_flow
from policy.training.job import Job
from policy.training.keeper import Keeper
from policy.training.light import to_pixels
from policy.training.networks import PolicyTraining
from policy.training.policy_network import CAMERA, new_policy
from policy.training.start import give
from skills.errors import BadInput


class PolicyLearner:
    """A `Learner`."""

    def data_hash(self, data: Path) -> str:
        return load_index(data).data_hash

    def start_hash(self, start: Path) -> str:
        return open_policy(start)[1].weights_hash

    def learn(self, job: Job[PolicyTraining]) -> Path:
        keeper, seconds = learnt(job)
        return keeper.finish(seconds)


def learnt(job: Job[PolicyTraining]) -> tuple[Keeper, float]:
    """Train, but deliver nothing yet: who keeps the drafts, and the seconds of the main stage.

    Raises: BadInput without an example of the skills, or where `start` is given and a detector stage is.
    """
    config = job.config
    if config.detector and job.start:
        raise BadInput("--start-from", str(job.start), "absent, or with a preset without a detector stage: *-tune")
    data = load_data(job.data, config.backbone.image_size).of_skills(config.skills)
    if not len(data.examples):
        raise BadInput("data set", data.index.name, f"one with examples of {', '.join(config.skills)}")
    require_cameras([data.index.camera.name], {CAMERA: CAMERA}, [CAMERA])
    training, held_out = data.split(config.held_out)
    training = training.first(config.scenes)
    for scenes_of, split in (("training", training), ("validation", held_out)):
        if not len(split.examples):
            raise BadInput("data set", data.index.name, f"one with {scenes_of} examples of {', '.join(config.skills)}")
    scales = _Scales.of(training, config.flow.normalized)
    scenes, steps = len(training.images), config.flow.schedule.steps
    check_epochs(steps, config.flow.images * config.batches_a_step, scenes, scenes, job.watch.warn)
    seconds: dict[str, float] = {}
    policy = _begun(job, data, _eye(job, data, training, seconds))
    if not give(job.start, policy) and config.flow.balanced:
        balance_scales(policy, to_pixels(training.images[:64]) * 2 - 1)
    phrases = PhraseEncoder(job.run.backbone / "tokenizer.json")
    batches = FlowBatches(
        training,
        config.flow,
        config.light.training,
        phrases,
        policy.config.tokenizer_max_length,
        scales.chunks,
        scales.states,
    )
    keeper = Keeper(job, steps, _Learnt(policy, job, training, held_out, scales, seconds))
    return keeper, train_flow(policy, batches, job, keeper)


@dataclass(frozen=True)
class _Scales:
    """What chunks and states are normalized by."""

    chunks: Normalization
    states: Normalization

    @classmethod
    def of(cls, data: TrayData, each: Literal["keyframe", "chunk"]) -> "_Scales":
        """Measured on all examples. Raises: BadInput where a statistic is no number."""
        values = to_model(data.examples.waypoints)
        chunks = measured(values) if each == "keyframe" else measured_as_one(values)
        scales = cls(chunks, measured(data.examples.state))
        features = {"action": scales.chunks, "observation.state": scales.states}
        statistics = {name: {"mean": scale.mean, "std": scale.spread} for name, scale in features.items()}
        require_statistics(statistics, dict.fromkeys(features, len(ACTION_NAMES)), ("mean", "std"))
        return scales


class _Learnt:
    """What is tried and delivered."""

    def __init__(
        self,
        policy: SmolcellPolicy,
        job: Job[PolicyTraining],
        training: TrayData,
        held_out: TrayData,
        scales: _Scales,
        before: dict[str, float],
    ) -> None:
        self._policy, self._job, self._training, self._held_out = policy, job, training, held_out
        self._scales, self._before = scales, before

    def deliver(self, folder: Path, step: int, seconds: float) -> None:
        trained = TrainedPolicy(
            deepcopy(self._policy).cpu().eval(),
            self._job.config,
            self._training,
            self._held_out,
            self._scales.chunks,
            self._scales.states,
            {**self._before, "flow": seconds},
            step,
        )
        deliver_policy(trained, folder)

    def show(self, folder: Path, sheet: Path, examples: int) -> Mapping[str, float]:
        return show_aims(folder, self._held_out, self._job.config.light.shifted, sheet, examples)

    def trial(self, folder: Path) -> tuple[int, int] | None:
        return self._job.watch.trial(folder) if self._job.watch.trial else None


def _eye(job: Job[PolicyTraining], data: TrayData, training: TrayData, seconds: dict[str, float]) -> VisionTower:
    """The policy's vision tower, pretrained as a detector where the configuration says so."""
    config = job.config
    job.once(lambda: write_backbone(job.run.backbone, config.backbone, _asked(config, data)))
    tower = new_tower(job.run.backbone)
    if config.detector is not None:
        detector = PartDetector(tower, config.backbone)
        seconds["detector"] = train_detector(detector, training, config.detector, job)
    return tower


def _begun(job: Job[PolicyTraining], data: TrayData, tower: VisionTower) -> SmolcellPolicy:
    """A new policy that looks through `tower`'s weights."""
    phrases = PhraseEncoder(job.run.backbone / "tokenizer.json")
    words = max(phrases.length(phrase) for phrase in _asked(job.config, data))
    policy = new_policy(job.run.backbone, job.config.backbone, data.index.keyframes, words)
    vlm = policy.model.vlm_with_expert.get_vlm_model()
    vlm.vision_model.load_state_dict(tower.vision_model.state_dict())
    vlm.connector.load_state_dict(tower.connector.state_dict())
    return policy


def _asked(config: PolicyTraining, data: TrayData) -> tuple[str, ...]:
    """Every phrase of the skills."""
    return tuple(data.index.phrases[number] for skill in config.skills for number in data.index.skills[skill])


LEARNER = PolicyLearner()
