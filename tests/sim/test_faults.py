"""Faults: each begins and ends when its scenario says, and does to the twin what its name says."""

from dataclasses import dataclass, replace

import numpy as np
import pytest

from sim.demonstrator import pick_waypoints
from sim.driver import SimDriver
from sim.faults import AnyFault
from sim.grasps import taught_grasp
from sim.injection import FaultyDriver, FaultyPolicy
from sim.lying import lying
from sim.parts.spawn import PartSpec
from sim.scenario import Scenario, load_scenario
from sim.schedule import Schedule
from sim.world import World
from skills.chunk import ActionChunk, GripperCommand
from skills.errors import BadInput, Unavailable, UnknownName

GEAR = PartSpec("gear", "large", "red", "failed", (0.0, 0.0), 0.0)
NUT = PartSpec("nut", "M8", "blue", "ok", (0.07, 0.07), 0.0)


def faults(*written: dict[str, object]) -> tuple[AnyFault, ...]:
    return Scenario.model_validate({"name": "x", "parts": [], "faults": written}).faults


@dataclass
class Hands:
    now: int = 0

    def now_ns(self) -> int:
        return self.now


class Bench:
    """A world with two parts, its driver with faults, and the schedule that a call log would tell of calls."""

    def __init__(self, cell, *written):
        self.world = World(cell, 1)
        self.world.reset([GEAR, NUT])
        driver = SimDriver(self.world)
        self.schedule = Schedule(faults(*written), driver)
        self.driver = FaultyDriver(driver, self.world, driver.arm, self.schedule)

    def picture(self, camera="overhead"):
        return self.driver.observe().images[camera]


def test_fault_begins_with_its_call_and_ends_after_its_seconds():
    clock = Hands()
    schedule = Schedule(faults({"fault": "absent", "at_call": 2, "after_s": 1, "seconds": 2}), clock)
    from sim.faults import Absent

    seen = []
    for now, begins in [(0, True), (5, True), (5.9, False), (6, False), (7.9, False), (8.1, False)]:
        clock.now = int(now * 1e9)
        if begins:
            schedule.call_begins()
        seen.append(len(schedule.active(Absent)))
    assert seen == [0, 0, 0, 1, 1, 0]


def test_fault_of_no_call_is_there_from_the_start_and_stays():
    from sim.faults import FullDisk

    assert len(Schedule(faults({"fault": "full_disk", "at_call": 0}), Hands()).active(FullDisk)) == 1


def test_black_camera(cell):
    bench = Bench(cell, {"fault": "black", "at_call": 0})
    seen = bench.driver.observe()
    assert seen.images["overhead"].max() == 0
    assert seen.images["wrist"].max() > 0


def test_frozen_camera_repeats_its_last_picture_to_the_bit(cell):
    bench = Bench(cell, {"fault": "frozen", "at_call": 1})
    before = bench.picture()
    assert not np.array_equal(bench.picture(), before)
    last = bench.picture()
    bench.schedule.call_begins()
    assert np.array_equal(bench.picture(), last)
    assert np.array_equal(bench.picture(), last)


def test_swapped_cameras(cell):
    bench = Bench(cell, {"fault": "swapped", "at_call": 0})
    assert bench.picture("overhead").shape == (128, 128, 3)
    assert bench.picture("wrist").shape == (256, 256, 3)


def test_nudged_camera_sees_the_tray_elsewhere_and_comes_back(cell):
    nudge = {"fault": "nudged", "at_call": 1, "seconds": 0.05, "shift_mm": [20, 0, 0]}
    bench = Bench(cell, nudge)
    before = bench.picture()[..., 0].astype(float)
    bench.schedule.call_begins()
    nudged = bench.picture()[..., 0].astype(float)
    off = [np.abs(np.roll(nudged, pixels, 1) - before)[20:-20, 30:-30].mean() for pixels in range(-20, 21)]
    assert int(np.argmin(off)) - 20 == pytest.approx(20 / 340 * 256, abs=1.5), "what it sees lies further left"
    bench.picture()
    assert np.abs(bench.picture()[..., 0] - before).mean() < 5


def test_turned_camera(cell):
    bench = Bench(cell, {"fault": "turned", "at_call": 1, "quarters": 1, "mirrored": True})
    before = bench.picture().astype(float)
    bench.schedule.call_begins()
    assert np.abs(np.rot90(before[:, ::-1]) - bench.picture()).mean() < 5


def test_dimmed_light(cell):
    bench = Bench(cell, {"fault": "dimmed", "at_call": 1, "gain": 0.5})
    before = bench.picture().mean()
    bench.schedule.call_begins()
    assert bench.picture().mean() == pytest.approx(before / 2, abs=1.0)


def test_stuck_fingers_stay_and_time_passes(cell):
    bench = Bench(cell, {"fault": "stuck", "at_call": 0, "seconds": 0.5})
    before = bench.driver.now_ns()
    bench.driver.command(GripperCommand(0.0, 40.0))
    assert bench.driver.measure().gripper_width == pytest.approx(0.08, abs=0.002)
    assert bench.driver.now_ns() - before == pytest.approx(0.7e9, abs=4e6)
    bench.driver.command(GripperCommand(0.0, 40.0))
    assert bench.driver.measure().gripper_width < 0.01


def test_encoders_say_no_numbers_and_all_else_is_as_it_was(cell):
    bench = Bench(cell, {"fault": "encoders", "at_call": 0, "seconds": 0.2})
    for seen in (bench.driver.measure(), bench.driver.observe()):
        assert np.isnan(seen.joints).all()
        assert np.isfinite(seen.tcp).all()
    bench.driver.wait(0.2)
    assert np.isfinite(bench.driver.measure().joints).all()


def test_a_person_moves_a_part(cell):
    bench = Bench(cell, {"fault": "moved", "at_call": 1, "part": {"condition": "failed"}, "to": [-0.05, 0.06]})
    bench.driver.observe()
    assert bench.world.true_part(bench.world.bodies[0]).at == pytest.approx((0, 0), abs=0.005)
    bench.schedule.call_begins()
    bench.driver.observe()
    assert bench.world.true_part(bench.world.bodies[0]).at == pytest.approx((-0.05, 0.06), abs=0.005)


def test_a_person_takes_a_part_away(cell):
    bench = Bench(cell, {"fault": "moved", "at_call": 0, "part": {"kind": "gear"}})
    bench.driver.observe()
    assert [body.spec for body in bench.world.bodies] == [NUT]


def test_a_part_slips_out_of_the_gripper_and_can_be_picked_again(cell, tmp_path):
    from safety.audit import Audit
    from safety.gate import SafetyGate
    from safety.latch import Latch
    from skills.call import SkillCall
    from skills.scene import PartQuery

    bench = Bench(cell, {"fault": "slip", "at_call": 1})
    gate = SafetyGate(cell, bench.driver, bench.driver, Latch(tmp_path / "latch"), Audit(tmp_path / "audit"))
    rulings = []
    for number in (1, 2):
        gate.go_home(open_gripper=True)
        call = SkillCall(id=str(number), skill="pick", arguments={}, phrase="", part=PartQuery())
        gate.bind(call, "weights")
        bench.schedule.call_begins()
        seen = gate.observe()
        chunk = ActionChunk(
            values=pick_waypoints(cell, taught_grasp(cell, lying(bench.world, bench.world.bodies[0]))),
            space="tcp_waypoints",
            answers=seen.sequence,
            observed_ns=seen.time_ns,
            call_id=call.id,
            checkpoint="weights",
            done=True,
        )
        rulings.append(gate.execute(chunk))
    assert [ruling.decision for ruling in rulings] == ["stop", "allow"]
    assert [finding.rule for finding in rulings[0].findings] == ["grasp"]
    assert bench.world.where(bench.world.bodies[0]) == "air"


class Constant:
    """A policy that always says the same."""

    def act(self, observation, phrase, call_id):
        values = np.full((5, 7), 0.3)
        return ActionChunk(values, "tcp_waypoints", observation.sequence, observation.time_ns, call_id, "hash")


def said(cell, *written):
    bench = Bench(cell, *written)
    observation = bench.driver.observe()
    right = Constant().act(observation, "", "call")
    before = bench.driver.now_ns()
    chunk = FaultyPolicy(Constant(), bench.schedule, bench.driver.wait).act(observation, "", "call")
    return right, chunk, (bench.driver.now_ns() - before) * 1e-9


def test_late_policy_costs_the_cells_time(cell):
    assert said(cell, {"fault": "late", "at_call": 0, "by_s": 2})[2] == pytest.approx(2.0, abs=0.01)


def test_policy_that_mishears_is_asked_with_the_other_phrase(cell):
    bench, asked = Bench(cell, {"fault": "misheard", "at_call": 0, "phrase": "pick up the nut"}), []

    class Listening(Constant):
        def act(self, observation, phrase, call_id):
            asked.append(phrase)
            return super().act(observation, phrase, call_id)

    observation = bench.driver.observe()
    FaultyPolicy(Listening(), bench.schedule, bench.driver.wait).act(observation, "pick up the gear", "call")
    assert asked == ["pick up the nut"]


def test_absent_policy(cell):
    with pytest.raises(Unavailable, match=r"^the policy does not answer\. Start its server, then resume\.$"):
        said(cell, {"fault": "absent", "at_call": 0})


@pytest.mark.parametrize(
    ("form", "changed"),
    [
        ("other_call", {"call_id": "call-other"}),
        ("other_weights", {"checkpoint": "0" * 64}),
    ],
)
def test_chunk_with_a_wrong_name(cell, form, changed):
    right, chunk, _ = said(cell, {"fault": "garbage", "at_call": 0, "form": form})
    assert (chunk.call_id, chunk.checkpoint) == (
        replace(right, **changed).call_id,
        replace(right, **changed).checkpoint,
    )
    assert np.array_equal(chunk.values, right.values)


def test_spoilt_numbers(cell):
    def values(form):
        return said(cell, {"fault": "garbage", "at_call": 0, "form": form})[1].values

    assert np.isnan(values("nan")[1:, 2]).all()
    assert (values("far")[1:, 0] == 2.5).all()
    assert (values("floor")[1:, 2] == -0.1).all()
    assert values("empty").shape == (0, 7)


@pytest.mark.parametrize(("form", "column", "by"), [("beyond", 0, 0.5), ("aside", 1, 0.012), ("low", 2, -0.05)])
def test_the_whole_way_elsewhere(cell, form, column, by):
    right, chunk, _ = said(cell, {"fault": "garbage", "at_call": 0, "form": form})
    assert chunk.values - right.values == pytest.approx(np.tile(np.eye(7)[column] * by, (len(right.values), 1)))


def test_chunk_that_answers_an_older_picture(cell):
    right, chunk, _ = said(cell, {"fault": "garbage", "at_call": 0, "form": "old_picture"})
    assert chunk.answers == right.answers - 1


@pytest.mark.parametrize(
    ("written", "error", "message"),
    [
        ("{fault: slipp, at_call: 1}", BadInput, "slipp"),
        ("{fault: slip}", BadInput, "at_call: None is not allowed; it must be given"),
        ("{fault: slip, at_call: -1}", BadInput, "at_call: -1"),
        ("{fault: dimmed, at_call: 0, gain: 0}", BadInput, "gain: 0"),
        ("{fault: dimmed, at_call: 0, gain: .inf}", BadInput, "gain: inf"),
        ("{fault: black, at_call: 0, camera: side}", UnknownName, "'side' is not known"),
        ("{fault: slip, at_call: 1, call: 2}", UnknownName, "'call' is not known"),
    ],
)
def test_wrong_fault_is_refused_by_name(tmp_path, written, error, message):
    path = tmp_path / "x.yaml"
    path.write_text(f"name: x\nparts: []\nfaults: [{written}]\n")
    with pytest.raises(error) as caught:
        load_scenario(path)
    assert message in str(caught.value)
