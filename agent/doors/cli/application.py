"""The parser of `smolcell`. Nothing heavy is imported here: a command loads what it needs when it is called."""

import os
import signal
import sys
from collections.abc import Sequence
from typing import Any

import typer

from agent.doors.cli.commands import Register
from agent.doors.cli.errors import Interrupted, report
from agent.doors.cli.output import keep_stdout_for_answers, open_closed_streams
from agent.exit_codes import ExitCode
from skills.errors import BadInput

HELP = """An adaptive bin-picking workcell: language in, exact phrases to the policy, every action through the gate,
every result seen before it is believed.

Exit codes: 0 done, 1 an internal error, 2 wrong use or bad input, 3 incomplete, paused or a person is needed,
4 stopped by safety, Ctrl-C or SIGTERM, 5 a dependency is not there."""

app = typer.Typer(cls=Register, rich_markup_mode=None, add_completion=False, pretty_exceptions_enable=False, help=HELP)


@app.callback(invoke_without_command=True)
def smolcell(context: typer.Context) -> None:
    if context.invoked_subcommand is None:
        sys.stdout.write(f"{context.get_help()}\n")


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command, of this process where none is given; its exit code is one of `ExitCode`."""
    if arguments is None:
        open_closed_streams()
        keep_stdout_for_answers()
        signal.signal(signal.SIGTERM, signal.default_int_handler)  # so that what a command has begun ends in order
    given = list(sys.argv[1:] if arguments is None else arguments)
    as_json = "--json" in given
    try:
        return _flushed(_run(given, as_json=as_json))
    except BrokenPipeError:
        return _deaf()


def _run(given: list[str], *, as_json: bool) -> int:
    try:
        texts = [_text(argument) for argument in given]
        returned = typer.main.get_command(app).main(texts, prog_name="smolcell", standalone_mode=False)
        return _finish(returned, as_json=as_json)
    except BrokenPipeError:
        raise
    except Exception as error:
        return report(error, as_json=as_json)


def _text(argument: str) -> str:
    """An argument as UTF-8, whatever the locale took it for. Raises: BadInput."""
    try:
        return os.fsencode(argument).decode("utf-8")
    except UnicodeError:
        raise BadInput("command line", argument, "UTF-8 text") from None


def _flushed(code: int) -> int:
    """`code`, once all answers are out; another where they can't be."""
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        _deaf()
        return code if code == ExitCode.UNAVAILABLE else report(error, as_json=False)  # told already
    return code


def _finish(returned: Any, *, as_json: bool) -> int:
    """A command's own code; None where only help was asked for; 130 is how the parser passes a Ctrl-C on."""
    if returned == 130:
        return report(Interrupted(), as_json=as_json)
    return int(returned or ExitCode.DONE)


def _deaf() -> int:
    """Nobody reads stdout any more (`smolcell … | head`): end quietly, and keep the exit from flushing it."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return ExitCode.INTERNAL
