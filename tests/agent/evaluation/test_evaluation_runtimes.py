"""The exported networks and lerobot's own class succeed on the same seeds."""

import pytest

from agent.evaluation.actors import PolicyActor
from agent.evaluation.closed_loop import Job, evaluate

pytestmark = [pytest.mark.train, pytest.mark.timeout(900), pytest.mark.filterwarnings("ignore")]


@pytest.mark.parametrize("skill", ["pick", "place", "put_back", "insert"])
def test_both_runtimes_succeed_on_the_same_seeds(cell, skill):
    onnx, lerobot = (
        evaluate(Job(cell, PolicyActor(cell, None, runtime), skill, "new-scenes", 3), n=8, workers=1)
        for runtime in ("onnx", "lerobot")
    )
    for one, other in zip(onnx.trials, lerobot.trials, strict=True):
        assert one.model_copy(update={"confidence": None}) == other.model_copy(update={"confidence": None})
        assert one.confidence == pytest.approx(other.confidence, abs=1e-3)
    assert onnx.successes >= 7
