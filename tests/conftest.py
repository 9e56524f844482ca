"""What every room's tests share: the default cell, the repository's folder."""

from pathlib import Path

import pytest

from skills.cell import Cell, load_cell

ROOT = Path(__file__).resolve().parent.parent


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def cell() -> Cell:
    return load_cell(ROOT / "cells" / "default.yaml")
