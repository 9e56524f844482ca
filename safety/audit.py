"""The audit: what the gate ruled and sent, as JSON lines in which each carries the hash of the one before.

A changed, lost or inserted line breaks the chain. What a chain can't show is that its end was cut off; keep
the last hash elsewhere where that matters.
"""

import hashlib
import json
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from safety.durable import sync_folder
from skills.base import Value
from skills.errors import BadInput

_START: Final = "0" * 64
_REMEDY: Final = "keep the file for whoever has to ask who changed it, under another name, and a new one begins"


class Break(Value):
    """The first line (counted from 1) at which an audit is not what was written."""

    line: int
    reason: str


class Audit:
    """Appends to the audit file; every line is on the disk when `record` returns.

    Raises: BadInput when the file's last line does not bear its own hash. Then a person has to move the
    file out of the way: a new chain begins, and the old one stays as evidence.
    """

    def __init__(self, path: Path) -> None:
        path.parent.mkdir(parents=True, exist_ok=True)
        self._path = path
        dropped = _drop_torn_tail(path)
        self._count, self._last = _end(path)
        self._size, self._unsure = path.stat().st_size, False
        sync_folder(path.parent)
        if dropped:
            self.record("torn", bytes=dropped)

    def record(self, kind: str, **content: Any) -> str:
        """Append one line; returns its hash. Raises: OSError, ValueError (not JSON).

        What a write that failed may have left is cut off before the next: it was never acknowledged.
        """
        line, digest = _line(self._count + 1, self._last, kind, content)
        self._append(f"{line}\n".encode())
        self._count, self._last = self._count + 1, digest
        return digest

    def _append(self, content: bytes) -> None:
        with self._path.open("rb+") as file:
            if self._unsure:
                file.truncate(self._size)
            self._unsure = True
            file.seek(0, os.SEEK_END)
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        self._size, self._unsure = self._size + len(content), False


def verify_audit(path: Path) -> Break | None:
    """Walk the whole chain; None when every line is as it was written. Raises: BadInput (unreadable)."""
    last = _START
    for number, line in enumerate(_lines(path), start=1):
        entry = _parsed(line)
        if entry is None:
            return Break(line=number, reason="it is no complete line of an audit")
        if entry["line"] != number or entry["previous"] != last:
            return Break(line=number, reason="it does not follow the line before: one was removed, added or moved")
        if _digest(line) != entry["hash"]:
            return Break(line=number, reason="its content was changed")
        last = entry["hash"]
    return None


def _line(number: int, previous: str, kind: str, content: dict[str, Any]) -> tuple[str, str]:
    body = {"line": number, "previous": previous, "kind": kind, **content, "hash": ""}
    text = json.dumps(body, ensure_ascii=False, allow_nan=True)
    digest = _digest(text)
    return f"{text[: -len(_tail(''))]}{_tail(digest)}", digest


def _tail(digest: str) -> str:
    return f'"hash": "{digest}"}}'


def _digest(line: str) -> str:
    """SHA-256 of the line without the hash at its end."""
    start = line.rindex('"hash": "')
    return hashlib.sha256(line[:start].encode()).hexdigest()


def _parsed(line: str) -> dict[str, Any] | None:
    try:
        entry = json.loads(line)
    except (ValueError, RecursionError):
        return None
    whole = isinstance(entry, dict) and {"line", "previous", "hash"} <= entry.keys()
    return entry if whole and line.endswith(_tail(entry["hash"])) else None


def _lines(path: Path) -> Iterator[str]:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput("audit", str(path), f"a readable file ({error})") from None
    yield from text.removesuffix("\n").split("\n") if text else ()  # a name may hold what else ends a line


def _drop_torn_tail(path: Path) -> int:
    """Cut off a last line that a power cut left without its end; it was never acknowledged."""
    if not path.exists():
        path.touch()
        return 0
    with path.open("rb+") as file:
        content = file.read()
        keep = content.rfind(b"\n") + 1
        if keep < len(content):
            file.truncate(keep)
            os.fsync(file.fileno())
    return len(content) - keep


def _end(path: Path) -> tuple[int, str]:
    """Number of lines and last hash."""
    lines = list(_lines(path))
    if not lines:
        return 0, _START
    entry = _parsed(lines[-1])
    if entry is None or _digest(lines[-1]) != entry["hash"]:
        raise BadInput("audit", str(path), f"an audit whose last line is whole; {_REMEDY}")
    return int(entry["line"]), str(entry["hash"])
