"""A folder that one job fills: what is made there is written down first, so that two jobs never mix."""

import fcntl
import json
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from skills.errors import BadInput, Unavailable

CLAIM: Final = "plan.json"


@contextmanager
def claimed(folder: Path, plan: Mapping[str, Any]) -> Iterator[None]:
    """Alone in `folder`, in which `plan` is carried out: begun there now, or gone on with.

    Raises: BadInput (the folder holds something else), Unavailable (another process is in it).
    """
    folder.mkdir(parents=True, exist_ok=True)
    handle = os.open(folder, os.O_RDONLY)
    try:
        _lock(handle, folder)
        _claim(folder, json.dumps(plan, sort_keys=True))
        yield
    finally:
        os.close(handle)


def _lock(handle: int, folder: Path) -> None:
    """The system releases it when the process ends, however it ends."""
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        raise Unavailable(f"another process makes what is in {folder}.", "Wait for it, or end it.") from None


def _claim(folder: Path, content: str) -> None:
    claim, draft = folder / CLAIM, folder / f"{CLAIM}.draft"
    if claim.exists():
        found = claim.read_text(encoding="utf-8", errors="replace")
        if found != content:
            raise BadInput("folder", str(folder), f"empty, or the one of {found}")
        return
    others = sorted(path.name for path in folder.iterdir() if path != draft)
    if others:
        raise BadInput("folder", str(folder), f"new or empty; it holds {others[0]!r}")
    draft.write_text(content, encoding="utf-8")
    draft.replace(claim)
