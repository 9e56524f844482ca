"""From a trained detector to the perceiver's checkpoint: threshold, exported graph, card, record."""

import dataclasses
import shutil
from functools import partial
from pathlib import Path

from safetensors.torch import save_file

from policy.checkpoint import PERCEIVER_FILE, PerceiverCard, PerceiverFolder
from policy.eight_ways import said_eight_ways
from policy.evaluation.figures import perception_quantities, perception_shares
from policy.evaluation.perception import Sighting, compare
from policy.onnx_session import open_session
from policy.perceiver import detect
from policy.record import TrainingRecord, save_record
from policy.training.dataset import TrayData
from policy.training.detector import CELLS, PartDetector
from policy.training.export import export_detector
from policy.training.machine import describe_machine
from policy.training.networks import PerceiverTraining
from policy.votes import decode
from skills.contract import hash_files

MISSED = 3
"""How many parts that are none weigh as much as one that was overlooked or misnamed."""
THRESHOLDS = (0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55, 0.6)
"""Above `votes.DOUBT`: what has fewer votes is not named, but told."""


@dataclasses.dataclass(frozen=True)
class TrainedPerceiver:
    """What training hands over, after `steps` steps."""

    detector: PartDetector
    config: PerceiverTraining
    training: TrayData
    held_out: TrayData
    seconds: dict[str, float]
    steps: int


def deliver_perceiver(trained: TrainedPerceiver, out: Path) -> None:
    """Write the checkpoint whole or not at all."""
    draft = PerceiverFolder(out.with_name(f".{out.name}.draft"))
    shutil.rmtree(draft.root, ignore_errors=True)
    draft.root.mkdir(parents=True)
    weights = {name: weight.contiguous() for name, weight in trained.detector.state_dict().items()}
    save_file(weights, draft.weights)
    export_detector(trained.detector, trained.config.backbone.image_size, draft.network)
    by_threshold = _sightings(trained, draft)
    threshold = min(by_threshold, key=lambda threshold: mistakes(by_threshold[threshold]))
    card = _card(trained, draft, threshold)
    (draft.root / PERCEIVER_FILE).write_text(card.model_dump_json(indent=1) + "\n", encoding="utf-8")
    save_record(_record(trained, card, by_threshold[threshold]), draft.root)
    shutil.rmtree(out, ignore_errors=True)
    draft.root.replace(out)


def mistakes(sightings: list[Sighting]) -> int:
    """Parts missed or misnamed, and parts that are none: a wrong name costs more than a needless try."""
    return sum(MISSED * (one.parts - one.right) + one.false for one in sightings)


def _sightings(trained: TrainedPerceiver, folder: PerceiverFolder) -> dict[float, list[Sighting]]:
    """What is seen in the held-out pictures, for each threshold."""
    session, data = open_session(folder.network), trained.held_out
    side, view = trained.detector.side * CELLS, data.index.camera.view
    found: dict[float, list[Sighting]] = {threshold: [] for threshold in THRESHOLDS}
    for picture, labels in zip(data.images, data.parts, strict=True):
        said = said_eight_ways(partial(detect, session), picture)
        for threshold, sightings in found.items():
            sightings.append(compare(decode(said, side, view, threshold).parts, labels))
    return found


def _card(trained: TrainedPerceiver, folder: PerceiverFolder, threshold: float) -> PerceiverCard:
    data, stage = trained.training, trained.config.detector
    return PerceiverCard(
        name=trained.config.name,
        camera=data.index.camera.name,
        pose=data.index.camera.pose,
        image_size=trained.config.backbone.image_size,
        cells=trained.detector.side * CELLS,
        threshold=threshold,
        epochs=round(trained.steps * stage.images * trained.config.batches_a_step / len(data.images), 2),
        data_hash=data.data_hash,
        weights_hash=hash_files([folder.network]),
    )


def _record(trained: TrainedPerceiver, card: PerceiverCard, sightings: list[Sighting]) -> TrainingRecord:
    data, config = trained.training, trained.config
    return TrainingRecord(
        what=(
            f"A dense part detector: one overhead picture of {card.image_size} pixels in; kind, size, colour, "
            "condition, place and angle of every part on the tray out. It shares no weights and no training "
            "scenes with the policies."
        ),
        config=config.model_dump(mode="json"),
        data={"name": data.index.name, "seed": data.index.seed, "scenes": len(data.images), "examples": 0},
        data_hash=data.data_hash,
        weights_hash=card.weights_hash,
        parameters=sum(weight.numel() for weight in trained.detector.parameters()),
        seconds=trained.seconds,
        machine=describe_machine(),
        shares=perception_shares(sightings),
        quantities=perception_quantities(sightings),
    )
