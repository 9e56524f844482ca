"""From an exception to one line on stderr and an exit code. Nobody sees a traceback; a log file does."""

import errno
import time
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from typer import TyperException

from agent.doors.cli.output import answer_json, talk
from agent.exit_codes import ExitCode
from skills.errors import BadInput, SmolcellError, Unavailable, UnknownName

LOG: Final = "smolcell.log"
FULL: Final = (errno.ENOSPC, errno.EDQUOT)
BARRED: Final = (
    errno.EACCES, errno.EPERM, errno.EROFS, errno.ENOTDIR, errno.EISDIR, errno.ENAMETOOLONG, errno.EIO,
)  # fmt: skip
BROKEN: Final = tuple(f"SQLITE_{name}" for name in ("CORRUPT", "NOTADB", "READONLY", "IOERR", "CANTOPEN", "BUSY"))
"""What SQLite says of a file that it can't use; a name may have more behind it."""
MAKE_ROOM: Final = "Make room there, then run the same command again."


def report(error: BaseException, *, as_json: bool) -> ExitCode:
    """Say what went wrong: a line on stderr, and with --json an object on stdout."""
    known = wrong_use(error) if isinstance(error, TyperException) else foreseen(error) or error
    if isinstance(known, SmolcellError):
        code, name, text = ExitCode(known.exit_code), type(known).__name__, str(known)
    else:
        code, name, text = ExitCode.INTERNAL, "InternalError", _internal(known)
    talk(f"{name}: {text}")
    if as_json:
        answer_json({"outcome": "error", "error": name, "reason": text, **_facts(known)})
    return code


def wrong_use(error: TyperException) -> SmolcellError | TyperException:
    """What the parser of the command line complains of, with what is allowed and what is near."""
    context, option = getattr(error, "ctx", None), getattr(error, "option_name", None)
    command = context.command_path if context else "smolcell"
    see = f"See: {command} --help"
    if context and option and hasattr(error, "possibilities"):
        known = [name for parameter in context.command.get_params(context) for name in parameter.opts]
        return UnknownName(f"option of {command}", option, [name for name in known if name.startswith("-")], see)
    return WrongUse(f"{error.format_message().rstrip('.')}. {see}")


def foreseen(error: BaseException) -> SmolcellError | None:
    """A file's or a disk's trouble in our words; None where it is something else."""
    of_database = str(getattr(error, "sqlite_errorname", ""))
    if of_database == "SQLITE_FULL":
        return Unavailable("the disk with the journal is full.", MAKE_ROOM)
    if of_database.startswith(BROKEN):
        return Unavailable(
            f"the journal can't be used ({error}).", "Look at its file in the state folder, and its disk."
        )
    if not isinstance(error, OSError):
        return None
    if error.errno in FULL:
        return Unavailable(f"the disk is full{f' ({error.filename})' if error.filename else ''}.", MAKE_ROOM)
    if error.errno in BARRED and error.filename:
        return BadInput("file", str(error.filename), f"a path that can be read and written ({error.strerror})")
    return None


class Interrupted(SmolcellError):
    """Ctrl-C or SIGTERM ended a command; `again` is the command that goes on with it, where there is one."""

    exit_code = ExitCode.STOPPED

    def __init__(self, again: str = "") -> None:
        super().__init__(f"stopped by Ctrl-C or SIGTERM.{f' To go on: {again}' if again else ''}")


class WrongUse(BadInput):
    """A command line that lacks or repeats something; the parser's own words say what."""

    def __init__(self, text: str) -> None:
        super().__init__("command line", None, text)
        self.args = (text,)


def _facts(error: BaseException) -> Mapping[str, Any]:
    """What the error carries beside its sentence."""
    if not isinstance(error, BadInput):
        return {}
    value = error.value if isinstance(error.value, str | int | float | bool | None) else str(error.value)
    near = list(error.nearest) if isinstance(error, UnknownName) else []
    return {"field": error.field, "value": value, "allowed": error.allowed, "nearest": near}


def _internal(error: BaseException) -> str:
    """Keep the traceback in the log; where even that fails, say so."""
    summary = f"{type(error).__name__}: {' '.join(str(error).split())}" if str(error) else type(error).__name__
    try:
        return f"{summary}. This is a fault of smolcell; its details are in {_log(error)}"
    except OSError as denied:
        return f"{summary}. This is a fault of smolcell; its details could not be logged ({denied.strerror})"


def _log(error: BaseException) -> Path:
    from agent.doors.state import state_base

    folder = state_base()
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / LOG
    with path.open("a", encoding="utf-8") as file:
        file.write(f"--- {time.strftime('%Y-%m-%dT%H:%M:%S%z')}\n")
        file.writelines(traceback.format_exception(error))
    return path
