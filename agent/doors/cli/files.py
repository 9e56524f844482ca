"""Files that a command writes for a person: never over another one unasked, whole or not at all."""

from pathlib import Path

from agent.doors.cli.errors import FULL, MAKE_ROOM
from skills.errors import BadInput, Unavailable


def check_free(option: str, path: Path, *, force: bool) -> None:
    """Raises: BadInput where something is in the way; with `force` another file is not."""
    if path.exists() and not path.is_file():
        raise BadInput(option, str(path), "a file; this is something else")
    if path.exists() and not force:
        raise BadInput(option, str(path), "a file that does not exist yet, or given with --force")
    if not path.absolute().parent.is_dir():
        raise BadInput(option, str(path), "a file in a folder that exists")


def write_file(option: str, path: Path, content: bytes) -> None:
    """Raises: BadInput (no file can be written there), Unavailable (a full disk)."""
    draft = path.with_name(f".{path.name}.draft")
    try:
        draft.write_bytes(content)
        draft.replace(path)
    except OSError as error:
        draft.unlink(missing_ok=True)
        if error.errno in FULL:
            raise Unavailable(f"{path} can't be written: the disk is full.", MAKE_ROOM) from None
        raise BadInput(option, str(path), f"a file that can be written ({error.strerror})") from None
