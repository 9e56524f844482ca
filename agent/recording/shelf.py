"""The folder of recordings: a folder for each run, with its entries and its pictures; the oldest go first."""

import hashlib
import shutil
import time
from pathlib import Path
from typing import Final

from skills.base import Image
from skills.cell_agent import Recordings
from skills.errors import BadInput, UnknownName

FOLDER: Final = "recordings"
LINES: Final = "run.jsonl"
PICTURES: Final = "pictures"
PRUNE_EVERY: Final = 0.02
"""Share of the room that a run may write before it is looked again which recordings have to go."""


class Over(OSError):
    """A single run has outgrown all the room that there is for recordings."""


class Shelf:
    """Where the recordings of a cell stand."""

    def __init__(self, folder: Path, limits: Recordings) -> None:
        self.folder, self._limits = folder, limits

    def recordings(self) -> list[Path]:
        """The folders of the recorded runs, the oldest first."""
        lines = self.folder.glob(f"*/{LINES}")
        return [path.parent for path in sorted(lines, key=lambda path: path.stat().st_mtime_ns)]

    def open(self, run_id: str, *, anew: bool) -> "Volume":
        """The run's recording, to be written on. With `anew` one of this name, of another journal, is put aside.

        Raises: OSError.
        """
        path = self.folder / run_id
        if anew and path.exists():
            path.rename(path.with_name(f"{run_id}-until-{time.strftime('%Y%m%dT%H%M%S')}"))
        self.make_room(run_id)
        return Volume(path, self)

    def make_room(self, run_id: str, own: int = 0) -> None:
        """Take the oldest away until number and size are within the limits; never the run's own, of `own` bytes.

        Raises: Over (the run alone is beyond them), OSError.
        """
        room = self._limits.megabytes * 10**6
        if own > room:
            raise Over(f"it has outgrown the {self._limits.megabytes} MB that recordings may take")
        others = [path for path in self.recordings() if path.name != run_id]
        sizes = {path: size_of(path) for path in others}
        while others and (len(others) >= self._limits.keep_runs or own + sum(sizes.values()) > room):
            oldest = others.pop(0)
            shutil.rmtree(oldest)
            del sizes[oldest]

    @property
    def slack(self) -> int:
        """Bytes that may be written until `make_room` is due again."""
        return int(self._limits.megabytes * 10**6 * PRUNE_EVERY)


class Volume:
    """One run's recording, to be written on. A line is with the system when `add` returns: a process that is killed
    loses nothing of it. Nothing is forced to the disk: after a power cut the journal counts, not the recording.
    """

    def __init__(self, path: Path, shelf: Shelf) -> None:
        (path / PICTURES).mkdir(parents=True, exist_ok=True)
        self.path, self._shelf = path, shelf
        self._size = size_of(path)
        self._checked = self._size
        self._lines = path / LINES
        _drop_torn_line(self._lines)

    def add(self, line: bytes) -> None:
        """Raises: OSError."""
        with self._lines.open("ab", buffering=0) as file:
            file.write(line + b"\n")
        self._wrote(len(line) + 1)

    def keep(self, picture: Image) -> str:
        """The name of the picture's file, which holds it to the last bit. Raises: OSError."""
        name = name_of(picture)
        path = self.path / PICTURES / name
        if not path.exists():
            content = png(picture)
            path.write_bytes(content)
            self._wrote(len(content))
        return name

    def _wrote(self, count: int) -> None:
        self._size += count
        if self._size - self._checked > self._shelf.slack:
            self._checked = self._size
            self._shelf.make_room(self.path.name, self._size)


def find(folder: Path, given: str) -> Path:
    """The recording that a run's name or a folder means. Raises: UnknownName, BadInput."""
    shelf = Shelf(folder, Recordings())
    for path in (folder / given, Path(given)):
        if (path / LINES).is_file():
            return path
    if Path(given).is_dir():
        raise BadInput("RUN", given, f"the name of a run, or a folder with its {LINES}")
    known = [path.name for path in reversed(shelf.recordings())]
    if not known:
        raise BadInput("RUN", given, f"a recorded run, and none is recorded in {folder}")
    raise UnknownName("RUN", given, known)


def name_of(picture: Image) -> str:
    """The name of a picture's file, by its content."""
    return f"{hashlib.sha256(picture.tobytes()).hexdigest()[:32]}.png"


def size_of(path: Path) -> int:
    """Bytes in the files under `path`."""
    return sum(entry.stat().st_size for entry in path.rglob("*") if entry.is_file())


def png(picture: Image) -> bytes:
    """An RGB picture as PNG, weakly compressed: noise does not shrink, and a run should not wait for it."""
    import cv2

    _, content = cv2.imencode(".png", cv2.cvtColor(picture, cv2.COLOR_RGB2BGR), [cv2.IMWRITE_PNG_COMPRESSION, 1])
    return bytes(content)


def _drop_torn_line(path: Path) -> None:
    """What a cut left behind the last whole line is dropped."""
    path.touch()
    with path.open("r+b") as file:
        file.truncate(file.read().rfind(b"\n") + 1)
