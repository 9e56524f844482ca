"""Results of a suite on disk as they come, so that a suite that was cut off goes on where it was."""

import hashlib
import json
from pathlib import Path

from pydantic import ValidationError

from agent.regress.one import ScenarioResult
from skills.cell import Cell
from skills.errors import BadInput


class Kept:
    """A file of JSON lines, one for each finished scenario: its fingerprint and its result."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def results(self) -> dict[str, ScenarioResult]:
        """Fingerprint -> result. A last line without its end is that of a suite that was cut off.

        Raises: BadInput where the file is something else.
        """
        if not self._path.exists():
            return {}
        lines = self._path.read_text(encoding="utf-8").split("\n")
        whole = "".join(f"{line}\n" for line in lines[:-1])
        if lines[-1]:
            self._path.write_text(whole, encoding="utf-8")
        try:
            entries = [json.loads(line) for line in lines[:-1]]
            return {entry["key"]: ScenarioResult.model_validate(entry["result"]) for entry in entries}
        except (ValueError, KeyError, TypeError, ValidationError):
            raise BadInput(
                "--results", str(self._path), "a file of results that `regress` wrote, or a new one"
            ) from None

    def keep(self, key: str, result: ScenarioResult) -> None:
        line = json.dumps({"key": key, "result": result.model_dump(mode="json")}, ensure_ascii=False)
        with self._path.open("a", encoding="utf-8") as file:
            file.write(f"{line}\n")


def fingerprint(path: Path, cell: Cell) -> str:
    """Of what a result depends on and a user edits: the scenario file and the cell."""
    return hashlib.sha256(path.read_bytes() + cell.model_dump_json().encode()).hexdigest()
