"""What was typed and said in a conversation, in a file of its own, a line at a time."""

import os
import threading
from datetime import UTC, datetime
from pathlib import Path
from typing import Final, TextIO

FOLDER: Final = "transcripts"


class Transcript:
    """A text file under `folder`, for its owner alone; nothing is made before the first line.

    What was said before a crash is there after it. Where the disk takes no more, the conversation goes on and `trouble`
    says so. Lines may come from any thread.
    """

    def __init__(self, folder: Path) -> None:
        begun = datetime.now(UTC)
        self.path: Final = folder / FOLDER / f"{begun:%Y-%m-%dT%H-%M-%SZ}-{os.getpid()}.txt"
        self.trouble: str | None = None
        self._file: TextIO | None = None
        self._lock = threading.Lock()

    def heard(self, line: str) -> None:
        """A person typed it."""
        self._write(f"> {line}")

    def said(self, line: str) -> None:
        """The cell said it."""
        self._write(f"  {line}")

    def close(self) -> None:
        if self._file is not None:
            self._file.close()

    def _write(self, line: str) -> None:
        if self.trouble is not None:
            return
        try:
            with self._lock:
                file = self._opened()
                file.write(f"{datetime.now(UTC):%H:%M:%S} {line}\n")
                file.flush()
        except OSError as error:
            self.trouble = f"no transcript is kept: {error.strerror} ({self.path})"

    def _opened(self) -> TextIO:
        if self._file is None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            descriptor = os.open(self.path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            self._file = os.fdopen(descriptor, "w", encoding="utf-8")
        return self._file
