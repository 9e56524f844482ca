"""The regression suite: scenarios through the whole cell, each in a world and a state folder of its own."""

import time
from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from agent.exit_codes import ExitCode
from policy.evaluation.statistics import Tally
from sim.workers import shared_out
from skills.base import Value
from skills.cell import Cell
from skills.errors import BadInput, UnknownName

if TYPE_CHECKING:
    from sim.scenario import Scenario


class ScenarioResult(Value):
    """What came of one scenario. `false_done`: the run said done and the judge disagrees."""

    name: str
    tags: tuple[str, ...]
    passed: bool
    outcome: str
    reason: str
    seconds: float
    judged: dict[str, Any]
    false_done: bool = False

    def as_json(self) -> dict[str, Any]:
        return self.model_dump(mode="json")


class SuiteReport(Value):
    """All results of a suite, in the order of their names."""

    results: tuple[ScenarioResult, ...]

    @property
    def n(self) -> int:
        return len(self.results)

    @property
    def passed(self) -> int:
        return sum(result.passed for result in self.results)

    @property
    def exit_code(self) -> ExitCode:
        return ExitCode.DONE if self.passed == self.n else ExitCode.INCOMPLETE

    def as_json(self) -> dict[str, Any]:
        """What `regress --json` prints."""
        return {
            "passed": self.passed,
            "n": self.n,
            "wilson95": [round(bound, 4) for bound in Tally(hits=self.passed, trials=self.n).wilson95],
            "false_done": [result.name for result in self.results if result.false_done],
            "scenarios": [result.as_json() for result in self.results],
        }


def find_scenarios(paths: Sequence[Path], tags: Sequence[str]) -> list[Path]:
    """The scenario files among `paths` (files or folders; none: the installed ones) that have one of `tags`.

    Raises: BadInput, UnknownName.
    """
    from sim.scenario import SCENARIOS, load_scenario

    files: list[Path] = []
    for path in paths or [SCENARIOS]:
        if not path.exists():
            raise BadInput("scenario", str(path), "a scenario file or a folder of them")
        files += sorted(path.glob("*.yaml")) if path.is_dir() else [path]
    loaded = [(path, load_scenario(path)) for path in files]
    if not loaded:
        raise BadInput("scenario", ", ".join(map(str, paths)), "a folder with at least one scenario file (*.yaml)")
    known = sorted({tag for _, scenario in loaded for tag in scenario.tags})
    for tag in tags:
        if tag not in known:
            raise UnknownName("tag", tag, known)
    return [path for path, scenario in loaded if not tags or set(tags) & set(scenario.tags)]


def run_suite(
    paths: Sequence[Path], cell: Cell, workers: int, on_result: Callable[[ScenarioResult], None] = lambda _: None
) -> SuiteReport:
    """Run every scenario file in `paths`, `workers` at a time. Raises: Unavailable (a worker was killed)."""
    jobs = [(path, cell) for path in paths]
    results: list[ScenarioResult] = []
    if workers == 1:
        for job in jobs:
            results.append(_run_file(job))
            on_result(results[-1])
    else:
        for result in shared_out(_run_file, jobs, workers):
            results.append(result)
            on_result(result)
    return SuiteReport(results=tuple(sorted(results, key=lambda result: result.name)))


def _run_file(job: tuple[Path, Cell]) -> ScenarioResult:
    from sim.scenario import load_scenario

    path, cell = job
    with TemporaryDirectory(prefix="smolcell-regress-") as state:
        return run_scenario(load_scenario(path), cell, Path(state))


def run_scenario(scenario: "Scenario", cell: Cell, state: Path) -> ScenarioResult:
    """One scenario from its instruction to the judge's word."""
    from agent.run import run
    from agent.workcell import build_twin
    from sim.judge import judge

    if scenario.expect is None:
        raise BadInput(f"{scenario.name}: expect", None, "given in a scenario of a regression suite")
    start = time.monotonic()
    answers = iter(scenario.answers)
    with build_twin(cell, scenario, state) as twin:
        report = run(twin.workcell, scenario.instruction, answer=lambda _: next(answers, None), approved=True)
        judged = judge(twin.world, scenario.expect)
    outcome = report.outcome
    return ScenarioResult(
        name=scenario.name,
        tags=scenario.tags,
        passed=outcome.outcome in scenario.expect.outcomes and not judged.faults,
        outcome=outcome.outcome,
        reason=outcome.reason,
        seconds=round(time.monotonic() - start, 2),
        judged=judged.model_dump(mode="json"),
        false_done=outcome.outcome == "done" and bool(judged.faults),
    )
