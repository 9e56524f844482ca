"""The word stop, said where no process has the cell open: the latch closes, and nothing is opened or laid for it."""

from pathlib import Path

from agent.journal import Journal
from agent.report import Report
from safety.audit import Audit
from safety.latch import Latch
from safety.state import AUDIT_FILE, LATCH_FILE
from safety.stops import close_latch
from skills.call import Outcome

REASON = "the operator said stop"


def stop(folder: Path, instruction: str) -> Report:
    """Close the latch of the cell whose state is in `folder`. It is no run: one that was cut off or stopped, and the
    table that it left, wait as they were.

    Raises: Unavailable (another process has the cell open), OSError (the latch could not be written).
    """
    with Journal(folder):
        close_latch(Latch(folder / LATCH_FILE), Audit(folder / AUDIT_FILE), REASON)
    outcome = Outcome(outcome="stopped", reason=REASON)
    return Report(
        run_id="", instruction=instruction, outcome=outcome, understanding=None, plan=(), attempts=(), ledger=()
    )
