"""How a perceiver is learnt: the detector's stage alone."""

from collections.abc import Mapping
from copy import deepcopy
from pathlib import Path

from policy.checkpoint import open_perceiver
from policy.record import load_record
from policy.training.backbone import write_backbone
from policy.training.checks import check_epochs
from policy.training.dataset import TrayData, load_data, load_index
from policy.training.deliver_perceiver import TrainedPerceiver, deliver_perceiver
from policy.training.detector import PartDetector, new_tower
from policy.training.detector_stage import train_detector
from policy.training.examples import show_sightings
from policy.training.job import Job
from policy.training.keeper import Keeper
from policy.training.networks import PerceiverTraining
from policy.training.start import give


class PerceiverLearner:
    """A `Learner`."""

    def data_hash(self, data: Path) -> str:
        return load_index(data).data_hash

    def start_hash(self, start: Path) -> str:
        return open_perceiver(start)[1].weights_hash

    def learn(self, job: Job[PerceiverTraining]) -> Path:
        config, stage = job.config, job.config.detector
        data = load_data(job.data, config.backbone.image_size)
        training, held_out = data.split(config.held_out)
        scenes, steps = len(training.images), stage.schedule.steps
        check_epochs(steps, stage.images * config.batches_a_step, scenes, scenes, job.watch.warn)
        job.once(lambda: write_backbone(job.run.backbone, config.backbone, data.index.phrases))
        detector = PartDetector(new_tower(job.run.backbone), config.backbone)
        give(job.start, detector)
        keeper = Keeper(job, steps, _Learnt(detector, config, training, held_out))
        return keeper.finish(train_detector(detector, training, stage, job, keeper))


class _Learnt:
    """What is tried and delivered. Its trials are the held-out scenes, its successes those seen wholly right."""

    def __init__(
        self, detector: PartDetector, config: PerceiverTraining, training: TrayData, held_out: TrayData
    ) -> None:
        self._detector, self._config, self._training, self._held_out = detector, config, training, held_out

    def deliver(self, folder: Path, step: int, seconds: float) -> None:
        detector = deepcopy(self._detector).cpu().eval()
        told = {"detector": seconds}
        deliver_perceiver(TrainedPerceiver(detector, self._config, self._training, self._held_out, told, step), folder)

    def show(self, folder: Path, sheet: Path, examples: int) -> Mapping[str, float]:
        return show_sightings(folder, self._held_out, sheet, examples)

    def trial(self, folder: Path) -> tuple[int, int]:
        tally = load_record(folder).shares["scenes wholly right, all"]
        return tally.hits, tally.trials


LEARNER = PerceiverLearner()
