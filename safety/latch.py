"""The stop latch: once closed it stays closed, over restarts too, until a person opens it."""

import json
from pathlib import Path

from safety.durable import remove, write_whole
from skills.errors import BadInput


class Latch:
    """A file that stands for "nothing may move". A file that can't be read counts as closed."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._reason, self._is_fault = _read(path)
        self._unsaved: str | None = None

    @property
    def reason(self) -> str | None:
        """Why the latch is closed; None while it is open."""
        return self._reason

    @property
    def is_fault(self) -> bool:
        """Whether it is closed for something that nobody asked for, or nobody knows why."""
        return self._is_fault

    def close(self, reason: str, time_ns: int | None, *, is_fault: bool = False) -> None:
        """Close the latch; the first reason stays. It is closed in memory even where the disk fails.

        What a failed disk did not take is written by the next call. Raises: OSError.

        Args:
            is_fault: nobody asked for the stop.
        """
        if self._reason is None:
            self._reason, self._is_fault = reason, is_fault
            content = {"reason": reason, "time_ns": time_ns, **({"is_fault": True} if is_fault else {})}
            self._unsaved = json.dumps(content) + "\n"
        if self._unsaved is not None:
            write_whole(self._path, self._unsaved)
            self._unsaved = None

    def open(self, by: str) -> None:
        """A person, named, opens the latch. Raises: BadInput without a name, OSError."""
        require_name(by)
        remove(self._path)
        self._reason = self._unsaved = None
        self._is_fault = False


def require_name(by: str) -> None:
    """Raises: BadInput without the name of a person."""
    if not by.strip():
        raise BadInput("by", by, "the name of the person who has looked at the cell")


def _read(path: Path) -> tuple[str | None, bool]:
    """The reason, and whether nobody asked for the stop."""
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None, False
    except (OSError, UnicodeDecodeError) as error:
        return f"the latch file can't be read ({error})", True
    try:
        content = json.loads(text)
        return str(content["reason"]), content.get("is_fault", False) is not False
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError):
        return "the latch file is damaged", True
