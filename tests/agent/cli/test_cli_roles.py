"""Roles at the doors: this process's own account, as the cell file names it."""

import json
import os
import signal
from collections.abc import Callable
from importlib import import_module
from pathlib import Path

import pytest

from agent.doors.cli.commands import COMMANDS
from agent.doors.person import account
from agent.doors.repl.register import COMMANDS as SLASH
from agent.doors.repl.table import choose_table
from agent.exit_codes import ExitCode
from agent.journal.journal import Journal
from agent.journal.lock import LOCK
from agent.looking.looker import Look
from agent.opening import build_twin
from safety.latch import Latch
from safety.state import AUDIT_FILE, LATCH_FILE
from sim.scenario import random_scenario
from skills.cell import Cell
from skills.errors import NotAllowed
from skills.plan import Hole
from skills.roles import ROLES, Person
from tests.agent.kinematic_tray import Tray, part, planned, step
from tests.agent.repl.conversation import Conversation

CHECKED = {"run", "reset", "skills"}
"""Commands that ask for a role: of `skills` only `promote`. The talk asks for each line, in the graph and the shift."""
HOLE = Hole(fixture="left fixture", size="M8")
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
    assert not refused("plan", "how many bolts?")
    Latch(state / LATCH_FILE).close("ben said stop", 1)
    assert refused("reset", "--by", "Eve") == (role == "viewer")
    Latch(state / LATCH_FILE).close("the arm did not follow", 2, is_fault=True)
    assert refused("reset", "--by", "Eve") == (role != "maintainer")


@pytest.mark.parametrize("role", ROLES)
def test_a_stop_is_everybodys_and_lays_no_scene(smolcell, cell_of, state: Path, role: str) -> None:
    with Journal(state) as journal:
        waiting = journal.begin_run("go")
    before = {path.name for path in state.iterdir()}
    said = smolcell("run", "please stop", "--seed", "3", "--cell", cell_of(role), "--json")
    shown = json.loads(said.out)
    assert (said.code, shown["outcome"], shown["reason"]) == (4, "stopped", "the operator said stop")
    assert shown["judged"] is None
    assert Latch(state / LATCH_FILE).reason == "the operator said stop"
    assert {path.name for path in state.iterdir()} - before <= {LATCH_FILE, AUDIT_FILE}
    with Journal(state) as journal:
        assert [run.id for run in journal.runs()] == [waiting]
        assert journal.unfinished() is not None


def test_a_stop_is_written_down_and_reported(smolcell, state: Path, tmp_path: Path) -> None:
    said = smolcell("run", "stop", "--report", str(tmp_path / "page.html"))
    assert (said.code, said.out) == (ExitCode.STOPPED, "stopped: the operator said stop\n")
    assert "stopped: the operator said stop" in (tmp_path / "page.html").read_text(encoding="utf-8")
    (line,) = (state / AUDIT_FILE).read_text(encoding="utf-8").splitlines()
    assert '"reason": "the operator said stop"' in line
    assert smolcell("reset", "--by", "Ada").out == "reset by Ada: the operator said stop\n"


def test_a_stop_reaches_the_process_that_has_the_cell_open(smolcell, state: Path) -> None:
    told: list[int] = []
    former = signal.signal(signal.SIGINT, lambda number, _: told.append(number))
    try:
        with Journal(state):
            said = smolcell("run", "stop")
            (state / LOCK).write_text("")
            unknown = smolcell("run", "stop")
    finally:
        signal.signal(signal.SIGINT, former)
    holder = f"process {os.getpid()}, which has the cell open, was told to stop"
    assert (said.code, said.out, told) == (ExitCode.STOPPED, f"stopped: {holder}\n", [signal.SIGINT])
    assert unknown.code == ExitCode.UNAVAILABLE
    assert Latch(state / LATCH_FILE).reason is None


def test_a_viewer_looks_at_the_table_as_it_lies_and_lays_none(cell: Cell, tmp_path: Path) -> None:
    viewed, worked = (cell.model_copy(update={"people": {account(): role}}) for role in ("viewer", "operator"))
    for seed in (None, 3):
        with pytest.raises(NotAllowed, match="may not lay a scene: it takes an operator"):
            choose_table(viewed, tmp_path, None, seed, None)
    laid = random_scenario(1)
    with build_twin(cell, laid, tmp_path) as twin:
        twin.workcell.journal.table.fill(HOLE, twin.workcell.journal.begin_run("go"), sure=True)
    with pytest.raises(NotAllowed):
        choose_table(viewed, tmp_path, None, 3, None)
    assert choose_table(worked, tmp_path, None, None, None).said == "scene demo"
    table = choose_table(viewed, tmp_path, None, None, None)
    assert table.said == "the table as it lies there"
    station = table.station()
    try:
        assert [one.hole for one in station.workcell.journal.table.filled()] == [HOLE]
        look = station.workcell.looker.glance()
        assert isinstance(look, Look)
        assert len(look.scene.parts) == len(laid.layout(cell.tray))
    finally:
        station.close()


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
