"""One scenario from its instruction to the judge's word, with pictures of before and after."""

import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal

import yaml

from agent.cell_weights import ROOT
from agent.evaluation.portraits import portrait
from agent.opening import build_twin, reopen_twin
from agent.regress.recovered import undone
from agent.report import Report
from agent.run import Answer, resume, run
from skills.base import Value
from skills.call import Judgement
from skills.cell import Cell
from skills.errors import BadInput, SmolcellError

if TYPE_CHECKING:
    from agent.twin import Twin
    from sim.scenario import Expectation, Scenario

KILLED: Final = -9
"""Return code of a process that signal 9 has ended."""

Ended = tuple[Literal["done", "incomplete", "stopped", "refused", "error", "crashed"], str]


class Said(Value):
    """One call: its phrase, and what the verifier made of it."""

    phrase: str
    judgement: Judgement


class ScenarioResult(Value):
    """What came of one scenario.

    Attributes:
        outcome: how the run ended; "error": by one of smolcell's own errors, "crashed": by any other exception.
        judged: ground truth; empty where it never came to a world.
        undone: what the scenario expects to be done about a failure and was not.
        false_done: the run said done, and the judge or the scenario disagrees.
        account_faults: every way in which the run's own account is not what is.
        account_exact: whether there is none; None where no account was given.
        before, after: the cell from above and from the side, JPEG in base64.
    """

    name: str
    tags: tuple[str, ...]
    passed: bool
    outcome: str
    reason: str
    seconds: float
    judged: dict[str, Any]
    false_done: bool = False
    account_exact: bool | None = None
    account_faults: tuple[str, ...] = ()
    undone: tuple[str, ...] = ()
    phrases: tuple[Said, ...] = ()
    before: str = ""
    after: str = ""

    def as_json(self) -> dict[str, Any]:
        """Without the pictures."""
        return self.model_dump(mode="json", exclude={"before", "after"})

    @property
    def why(self) -> str:
        """What is wrong with it, in a line."""
        faults = self.judged.get("faults", ())
        return "; ".join([f"{self.outcome}: {self.reason}", *faults, *self.account_faults, *self.undone])


def run_scenario(scenario: "Scenario", cell: Cell, state: Path) -> ScenarioResult:
    """Raises: BadInput where the scenario expects nothing."""
    from sim.judge import judge

    expect = scenario.expect
    if expect is None:
        raise BadInput(f"{scenario.name}: expect", None, "given in a scenario of a regression suite")
    start = time.monotonic()
    with _twin(scenario, cell, state) as (twin, killed):
        before = portrait(twin.world)
        answers = iter(scenario.answers)
        ended, report = _end(twin, "" if killed else scenario.instruction, lambda _: next(answers, None))
        told = twin.workcell.journal.events(report.run_id) if report else ()
        missing = undone(expect.recovered, (event for _, event in told))
        judged, after = judge(twin.world, expect), portrait(twin.world)
        account = _account_faults(twin, scenario, report)
    return ScenarioResult(
        name=scenario.name,
        tags=scenario.tags,
        passed=_fits(ended, expect) and not judged.faults and not missing,
        outcome=ended[0],
        reason=ended[1],
        seconds=round(time.monotonic() - start, 2),
        judged=judged.model_dump(mode="json"),
        false_done=ended[0] == "done" and bool(judged.faults or "done" not in expect.outcomes),
        account_exact=None if account is None else not account,
        account_faults=account or (),
        undone=missing,
        phrases=_said(report),
        before=before,
        after=after,
    )


def _fits(ended: Ended, expect: "Expectation") -> bool:
    outcome, reason = ended
    return outcome in expect.outcomes and expect.says in reason


def _account_faults(twin: "Twin", scenario: "Scenario", report: Report | None) -> tuple[str, ...] | None:
    """What is wrong with the run's account; None where it gave none."""
    from sim.accounting import Claim, account_faults, lots

    cell = twin.workcell.cell
    claims = [
        Claim(step=one.step, there=one.there, moved=one.moved, left=one.left, lost=one.lost)
        for one in (report.ledger if report else ())
        if one.looked
    ]
    return account_faults(lots(twin.world, scenario.layout(cell.tray)), claims, cell.tray.half) if claims else None


def _said(report: Report | None) -> tuple[Said, ...]:
    attempts = report.attempts if report else ()
    return tuple(Said(phrase=one.call.phrase, judgement=one.verdict.judgement) for one in attempts)


def _end(twin: "Twin", instruction: str, answer: Answer) -> tuple[Ended, Report | None]:
    """Run to the end, or resume where there is no instruction; whatever is raised is an end as well."""
    try:
        if instruction:
            report = run(twin.workcell, instruction, answer=answer, approved=True)
        else:
            report = resume(twin.workcell, answer=answer)
    except (SmolcellError, OSError, sqlite3.Error) as error:
        return ("error", str(error)), None
    except Exception as error:
        return ("crashed", f"{type(error).__name__}: {error}"), None
    return (report.outcome.outcome, report.outcome.reason), report


@contextmanager
def _twin(scenario: "Scenario", cell: Cell, state: Path) -> "Iterator[tuple[Twin, bool]]":
    """The cell over the scenario's parts; where it is to be killed, over the table that a killed run left."""
    from sim.faults import Kill

    killed = any(isinstance(fault, Kill) for fault in scenario.faults)
    if killed:
        _run_until_killed(scenario, cell, state)
    with reopen_twin(cell, state) if killed else build_twin(cell, scenario, state) as twin:
        yield twin, killed


def _run_until_killed(scenario: "Scenario", cell: Cell, state: Path) -> None:
    """`smolcell run` in a process of its own, which the scenario's fault kills.

    Raises: BadInput where it was over before.
    """
    anybody = cell.model_copy(update={"people": {}})  # as in this process: the run is nobody's but the suite's
    files = {"scene": scenario, "cell": anybody}
    for name, value in files.items():
        (state / f"{name}.yaml").write_text(yaml.safe_dump(value.model_dump(mode="json", exclude_unset=True)))
    command = [sys.executable, "-m", "agent.cli", "run", scenario.instruction, "--yes", "--state", str(state)]
    for name in files:
        command += [f"--{name}", str(state / f"{name}.yaml")]
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    if done.returncode != KILLED:
        told = f"at a call that the run makes; it ended {done.returncode} before: {done.stderr[-300:]}"
        raise BadInput(f"{scenario.name}: faults", "kill", told)
