"""Files that a command writes for a person: never over another one unasked, whole or not at all."""

from contextlib import suppress
from pathlib import Path
from typing import Final

from agent.doors.cli.errors import FULL, MAKE_ROOM
from skills.errors import BadInput, Unavailable

ROOM: Final = "Make room there."
"""What to do about a full disk, where the command is not to be run again."""


def check_free(option: str, path: Path, *, force: bool) -> None:
    """Raises: BadInput where something is in the way; with `force` another file is not."""
    if path.exists() and not path.is_file():
        raise BadInput(option, str(path), "a file; this is something else")
    if path.exists() and not force:
        raise BadInput(option, str(path), "a file that does not exist yet, or given with --force")
    if not path.absolute().parent.is_dir():
        raise BadInput(option, str(path), "a file in a folder that exists")


def write_file(option: str, path: Path, content: bytes, *, remedy: str = MAKE_ROOM) -> None:
    """Raises: BadInput (no file can be written there), Unavailable (a full disk, with its `remedy`)."""
    draft = path.with_name(f".{path.name}.draft")
    try:
        draft.write_bytes(content)
        draft.replace(path)
    except OSError as error:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
        if error.errno in FULL:
            raise Unavailable(f"{path} can't be written: the disk is full.", remedy) from None
        raise BadInput(option, str(path), f"a file that can be written ({error.strerror})") from None
