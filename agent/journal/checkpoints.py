"""LangGraph's checkpoints in the journal's file: what may be loaded from them, and how many are kept."""

import sqlite3
from typing import TYPE_CHECKING, Final

from agent.state import SAVED

if TYPE_CHECKING:
    from langgraph.checkpoint.sqlite import SqliteSaver

ONCE_SAVED: Final = (
    ("skills.call", "Attempt"),
    ("agent.looking", "Look"),
    ("agent.looking", "Blocked"),
    ("agent.judging", "Judged"),
)
"""Module and name of what the checkpoints of earlier versions hold besides; see `agent.run.resume`. What does not stand
there any more is read as the plain data that `RunState` takes as well."""


def saver_over(database: sqlite3.Connection) -> "SqliteSaver":
    """Checkpoints in `database`; the state's own values are loaded, those that it once held, and nothing else."""
    from langgraph.checkpoint.serde.jsonplus import JsonPlusSerializer
    from langgraph.checkpoint.sqlite import SqliteSaver

    allowed = [*((value.__module__, value.__name__) for value in SAVED), *ONCE_SAVED]
    return SqliteSaver(database, serde=JsonPlusSerializer(allowed_msgpack_modules=allowed))


def keep_last(database: sqlite3.Connection, run_id: str) -> None:
    """Forget a run's checkpoints but the last. Their tables are LangGraph's, which makes them with the first one."""
    if database.execute("SELECT 1 FROM sqlite_master WHERE name = 'checkpoints'").fetchone() is None:
        return
    last = "(SELECT MAX(checkpoint_id) FROM checkpoints WHERE thread_id = :run)"
    for table in ("writes", "checkpoints"):
        database.execute(f"DELETE FROM {table} WHERE thread_id = :run AND checkpoint_id < {last}", {"run": run_id})
