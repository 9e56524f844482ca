"""The demonstrator corrects what failed in a twin: on the world as it lay when the policy was asked."""

import numpy as np
import pytest

import agent.corrections.staged
from agent.corrections.staged import FOLDER, Staged, demonstrated
from agent.journal.attempts import observation_of
from agent.opening import build_twin
from sim.scenario import Scenario
from skills.call import SkillCall, Verdict
from skills.catalogue import load_catalogue
from skills.scene import PartQuery

BAD = Verdict(judgement="failure", reason="nothing is held", confidence=1.0, cause="missed")
PARTS = [
    {"kind": "nut", "size": "M10", "colour": "brass", "at": [0.02, -0.05]},
    {"kind": "gear", "size": "small", "colour": "blue", "at": [-0.05, 0.06]},
    {"kind": "gear", "size": "small", "colour": "red", "at": [-0.05, -0.09]},
]


def asked(cell, state, **arguments):
    """The flagged attempt of a twin's policy at these words, and the parts as they lay."""
    scenario = Scenario.model_validate({"name": "three", "seed": 4, "parts": PARTS})
    phrase = load_catalogue()["pick"].render(arguments)
    with build_twin(cell, scenario, state) as twin:
        cellwork = twin.workcell
        run_id = cellwork.journal.begin_run("go")
        call = SkillCall(id=f"{run_id}/1", skill="pick", arguments=arguments, phrase=phrase, part=PartQuery())
        cellwork.journal.begin_call(run_id, call)
        cellwork.executor._checkpoints["pick"].policy.act(cellwork.gate.observe(), phrase, call.id)
        cellwork.journal.attempts.judge(call.id, BAD, 0.5)
        (attempt,) = cellwork.journal.attempts.flagged()
        return attempt, twin.world.true_parts()


def test_the_expert_takes_the_part_that_the_phrase_means(cell, tmp_path):
    attempt, lay = asked(cell, tmp_path, appearance="brass", kind="nut")
    shown = demonstrated(cell, tmp_path, attempt)
    assert not isinstance(shown, str), shown
    (example,) = shown.examples
    nut = shown.parts[example.target]
    assert (example.phrase, nut.spec.kind, nut.spec.colour) == ("pick up the brass nut", "nut", "brass")
    assert np.allclose([part.at for part in shown.parts], [part.at for part in lay], atol=0.001)
    assert example.waypoints[1, :2] == pytest.approx(np.add(cell.tray.centre, nut.at), abs=0.015)
    assert np.array_equal(shown.image, observation_of(attempt).images["overhead"])


def test_what_the_phrase_does_not_single_out_is_no_correction(cell, tmp_path):
    attempt, _ = asked(cell, tmp_path, kind="bracket")
    assert demonstrated(cell, tmp_path, attempt) == "no part, or more than one, is what the phrase means"
    (folder,) = (tmp_path / FOLDER).iterdir()
    (folder / "table.json").unlink()
    assert "its world is not kept" in demonstrated(cell, tmp_path, attempt)


def test_only_so_many_worlds_are_kept(tmp_path, monkeypatch):
    class Silent:
        def act(self, observation, phrase, call_id):
            return None

    class World:
        def model_dump_json(self):
            return "{}"

    class Seen:
        time_ns = 0

    monkeypatch.setattr(agent.corrections.staged, "MOST", 2)
    staged = Staged(Silent(), tmp_path, World)
    for number in range(4):
        staged.act(Seen, "", f"run-00001/{number}")
    assert sorted(path.name for path in (tmp_path / FOLDER).iterdir()) == ["run-00001-2-0", "run-00001-3-0"]
