"""Corrections by a person: what is understood, what is refused, and that no answer is ever lost or given twice."""

import json
import os
import signal
from pathlib import Path

import cv2
import numpy as np
import pytest

import sim.data.corrections
from agent.corrections.by_person import Case, corrected
from agent.corrections.sheet import SCALE, sheet
from agent.corrections.sitting import ANSWERS, PERSON, sitting
from agent.journal.attempts import Flagged, Proposal, observation_of
from policy.training.dataset import load_data
from sim.data.keyframes import open_keyframes
from skills.call import SkillCall, Verdict
from skills.errors import BadInput, Unavailable
from skills.scene import PartQuery, PerceivedPart, Scene

PHRASE = "pick up the brass nut"
BAD = Verdict(judgement="failure", reason="nothing is held", confidence=1.0, cause="missed")


def part(kind="nut", size="M8", colour="brass", at=(0.02, -0.05), yaw=0.0):
    return PerceivedPart(kind=kind, size=size, colour=colour, condition="ok", at=at, yaw=yaw, confidence=0.9)


BOLT = part("bolt", "M8", "silver", (-0.06, 0.04), 0.5)


def attempt(number=1, shade=100, skill="pick", values=((0.5, 0.0, 0.02, np.pi, 0.0, 0.0, 0.0),)):
    _, coded = cv2.imencode(".png", np.full((256, 256, 3), shade, np.uint8))
    tcp = (0.3, 0.0, 0.5, 1.0, 0.0, 0.0, 0.0)
    return Flagged(
        call=SkillCall(id=f"run-00001/{number}", skill=skill, arguments={}, phrase=PHRASE, part=PartQuery()),
        proposal=Proposal(time_ns=7, tcp=tcp, width=0.08, space="tcp_waypoints", values=values, checkpoint="abc"),
        verdict=BAD,
        picture=coded.tobytes(),
    )


def case(*parts, **of_attempt):
    flagged = attempt(**of_attempt)
    return Case(flagged, observation_of(flagged), Scene(parts=parts or (part(), BOLT), sequence=0, time_ns=7))


def test_a_part_is_taken_as_the_expert_takes_it(cell):
    scene = corrected(cell, case(), "2")
    (example,) = scene.examples
    assert (example.phrase, example.target, len(scene.parts)) == (PHRASE, 1, 2)
    grasp = example.waypoints[1]
    assert grasp[:2] == pytest.approx(np.add(cell.tray.centre, BOLT.at))
    assert grasp[5] == pytest.approx(0.5)
    assert example.waypoints[:, 6].tolist() == pytest.approx([grasp[6], grasp[6], 0, 0, 0])
    assert example.state[:3] == (0.3, 0.0, 0.5)
    assert np.array_equal(scene.image, np.full((256, 256, 3), 100))


def test_a_grasp_in_numbers_has_the_height_of_the_part_that_it_is_of(cell):
    (example,) = corrected(cell, case(), "25 -45 90 40").examples
    assert example.target == 0
    assert example.waypoints[1, :2] == pytest.approx(np.add(cell.tray.centre, (0.025, -0.045)))
    assert abs(example.waypoints[1, 5]) == pytest.approx(np.pi / 2)
    assert example.waypoints[1, 6] == pytest.approx(0.04)
    (by_number,) = corrected(cell, case(), "1").examples
    assert example.waypoints[1, 2] == by_number.waypoints[1, 2]


def test_a_grasp_where_nothing_is_seen_needs_its_height(cell):
    with pytest.raises(BadInput, match="given with a height"):
        corrected(cell, case(), "100 100 0 40")
    (example,) = corrected(cell, case(), "100 100 0 40 15").examples
    assert (example.target, example.waypoints[1, 2]) == (-1, 0.015)


def test_a_part_between_others_is_told_why_not(cell):
    crowd = [part(at=(0.02 * x, 0.02 * y)) for x in (0, -1, 1) for y in (0, -1, 1)]
    with pytest.raises(BadInput, match=r"the fingers reach \(this one: no room\)"):
        corrected(cell, case(*crowd), "1")


@pytest.mark.parametrize(
    ("said", "why"),
    [
        ("", "a part's number on the sheet, or"),
        ("the second", "a part's number on the sheet, or"),
        ("1 2", "a part's number on the sheet, or"),
        ("nan", "a part's number on the sheet, or"),
        ("inf 0 0 40", "a part's number on the sheet, or"),
        ("0", "a part's number, 1 to 2"),
        ("3", "a part's number, 1 to 2"),
        ("1.5", "a part's number, 1 to 2"),
        ("200 0 0 40", "x and y within ±150"),
        ("0 0 0 0", "an opening up to 80 mm"),
        ("0 0 0 81", "an opening up to 80 mm"),
        ("0 0 0 40 -5", "a height from 2 to 100 mm"),
    ],
)
def test_what_says_nothing_is_refused_by_call_and_grammar(cell, said, why):
    with pytest.raises(BadInput) as caught:
        corrected(cell, case(), said)
    assert str(caught.value).startswith("correction of run-00001/1: ")
    assert why in str(caught.value)


def test_the_sheet_shows_numbers_where_the_parts_are_and_a_cross_where_it_closed(cell):
    drawn = sheet(cell, case())
    assert drawn.shape == (256 * SCALE, 256 * SCALE, 3)
    changed = np.argwhere((drawn != 100).any(axis=2))
    places = [*((one.at[0], one.at[1]) for one in (part(), BOLT)), (0.0, 0.0)]
    for x, y in places:
        at = len(drawn) * (0.5 - np.array([x, y]) / cell.cameras["overhead"].view)
        assert np.abs(changed - at).max(axis=1).min() < 20
    nowhere = sheet(cell, case(values=((np.nan,) * 7,)))
    assert (nowhere != drawn).any()


def test_the_answers_become_a_data_set_that_training_and_merge_read(cell, tmp_path):
    with sitting(cell, tmp_path / "state", tmp_path / "set", PERSON) as kept:
        kept.add(case(number=1), "1")
        kept.add(case(number=2), "skip")
        kept.add(case(number=3, shade=50), "2")
        index = kept.write()
    data = load_data(index.parent, 256).of_skills(("pick",))
    assert data.examples.target.tolist() == [0, 1]
    assert data.examples.image.tolist() == [0, 1]
    assert data.images[:, 0, 0, 0].tolist() == [100, 50]
    assert [data.index.phrases[number] for number in data.examples.phrase] == [PHRASE, PHRASE]
    assert len(data.of_split("train").images) == 2
    assert len(data.of_split("validation").images) == 0
    assert open_keyframes(index.parent).index["corrections"] == {"by": "person"}


def test_the_next_by_hand_goes_on_with_what_is_not_answered(cell, tmp_path):
    attempts = [attempt(number) for number in (1, 2)]
    with sitting(cell, tmp_path / "state", tmp_path / "set", PERSON) as kept:
        assert kept.unanswered(attempts) == tuple(attempts)
        kept.add(case(number=1), "1")
        kept.write()
    with sitting(cell, tmp_path / "state", tmp_path / "set", PERSON) as kept:
        assert kept.unanswered(attempts) == (attempts[1],)
        assert kept.unanswered([attempt(1, shade=9)]) == (attempt(1, shade=9),)  # another journal's first call
        with pytest.raises(BadInput):
            kept.add(case(number=2), "9")
        assert kept.unanswered(attempts) == (attempts[1],)
        kept.add(case(number=2), "2")
        assert open_keyframes(kept.write().parent).index["scenes"] == 2


def test_one_person_at_a_time_and_one_cell_a_folder(cell, tmp_path):
    with (
        sitting(cell, tmp_path / "state", tmp_path / "set", PERSON),
        pytest.raises(Unavailable, match="another process makes"),
        sitting(cell, tmp_path / "state", tmp_path / "set", PERSON),
    ):
        pass
    with (
        pytest.raises(BadInput, match="empty, or the one of"),
        sitting(cell, tmp_path / "other", tmp_path / "set", PERSON),
    ):
        pass


def killed_while_correcting(cell, folder, where):
    """In a process of its own: one correction, written; then signal 9 in the middle of the second."""
    if os.fork():
        return os.wait()[1]

    def die(*_, **__):
        os.kill(os.getpid(), signal.SIGKILL)

    with sitting(cell, folder / "state", folder / "set", PERSON) as kept:
        kept.add(case(number=1), "1")
        kept.write()
        if where == "answer":
            kept._answers.add = die
        kept.add(case(number=2), "2")
        sim.data.corrections.json.dumps = die
        kept.write()
    os._exit(0)


@pytest.mark.parametrize(("where", "whole"), [("answer", True), ("index", False)])
def test_a_kill_in_the_middle_leaves_a_whole_set_or_none_and_the_rest_goes_on(cell, tmp_path, where, whole):
    assert os.WTERMSIG(killed_while_correcting(cell, tmp_path, where)) == signal.SIGKILL
    folder = tmp_path / "set"
    assert (folder / "dataset.json").exists() == whole
    if whole:
        assert len(load_data(folder, 64).images) == 1
    with sitting(cell, tmp_path / "state", folder, PERSON) as kept:
        left = kept.unanswered([attempt(1), attempt(2)])
        assert len(left) == (1 if whole else 0)
        for one in left:
            kept.add(case(number=int(one.call.id[-1])), "2")
        kept.write()
    assert load_data(folder, 64).examples.target.tolist() == [0, 1]


def test_a_torn_answer_counts_as_none(cell, tmp_path):
    with sitting(cell, tmp_path / "state", tmp_path / "set", PERSON) as kept:
        kept.add(case(number=1), "1")
    with (tmp_path / "set" / ANSWERS).open("ab") as file:
        file.write(b'{"attempt": "run-0')
    with sitting(cell, tmp_path / "state", tmp_path / "set", PERSON) as kept:
        kept.add(case(number=2), "2")
    lines = (tmp_path / "set" / ANSWERS).read_text().splitlines()
    assert [json.loads(line)["said"] for line in lines] == ["1", "2"]


def test_a_damaged_scene_is_named(cell, tmp_path):
    with sitting(cell, tmp_path / "state", tmp_path / "set", PERSON) as kept:
        kept.add(case(number=1), "1")
        (piece,) = Path(tmp_path / "set").glob("scene-*.npz")
        piece.write_bytes(piece.read_bytes()[:100])
        with pytest.raises(BadInput, match=r"corrected scene: .*take a new folder"):
            kept.write()
        assert not (tmp_path / "set" / "dataset.json").exists()
