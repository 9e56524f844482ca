"""`docs/commands.md`, made from the commands' own help: python -m agent.doors.cli.reference > docs/commands.md"""

from collections.abc import Iterator
from typing import Any, Final

import typer

from agent.doors.cli.output import answer

COLUMNS: Final = 100

HEAD: Final = """# Commands

Made from the commands' own help; a test says when it is old. To make it again:
`python -m agent.doors.cli.reference > docs/commands.md`
"""


def reference() -> str:
    """The whole page."""
    from agent.doors.cli.application import app

    sections = [f"## `{name}`\n\n```text\n{text}\n```\n" for name, text in _helps(typer.main.get_command(app))]
    return "\n".join([HEAD, *sections]).rstrip("\n")


def _helps(command: Any, name: str = "smolcell", parent: Any = None) -> Iterator[tuple[str, str]]:
    """Name and help of the command and of all below it, each group before its members."""
    context = command.make_context(
        name, [], parent=parent, resilient_parsing=True, terminal_width=COLUMNS, max_content_width=COLUMNS
    )
    yield context.command_path, context.get_help()
    for member in command.list_commands(context) if hasattr(command, "list_commands") else ():
        yield from _helps(command.get_command(context, member), member, context)


if __name__ == "__main__":
    answer(reference())
