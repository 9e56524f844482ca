"""What every command hangs on: plain help, and misses that are answered with the nearest name."""

from typing import Any

import typer
from typer.core import TyperGroup

from skills.errors import UnknownName


class Names(TyperGroup):
    """A group of commands whose misses are answered with the nearest name."""

    def resolve_command(self, ctx: Any, args: list[str]) -> Any:
        if not args[0].startswith("-") and self.get_command(ctx, args[0]) is None:
            field = f"command of {ctx.command_path}"
            raise UnknownName(field, args[0], self.list_commands(ctx), f"See: {ctx.command_path} --help")
        return super().resolve_command(ctx, args)


def new_app(summary: str | None = None) -> typer.Typer:
    """An application for one command, or for a group of them."""
    return typer.Typer(
        cls=Names, help=summary, rich_markup_mode=None, add_completion=False, pretty_exceptions_enable=False
    )
