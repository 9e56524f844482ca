"""The loop on a network of four weights: accumulation, processes, averages, evaluations, refusals."""

import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn

from policy.training import loop
from policy.training.config import Compute, Schedule
from policy.training.engine import Engine
from policy.training.loop import ParameterGroup, Stage, StageProgress, rate_at
from skills.errors import BadInput, Unavailable

pytestmark = [pytest.mark.train, pytest.mark.timeout(600)]

SCHEDULE = Schedule(steps=20, learning_rate=0.1, warmup=2)


class Line:
    """Learns the sum of three numbers; batch `n` is drawn from `n` alone."""

    def __init__(self) -> None:
        torch.manual_seed(0)
        self.model = nn.Linear(3, 1)

    def loss(self, number: int) -> tuple[Tensor, dict[str, float]]:
        given = torch.randn(4, 3, generator=torch.Generator().manual_seed(number))
        return ((self.model(given) - given.sum(1, keepdim=True)) ** 2).mean(), {"number": float(number)}

    def stage(self, folder: Path, schedule: Schedule = SCHEDULE, accumulate: int = 1) -> Stage:
        engine = Engine.of(Compute(device="cpu", precision="fp32", accumulate=accumulate))
        groups = (ParameterGroup(tuple(self.model.parameters()), 1.0),)
        return Stage("line", self.model, groups, schedule, folder / "line.state", engine)

    @property
    def weights(self) -> list[Tensor]:
        return [weight.detach().clone() for weight in self.model.parameters()]


def silent(_: StageProgress) -> None:
    """Nobody listens."""


class Watching:
    """Notes what it sees at every fifth step, and may end it all there."""

    def __init__(self, line: Line, cut_at: int | None = None) -> None:
        self.line, self.cut_at, self.seen = line, cut_at, dict[int, list[Tensor]]()

    def due(self, step: int) -> bool:
        return step % 5 == 0 and 0 < step < 20 and step not in self.seen

    def evaluate(self, step: int, seconds: float) -> None:
        if step == self.cut_at:
            raise KeyboardInterrupt
        self.seen[step] = self.line.weights
        assert not self.line.model.training


def same(one: list[Tensor], other: list[Tensor]) -> bool:
    return all(torch.equal(first, second) for first, second in zip(one, other, strict=True))


def test_evaluations_see_the_averages_and_change_nothing(tmp_path: Path) -> None:
    (tmp_path / "other").mkdir()
    plain, watched = Line(), Line()
    plain.stage(tmp_path).run(plain.loss, silent)
    watching = Watching(watched)
    stage = watched.stage(tmp_path / "other")
    stage.run(watched.loss, silent, watching)
    assert sorted(watching.seen) == [5, 10, 15]
    assert same(plain.weights, watched.weights)
    assert same(watched.weights, stage.averages)
    state = torch.load(tmp_path / "other" / "line.state", weights_only=True)
    assert not torch.equal(watching.seen[15][0], state["model"]["weight"])


def test_a_run_that_is_cut_in_an_evaluation_evaluates_again(tmp_path: Path) -> None:
    (tmp_path / "cut").mkdir()
    plain, cut, again = Line(), Line(), Line()
    plain.stage(tmp_path).run(plain.loss, silent)
    with pytest.raises(KeyboardInterrupt):
        cut.stage(tmp_path / "cut").run(cut.loss, silent, Watching(cut, cut_at=10))
    watching = Watching(again)
    again.stage(tmp_path / "cut").run(again.loss, silent, watching)
    assert sorted(watching.seen) == [10, 15]
    assert same(plain.weights, again.weights)


def test_two_batches_a_step_are_their_mean(tmp_path: Path) -> None:
    line, by_hand = Line(), Line()
    line.stage(tmp_path, Schedule(steps=1, learning_rate=0.1, warmup=1, average=None), accumulate=2).run(
        line.loss, silent
    )
    optimizer = torch.optim.AdamW(by_hand.model.parameters(), 0.1, betas=(0.9, 0.98), weight_decay=0.01)
    (sum(by_hand.loss(number)[0] for number in (0, 1)) / 2).backward()
    torch.nn.utils.clip_grad_norm_(by_hand.model.parameters(), loop.CLIP_NORM)
    optimizer.step()
    assert all(torch.allclose(*pair) for pair in zip(line.weights, by_hand.weights, strict=True))


def test_every_batch_is_drawn_once_in_a_run() -> None:
    engine = Engine.of(Compute(device="cpu", accumulate=3))
    assert [number for step in range(4) for number in engine.batches(step)] == list(range(12))


def test_warm_up_and_decay_are_over_the_steps_that_are_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(loop, "REPORT_STEPS", 1)
    told: list[float] = []
    line = Line()
    schedule = Schedule(steps=12, learning_rate=1e-3, warmup=4)
    optimizer = line.stage(tmp_path, schedule, accumulate=3)
    optimizer.run(line.loss, lambda _: told.append(optimizer.optimizer.param_groups[0]["lr"]))
    assert told == pytest.approx([1e-3 * rate_at(schedule, step) for step in range(12)])
    assert told[0] == pytest.approx(2.5e-4)
    assert told.index(max(told)) == 3
    assert told[-1] < 0.04e-3
    assert rate_at(schedule, 12) == pytest.approx(schedule.floor)


TWO = """
import os, sys, torch
from pathlib import Path
sys.path.insert(0, sys.argv[2])
from test_torch_loop import Line, SCHEDULE, silent
from policy.training.config import Compute
from policy.training.engine import Engine
from policy.training.loop import ParameterGroup, Stage
from policy.training.processes import Processes

processes, line, folder = Processes.launched(), Line(), Path(sys.argv[1])
engine = Engine.of(Compute(device="cpu", precision="fp32"), processes)
groups = (ParameterGroup(tuple(line.model.parameters()), 1.0),)
Stage("line", line.model, groups, SCHEDULE, folder / "line.state", engine).run(line.loss, silent)
torch.save(line.weights, folder / f"{processes.rank}.pt")
processes.wait()
processes.part()
"""


def test_two_processes_train_as_one_with_twice_the_batches(tmp_path: Path, root: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = str(free.getsockname()[1])
    launched = {"WORLD_SIZE": "2", "MASTER_ADDR": "127.0.0.1", "MASTER_PORT": port, "PYTHONPATH": str(root)}
    command = [sys.executable, "-c", TWO, str(tmp_path), str(Path(__file__).parent)]
    both = [
        subprocess.Popen(command, env={**os.environ, **launched, "RANK": rank, "LOCAL_RANK": rank}) for rank in "01"
    ]
    assert [process.wait() for process in both] == [0, 0]
    alone = Line()
    (tmp_path / "alone").mkdir()
    alone.stage(tmp_path / "alone", accumulate=2).run(alone.loss, silent)
    for rank in "01":
        weights = torch.load(tmp_path / f"{rank}.pt")
        assert all(torch.allclose(*pair, atol=1e-6) for pair in zip(weights, alone.weights, strict=True))


@pytest.mark.skipif(torch.cuda.is_available(), reason="there is CUDA here")
def test_what_needs_cuda_is_refused_without(tmp_path: Path) -> None:
    with pytest.raises(Unavailable) as raised:
        Engine.of(Compute(device="cuda"))
    assert str(raised.value) == "compute.device is cuda, but torch finds none here. Set it to cpu or auto."
    with pytest.raises(BadInput) as refused:
        Engine.of(Compute(optimizer="adamw-8bit"))
    assert str(refused.value) == (
        "compute.optimizer: 'adamw-8bit' is not allowed; it must be adamw where there is no CUDA."
    )
