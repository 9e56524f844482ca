"""What a picture shows of the tray itself: light, and whether something hangs before the camera."""

import numpy as np
import pytest

from skills.base import Image
from skills.pictures import BRIGHT, DARK, HIDDEN, brightness, hidden, sharpness
from tests.skills.test_views import REFERENCE, tray


def covered(picture: Image, quarters: int, share: float) -> Image:
    """Something grey over that share of the picture, from the left or another side."""
    shown = np.rot90(picture.copy(), quarters)
    noise = np.random.default_rng(1).normal(0, 2, (len(shown), round(share * len(shown)), 1))
    shown[:, : noise.shape[1]] = (90 + noise).astype(np.uint8)
    return np.ascontiguousarray(np.rot90(shown, -quarters))


@pytest.mark.parametrize(("light", "fits"), [(0.1, False), (0.5, True), (1.0, True), (1.3, True)])
def test_light_is_held_against_the_reference(light: float, fits: bool) -> None:
    assert (DARK < brightness(tray(1, light=light), REFERENCE) < BRIGHT) is fits


@pytest.mark.parametrize("share", [0.2, 0.45, 0.7])
@pytest.mark.parametrize("quarters", range(4))
def test_a_side_that_something_covers_is_gone(quarters: int, share: float) -> None:
    before = sharpness(tray(1), REFERENCE)
    assert hidden(before, sharpness(covered(tray(2), quarters, share), REFERENCE)) >= HIDDEN


@pytest.mark.parametrize("light", [0.5, 1.0, 1.3])
def test_other_parts_and_other_light_hide_nothing(light: float) -> None:
    assert hidden(sharpness(tray(1), REFERENCE), sharpness(tray(2, light=light), REFERENCE)) < HIDDEN


def test_what_the_look_before_did_not_show_is_not_missed() -> None:
    dim = sharpness(covered(tray(1), 0, 0.3), REFERENCE)
    assert hidden(dim, sharpness(covered(tray(2), 0, 0.3), REFERENCE)) == 0
