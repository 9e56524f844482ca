"""Which cell, and where its state lies: one cell file, overridden by SMOLCELL_* variables, overridden by flags.

| variable | overrides |
|---|---|
| SMOLCELL_CELL | the cell file (without it: cells/default.yaml of the installation) |
| SMOLCELL_STATE | the folder of the cell's state |
| SMOLCELL_AGENT_ATTEMPTS, … | `agent.attempts`, and so on for each field of `agent` |
| SMOLCELL_PLANNER_MODEL, … | `planner.model`, and so on for each field of `planner` |
| SMOLCELL_VERIFIER_MODEL, … | `verifier.model`, and so on for each field of `verifier` |
| SMOLCELL_CHECKPOINT_PICK, … | `checkpoints.pick`, and so on for each checkpoint of the cell |

Limits, approval and people stand in the cell file alone: no environment loosens a gate, or makes a maintainer.
"""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

import skills
from agent.doors.state import PREFIX, STATE, state_root
from skills.cell import Cell, parse_cell
from skills.cell_agent import Agent, Planner, Verifier
from skills.errors import BadInput, UnknownName
from skills.yamlfile import read_yaml

INSTALLATION: Final = Path(skills.__file__).parent.parent
DEFAULT_CELL: Final = INSTALLATION / "cells" / "default.yaml"
CELL: Final = f"{PREFIX}CELL"
_AGENT, _CHECKPOINT, _PLANNER = f"{PREFIX}AGENT_", f"{PREFIX}CHECKPOINT_", f"{PREFIX}PLANNER_"
_VERIFIER = f"{PREFIX}VERIFIER_"


def cell_file(flag: Path | None, environment: Mapping[str, str] = os.environ) -> Path:
    """The cell file that counts: the flag's, else the variable's, else the installed default."""
    return flag or Path(environment.get(CELL) or DEFAULT_CELL)


def configured_cell(flag: Path | None = None, environment: Mapping[str, str] = os.environ) -> Cell:
    """The cell with what the environment overrides. Raises: BadInput, UnknownName."""
    path = cell_file(flag, environment)
    content = read_yaml(path)
    if not isinstance(content, Mapping):
        return parse_cell(content, path)
    checkpoints = content.get("checkpoints")
    known = _known(checkpoints if isinstance(checkpoints, Mapping) else {})
    overridden: dict[str, Any] = dict(content)
    for name, value in sorted(environment.items()):
        if not name.startswith(PREFIX) or name in (CELL, STATE):
            continue
        if name not in known:
            raise UnknownName("environment variable", name, [CELL, STATE, *known])
        section, key = known[name]
        given = overridden.get(section)
        overridden[section] = {**(given if isinstance(given, Mapping) else {}), key: value}
    return parse_cell(overridden, path)


def state_folder(flag: Path | None, cell: Cell, environment: Mapping[str, str] = os.environ) -> Path:
    """Where journal, latch and audit of this cell lie: the flag's, else the variable's, else the user's state."""
    if flag or environment.get(STATE):
        return flag or Path(environment[STATE])
    return state_root(environment) / cell.name


def usable_folder(field: str, folder: Path) -> Path:
    """`folder`, made where it was not there. Raises: BadInput when it can't be."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadInput(field, str(folder), f"a folder that can be written ({error.strerror})") from None
    return folder


def _known(checkpoints: Mapping[str, Any]) -> dict[str, tuple[str, str]]:
    """Variable -> section and key of the cell file that it overrides."""
    agent = {f"{_AGENT}{key.upper()}": ("agent", key) for key in Agent.model_fields}
    agent |= {f"{_PLANNER}{key.upper()}": ("planner", key) for key in Planner.model_fields}
    agent |= {f"{_VERIFIER}{key.upper()}": ("verifier", key) for key in Verifier.model_fields}
    return agent | {f"{_CHECKPOINT}{str(key).upper()}": ("checkpoints", str(key)) for key in checkpoints}
