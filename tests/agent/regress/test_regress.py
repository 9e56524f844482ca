"""The suite's machinery: which files, what is kept, what is compared, what is written for others."""

from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.exit_codes import ExitCode
from agent.regress.compare import compare, load_base
from agent.regress.kept import Kept, fingerprint
from agent.regress.more import REMOVALS, again, drawn, repeated
from agent.regress.one import Said, ScenarioResult, run_scenario
from agent.regress.reports import write_html, write_junit
from agent.regress.suite import SuiteReport, find_scenarios, run_suite
from policy.evaluation.statistics import mcnemar_exact
from sim.scenario import SCENARIOS, Scenario, ScenarioPart, load_scenario
from skills.cell import Cell
from skills.errors import BadInput, UnknownName


def result(name: str, passed: bool = True, tags: tuple[str, ...] = (), false_done: bool = False) -> ScenarioResult:
    return ScenarioResult(
        name=name,
        tags=tags,
        passed=passed,
        outcome="done" if passed or false_done else "incomplete",
        reason="1 < 2 moved",
        seconds=1.5,
        judged={"faults": [] if passed else ["0 × gear in the left bin, 1 expected"]},
        false_done=false_done,
        phrases=(Said(phrase="pick up the failed gear", judgement="success"),),
        before="QUJD",
        after="REVG",
    )


def suite(*results: ScenarioResult) -> SuiteReport:
    return SuiteReport(results=results)


def write(folder: Path, name: str, tags: str = "") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{name}.yaml"
    path.write_text(f"name: {name}\ntags: [{tags}]\nparts: []\nexpect: {{outcome: done}}\n")
    return path


def test_scenarios_are_found_in_folders_below_by_tag(tmp_path: Path) -> None:
    first, second = write(tmp_path, "a", "core"), write(tmp_path / "deep" / "er", "b", "removal")
    assert find_scenarios([tmp_path], []) == [load_scenario(first), load_scenario(second)]
    assert find_scenarios([tmp_path], ["removal"]) == [load_scenario(second)]
    with pytest.raises(UnknownName, match=r"^tag: 'removl' is not known; .* Nearest: 'removal'\.$"):
        find_scenarios([tmp_path], ["removl"])


def test_two_scenarios_of_one_name_are_refused(tmp_path: Path) -> None:
    paths = [write(tmp_path, "a"), write(tmp_path / "deep", "a")]
    with pytest.raises(BadInput, match=r"^name: 'a' is not allowed; it must be given to one scenario of a suite only"):
        find_scenarios(paths, [])


def test_core_is_the_everyday_suite() -> None:
    assert len(find_scenarios([], ["core"])) == 28


def test_scenario_that_expects_nothing_is_refused(cell: Cell, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"^x: expect: None is not allowed; it must be given in a scenario of a"):
        run_scenario(Scenario(name="x", parts=()), cell, tmp_path)


def test_what_is_kept_is_not_run_again(cell: Cell, tmp_path: Path) -> None:
    scenarios = [load_scenario(write(tmp_path / "suite", name)) for name in "ba"]
    kept = Kept(tmp_path / "results.jsonl")
    for scenario in scenarios:
        kept.keep(fingerprint(scenario, cell), result(scenario.name))
    told: list[str] = []
    report = run_suite(scenarios, cell, 1, lambda one: told.append(one.name), kept)
    assert report == suite(result("a"), result("b"))
    assert sorted(told) == ["a", "b"]


def test_line_that_a_killed_suite_left_half_written_is_dropped(tmp_path: Path) -> None:
    kept = Kept(tmp_path / "results.jsonl")
    assert kept.results() == {}
    kept.keep("1", result("a"))
    with (tmp_path / "results.jsonl").open("a") as file:
        file.write('{"key": "2", "resu')
    assert kept.results() == {"1": result("a")}
    kept.keep("2", result("b"))
    assert kept.results() == {"1": result("a"), "2": result("b")}


def test_file_of_something_else_is_not_taken_for_results(tmp_path: Path) -> None:
    (tmp_path / "x").write_text("hello\n")
    with pytest.raises(BadInput, match=r"a file of results that `regress` wrote, or a new one\.$"):
        Kept(tmp_path / "x").results()


def test_changed_scenario_cell_or_draw_has_another_fingerprint(cell: Cell, tmp_path: Path) -> None:
    scenario = load_scenario(write(tmp_path, "a"))
    jobs = [scenario, again(scenario, 1), again(scenario, 2), *drawn("removal", 2, 0), *drawn("removal", 2, 1)]
    assert fingerprint(scenario, cell) == fingerprint(load_scenario(tmp_path / "a.yaml"), cell)
    assert fingerprint(scenario, cell.model_copy(update={"name": "other"})) != fingerprint(scenario, cell)
    assert len({fingerprint(job, cell) for job in jobs}) == len(jobs)


def test_repeated_runs_have_names_and_seeds_of_their_own_and_the_first_is_the_file(tmp_path: Path) -> None:
    scenario = load_scenario(write(tmp_path, "a"))
    runs = repeated([scenario, scenario.model_copy(update={"name": "b"})], 3)
    assert [one.name for one in runs] == ["a", "a#1", "a#2", "b", "b#1", "b#2"]
    assert runs[0] == scenario
    assert len({one.seed for one in runs}) == 3
    assert again(scenario.model_copy(update={"seed": 2**32 - 1}), 1).seed == 10006


def test_parts_lie_elsewhere_only_where_nothing_counts_on_their_places() -> None:
    part = ScenarioPart(kind="nut", size="M8", colour="red")
    free = Scenario(name="x", parts=(part, part))
    assert places(again(free, 1)) != places(free)
    for hold in (
        {"clutter": "touching"},
        {"tags": ("region",)},
        {"parts": (part, part.model_copy(update={"at": (0, 0)}))},
    ):
        held = free.model_copy(update=hold)
        assert places(again(held, 1)) == pytest.approx(places(held)), hold
        assert again(held, 1).seed != held.seed


def places(scenario: Scenario) -> list[float]:
    return [value for spec in scenario.layout() for value in (*spec.at, spec.yaw)]


def test_drawn_removals_are_what_they_expect_and_the_same_for_the_same_seed(cell: Cell) -> None:
    from agent.workcell import build_planner

    jobs = drawn("removal", 2, 7)
    scenarios = [job.scenario(cell) for job in jobs]
    assert scenarios == [job.scenario(cell) for job in drawn("removal", 2, 7)]
    assert [one.name for one in scenarios] == ["removal-7-00000", "removal-7-00001"]
    for scenario in scenarios:
        assert isinstance(scenario.parts, tuple)
        assert scenario.expect is not None
        assert 4 <= len(scenario.parts) <= 9
        assert sum(part.condition == "failed" for part in scenario.parts) == scenario.expect.moved[0].count
    planner = build_planner(cell)
    for instruction in REMOVALS:
        plan = planner.understand(instruction, None).plan
        assert plan is not None
        assert [step.describe() for step in plan.steps] == ["all × failed part → rejection bin"], instruction


@pytest.mark.parametrize(("kind", "n", "seed"), [("removals", 1, 0), ("removal", 0, 0), ("removal", 1, -1)])
def test_what_cannot_be_drawn_is_refused(kind: str, n: int, seed: int) -> None:
    with pytest.raises((BadInput, UnknownName), match=r"^--(draw|n|seed): "):
        drawn(kind, n, seed)


def test_a_cell_without_a_rejection_bin_draws_no_removals(cell: Cell) -> None:
    bins = {name: place for name, place in cell.places.items() if name != "rejection bin"}
    other = cell.model_copy(update={"places": bins})
    with pytest.raises(BadInput, match=r"^--draw: 'removal' is not allowed; it must be drawn for a cell with a"):
        drawn("removal", 1, 0)[0].scenario(other)


def test_report_says_how_often_done_and_the_account_were_right() -> None:
    exact = result("a").model_copy(update={"account_exact": True})
    wrong = result("b", False, false_done=True).model_copy(
        update={"account_exact": False, "account_faults": ("1 moved by the account, 0 in truth",)}
    )
    report = suite(exact, wrong, result("c", False))
    assert (report.done.hits, report.done.trials) == (1, 2)
    assert (report.accounts.hits, report.accounts.trials) == (1, 2)
    assert report.as_json()["account_exact"] == {"hits": 1, "trials": 2, "wilson95": [0.0945, 0.9055]}
    assert wrong.why.endswith("; 1 moved by the account, 0 in truth")


def test_report_counts_by_tag() -> None:
    report = suite(result("a", tags=("core", "order")), result("b", passed=False, tags=("order",)))
    assert {tag: (tally.hits, tally.trials) for tag, tally in report.by_tag().items()} == {
        "core": (1, 1),
        "order": (1, 2),
    }
    assert report.exit_code == ExitCode.INCOMPLETE
    assert "before" not in report.as_json()["scenarios"][0]


@pytest.mark.parametrize(
    ("better", "worse", "p"), [(0, 0, 1.0), (0, 1, 1.0), (0, 5, 0.0625), (0, 6, 0.03125), (2, 8, 0.109375)]
)
def test_mcnemar_is_the_binomial_test(better: int, worse: int, p: float) -> None:
    assert mcnemar_exact(better, worse) == pytest.approx(p)


@given(st.integers(0, 40), st.integers(0, 40))
def test_mcnemar_is_symmetric_and_a_probability(one: int, other: int) -> None:
    assert mcnemar_exact(one, other) == mcnemar_exact(other, one)
    assert 0 < mcnemar_exact(one, other) <= 1


def test_comparison_names_every_change() -> None:
    base = (result("a"), result("b", False), result("c"), result("old"), result("core", tags=("core",)))
    now = suite(result("a", False), result("b"), result("c"), result("core", False, ("core",)), result("new"))
    found = compare(base, now)
    assert found.as_json() == {
        "better": ["b"],
        "worse": ["a", "core"],
        "p": 1.0,
        "core_lost": ["core"],
        "new_false_done": [],
        "new": ["new"],
        "missing": ["old"],
        "is_worse": False,
    }
    assert found.lines() == [
        "against the base: 1 better, 2 worse (McNemar exact, p = 1.000)",
        "better: b",
        "worse: a, core",
        "core scenarios that passed before: core",
        "not in the base: new",
        "in the base only: old",
    ]


def test_six_lost_and_none_won_is_no_chance() -> None:
    names = "abcdef"
    base = tuple(map(result, names))
    assert not compare(base, suite(*(result(name, name == "a") for name in names))).is_worse
    assert compare(base, suite(*(result(name, False) for name in names))).is_worse
    failed = tuple(result(name, False) for name in names)
    assert not compare(failed, suite(*map(result, names))).is_worse


def test_one_new_false_done_is_worse_an_old_one_is_not() -> None:
    wrong = result("a", False, false_done=True)
    assert compare((result("a", False),), suite(wrong)).new_false_done == ("a",)
    assert compare((result("a", False),), suite(wrong)).is_worse
    assert not compare((wrong,), suite(wrong)).is_worse


def test_base_is_what_json_printed(tmp_path: Path) -> None:
    import json

    path = tmp_path / "base.json"
    path.write_text(json.dumps(suite(result("a"), result("b", False)).as_json()))
    assert [(one.name, one.passed) for one in load_base(path)] == [("a", True), ("b", False)]
    path.write_text("[]")
    with pytest.raises(BadInput, match=r"it must be what an earlier `regress --json` printed\.$"):
        load_base(path)
    with pytest.raises(BadInput, match=r"a readable file"):
        load_base(tmp_path / "none.json")


def test_junit_has_a_case_for_each_scenario(tmp_path: Path) -> None:
    write_junit(suite(result("a", tags=("core",)), result("b", False)), tmp_path / "junit.xml")
    root = ElementTree.parse(tmp_path / "junit.xml").getroot()
    assert root.attrib == {"name": "smolcell regress", "tests": "2", "failures": "1", "time": "3.00"}
    good, bad = root.findall("testcase")
    assert [one.get("value") for one in good.iter("property")] == ["core"]
    assert good.find("failure") is None
    failure = bad.find("failure")
    assert failure is not None
    assert failure.get("message") == "incomplete: 1 < 2 moved; 0 × gear in the left bin, 1 expected"
    assert failure.text == "success: pick up the failed gear"


def test_page_holds_everything_and_escapes_it(tmp_path: Path) -> None:
    wrong = result("b", False, ("core",), false_done=True)
    account = {"account_exact": False, "account_faults": ("1 moved by the account, 0 in truth",)}
    write_html(suite(result("a"), wrong.model_copy(update=account)), tmp_path / "page.html")
    page = (tmp_path / "page.html").read_text()
    assert page.index("> b <") < page.index("> a <"), "what failed comes first"
    for words in (
        "1/2 (",
        "Said done and were not: b. Exact accounts: 0/1 (",
        "wrong account: 1 moved",
        "1 &lt; 2 moved",
        "pick up the failed gear · success",
    ):
        assert words in page
    assert page.count("data:image/jpeg;base64,QUJD") == 2
    assert "src='http" not in page


@pytest.mark.heavy
@pytest.mark.parametrize("name", ["slip-while-lifting", "kill-with-a-part-in-the-gripper", "disk-full-before-a-place"])
def test_faulty_scenario_in_the_twin(name: str, cell: Cell, tmp_path: Path) -> None:
    done = run_scenario(load_scenario(SCENARIOS / "faults" / f"{name}.yaml"), cell, tmp_path)
    assert done.passed, done.why
    assert done.before != done.after


def test_disk_that_is_full_from_the_start_ends_the_scenario_and_not_the_suite(cell: Cell, tmp_path: Path) -> None:
    done = run_scenario(load_scenario(SCENARIOS / "faults" / "disk-full-from-the-start.yaml"), cell, tmp_path)
    assert done.passed, done.why
    assert done.outcome == "error"


@pytest.mark.heavy
def test_kill_that_comes_too_late_is_told(cell: Cell, tmp_path: Path) -> None:
    scenario = load_scenario(SCENARIOS / "faults" / "kill-on-the-way-to-the-bin.yaml")
    late = scenario.faults[0].model_copy(update={"at_call": 9})
    with pytest.raises(BadInput, match=r"it must be at a call that the run makes; it ended 0 before"):
        run_scenario(scenario.model_copy(update={"faults": (late,)}), cell, tmp_path)
