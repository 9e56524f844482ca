"""Files that are there whole or not at all, however a process ends."""

import os
from pathlib import Path


def write_whole(file: Path, content: str | bytes) -> None:
    """Put `content` in the file's place at once; processes that write the same file don't disturb each other.

    Raises: OSError.
    """
    draft = file.with_name(f".{file.name}.{os.getpid()}.draft")
    draft.write_bytes(content.encode() if isinstance(content, str) else content)
    draft.replace(file)
