"""Roles at the doors: this process's own account, as the cell file names it."""

from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import pytest

from agent.doors.cli.commands import COMMANDS
from agent.doors.person import account
from agent.doors.repl.register import COMMANDS as SLASH
from agent.exit_codes import ExitCode
from safety.latch import Latch
from safety.state import LATCH_FILE
from skills.roles import ROLES, Person
from tests.agent.kinematic_tray import Tray, part, planned, step
from tests.agent.repl.conversation import Conversation

CHECKED = {"run", "reset", "skills"}
"""Commands that ask for a role: of `skills` only `promote`. The talk asks for each line, in the graph and the shift."""
AS_OTHERS = "--as", "--user", "--role"


@pytest.fixture
def cell_of(root: Path, tmp_path: Path) -> Callable[[str], str]:
    """A copy of the default cell in which this account has a role."""

    def write(role: str) -> str:
        path = tmp_path / f"{role}.yaml"
        people = f"\npeople: {{{account()}: {role}, ada: maintainer}}\n"
        path.write_text((root / "cells" / "default.yaml").read_text(encoding="utf-8") + people, encoding="utf-8")
        return str(path)

    return write


def test_every_command_that_asks_for_a_role_is_known() -> None:
    asking = set()
    for name, (module, _) in COMMANDS.items():
        source = Path(str(import_module(f"agent.doors.cli.{module}").__file__)).read_text(encoding="utf-8")
        assert not any(f'"{option}"' in source for option in AS_OTHERS)
        if "require(" in source or "promote_skill" in source:
            asking.add(name)
    assert asking == CHECKED


@pytest.mark.parametrize("role", ROLES)
def test_a_role_decides_at_the_command_line(smolcell, cell_of, state: Path, tmp_path: Path, role: str) -> None:
    here, nothing = ("--cell", cell_of(role)), str(tmp_path / "nothing")

    def refused(*arguments: str) -> bool:
        said = smolcell(*arguments, *here)
        return said.err.startswith(f"NotAllowed: {account()} may not ") and said.code == ExitCode.BAD_INPUT

    assert refused("run", "remove all failed parts", "--yes", "--scene", nothing) == (role == "viewer")
    assert refused("skills", "promote", "pick", "--checkpoint", nothing) == (role != "maintainer")
    assert not refused("run", "please stop", "--scene", nothing), "a stop is everybody's"
    assert not refused("plan", "how many bolts?")
    Latch(state / LATCH_FILE).close("ben said stop", 1)
    assert refused("reset", "--by", "Eve") == (role == "viewer")
    Latch(state / LATCH_FILE).close("the arm did not follow", 2, is_fault=True)
    assert refused("reset", "--by", "Eve") == (role != "maintainer")


def test_a_refusal_says_who_may(smolcell, cell_of) -> None:
    said = smolcell("run", "remove all failed parts", "--cell", cell_of("viewer"))
    may = f"may not run instructions: it takes an operator, and {account()} is a viewer. Who may: ada."
    assert said.err == f"NotAllowed: {account()} {may}\n"


def test_nobody_signs_as_somebody_else(smolcell, cell_of, state: Path) -> None:
    Latch(state / LATCH_FILE).close("ben said stop", 1)
    said = smolcell("reset", "--by", "ada", "--cell", cell_of("operator"))
    assert said.out == f"reset by ada (account {account()}): ben said stop\n"


@pytest.mark.parametrize("role", ROLES)
def test_a_role_decides_in_the_talk(tmp_path: Path, capsys: pytest.CaptureFixture[str], role: str) -> None:
    """Every slash command but the last, which leaves, over a run that was cut off."""
    talk = Conversation(tmp_path, Tray(part("nut", "M8", "brass", "failed")), {"go": planned(step())})
    talk.bench.workcell.journal.begin_run("go")
    talk.person = Person(name="vera", role=role)  # type: ignore[arg-type]
    barred = set()
    with talk as chat:
        chat.begin()
        for times, name in enumerate((name for name in SLASH if name != "quit"), 1):
            chat.say(f"/{name}")
            chat.say("/skills", until="put_back  ", times=times + (name == "skills"))
            if "vera may not" in capsys.readouterr().err:
                barred.add(name)
        assert chat.bench.gate.stops == 1, "a stop is everybody's"
    assert barred == ({"resume", "cancel"} if role == "viewer" else set())
    assert chat.bench.world.motions == (0 if role == "viewer" else 2)
