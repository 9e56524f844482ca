"""Which drafts stay, and what is written down and drawn of every evaluation."""

import json
import os
from collections.abc import Mapping
from pathlib import Path

import numpy as np
import pytest

from policy.training.config import Compute, Evaluation
from policy.training.engine import Engine
from policy.training.example_sheet import Example, write_sheet
from policy.training.job import Job, Watch
from policy.training.keeper import Keeper
from policy.training.presets import preset
from policy.training.run_folder import RunFolder
from policy.training.trackers import TensorBoard, Tracker, Trackers, WeightsAndBiases

pytestmark = [pytest.mark.train, pytest.mark.timeout(600), pytest.mark.filterwarnings("ignore")]

SCORES = {100: 3, 200: 7, 300: 7, 400: 5, 500: 6}
"""Successes of ten, by the step of the draft."""


class Numbered:
    """Its checkpoint is a file with the number of the step."""

    def __init__(self) -> None:
        self.tried: list[int] = []

    def deliver(self, folder: Path, step: int, seconds: float) -> None:
        folder.mkdir(parents=True)
        (folder / "step").write_text(str(step))

    def show(self, folder: Path, sheet: Path, examples: int) -> Mapping[str, float]:
        grey = np.full((32, 32, 3), 100, np.uint8)
        said = Example(grey, 0.3, [(0.0, 0.0, 0.0)], [(0.01, 0.0, 0.3)], ("pick up", "10 mm"), {"error_mm": 10.0})
        write_sheet([said] * examples, sheet)
        return {"error [mm]": 10.0}

    def trial(self, folder: Path) -> tuple[int, int]:
        self.tried.append(int((folder / "step").read_text()))
        return SCORES[self.tried[-1]], 10


def keeper(root: Path, tried: Numbered, tracker: Tracker | None = None) -> Keeper:
    config = preset("smoke").model_copy(update={"evaluation": Evaluation(every=100, examples=2)})
    watch = Watch(tracker=tracker or Trackers())
    return Keeper(Job(config, root, None, RunFolder(root), Engine.of(Compute(device="cpu")), watch), 500, tried)


def test_the_last_three_and_the_best_are_kept(tmp_path: Path) -> None:
    tried = Numbered()
    keeps = keeper(tmp_path, tried)
    assert [step for step in range(0, 501, 50) if keeps.due(step)] == [100, 200, 300, 400]
    for step in (100, 200, 300, 400):
        keeps.evaluate(step, 60.0 * step)
    keeps.finish(30_000.0)
    assert sorted(file.name for file in (tmp_path / "checkpoints").iterdir()) == [
        "step-00000200",
        "step-00000300",
        "step-00000400",
    ]
    assert (tmp_path / "best" / "step").read_text() == "300", "of two that are equally good the later"
    assert json.loads((tmp_path / "best.json").read_text())["trials"] == {"hits": 7, "trials": 10}
    assert (tmp_path / "checkpoint" / "step").read_text() == "500"
    assert (tmp_path / "success.png").stat().st_size > 1000
    assert len(json.loads((tmp_path / "evaluations" / "step-00000500.json").read_text())) == 2


def test_what_is_on_record_is_not_tried_again(tmp_path: Path) -> None:
    keeper(tmp_path, Numbered()).evaluate(100, 1.0)
    with (tmp_path / "evaluations.jsonl").open("a") as file:
        file.write('{"step": 200, "sec')
    tried = Numbered()
    again = keeper(tmp_path, tried)
    assert not again.due(100)
    assert again.due(200), "a line that was cut off is no record"
    again.evaluate(200, 2.0)
    assert tried.tried == [200]


def test_trackers_draw_figures_and_pictures(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

    monkeypatch.setitem(os.environ, "WANDB_MODE", "offline")
    monkeypatch.setitem(os.environ, "WANDB_SILENT", "true")
    board = TensorBoard(tmp_path / "tensorboard")
    tracker = Trackers([board, WeightsAndBiases(tmp_path, preset("smoke"))])
    keeper(tmp_path, Numbered(), tracker).evaluate(200, 5.0)
    tracker.write("flow", 50, {"loss": 1.5})
    tracker.close()
    drawn = EventAccumulator(str(tmp_path / "tensorboard")).Reload()
    assert [(one.step, one.value) for one in drawn.Scalars("evaluation/success")] == [(200, pytest.approx(0.7))]
    assert [(one.step, one.value) for one in drawn.Scalars("flow/loss")] == [(50, 1.5)]
    assert set(drawn.Tags()["images"]) == {"examples", "success over time"}
    assert len(list((tmp_path / "wandb").glob("offline-run-*/run-*.wandb"))) == 1
