"""A folder that is there whole or not at all."""

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from skills.errors import BadInput, Unavailable


@contextmanager
def whole_folder(out: Path) -> Iterator[Path]:
    """A folder to write in, which becomes `out` at the end; where something goes wrong nothing is left of it.

    Raises: BadInput (`out` exists), Unavailable (a full disk).
    """
    if out.exists():
        raise BadInput("--out", str(out), "a folder that does not exist yet")
    draft = out.with_name(f".{out.name}.draft")
    shutil.rmtree(draft, ignore_errors=True)
    try:
        draft.mkdir(parents=True)
        yield draft
        os.sync()  # else a power cut might leave the name without the content
        draft.replace(out)
    except OSError as error:
        reason = error.strerror or str(error)
        raise Unavailable(
            f"{out} can't be written ({reason}).", "Make room, then run the same command again."
        ) from None
    finally:
        shutil.rmtree(draft, ignore_errors=True)
