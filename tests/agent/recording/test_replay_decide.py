"""Today's code over a recording: the same code decides the same, and a change is named at its node."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from agent import graph, recovery
from agent.evaluation.verdict_calibration import Said, fitted
from agent.executor import Checkpoint
from agent.graph import NODES
from agent.journal.journal import Journal
from agent.recorded import Frame, RecordedDriver
from agent.recording.compare import Difference
from agent.recording.decide import Today, decide
from agent.recording.read import read
from agent.recording.today import today_of
from agent.run import resume, run
from agent.state import RunState, Update
from agent.verifying import verifier
from agent.workcell import assemble
from safety.state import build_gate
from skills.call import Outcome
from skills.cell import Cell
from skills.chunk import ActionChunk
from skills.observation import Observation
from skills.plan import Step
from skills.scene import Scene
from tests.agent.kinematic_tray import (
    CATALOGUE,
    CELL,
    Bench,
    Killed,
    ScriptedPlanner,
    TextPerceiver,
    TextPolicy,
    Tray,
    contract_of,
    part,
    picture,
    planned,
    step,
)

GEAR = part("gear", "large", "red", "failed", (-0.05, 0.05))
NUT = part("nut", "M8", "brass", "failed", (0.05, -0.05))
GOOD = part("bolt", "M10", "silver", "ok", (0.09, 0.09))
FAILED = step(condition="failed")

Record = Callable[..., Path]


def today(*steps: Step, cell: Cell = CELL) -> Today:
    return Today(
        cell=cell,
        catalogue=CATALOGUE,
        planner=ScriptedPlanner({"go": planned(*steps)}),
        perceiver=TextPerceiver(),
        checkpoints={name: Checkpoint(TextPolicy(contract_of(name)), contract_of(name)) for name in ("pick", "place")},
    )


@pytest.fixture
def record(tmp_path: Path) -> Iterator[Record]:
    """Does a run over the little world and returns its recording."""
    benches: list[Bench] = []

    def recorded(world: Tray, *steps: Step, answer: str | None = None) -> Path:
        benches.append(Bench(tmp_path, world, *steps))
        run(benches[-1].workcell, "go", answer=lambda _: answer)
        return tmp_path / "recordings" / "run-00001"

    yield recorded
    for bench in benches:
        bench.journal.close()


@pytest.fixture(scope="module")
def plain(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run in which nothing goes wrong."""
    folder = tmp_path_factory.mktemp("plain")
    bench = Bench(folder, Tray(GEAR, GOOD), FAILED)
    assert run(bench.workcell, "go").outcome.outcome == "done"
    bench.journal.close()
    return folder / "recordings" / "run-00001"


def differences(path: Path, now: Today) -> tuple[Difference, ...]:
    decisions = decide(read(path), now)
    assert decisions.n > 10
    return decisions.differences


def named(found: tuple[Difference, ...]) -> set[str]:
    return {one.node for one in found}


def test_the_same_code_decides_the_same(plain: Path) -> None:
    assert differences(plain, today(FAILED)) == ()


def test_today_s_verdicts_are_as_sure_as_is_fitted_today(plain: Path) -> None:
    fit = fitted([Said("part_in_gripper success", 1.0, 0.9, True)] * 48, "hash", 1)
    found = differences(plain, replace(today(FAILED), sureness=fit))
    assert {one.node for one in found} == {"verify"}
    assert {one.what for one in found} == {"judged.verdict.confidence"}
    assert today_of(CELL).sureness is not None


@pytest.mark.parametrize("faults", [{1: "miss", 4: "fling"}, {1: "slip", 3: "knock"}])
def test_the_same_code_decides_the_same_where_things_go_wrong(record: Record, faults: dict[int, str]) -> None:
    assert differences(record(Tray(GEAR, NUT, GOOD, faults=faults), FAILED), today(FAILED)) == ()


def test_a_run_that_was_cut_off_and_resumed_is_decided_whole(tmp_path: Path) -> None:
    bench = Bench(tmp_path, Tray(GEAR, NUT, faults={1: "cut off"}), FAILED)
    with pytest.raises(Killed):
        run(bench.workcell, "go")
    fresh = bench.restart(tmp_path)
    assert resume(fresh.workcell).outcome.outcome == "done"
    fresh.journal.close()
    assert differences(tmp_path / "recordings" / "run-00001", today(FAILED)) == ()


def test_the_second_run_of_a_shift_remembers_what_the_first_left(tmp_path: Path) -> None:
    bolts = [part("bolt", "M8", "silver", "ok", (0.05 * n, 0.05)) for n in range(2)]
    insert = step("left fixture", 1, kind="bolt", size="M8")
    bench = Bench(tmp_path, Tray(*bolts), insert)
    for _ in range(2):
        run(bench.workcell, "go", answer=lambda _: "no")
    bench.journal.close()
    assert differences(tmp_path / "recordings" / "run-00002", today(insert)) == ()


def test_a_faint_part_is_remembered_from_the_look_before_the_run(tmp_path: Path) -> None:
    faint = NUT.model_copy(update={"confidence": 0.3, "condition": "ok"})
    world = Tray(GEAR, faint)
    bench = Bench(tmp_path, world, FAILED)
    bench.workcell.looker.glance()
    world.parts.remove(faint)
    bench.perceiver.unclear = (faint.at,)
    run(bench.workcell, "go")
    bench.journal.close()
    blurred = TextPerceiver()
    blurred.unclear = (faint.at,)
    path = tmp_path / "recordings" / "run-00001"
    look = next(visit for visit in read(path).visits if visit.node == "look")
    assert "nut" in str(look.after["look"]["scene"])
    assert differences(path, replace(today(FAILED), perceiver=blurred)) == ()


def test_an_answer_is_given_again_where_it_was_asked_for(record: Record) -> None:
    nuts = [part("nut", "M8", "blue", "ok", (-0.12 + 0.05 * (n % 5), -0.12 + 0.05 * (n // 5))) for n in range(21)]
    few = step("left bin", "all", kind="nut")
    path = record(Tray(*nuts), few, answer="no")
    assert decide(read(path), today(few)).differences == ()

    def approve(state: RunState) -> Update:
        return {"outcome": Outcome(outcome="done", reason="nobody need be asked")}

    bolder = [approve if node.__name__ == "approve" else node for node in NODES]
    (found,) = decide(read(path), replace(today(few), nodes=bolder)).differences
    assert (found.node, found.what, found.today) == ("approve", "asks", None)
    assert "21 parts" in found.recorded["question"]


class Shifted:
    """A perceiver or policy that is off by so much [m]."""

    def __init__(self, base: TextPerceiver | TextPolicy, by: float) -> None:
        self._base, self._by = base, by

    def perceive(self, observation: Observation) -> Scene:
        scene = self._base.perceive(observation)
        moved = [one.model_copy(update={"at": (one.at[0] + self._by, one.at[1])}) for one in scene.parts]
        return scene.model_copy(update={"parts": tuple(moved)})

    def act(self, observation: Observation, phrase: str, call_id: str) -> ActionChunk:
        chunk = self._base.act(observation, phrase, call_id)
        values = chunk.values.copy()
        values[:, 0] += self._by
        return replace(chunk, values=values)


@pytest.mark.parametrize(("by", "where"), [(0.0002, set()), (0.002, {"policy"})])
def test_another_policy_is_named_beyond_the_tolerance(plain: Path, by: float, where: set[str]) -> None:
    now = today(FAILED)
    others = {name: replace(one, policy=Shifted(one.policy, by)) for name, one in now.checkpoints.items()}
    found = differences(plain, replace(now, checkpoints=others))
    assert named(found) == where
    assert {one.call for one in found} == ({"run-00001/1", "run-00001/2"} if where else set())


def test_another_perceiver_is_named_and_what_follows_is_judged_from_what_was_seen(plain: Path) -> None:
    now = today(FAILED)
    found = differences(plain, replace(now, perceiver=Shifted(TextPerceiver(), 0.005)))
    assert named(found) == {"perceiver"}
    assert found[0].what == "parts[0].at[0]"
    assert found[0].today == pytest.approx(found[0].recorded + 0.005)


def test_another_plan_is_named(plain: Path) -> None:
    (found,) = differences(plain, today(step("left bin", condition="failed")))
    assert (found.node, found.what) == ("planner", "plan.steps[0].destination")
    assert (found.recorded, found.today) == ("rejection bin", "left bin")


def test_a_threshold_is_named(plain: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(verifier, "SURE", 0.99)
    found = differences(plain, today(FAILED))
    assert named(found) == {"verify"}
    assert found[0].today == "today's code asks for gate.observe once more than the recording does"


def test_a_row_of_the_recovery_table_is_named(record: Record, monkeypatch: pytest.MonkeyPatch) -> None:
    path = record(Tray(GEAR, GOOD, faults={1: "miss"}), FAILED)
    row = recovery.Row(("free",), ("missed",), (), "hand_over")
    monkeypatch.setitem(recovery.ROW_OF, ("free", "missed"), row)
    found = differences(path, today(FAILED))
    assert {(one.node, one.call, one.what) for one in found} == {("recover", "run-00001/1", "outcome")}
    assert found[0].recorded is None


def test_a_card_is_named(plain: Path) -> None:
    now = today(FAILED)
    pick = CATALOGUE["pick"].model_copy(update={"done_check": "part_inserted"})
    cards = type(CATALOGUE)({card.name: pick if card.name == "pick" else card for card in CATALOGUE})
    found = differences(plain, replace(now, catalogue=cards))
    assert {(one.node, one.call) for one in found} == {("verify", "run-00001/1")}


def test_another_way_through_the_graph_is_named(plain: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(graph, "after_act", lambda _: "report")
    found = differences(plain, today(FAILED))
    assert {(one.node, one.what, one.recorded, one.today) for one in found} == {
        ("route", "after act", "verify", "report")
    }


def test_a_node_that_is_gone_is_named(plain: Path) -> None:
    now = replace(today(FAILED), nodes=[node for node in NODES if node.__name__ != "inquire"])
    (found,) = differences(plain, now)
    assert (found.node, found.today) == ("inquire", "there is no such node")


@pytest.fixture(scope="module")
def gated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A run through the real gate, over pictures."""
    folder = tmp_path_factory.mktemp("gated")
    frames = [Frame(_written(GEAR, GOOD), closes_at=0.03), Frame(_written(GOOD))]
    driver, now = RecordedDriver(CELL, frames), today(FAILED)
    workcell = assemble(
        cell=CELL,
        catalogue=CATALOGUE,
        gate=build_gate(CELL, driver, driver, folder),
        clock=driver,
        perceiver=TextPerceiver(),
        planner=now.planner,
        checkpoints=now.checkpoints,
        journal=Journal(folder),
    )
    report = run(workcell, "go")
    workcell.journal.close()
    assert report.outcome.outcome == "done"
    return folder / "recordings" / "run-00001"


def _written(*parts: object) -> dict[str, object]:
    return {"overhead": picture([one.model_dump(mode="json") for one in parts])}


@pytest.mark.parametrize("reach", [CELL.limits.workspace_high[2], 0.15])
def test_every_motion_is_ruled_again_by_todays_gate(gated: Path, reach: float) -> None:
    high = (*CELL.limits.workspace_high[:2], reach)
    cell = CELL.model_copy(update={"limits": CELL.limits.model_copy(update={"workspace_high": high})})
    now = replace(today(FAILED, cell=cell), gate=lambda cell, robot, folder: build_gate(cell, robot, robot, folder))
    found = differences(gated, now)
    if reach == CELL.limits.workspace_high[2]:
        assert found == ()
    else:
        assert named(found) == {"gate"}
        assert "[workspace]" in found[0].today
        assert found[0].recorded.startswith(("allow", "clamp"))
