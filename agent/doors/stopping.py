"""The word stop as a command: nothing is opened or laid for it. Where a process has the cell open, that one is told."""

import os
import signal
from pathlib import Path
from typing import Final

from agent.journal.lock import holder, locked
from agent.report import Report
from safety.audit import Audit
from safety.latch import Latch
from safety.state import AUDIT_FILE, LATCH_FILE
from safety.stops import close_latch
from skills.call import Outcome
from skills.errors import Unavailable

REASON: Final = "the operator said stop"


def stop(folder: Path, instruction: str) -> Report:
    """Close the latch of the cell whose state is in `folder`, or have the process stop that has the cell open. It is no
    run: one that was cut off or stopped, and the table that it left, wait as they were.

    Raises: Unavailable (the other process can't be told), OSError (the latch could not be written).
    """
    try:
        with locked(folder):
            close_latch(Latch(folder / LATCH_FILE), Audit(folder / AUDIT_FILE), REASON)
        reason = REASON
    except Unavailable as error:
        reason = f"process {_told(folder, error)}, which has the cell open, was told to stop"
    return Report(
        run_id="",
        instruction=instruction,
        outcome=Outcome(outcome="stopped", reason=reason),
        understanding=None,
        plan=(),
        attempts=(),
        ledger=(),
    )


def _told(folder: Path, open_elsewhere: Unavailable) -> int:
    """The process that has the cell open, which got what Ctrl-C sends. Raises: Unavailable."""
    process = holder(folder)
    try:
        if process is None:
            raise open_elsewhere
        os.kill(process, signal.SIGINT)
    except OSError:  # another account's, or it has just ended
        raise open_elsewhere from None
    return process
