"""`plan --batch`: one instruction a line in, one understanding a line out, in the same order.

A line is a JSON object {"id", "instruction", "scene"}; scene is a scenario's content, or null where
there is nothing to look at. A bad line is answered with the outcome "error" and the others are done.
"""

import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

from skills.errors import BadInput, SmolcellError, UnknownName
from skills.scene import Scene

_FIELDS: Final = ("id", "instruction", "scene")

Look = Callable[[Any], Scene]
"""A scenario's content to what the camera shows of it. Raises: BadInput."""

Plan = Callable[[str, Scene | None], dict[str, Any]]
"""An instruction, and what lies there where that is known, to the object that `plan --json` prints."""


def answer_lines(lines: Iterable[str], plan: Plan, look: Look) -> Iterator[dict[str, Any]]:
    """One JSON object for each line that is not blank: its id and what it would do, or the error."""
    for number, line in enumerate(lines, 1):
        if line.strip():
            yield _answer(number, line, plan, look)


def has_errors(answers: Iterable[dict[str, Any]]) -> bool:
    """Whether the door must end with exit code 2."""
    return any(answer["outcome"] == "error" for answer in answers)


def _answer(number: int, line: str, plan: Plan, look: Look) -> dict[str, Any]:
    found: Any = None
    try:
        found = _parsed(number, line)
        row = _checked(number, found)
        scene = None if row["scene"] is None else look(row["scene"])
        return {"id": row["id"], **plan(row["instruction"], scene)}
    except SmolcellError as error:
        known = found.get("id") if isinstance(found, dict) else None
        return {"id": known, "outcome": "error", "steps": [], "text": str(error), "command": None}


def _parsed(number: int, line: str) -> Any:
    try:
        return json.loads(line)
    except (ValueError, RecursionError) as error:
        raise BadInput(f"line {number}", line.strip()[:60], f"a JSON object ({error})") from None


def _checked(number: int, row: Any) -> dict[str, Any]:
    """The row with all its fields; `scene` may be left out."""
    if not isinstance(row, dict):
        raise BadInput(f"line {number}", row, f"an object with the fields {', '.join(_FIELDS)}")
    for field in row:
        if field not in _FIELDS:
            raise UnknownName(f"line {number}: field", str(field), _FIELDS)
    if not isinstance(row.get("id"), str | int) or isinstance(row.get("id"), bool):
        raise BadInput(f"line {number}: id", row.get("id"), "a text or a whole number")
    if not isinstance(row.get("instruction"), str):
        raise BadInput(f"line {number}: instruction", row.get("instruction"), "a text")
    return {"scene": None, **row}
