"""Lines of JSON that stay: each is on disk before the next step, and a torn one at the end counts as none."""

import json
import os
from pathlib import Path
from typing import Any

from skills.errors import BadInput


class Lines:
    """The lines of a file, and more of them; one process at a time.

    Args:
        told: what a file of something else is refused by: the field and what is allowed.

    Raises: BadInput (something else is in it).
    """

    def __init__(self, path: Path, told: tuple[str, str] | None = None) -> None:
        self._path = path
        content = path.read_bytes() if path.exists() else b""
        whole = content[: content.rfind(b"\n") + 1]
        try:
            self.entries: list[dict[str, Any]] = [json.loads(line) for line in whole.splitlines()]
        except ValueError as error:
            field, allowed = told or ("file", f"lines of JSON, as they were written ({error})")
            raise BadInput(field, str(path), allowed) from None
        self._size = len(whole)

    def add(self, **entry: Any) -> None:
        line = json.dumps(entry, ensure_ascii=False).encode() + b"\n"
        with self._path.open("r+b" if self._path.exists() else "wb") as file:
            file.truncate(self._size)
            file.seek(self._size)
            file.write(line)
            file.flush()
            os.fsync(file.fileno())
        self._size += len(line)
        self.entries.append(entry)
