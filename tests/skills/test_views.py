"""A camera that sees something else than in training is told, whatever lies on the tray and however it is lit."""

import re

import numpy as np
import pytest

from skills.base import Image
from skills.contract import CameraContract
from skills.reference import Reference
from skills.views import check_view

SIDE = 256
CAMERA = CameraContract(
    mount="world", position=(0.5, 0, 0.8), look_at=(0.5, 0, 0), up=(1, 0, 0), view=0.34, size=128, reference="over.png"
)


def tray(seed: int, right: int = 0, down: int = 0, light: float = 1.0, tape: bool = False) -> Image:
    """A tray with walls of 6 pixels, twelve dark or bright parts at random, sensor noise; a `tape` beside its left
    wall's upper half.
    """
    rng = np.random.default_rng(seed)
    picture = np.full((SIDE, SIDE), 140.0)
    rows, columns = (slice(14 + by, 242 + by) for by in (down, right))
    picture[rows, columns] = 70
    picture[20 + down : 236 + down, 20 + right : 236 + right] = 100
    for _ in range(12):
        row, column = rng.integers(30, 200, 2)
        picture[row : row + 24, column : column + 24] = rng.uniform(0, 255)
    if tape:
        picture[20:110, 2:8] = 20
    picture = picture * light + rng.normal(0, 2, picture.shape)
    return np.repeat(np.clip(picture, 0, 255).astype(np.uint8)[..., None], 3, axis=2)


def scenery(tape: bool = False) -> Image:
    """What training keeps of the camera."""
    return np.median([tray(seed, tape=tape) for seed in range(50, 70)], axis=0).astype(np.uint8)[::2, ::2]


REFERENCE, TAPED = Reference.of(scenery()), Reference.of(scenery(tape=True))


@pytest.mark.parametrize("light", [0.4, 1.0, 1.3])
@pytest.mark.parametrize("seed", range(1, 6))
def test_other_parts_and_other_light_are_no_fault(seed: int, light: float) -> None:
    assert check_view("overhead", CAMERA, REFERENCE, tray(seed, light=light)) is None


def test_a_picture_of_something_else_is_told() -> None:
    other = np.zeros((SIDE, SIDE, 3), np.uint8)
    other[:, ::9] = 200
    fault = check_view("overhead", CAMERA, REFERENCE, other)
    assert fault is not None
    assert fault.text == "the picture of 'overhead' shows 0% of the lines of its reference over.png"
    assert fault.remedy == "check for swapped cables, for a turned camera and for what stands before it, or train again"


def test_a_picture_that_has_moved_is_told_with_its_way() -> None:
    fault = check_view("overhead", CAMERA, REFERENCE, tray(7, right=12))
    assert fault is not None
    told = re.match(
        r"the picture of 'overhead' lies (\d+) mm right and (\d+) mm (up|down) of its reference", fault.text
    )
    assert told is not None
    assert int(told[1]) == pytest.approx(16, abs=7), (
        "walls are two lines, 4 mm apart, and one may be taken for the other"
    )
    assert int(told[2]) <= 2
    assert fault.remedy == "bring the camera back to (0.5, 0.0, 0.8) looking at (0.5, 0.0, 0.0), or train again"


def test_a_tilted_camera_is_told() -> None:
    import cv2

    turn = cv2.getRotationMatrix2D((127.5, 127.5), 12, 1)
    turned = cv2.warpAffine(tray(3), turn, (SIDE, SIDE), borderMode=cv2.BORDER_REPLICATE)
    fault = check_view("overhead", CAMERA, REFERENCE, np.asarray(turned, np.uint8))
    assert fault is not None
    assert fault.check == "view"


def test_a_small_reference_tells_another_view_but_no_move() -> None:
    small = Reference.of(scenery()[::2, ::2])
    assert check_view("overhead", CAMERA, small, tray(7, right=12)) is None
    assert check_view("overhead", CAMERA, small, np.roll(tray(7), 90, axis=(0, 1))) is not None


@pytest.mark.parametrize("mirrored", [False, True])
@pytest.mark.parametrize("quarters", range(4))
@pytest.mark.parametrize("seed", range(20, 23))
def test_a_turned_or_mirrored_picture_is_told_where_something_tells_the_sides(
    seed: int, quarters: int, mirrored: bool
) -> None:
    picture = tray(seed, tape=True)
    laid = np.ascontiguousarray(np.rot90(picture[:, ::-1] if mirrored else picture, quarters))
    fault = check_view("overhead", CAMERA, TAPED, laid)
    if not (quarters or mirrored):
        assert fault is None
        return
    back = "mirrored" if mirrored else f"turned by {360 - 90 * quarters}° counterclockwise"
    if mirrored and quarters:
        back = f"mirrored and turned by {90 * quarters}° counterclockwise"
    assert fault is not None
    assert fault.text == f"the picture of 'overhead' fits its reference over.png only when it is {back}"
    assert fault.remedy == "turn the camera, or its picture in the driver, until it lies as the reference does"


def test_where_all_sides_are_the_same_a_turn_is_not_seen_and_said_so() -> None:
    turned = np.ascontiguousarray(np.rot90(tray(5)))
    assert check_view("overhead", CAMERA, REFERENCE, turned) is None
    assert len(REFERENCE.hidden) == 7
    assert TAPED.hidden == ()


def test_a_reference_without_lines_says_nothing() -> None:
    assert check_view("overhead", CAMERA, Reference.of(np.full((128, 128, 3), 90, np.uint8)), tray(1)) is None
