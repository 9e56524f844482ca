"""The exported networks and lerobot's own class succeed on the same seeds."""

import pytest

from agent.evaluation import checkpoint_of, evaluate

pytestmark = [pytest.mark.train, pytest.mark.timeout(900), pytest.mark.filterwarnings("ignore")]


@pytest.mark.parametrize("skill", ["pick", "place", "put_back"])
def test_both_runtimes_succeed_on_the_same_seeds(cell, skill):
    folder = checkpoint_of(cell, skill)
    onnx, lerobot = (
        evaluate(cell, skill, folder, n=8, seed=3, workers=1, runtime=runtime) for runtime in ("onnx", "lerobot")
    )
    assert onnx.trials == lerobot.trials
    assert onnx.successes >= 7
