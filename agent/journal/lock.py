"""What keeps a second process away from the same cell: a lock on a file beside the journal."""

import fcntl
import os
from pathlib import Path
from typing import IO, Final

from skills.errors import Unavailable

LOCK: Final = "journal.lock"


def locked(folder: Path) -> IO[str]:
    """An exclusive lock that the system releases when the process ends, however it ends; its id stands in the file.

    Raises: Unavailable (another process has it).
    """
    file = (folder / LOCK).open("a+")
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        file.close()
        raise Unavailable(
            f"the cell of {folder} is open in another process.",
            "End that one, or give this one another state folder.",
        ) from None
    file.truncate(0)
    file.write(f"{os.getpid()}\n")
    file.flush()
    return file


def holder(folder: Path) -> int | None:
    """Id of the process that had the cell of this folder open last; None where none had."""
    try:
        return int((folder / LOCK).read_text())
    except (OSError, ValueError):
        return None
