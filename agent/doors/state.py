"""Where state lies before any cell is known; light, because the operator's prompt waits for it."""

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Final

PREFIX: Final = "SMOLCELL_"
STATE: Final = f"{PREFIX}STATE"


def state_root(environment: Mapping[str, str] = os.environ) -> Path:
    """The folder above the cells' own: $XDG_STATE_HOME/smolcell, else ~/.local/state/smolcell."""
    base = environment.get("XDG_STATE_HOME")
    return (Path(base) if base else Path.home() / ".local" / "state") / "smolcell"


def state_base(flag: Path | None = None, environment: Mapping[str, str] = os.environ) -> Path:
    """Where what belongs to no single cell lies: the flag's folder, else the variable's, else the root."""
    return flag or Path(environment.get(STATE) or state_root(environment))
