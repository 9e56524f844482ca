"""What the gate keeps on disk: its latch and its audit, in the folder of a cell's state."""

from pathlib import Path
from typing import TYPE_CHECKING, Final

from skills.cell import Cell
from skills.protocols import Clock, Driver

if TYPE_CHECKING:
    from safety.gate import SafetyGate

LATCH_FILE: Final = "latch.json"
AUDIT_FILE: Final = "audit.jsonl"


def build_gate(cell: Cell, driver: Driver, clock: Clock, state: Path) -> "SafetyGate":
    """The gate in front of `driver`, with its latch and its audit in the folder `state`."""
    from safety.audit import Audit
    from safety.gate import SafetyGate
    from safety.latch import Latch

    return SafetyGate(cell, driver, clock, Latch(state / LATCH_FILE), Audit(state / AUDIT_FILE))
