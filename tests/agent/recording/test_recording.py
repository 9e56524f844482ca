"""A run is written down while it goes on, within its room, and never at the run's cost."""

import json
import os
import signal
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest

from agent import events
from agent.recording.coding import Unwritten, decode, encode
from agent.recording.entries import Began, Heard, Pictured
from agent.recording.read import Recording, read
from agent.recording.shelf import LINES, Shelf, size_of
from agent.run import resume, run
from skills.cell_agent import Recordings
from skills.chunk import ActionChunk
from skills.errors import BadInput, Unavailable
from skills.observation import Observation
from skills.plan import Step
from tests.agent.kinematic_tray import CELL, Bench, Killed, Tray, part, step

GEARS = tuple(part("gear", "large", "red", "failed", (-0.1 + 0.05 * number, 0.05)) for number in range(3))


Lay = Callable[..., Bench]


@pytest.fixture
def lay() -> Iterator[Lay]:
    made: list[Bench] = []

    def lay_out(folder: Path, world: Tray, *steps: Step) -> Bench:
        made.append(Bench(folder, world, *steps))
        return made[-1]

    yield lay_out
    for bench in made:
        bench.journal.close()


def recorded(folder: Path, run_id: str = "run-00001") -> Recording:
    return read(folder / "recordings" / run_id)


def test_every_node_is_written_down_with_the_state_before_it_and_what_it_was_told(lay: Lay, tmp_path: Path) -> None:
    bench = lay(tmp_path, Tray(*GEARS[:1]), step(condition="failed"))
    report = run(bench.workcell, "go")
    recording = recorded(tmp_path)
    assert recording.outcome == report.outcome.model_dump()
    nodes = [visit.node for visit in recording.visits]
    assert (nodes[0], nodes[-1]) == ("understand", "report")
    first = nodes.index("look")
    assert nodes[first : first + 5] == ["look", "ground", "act", "verify", "account"]
    act = recording.visits[first + 2]
    assert (act.before["task"], act.call, act.update["execution"]["status"]) == ("pick", "run-00001/1", "ended")
    assert [one.of for one in act.heard if one.of.startswith(("gate", "policy"))] == [
        "gate.observe",
        "gate.go_home",
        "gate.observe",
        "gate.observe",
        "policy.pick.act",
        "gate.execute",
        "gate.latched",
    ]


def test_a_picture_is_kept_to_the_last_bit_if_somebody_looked_at_it(lay: Lay, tmp_path: Path) -> None:
    bench = lay(tmp_path, Tray(*GEARS[:1]), step(condition="failed"))
    seen: dict[int, np.ndarray] = {}
    perceive = bench.perceiver.perceive
    bench.perceiver.perceive = lambda observation: (  # type: ignore[method-assign]
        seen.update({observation.sequence: observation.images["overhead"]}) or perceive(observation)
    )
    run(bench.workcell, "go")
    recording = recorded(tmp_path)
    for sequence, image in seen.items():
        np.testing.assert_array_equal(recording.images(sequence)["overhead"], image)
    observed = [entry for entry in recording.entries if isinstance(entry, Heard) and entry.of == "gate.observe"]
    assert len(seen) < len(observed), "nobody looks at the picture when only the gripper is asked for"
    assert len({entry.file for entry in recording.entries if isinstance(entry, Pictured)}) == len(recording.files)


def test_a_run_that_a_signal_ends_leaves_a_readable_recording(lay: Lay, tmp_path: Path) -> None:
    child = os.fork()
    if child == 0:
        bench = lay(tmp_path, Tray(*GEARS), step(condition="failed"))

        def die(event: events.Event) -> None:
            if isinstance(event, events.Verified) and event.call_id.endswith("/3"):
                os.kill(os.getpid(), signal.SIGKILL)

        run(bench.workcell.heard_by(die), "go")
        os._exit(1)
    _, status = os.waitpid(child, 0)
    assert os.WTERMSIG(status) == signal.SIGKILL
    recording = recorded(tmp_path)
    assert recording.outcome is None
    assert (recording.visits[-1].node, recording.visits[-1].update) == ("verify", None)
    assert len([visit for visit in recording.visits if visit.node == "act"]) == 3


def test_a_torn_last_line_counts_as_none_and_the_run_goes_on_behind_it(lay: Lay, tmp_path: Path) -> None:
    bench = lay(tmp_path, Tray(*GEARS[:1], faults={1: "cut off"}), step(condition="failed"))
    with pytest.raises(Killed):
        run(bench.workcell, "go")
    lines = tmp_path / "recordings" / "run-00001" / LINES
    with lines.open("ab") as file:
        file.write(b'{"entry": "heard", "of": "gate.obs')
    before = len(recorded(tmp_path).entries)
    fresh = bench.restart(tmp_path)
    assert resume(fresh.workcell).outcome.outcome == "done"
    fresh.journal.close()
    recording = recorded(tmp_path)
    assert isinstance(recording.entries[before], Began), "a state that the entries before do not lead to is said"
    assert [visit.node for visit in recording.visits][-1] == "report"
    assert "wake" in [visit.node for visit in recording.visits]


def test_a_question_and_its_answer_belong_to_one_visit(lay: Lay, tmp_path: Path) -> None:
    many = [part("nut", "M8", "blue", "ok", (-0.12 + 0.05 * (n % 5), -0.12 + 0.05 * (n // 5))) for n in range(21)]
    bench = lay(tmp_path, Tray(*many), step("left bin", kind="nut"))
    run(bench.workcell, "go", answer=lambda _: "no")
    approve = next(visit for visit in recorded(tmp_path).visits if visit.node == "approve")
    assert [one.reply for one in approve.tries] == ["no", None]
    assert approve.tries[0].question["question"].endswith("Go on?")
    assert approve.update["outcome"]["outcome"] == "incomplete"


@pytest.mark.parametrize("broken", ["folder", "disk"])
def test_what_cannot_be_written_is_said_once_and_the_run_goes_on(
    lay: Lay, broken: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    bench = lay(tmp_path, Tray(*GEARS[:2]), step(condition="failed"))
    if broken == "folder":
        (tmp_path / "recordings").write_text("a file stands where the folder should be")
    else:
        full = OSError(28, "No space left on device")
        monkeypatch.setattr("agent.recording.shelf.Volume.keep", lambda *_: (_ for _ in ()).throw(full))
    told: list[events.Event] = []
    report = run(bench.workcell.heard_by(told.append), "go")
    assert report.outcome.outcome == "done"
    lost = [event for event in told if isinstance(event, events.Unrecorded)]
    assert len(lost) == 1
    assert lost[0].reason.startswith("run-00001 is recorded no further: ")


def test_a_value_that_cannot_be_written_does_not_stop_the_run(lay: Lay, tmp_path: Path) -> None:
    bench = lay(tmp_path, Tray(*GEARS[:1]), step(condition="failed"))
    bench.workcell.recorder._weights = {"pick": object()}  # type: ignore[dict-item]
    assert run(bench.workcell, "go").outcome.outcome == "done"


def test_the_oldest_recordings_go_first(tmp_path: Path) -> None:
    shelf = Shelf(tmp_path, Recordings(keep_runs=3, megabytes=1))
    for number in range(5):
        volume = shelf.open(f"run-{number}", anew=True)
        volume.add(b"x" * 1000)
        os.utime(volume.path / LINES, ns=(number * 10**9,) * 2)
    assert [path.name for path in shelf.recordings()] == ["run-2", "run-3", "run-4"]
    volume = shelf.open("run-5", anew=True)
    volume.add(b"x" * 999_000)
    assert [path.name for path in shelf.recordings()] == ["run-5"], "they share one megabyte"
    with pytest.raises(OSError, match="outgrown the 1 MB"):
        volume.add(b"x" * 30_000)


def test_a_new_journal_in_an_old_folder_does_not_write_into_an_old_recording(lay: Lay, tmp_path: Path) -> None:
    for folder in ("one", "two"):
        bench = lay(tmp_path / folder, Tray(), step(condition="failed"))
        if folder == "two":
            (tmp_path / "one" / "recordings").rename(tmp_path / "two" / "recordings")
        run(bench.workcell, "go")
        bench.journal.close()
    names = sorted(path.name for path in (tmp_path / "two" / "recordings").iterdir())
    assert names[0] == "run-00001"
    assert names[1].startswith("run-00001-until-")


def test_a_recording_grows_by_the_same_with_every_call(lay: Lay, tmp_path: Path) -> None:
    sizes = []
    for number in (2, 6):
        parts = [part("gear", "large", "red", "failed", (-0.12 + 0.045 * one, 0.05)) for one in range(number)]
        run(lay(tmp_path / str(number), Tray(*parts), step(condition="failed")).workcell, "go")
        sizes.append(size_of(tmp_path / str(number) / "recordings") / number)
    assert sizes[1] < 1.3 * sizes[0]


def test_values_are_the_same_when_read_back() -> None:
    chunk = ActionChunk(np.full((2, 7), np.nan), "tcp_waypoints", 3, 99, "run-1/1", "hash", confidence=0.5)
    again = decode(json.loads(json.dumps(encode(chunk))), {})
    np.testing.assert_array_equal(again.values, chunk.values)
    assert (again.answers, again.call_id, again.confidence) == (3, "run-1/1", 0.5)
    seen = Observation({}, np.zeros(7), np.zeros(7), 0.04, np.arange(7.0), 5, 6, np.ones(6))
    back = decode(json.loads(json.dumps(encode(seen))), {})
    np.testing.assert_array_equal(back.wrench, seen.wrench)
    assert str(decode(encode(Unavailable("no camera.", "Plug it in.")), {})) == "no camera. Plug it in."
    assert decode(encode((GEARS[0], None)), {}) == (GEARS[0], None)
    with pytest.raises(Unwritten):
        encode(iter(()))
    with pytest.raises(ValueError, match="os:environ"):
        decode({"kind": "os:environ", "value": {}}, {})


def test_what_is_no_recording_is_refused_by_name(tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"RUN: .* a readable recording"):
        read(tmp_path)
    (tmp_path / LINES).write_text('{"entry": "entered", "node": "look"}\n')
    with pytest.raises(BadInput, match="a recording of version 1 or before, with its beginning"):
        read(tmp_path)


def test_the_cell_file_bounds_the_room() -> None:
    assert CELL.recordings == Recordings(keep_runs=50, megabytes=2000)
