"""The regression suite: scenarios through the whole cell, each in a world and a state folder of its own."""

from collections.abc import Callable, Sequence
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from agent.exit_codes import ExitCode
from agent.regress.kept import Kept, fingerprint
from agent.regress.more import Drawn
from agent.regress.one import ScenarioResult, run_scenario
from policy.evaluation.statistics import Tally
from sim.workers import worked_off
from skills.base import Value
from skills.cell import Cell
from skills.errors import BadInput, UnknownName

if TYPE_CHECKING:
    from sim.scenario import Scenario

SUFFIX: Final = "*.yaml"
Job: TypeAlias = "Scenario | Drawn"


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
    def false_done(self) -> tuple[str, ...]:
        return tuple(result.name for result in self.results if result.false_done)

    @property
    def tally(self) -> Tally:
        return Tally(hits=self.passed, trials=self.n)

    @property
    def done(self) -> Tally:
        """Of those that said done, how many are by ground truth."""
        said = [result for result in self.results if result.outcome == "done"]
        return Tally(hits=sum(not result.false_done for result in said), trials=len(said))

    @property
    def accounts(self) -> Tally:
        """Of those that gave an account, how many gave an exact one."""
        exact = [result.account_exact for result in self.results if result.account_exact is not None]
        return Tally(hits=sum(exact), trials=len(exact))

    @property
    def wrong_moved(self) -> tuple[str, ...]:
        """Where a part left the tray that was to stay, or lies in no place."""
        return tuple(result.name for result in self.results if result.judged.get("wrong_moved"))

    @property
    def exit_code(self) -> ExitCode:
        return ExitCode.DONE if self.passed == self.n else ExitCode.INCOMPLETE

    def by_tag(self) -> dict[str, Tally]:
        """How many scenarios of each tag passed; a scenario counts under each of its tags."""
        tags = sorted({tag for result in self.results for tag in result.tags})
        groups = {tag: [result.passed for result in self.results if tag in result.tags] for tag in tags}
        return {tag: Tally(hits=sum(passed), trials=len(passed)) for tag, passed in groups.items()}

    def as_json(self) -> dict[str, Any]:
        """What `regress --json` prints."""
        return {
            "passed": self.passed,
            "n": self.n,
            "wilson95": [round(bound, 4) for bound in self.tally.wilson95],
            "done": self.done.as_json(),
            "false_done": list(self.false_done),
            "account_exact": self.accounts.as_json(),
            "wrong_moved": list(self.wrong_moved),
            "scenarios": [result.as_json() for result in self.results],
        }


def find_scenarios(paths: Sequence[Path], tags: Sequence[str]) -> "list[Scenario]":
    """The scenarios of the files among `paths` (files, or folders with all that is below; none: the installed ones)
    that have one of `tags`.

    Raises: BadInput, UnknownName.
    """
    from sim.scenario import SCENARIOS, load_scenario

    files: list[Path] = []
    for path in paths or [SCENARIOS]:
        if not path.exists():
            raise BadInput("scenario", str(path), "a scenario file or a folder of them")
        files += sorted(path.rglob(SUFFIX)) if path.is_dir() else [path]
    loaded = [load_scenario(path) for path in files]
    if not loaded:
        raise BadInput("scenario", ", ".join(map(str, paths)), "a folder with at least one scenario file (*.yaml)")
    _refuse_twins([scenario.name for scenario in loaded])
    known = sorted({tag for scenario in loaded for tag in scenario.tags})
    for tag in tags:
        if tag not in known:
            raise UnknownName("tag", tag, known)
    return [scenario for scenario in loaded if not tags or set(tags) & set(scenario.tags)]


def run_suite(
    jobs: Sequence[Job],
    cell: Cell,
    workers: int,
    on_result: Callable[[ScenarioResult], None] = lambda _: None,
    kept: Kept | None = None,
) -> SuiteReport:
    """Run every one of `jobs`, `workers` at a time, but for those whose result is `kept` already.

    Raises: Unavailable (a worker was killed), BadInput (a scenario without `expect`).
    """
    keys = [fingerprint(job, cell) for job in jobs]
    known = kept.results() if kept else {}
    results = [known[key] for key in keys if key in known]
    open_ = [(key, job, cell) for key, job in zip(keys, jobs, strict=True) if key not in known]
    for result in results:
        on_result(result)
    for key, result in worked_off(_run_job, open_, workers):
        if kept:
            kept.keep(key, result)
        results.append(result)
        on_result(result)
    return SuiteReport(results=tuple(sorted(results, key=lambda result: result.name)))


def _run_job(job: tuple[str, Job, Cell]) -> tuple[str, ScenarioResult]:
    key, given, cell = job
    scenario = given.scenario(cell) if isinstance(given, Drawn) else given
    with TemporaryDirectory(prefix="smolcell-regress-") as state:
        return key, run_scenario(scenario, cell, Path(state))


def _refuse_twins(names: Sequence[str]) -> None:
    """Results are told apart by the scenario's name."""
    for index, name in enumerate(names):
        if name in names[:index]:
            raise BadInput("name", name, "given to one scenario of a suite only")
