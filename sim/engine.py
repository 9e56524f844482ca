"""PyBullet, loaded with nobody listening: it would say on stderr when it was built."""

import os
from typing import Any


def _load_quietly() -> None:
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        import pybullet  # noqa: F401
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


_load_quietly()

import pybullet  # noqa: E402
from pybullet_utils.bullet_client import BulletClient  # noqa: E402

__all__ = ["connect", "pybullet"]


class _Client(BulletClient):  # type: ignore[misc]
    """BulletClient names options, if only empty ones, and PyBullet prints options on stdout, which is its user's."""

    def __init__(self) -> None:
        self._shapes: dict[int, int] = {}
        self._pid = os.getpid()
        self._client = pybullet.connect(pybullet.DIRECT)


def connect() -> Any:
    """A new physics world without a window; `disconnect()` gives it back."""
    return _Client()
