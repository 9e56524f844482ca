"""Moving pictures: a bright dot and its label go the same way."""

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from policy.training.moves import flip, move_parts, shift
from policy.training.networks import MOVED

SIDE, VIEW = 64, 0.34
PITCH = VIEW / SIDE


def dots(rng: np.random.Generator, count: int) -> tuple[np.ndarray, np.ndarray]:
    """Pictures with one white pixel each, and the part (1, 7) that lies there."""
    images = np.zeros((count, SIDE, SIDE, 3), np.uint8)
    parts = np.zeros((count, 1, 7), np.float32)
    for number, (row, column) in enumerate(rng.integers(10, SIDE - 10, (count, 2))):
        images[number, row, column] = 255
        parts[number, 0, :2] = place_of(row, column)
        parts[number, 0, 2] = rng.uniform(-1.5, 1.5)
    return images, parts


def place_of(row: float, column: float) -> list[float]:
    return [VIEW * (0.5 - (row + 0.5) / SIDE), VIEW * (0.5 - (column + 0.5) / SIDE)]


def seen(images: np.ndarray) -> np.ndarray:
    """(B, 2) where the white pixels lie [m]."""
    return np.array([place_of(*np.unravel_index(image[..., 0].argmax(), (SIDE, SIDE))) for image in images])


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_labels_follow_a_shift(seed: int) -> None:
    rng = np.random.default_rng(seed)
    images, parts = dots(rng, 8)
    moved = shift(images, PITCH, MOVED, rng)
    assert np.abs(move_parts(parts, moved.offset)[:, 0, :2] - seen(moved.images)).max() < 1e-6
    assert np.abs(moved.offset).max() <= MOVED * VIEW + PITCH / 2


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 2**32 - 1))
def test_labels_follow_a_flip(seed: int) -> None:
    rng = np.random.default_rng(seed)
    images, parts = dots(rng, 8)
    flipped, labels = flip(images, parts, rng)
    assert np.abs(labels[:, 0, :2] - seen(flipped)).max() < 1e-6


def test_the_angle_follows_a_flip() -> None:
    rng = np.random.default_rng(3)
    images = np.zeros((64, SIDE, SIDE, 3), np.uint8)
    yaw = np.deg2rad(25)
    for step in np.linspace(-0.08, 0.08, 200):
        row, column = np.rint(SIDE * (0.5 - step * np.array([np.cos(yaw), np.sin(yaw)]) / VIEW) - 0.5).astype(int)
        images[:, row, column] = 255
    parts = np.zeros((64, 1, 7), np.float32)
    parts[:, 0, 2] = yaw
    flipped, labels = flip(images, parts, rng)
    for image, label in zip(flipped, labels, strict=True):
        points = np.array([place_of(*pixel) for pixel in np.argwhere(image[..., 0] > 0)])
        axis = np.linalg.svd(points - points.mean(0))[2][0]
        seen_yaw = np.arctan2(axis[1], axis[0])
        assert abs(np.sin(seen_yaw - label[0, 2])) < np.sin(np.deg2rad(2))


def test_the_originals_stay_as_they_are() -> None:
    rng = np.random.default_rng(0)
    images, parts = dots(rng, 4)
    before = images.copy(), parts.copy()
    flip(images, parts, rng)
    move_parts(parts, shift(images, PITCH, MOVED, rng).offset)
    assert np.array_equal(images, before[0])
    assert np.array_equal(parts, before[1])


def test_a_shift_repeats_the_edge() -> None:
    images = np.full((16, SIDE, SIDE, 3), 77, np.uint8)
    assert (shift(images, PITCH, MOVED, np.random.default_rng(0)).images == 77).all()


def test_the_same_seed_gives_the_same_pictures() -> None:
    images, _ = dots(np.random.default_rng(0), 4)
    one, other = (shift(images, PITCH, MOVED, np.random.default_rng(5)) for _ in range(2))
    assert np.array_equal(one.images, other.images)
    assert np.array_equal(one.offset, other.offset)


def test_a_reach_of_nothing_moves_nothing() -> None:
    images, _ = dots(np.random.default_rng(0), 4)
    moved = shift(images, PITCH, 0.0, np.random.default_rng(1))
    assert np.array_equal(moved.images, images)
    assert not moved.offset.any()
