"""The stop latch: once closed it stays closed, over restarts too, until a person opens it."""

import json
from pathlib import Path

from safety.durable import remove, write_whole
from skills.errors import BadInput


class Latch:
    """A file that stands for "nothing may move". A file that can't be read counts as closed."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._reason = _read(path)
        self._unsaved: str | None = None

    @property
    def reason(self) -> str | None:
        """Why the latch is closed; None while it is open."""
        return self._reason

    def close(self, reason: str, time_ns: int | None) -> None:
        """Close the latch; the first reason stays. It is closed in memory even where the disk fails.

        What a failed disk did not take is written by the next call. Raises: OSError.
        """
        if self._reason is None:
            self._reason = reason
            self._unsaved = json.dumps({"reason": reason, "time_ns": time_ns}) + "\n"
        if self._unsaved is not None:
            write_whole(self._path, self._unsaved)
            self._unsaved = None

    def open(self, by: str) -> None:
        """A person, named, opens the latch. Raises: BadInput without a name, OSError."""
        require_name(by)
        remove(self._path)
        self._reason = self._unsaved = None


def require_name(by: str) -> None:
    """Raises: BadInput without the name of a person."""
    if not by.strip():
        raise BadInput("by", by, "the name of the person who has looked at the cell")


def _read(path: Path) -> str | None:
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        return f"the latch file can't be read ({error})"
    try:
        return str(json.loads(text)["reason"])
    except (ValueError, KeyError, TypeError):
        return "the latch file is damaged"
