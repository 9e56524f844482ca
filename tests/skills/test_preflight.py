"""Preflight: each thing that differs from training is named, and nothing else is."""

from typing import Any

import numpy as np
import pytest

from skills.cell import Cell
from skills.contract import CameraContract, Contract, Statistics
from skills.observation import Observation
from skills.preflight import check_cameras, check_phrase, check_pictures, check_places

NOTHING = Statistics(mean=(), std=(), low=(), high=())


@pytest.fixture
def contract(cell: Cell) -> Contract:
    """What training in the default cell would write."""
    pose = cell.cameras["overhead"].model_dump() | {"size": 128, "reference": "overhead.png"}
    return Contract(
        name="place",
        phrases={"place it in the left bin": 3},
        cameras={"overhead": CameraContract(**pose)},
        places={name: cell.places[name].centre for name in ("tray", "left bin")},
        state_names=(),
        action_names=(),
        space="tcp_waypoints",
        period=None,
        chunk_size=5,
        executed=5,
        start_state=NOTHING,
        action_mean=(),
        action_std=(),
        epochs=1.0,
        data_hash="",
        weights_hash="",
    )


def with_camera(cell: Cell, **changed: Any) -> Cell:
    camera = cell.cameras["overhead"].model_copy(update=changed)
    return cell.model_copy(update={"cameras": {**cell.cameras, "overhead": camera}})


def with_place(cell: Cell, name: str, centre: tuple[float, float]) -> Cell:
    place = cell.places[name].model_copy(update={"centre": centre})
    return cell.model_copy(update={"places": {**cell.places, name: place}})


def test_the_cell_of_the_training_passes(contract: Contract, cell: Cell) -> None:
    assert check_cameras(contract, cell) is None
    assert check_places(contract, cell) is None
    assert check_phrase(contract, "place it in the left bin") is None


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("position", (0.506, 0.0, 0.8)),
        ("look_at", (0.5, -0.006, 0.0)),
        ("up", (-1.0, 0.0, 0.0)),
        ("mount", "hand"),
        ("view", 0.35),
    ],
)
def test_a_camera_that_is_not_as_in_training_is_named(contract: Contract, cell: Cell, field: str, value: Any) -> None:
    fault = check_cameras(contract, with_camera(cell, **{field: value}))
    trained = getattr(contract.cameras["overhead"], field)
    assert fault is not None
    assert fault.text == f"{field} of camera 'overhead' is {value}, and was {trained} in training"
    assert fault.remedy == f"set it to {trained}, or train again"


def test_cameras_that_are_swapped_in_the_cell_file_are_told(contract: Contract, cell: Cell) -> None:
    swapped = {"overhead": cell.cameras["wrist"], "wrist": cell.cameras["overhead"]}
    fault = check_cameras(contract, cell.model_copy(update={"cameras": swapped}))
    assert fault is not None
    assert fault.text == "mount of camera 'overhead' is hand, and was world in training"


def test_a_camera_may_stand_a_few_millimetres_off(contract: Contract, cell: Cell) -> None:
    assert check_cameras(contract, with_camera(cell, position=(0.504, 0.0, 0.8), up=(1.0, 0.004, 0.0))) is None


def test_a_place_that_has_moved_is_named(contract: Contract, cell: Cell) -> None:
    left, right = (cell.places[name].centre for name in ("left bin", "right bin"))
    swapped = with_place(with_place(cell, "left bin", right), "right bin", left)
    fault = check_places(contract, swapped)
    assert fault is not None
    assert fault.text == "left bin is at (0.45, -0.36), and was at (0.45, 0.36) in training"
    assert check_places(contract, with_place(cell, "right bin", (0.4, -0.4))) is None, "the contract names it nowhere"


def test_a_place_that_is_gone_is_named(contract: Contract, cell: Cell) -> None:
    rest = {name: place for name, place in cell.places.items() if name != "left bin"}
    fault = check_places(contract, cell.model_copy(update={"places": rest}))
    assert fault is not None
    assert fault.text == "left bin is nowhere, and was at (0.45, 0.36) in training"


@pytest.mark.parametrize(
    ("width", "picture", "remedy"),
    [
        (None, (128, 128), None),
        (None, (256, 256), None),
        (None, (128, 256), "deliver a square of at least 128 pixels"),
        (None, (64, 64), "deliver a square of at least 128 pixels"),
        (170, (128, 170), None),
        (170, (256, 340), None),
        (170, (128, 128), "deliver 170×128, or larger"),
        (170, (64, 85), "deliver 170×128, or larger"),
    ],
)
def test_a_picture_has_the_shape_of_training_or_is_refused(
    contract: Contract, width: int | None, picture: tuple[int, int], remedy: str | None
) -> None:
    camera = contract.cameras["overhead"].model_copy(update={"width": width})
    seen = Observation(
        images={"overhead": np.full((*picture, 3), 90, np.uint8)},
        joints=np.zeros(7),
        joint_speeds=np.zeros(7),
        gripper_width=0.0,
        tcp=np.array([0.0, 0, 0, 0, 0, 0, 1]),
        time_ns=1,
        sequence=1,
    )
    fault = check_pictures(contract.model_copy(update={"cameras": {"overhead": camera}}), seen)
    assert (fault and fault.remedy) == remedy
