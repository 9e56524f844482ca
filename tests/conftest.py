"""What every room's tests share: the default cell, the repository's folder."""

import importlib.util
from pathlib import Path

import pytest

from skills.cell import Cell, load_cell

ROOT = Path(__file__).resolve().parent.parent


def pytest_ignore_collect(collection_path: Path, config: pytest.Config) -> bool | None:
    """Files that import torch at their head stay closed where it is missing or their mark is deselected."""
    deselected = "not train" in config.option.markexpr or importlib.util.find_spec("torch") is None
    return True if deselected and collection_path.name.startswith("test_torch_") else None


@pytest.fixture(scope="session")
def root() -> Path:
    return ROOT


@pytest.fixture(scope="session")
def cell() -> Cell:
    return load_cell(ROOT / "cells" / "default.yaml")
