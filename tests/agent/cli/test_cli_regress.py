"""`smolcell regress` over results that are kept already, so that nothing has to move."""

import json
from pathlib import Path

import pytest

from agent.exit_codes import ExitCode
from agent.regress.kept import Kept, fingerprint
from agent.regress.more import again, drawn
from agent.regress.one import ScenarioResult
from sim.scenario import load_scenario
from skills.cell import Cell

NAMES = tuple("abcdefg")


def kept(folder: Path, cell: Cell, failed: str = "", false_done: str = "") -> Path:
    """Results for a suite of one-letter scenarios."""
    results = folder / f"results-{failed}-{false_done}.jsonl"
    for name in NAMES:
        path = folder / "suite" / f"{name}.yaml"
        path.parent.mkdir(exist_ok=True)
        path.write_text(f"name: {name}\ntags: [core]\nparts: []\nexpect: {{outcome: done}}\n")
        passed = name not in failed
        result = ScenarioResult(
            name=name,
            tags=("core",),
            passed=passed,
            outcome="done" if passed or name in false_done else "incomplete",
            reason="so it is",
            seconds=1.0,
            judged={"faults": [] if passed else ["something is missing"]},
            false_done=name in false_done,
        )
        Kept(results).keep(fingerprint(load_scenario(path), cell), result)
    return results


@pytest.fixture
def base(tmp_path: Path, cell: Cell, smolcell) -> Path:
    said = smolcell("regress", str(tmp_path / "suite"), "--results", str(kept(tmp_path, cell)), "--json")
    assert said.code == ExitCode.DONE
    path = tmp_path / "base.json"
    path.write_text(said.out)
    return path


def test_all_passed(tmp_path: Path, cell: Cell, smolcell) -> None:
    said = smolcell("regress", str(tmp_path / "suite"), "--results", str(kept(tmp_path, cell)))
    assert said.code == ExitCode.DONE
    assert said.out.splitlines()[-1] == "7 of 7 passed (95 % interval 0.646–1.000)"
    assert said.err.splitlines()[0] == "7 scenarios, 1 at a time"


def test_one_that_failed_says_why(tmp_path: Path, cell: Cell, smolcell) -> None:
    said = smolcell("regress", str(tmp_path / "suite"), "--results", str(kept(tmp_path, cell, "c", "c")))
    assert said.code == ExitCode.INCOMPLETE
    assert "FAILED  c  done, 1.0 s · so it is · something is missing" in said.out.splitlines()
    assert said.out.splitlines()[-1] == "said done and were not: c"


def test_a_few_that_got_worse_are_named_and_no_reason_to_fail(tmp_path: Path, cell: Cell, smolcell, base) -> None:
    worse = kept(tmp_path, cell, "bc")
    said = smolcell("regress", str(tmp_path / "suite"), "--results", str(worse), "--compare", str(base))
    assert said.code == ExitCode.DONE
    assert said.out.splitlines()[-3:] == [
        "against the base: 0 better, 2 worse (McNemar exact, p = 0.500)",
        "worse: b, c",
        "core scenarios that passed before: b, c",
    ]


@pytest.mark.parametrize(("failed", "false_done"), [("abcdef", ""), ("a", "a")])
def test_significantly_worse_or_a_new_false_done_fails(
    tmp_path: Path, cell: Cell, smolcell, base, failed: str, false_done: str
) -> None:
    worse = kept(tmp_path, cell, failed, false_done)
    said = smolcell("regress", str(tmp_path / "suite"), "--results", str(worse), "--compare", str(base), "--json")
    assert said.code == ExitCode.INCOMPLETE
    comparison = json.loads(said.out)["comparison"]
    assert comparison["is_worse"] is True
    assert comparison["worse"] == list(failed)
    assert comparison["new_false_done"] == list(false_done)


def test_reports_are_written(tmp_path: Path, cell: Cell, smolcell) -> None:
    files = {"--junit": tmp_path / "out" / "junit.xml", "--html": tmp_path / "out" / "page.html"}
    written = [word for option, path in files.items() for word in (option, str(path))]
    smolcell("regress", str(tmp_path / "suite"), "--results", str(kept(tmp_path, cell)), *written)
    assert all(path.stat().st_size > 500 for path in files.values())


def test_base_of_something_else_is_refused_before_anything_runs(tmp_path: Path, cell: Cell, smolcell) -> None:
    results = kept(tmp_path, cell)
    said = smolcell("regress", str(tmp_path / "suite"), "--results", str(results), "--compare", str(results))
    assert said.code == ExitCode.BAD_INPUT
    wanted = f"--compare: {str(results)!r} is not allowed; it must be what an earlier `regress --json` printed."
    assert said.err.splitlines()[-1] == f"BadInput: {wanted}"


def test_repeated_suite_goes_on_where_it_was(tmp_path: Path, cell: Cell, smolcell) -> None:
    results = kept(tmp_path, cell)
    for name in NAMES:
        other = again(load_scenario(tmp_path / "suite" / f"{name}.yaml"), 1)
        result = ScenarioResult(
            name=other.name, tags=(), passed=True, outcome="done", reason="", seconds=1.0, judged={}, account_exact=True
        )
        Kept(results).keep(fingerprint(other, cell), result)
    said = smolcell("regress", str(tmp_path / "suite"), "--repeat", "2", "--results", str(results), "--json")
    report = json.loads(said.out)
    assert [one["name"] for one in report["scenarios"]] == [name + run for name in NAMES for run in ("", "#1")]
    assert report["account_exact"]["trials"] == 7
    assert (report["done"]["hits"], report["done"]["trials"]) == (14, 14)


def test_drawn_jobs_go_on_where_they_were(tmp_path: Path, cell: Cell, smolcell) -> None:
    results = tmp_path / "drawn.jsonl"
    for job in drawn("removal", 2, 5):
        result = ScenarioResult(
            name=f"removal-5-{job.number:05d}",
            tags=("removal",),
            passed=True,
            outcome="done",
            reason="",
            seconds=1.0,
            judged={},
            account_exact=job.number == 0,
            account_faults=() if job.number == 0 else ("1 left by the account, 0 in truth",),
        )
        Kept(results).keep(fingerprint(job, cell), result)
    said = smolcell("regress", "--draw", "removal", "--n", "2", "--seed", "5", "--results", str(results))
    assert said.code == ExitCode.DONE
    assert said.out.splitlines() == [
        "passed  removal-5-00000  done, 1.0 s",
        "passed  removal-5-00001  done, 1.0 s · wrong account: 1 left by the account, 0 in truth",
        "2 of 2 passed (95 % interval 0.342–1.000)",
        "said done and were: 2/2 (34.2–100.0%); exact accounts: 1/2 (9.5–90.5%)",
    ]


@pytest.mark.parametrize(
    ("options", "message"),
    [
        (("--draw", "removals"), "--draw: 'removals' is not known; allowed is one of 'removal'. Nearest: 'removal'."),
        (("--n", "5"), "--n: 5 is not allowed; it must be given together with --draw; a suite's scenarios bring"),
        (("--draw", "removal", "--tags", "core"), "--tags: 'core' is not allowed; it must be left out beside --draw;"),
        (("--draw", "removal", "--repeat", "2"), "--repeat: 2 is not allowed; it must be left out beside --draw;"),
        (("--repeat", "0"), "--repeat: 0 is not allowed; it must be a whole number from 1 to 100000"),
    ],
)
def test_what_does_not_go_together_is_refused(smolcell, options: tuple[str, ...], message: str) -> None:
    said = smolcell("regress", *options)
    assert said.code == ExitCode.BAD_INPUT
    assert message in said.err
