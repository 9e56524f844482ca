"""Files that are whole after a power cut."""

import os
from pathlib import Path


def write_whole(path: Path, content: str) -> None:
    """Replace `path` by `content`, or leave it as it was: draft, fsync, rename, fsync of the folder."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.draft")
    with draft.open("w", encoding="utf-8") as file:
        file.write(content)
        file.flush()
        os.fsync(file.fileno())
    draft.replace(path)
    sync_folder(path.parent)


def remove(path: Path) -> None:
    """Remove `path`, for good."""
    path.unlink(missing_ok=True)
    sync_folder(path.parent)


def sync_folder(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
