"""Results of a suite on disk as they come, so that a suite that was cut off goes on where it was."""

import hashlib
from functools import cached_property
from pathlib import Path
from typing import Final

from pydantic import ValidationError

from agent.lines import Lines
from agent.regress.one import ScenarioResult
from skills.base import Value
from skills.cell import Cell
from skills.errors import BadInput

TOLD: Final = ("--results", "a file of results that `regress` wrote, or a new one")


class Kept:
    """A file of JSON lines, one for each finished scenario: its fingerprint and its result."""

    def __init__(self, path: Path) -> None:
        self._path = path

    @cached_property
    def _lines(self) -> Lines:
        return Lines(self._path, TOLD)

    def results(self) -> dict[str, ScenarioResult]:
        """Fingerprint -> result. A last line without its end is that of a suite that was cut off.

        Raises: BadInput where the file is something else.
        """
        try:
            return {entry["key"]: ScenarioResult.model_validate(entry["result"]) for entry in self._lines.entries}
        except (KeyError, TypeError, ValidationError):
            field, allowed = TOLD
            raise BadInput(field, str(self._path), allowed) from None

    def keep(self, key: str, result: ScenarioResult) -> None:
        self._lines.add(key=key, result=result.model_dump(mode="json"))


def fingerprint(job: Value, cell: Cell) -> str:
    """Of what a result depends on and a user chooses: the scenario with its seed, or what is drawn, and the cell."""
    return hashlib.sha256((job.model_dump_json() + cell.model_dump_json()).encode()).hexdigest()
