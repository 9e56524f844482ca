"""The twin: the simulated cell, its cameras, parts, demonstrator, scenarios and judge."""

import os


def _load_engine_quietly() -> None:
    """Load pybullet with nobody listening: as it is loaded it says on stderr when it was built, and can't be told
    not to. It stands here because this runs before any module of the twin.
    """
    kept, nowhere = os.dup(2), os.open(os.devnull, os.O_WRONLY)
    os.dup2(nowhere, 2)
    try:
        import pybullet  # noqa: F401
    finally:
        os.dup2(kept, 2)
        os.close(kept)
        os.close(nowhere)


_load_engine_quietly()
