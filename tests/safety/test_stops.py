"""A stop that somebody asks for is never lost: not in the last moment, not by a reset, not by a full disk."""

import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from safety.audit import Audit, verify_audit
from safety.cases import Timed
from safety.latch import Latch
from safety.rules import timing
from safety.stops import Stops, open_latch
from skills.call import Finding
from skills.cell import Cell
from skills.errors import BadInput, StoppedBySafety

UP = [[0.5, 0.0, 0.3, np.pi, 0.0, 0.0, 0.08]]


def entries(audit: Path) -> list[dict[str, Any]]:
    assert verify_audit(audit) is None
    return [json.loads(line) for line in audit.read_text(encoding="utf-8").split("\n")[:-1]]


def full(*_: object, **__: object) -> None:
    raise OSError(28, "No space left on device")


class Counting:
    """A cell's time that rises by one at each look, and fails where it is told to."""

    def __init__(self) -> None:
        self.now, self.broken = 0, False

    def now_ns(self) -> int:
        if self.broken:
            raise RuntimeError("the clock has stopped")
        self.now += 1
        return self.now


class LateLock:
    """The motion's lock, at whose release somebody asks for a stop: the last moment at which one can."""

    def __init__(self, lock: Any, at_release: Callable[[], None]) -> None:
        self.lock, self.at_release = lock, at_release

    def acquire(self, *, blocking: bool) -> bool:
        return bool(self.lock.acquire(blocking=blocking))

    def release(self) -> None:
        ask, self.at_release = self.at_release, lambda: None
        ask()
        self.lock.release()


def test_a_stop_in_the_last_moment_of_a_motion_is_on_the_disk(bench: Any) -> None:
    bench.gate._moving = LateLock(bench.gate._moving, lambda: bench.gate.request_stop("late"))
    assert bench.waypoints(UP).decision == "allow"

    assert Latch(bench.folder / "latch.json").reason == "late"
    assert entries(bench.audit)[-1]["reason"] == "late"


@pytest.mark.parametrize("motion", ["execute", "request_stop"])
def test_a_clock_that_fails_keeps_nobody_out(bench: Any, motion: str, monkeypatch: pytest.MonkeyPatch) -> None:
    clock = Counting()
    monkeypatch.setattr(bench.gate, "_clock", clock)
    monkeypatch.setattr(bench.gate._stops, "_clock", clock)
    chunk = bench.chunk(UP)
    clock.broken = True
    if motion == "execute":
        ruling = bench.gate.execute(chunk)
        assert ruling.findings == (Finding(rule="exception", text="RuntimeError: the clock has stopped"),)
    else:
        bench.gate.request_stop("stop")
    assert bench.gate.latched is not None

    clock.broken = False
    bench.gate.reset("Ada", bench.gate.stops)
    assert bench.gate.go_home(open_gripper=False).decision == "allow"


def test_a_stop_said_after_a_person_has_looked_outlives_their_reset(bench: Any) -> None:
    bench.gate.request_stop("first")
    seen = bench.gate.stops
    bench.gate.request_stop("second")
    with pytest.raises(StoppedBySafety, match=r"^stopped: first\. Check the cell"):
        bench.gate.reset("Ada", seen)

    assert bench.gate.go_home(open_gripper=False).findings[0].rule == "latch"
    assert Latch(bench.folder / "latch.json").reason == "first"
    bench.gate.reset("Ada", bench.gate.stops)
    assert bench.gate.latched is None
    assert [entry.get("reason") for entry in entries(bench.audit) if entry["kind"] != "ruling"] == [
        "first",
        "second",
        "first",
    ]


def test_nor_is_a_stop_lost_that_comes_while_the_latch_is_opened(bench: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.gate.request_stop("first")
    opened = bench.latch.open

    def meanwhile(by: str) -> None:
        bench.gate.request_stop("second")
        opened(by)

    monkeypatch.setattr(bench.latch, "open", meanwhile)
    bench.gate.reset("Ada", bench.gate.stops)

    assert bench.gate.latched == "second"
    assert Latch(bench.folder / "latch.json").reason == "second"


def test_nor_is_a_stop_lost_that_comes_while_another_is_written_down(
    bench: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    close, asked = bench.latch.close, ["second", "third"]

    def meanwhile(reason: str, time_ns: int) -> None:
        close(reason, time_ns)
        if asked:
            bench.gate.request_stop(asked.pop(0))

    monkeypatch.setattr(bench.latch, "close", meanwhile)
    bench.gate.request_stop("first")

    assert [entry["reason"] for entry in entries(bench.audit)] == ["first", "second", "third"]
    assert (bench.gate.stops, bench.gate.latched) == (3, "first")


def test_what_the_gate_stopped_by_itself_counts_too(bench: Any) -> None:
    seen = bench.gate.stops

    def fails(_: float) -> None:
        raise ValueError("the screen is gone")

    assert bench.waypoints(UP, fails).latched
    with pytest.raises(StoppedBySafety, match="the screen is gone"):
        bench.gate.reset("Ada", seen)
    bench.gate.go_home(open_gripper=False)
    assert bench.gate.stops == seen + 1


def test_the_latch_keeps_the_words_of_a_stop_that_was_not_settled_yet(bench: Any) -> None:
    bench.gate._stops.ask("the light curtain was crossed")
    ruling = bench.waypoints(UP)

    text = "stopped before: the light curtain was crossed; a person has to reset it"
    assert ruling.findings == (Finding(rule="latch", text=text),)
    assert bench.gate.latched == "the light curtain was crossed"
    assert json.loads((bench.folder / "latch.json").read_text())["reason"] == "the light curtain was crossed"


def test_a_latch_that_was_not_saved_is_saved_by_the_next_refusal(bench: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patched:
        patched.setattr("safety.latch.write_whole", full)
        bench.gate.request_stop("stop")
        assert Latch(bench.folder / "latch.json").reason is None
    assert bench.waypoints(UP).findings[0].rule == "latch"

    assert Latch(bench.folder / "latch.json").reason == "stop"


def test_no_stop_ends_without_a_record(bench: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    bench.gate.request_stop("stop")
    with monkeypatch.context() as patched:
        patched.setattr("safety.audit.os.fsync", full)
        with pytest.raises(OSError, match="No space left"):
            bench.gate.reset("Ada", bench.gate.stops)
    assert bench.gate.latched == "stop"
    assert Latch(bench.folder / "latch.json").reason == "stop"

    bench.gate.reset("Ada", bench.gate.stops)
    assert [(entry["kind"], entry.get("by")) for entry in entries(bench.audit)] == [("stop", None), ("reset", "Ada")]


def test_a_latch_is_opened_from_outside_by_the_same_law(tmp_path: Path) -> None:
    latch, audit = Latch(tmp_path / "latch.json"), Audit(tmp_path / "audit.jsonl")
    assert open_latch(latch, audit, "Ada", None) is None
    latch.close("somebody fell", 7)
    with pytest.raises(BadInput, match="the name of the person"):
        open_latch(latch, audit, " ", None)
    assert open_latch(latch, audit, "Ada", None) == "somebody fell"

    assert Latch(tmp_path / "latch.json").reason is None
    (entry,) = entries(tmp_path / "audit.jsonl")
    assert (entry["by"], entry["reason"], entry["time_ns"]) == ("Ada", "somebody fell", None)
    assert entry["date"].startswith("20")


def test_a_reason_in_no_encoding_is_written_down(tmp_path: Path) -> None:
    latch, audit = Latch(tmp_path / "latch.json"), Audit(tmp_path / "audit.jsonl")
    stops = Stops(latch, audit, Counting())
    stops.ask("half a letter: \ud800")
    stops.settle()

    assert entries(tmp_path / "audit.jsonl")[0]["reason"] == r"half a letter: \ud800"


@pytest.mark.parametrize("left_out", [0, 1, 50, 200])
def test_a_write_that_failed_breaks_no_chain(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, left_out: int) -> None:
    path = tmp_path / "audit.jsonl"
    audit = Audit(path)
    audit.record("first", said="short")

    def half(handle: int) -> None:
        os.ftruncate(handle, path.stat().st_size - left_out)
        full()

    with monkeypatch.context() as patched:
        patched.setattr("safety.audit.os.fsync", half)
        with pytest.raises(OSError, match="No space left"):
            audit.record("second", said="much longer than the one that follows it")
    audit.record("third")
    audit.record("fourth")

    assert [entry["kind"] for entry in entries(path)] == ["first", "third", "fourth"]
    Audit(path).record("fifth")
    assert verify_audit(path) is None


def test_an_audit_that_was_taken_away_is_not_begun_anew_in_the_middle(tmp_path: Path) -> None:
    audit = Audit(tmp_path / "audit.jsonl")
    audit.record("first")
    (tmp_path / "audit.jsonl").unlink()

    with pytest.raises(FileNotFoundError):
        audit.record("second")
    assert not (tmp_path / "audit.jsonl").exists()


def test_a_damaged_audit_says_how_to_go_on(tmp_path: Path) -> None:
    path = tmp_path / "audit.jsonl"
    Audit(path).record("first")
    path.write_text(path.read_text().replace("first", "forth"))
    with pytest.raises(BadInput, match=r"keep the file .* under another name, and a new one begins"):
        Audit(path)

    path.rename(tmp_path / "audit.damaged.jsonl")
    Audit(path).record("first")
    assert verify_audit(path) is None


def test_a_motion_past_its_budget_is_stopped_and_not_latched(bench: Any) -> None:
    bench.bind(seconds=0.5)
    ruling = bench.waypoints(UP)

    assert [finding.rule for finding in ruling.findings] == ["budget"]
    assert ruling.findings[0].text.startswith("the call's time was spent 0.0")
    assert (0.5 <= ruling.seconds <= 0.7, ruling.latched, bench.gate.latched) == (True, False, None)
    bench.gate.unbind()
    assert bench.gate.go_home(open_gripper=False).decision == "allow"


def test_a_number_that_is_none_is_not_hidden_by_the_next_leg(cell: Cell) -> None:
    class Leg:
        """Speeds, as they are asked of a leg."""

        def __init__(self, speed: float) -> None:
            self.positions = self.velocities = np.zeros((3, 7))
            self.rows = np.zeros(3)
            self.peaks = tuple(np.full((5, 7), speed) for _ in range(3))

    legs: Any = (Leg(np.nan), Leg(0.1))
    for rule in (timing.joint_speed, timing.joint_acceleration, timing.joint_jerk):
        for order in (legs, legs[::-1]):
            assert rule(Timed(cell, order)) is not None
    assert timing.joint_speed(Timed(cell, (Leg(0.1), Leg(0.2)))) is None
