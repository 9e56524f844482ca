"""Units and columns, and what a configuration must say of them; none of it needs torch."""

from typing import Any

import numpy as np
import pytest

from policy.training.finetune.axes import Axis, check_units, to_robot
from policy.training.finetune.config import FinetuneTraining
from policy.training.presets import preset
from skills.errors import BadInput

PRESETS = ("smolvla-full", "smolvla-lora", "smolvla-qlora", "smolvlm-bridge")
AXES = (
    Axis(source="pan.pos", column="joint 1 [rad]", data=(-100, 100), robot=(-2.0, 2.0)),
    Axis(source="lift.pos", column="joint 2 [rad]", data=(-180, 180), robot=(np.pi, -np.pi)),
    Axis(source="gripper.pos", column="width [m]", data=(0, 100), robot=(0.0, 0.1)),
)
SOME = np.array([[-100.0, -90.0, 0.0], [50.0, 90.0, 100.0]])


def test_two_points_tell_a_unit() -> None:
    assert np.allclose(to_robot(AXES, SOME), [[-2.0, np.pi / 2, 0.0], [1.0, -np.pi / 2, 0.1]])


def test_values_in_the_told_units_pass() -> None:
    check_units("action", AXES, SOME)


@pytest.mark.parametrize(
    ("values", "said"),
    [
        (SOME * [1, 1, 10], r"action 'gripper.pos': 1000.0 .* from 0 to 100: the unit"),
        (np.deg2rad(SOME), r"% of its range' .* at least 5%: the unit"),
        (np.array([[0.0, np.nan, 0.0]]), r"action 'lift.pos': nan .* a number; it is row 0"),
    ],
    ids=["larger", "radians for degrees", "no number"],
)
def test_values_in_another_unit_are_refused(values: Any, said: str) -> None:
    with pytest.raises(BadInput, match=said):
        check_units("action", AXES, values)


@pytest.mark.parametrize("name", PRESETS)
def test_the_presets_are_whole_but_for_the_poses(name: str) -> None:
    told = preset(name)
    assert isinstance(told, FinetuneTraining)
    assert told.feeds == {"up": "camera1", "side": "camera2"}
    assert told.horizon == pytest.approx(50 / 30)
    assert all(camera.pose is None for camera in told.cameras.values())


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"executed": 51}, "executed: 51"),
        ({"axes": (AXES[0], AXES[2], AXES[1])}, "every joint in its order, then the gripper"),
    ],
)
def test_a_configuration_that_contradicts_itself_is_refused(changes: dict[str, Any], said: str) -> None:
    content = preset("smolvla-full").model_dump() | changes
    with pytest.raises(BadInput, match=said):
        FinetuneTraining.model_validate(content)
