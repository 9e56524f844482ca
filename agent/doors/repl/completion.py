"""Completion at the prompt: slash commands with their help line, else the words that the planner knows."""

from collections.abc import Iterable
from functools import cached_property
from pathlib import Path
from typing import Final

from prompt_toolkit.completion import CompleteEvent, Completer, Completion
from prompt_toolkit.document import Document

from agent.doors.repl.register import COMMANDS

SHORTEST: Final = 2
"""Letters of a word before it is completed."""


class OperatorCompleter(Completer):
    """Completes for the cell of this file: its places and its skill cards' words."""

    def __init__(self, cell_file: Path | None) -> None:
        self._cell_file = cell_file

    def get_completions(self, document: Document, complete_event: CompleteEvent) -> Iterable[Completion]:  # noqa: ARG002
        text = document.text_before_cursor
        if text.startswith("/"):
            for command in COMMANDS.values():
                if f"/{command.name}".startswith(text.lower()):
                    yield Completion(f"/{command.name}", -len(text), display_meta=command.summary)
            return
        begun = text.rsplit(maxsplit=1)[-1] if text and not text[-1].isspace() else ""
        if len(begun) >= SHORTEST:
            for word in self.words:
                if word.lower().startswith(begun.lower()) and word != begun:
                    yield Completion(word, -len(begun))

    @cached_property
    def words(self) -> tuple[str, ...]:
        """Single words that carry meaning, and the places' whole names."""
        from agent.doors.settings import configured_cell
        from agent.planning.lexicon import Lexicon
        from skills.catalogue import catalogue_of

        cell = configured_cell(self._cell_file)
        lexicon = Lexicon(cell, catalogue_of(cell))
        return tuple(sorted({*lexicon.targets, *lexicon.values, *cell.destinations}))
