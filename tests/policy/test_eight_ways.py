"""Eight views, each turned back: an eye that reads the picture exactly gives the same answer eight times."""

import numpy as np

from policy.detection import AXIS, COLUMNS, POSITION, POSITION_UNIT
from policy.eight_ways import WAYS, said_eight_ways

SIZE, VIEW = 32, 0.32


def exact_eye(picture):
    """One cell that reports where the bright stroke lies and along which axis, from the pixels alone."""
    rows, columns = np.nonzero(picture[..., 0])
    x, y = -(rows + 0.5 - SIZE / 2) * VIEW / SIZE, -(columns + 0.5 - SIZE / 2) * VIEW / SIZE
    spread = np.cov(np.stack([x, y]))
    yaw = 0.5 * np.arctan2(2 * spread[0, 1], spread[0, 0] - spread[1, 1])
    said = np.zeros((1, COLUMNS))
    said[0, POSITION] = np.array([x.mean(), y.mean()]) / POSITION_UNIT
    said[0, AXIS] = np.cos(2 * yaw), np.sin(2 * yaw)
    return said


def test_answers_come_back_in_the_frame_of_the_picture():
    picture = np.zeros((SIZE, SIZE, 3), np.uint8)
    for step in range(9):
        picture[4 + step, 6 + step // 2] = 255
    said = said_eight_ways(exact_eye, picture)
    assert said.shape == (len(WAYS), COLUMNS)
    assert np.allclose(said, exact_eye(picture), atol=1e-9)
    assert abs(said[0, AXIS][1]) > 0.5
