"""The register of commands. A command's module is loaded when it is called, not for the list of all."""

from importlib import import_module
from typing import Any, Final

import typer

from agent.doors.cli.group import Names

COMMANDS: Final[dict[str, tuple[str, str]]] = {
    "chat": ("chat", "Talk with the cell: the operator's terminal."),
    "run": ("run", "Do what an instruction says, on the twin, and account for it."),
    "replay": ("replay", "Show a recorded run, or take its decisions again."),
    "plan": ("plan", "Say what an instruction would do; nothing moves."),
    "scene": ("scene", "Write a scene as a scenario file, from words."),
    "regress": ("regress", "Run scenarios through the whole cell and judge each by ground truth."),
    "eval": ("evaluate", "Measure how often a policy succeeds at its first attempt, on scenes that it never saw."),
    "calibrate": ("calibrate", "Fit how sure a policy may be of its chunks, on scenes that serve nothing else."),
    "train": ("train", "Train, export and write the contract of a network."),
    "study": (
        "study",
        "Train a policy many times, each time with one thing changed, and try all of them on the same scenes.",
    ),
    "data": ("data", "Make, inspect and mix training data."),
    "skills": ("skills", "List and check skills; write, record and promote one of your own."),
    "doctor": ("doctor", "Check installation, cell, weights, contracts, cameras, state and latch."),
    "reset": ("reset", "Clear a latched stop, after a person has looked at the cell."),
    "audit": ("audit", "Verify the chained record of the safety gate."),
    "graph": ("graph", "Draw the graph of a run as a Mermaid diagram: which node may follow which."),
    "film": ("film", "Film a run: an animated picture of the overhead camera and the cell from the side."),
}
"""Name -> module in `agent.doors.cli`, and the summary: the first line of the command's own help."""


class Register(Names):
    """The commands of smolcell, by name. The parser calls these methods by position."""

    def list_commands(self, _: Any) -> list[str]:
        return list(COMMANDS)

    def get_command(self, _: Any, cmd_name: str) -> Any:
        return load(cmd_name) if cmd_name in COMMANDS else None

    def format_commands(self, _: Any, formatter: Any) -> None:
        with formatter.section("Commands"):
            formatter.write_dl([(name, summary) for name, (_, summary) in COMMANDS.items()])


def load(name: str) -> Any:
    """The command `name`, from its module."""
    module = import_module(f"agent.doors.cli.{COMMANDS[name][0]}")
    command = typer.main.get_command(module.app)
    command.name = name
    return command
