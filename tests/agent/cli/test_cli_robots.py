"""Other robots at the command line: the expert clears a scene; a policy of another cell is refused."""

import json

import pytest
import yaml

from agent.exit_codes import ExitCode

NUT = {"kind": "nut", "size": "M6", "colour": "blue", "at": [0.03, 0.03]}
EXPERT = ("eval", "--expert", "--cell", "cells/so101.yaml")


@pytest.fixture
def scene(tmp_path):
    """Writes a scene of one nut that is to be moved by this query."""

    def write(query):
        moved = [{"part": query, "to": "left bin", "count": 1}]
        content = {"name": "one-nut", "parts": [NUT], "expect": {"outcome": "done", "moved": moved}}
        path = tmp_path / "scene.yaml"
        path.write_text(yaml.safe_dump(content))
        return str(path)

    return write


@pytest.mark.parametrize(("name", "position"), [("ur5", "(0.48, 0.0, 0.8)"), ("so101", "(0.36, 0.0, 0.5)")])
def test_a_policy_that_was_trained_in_another_cell_does_not_run(smolcell, name, position):
    said = smolcell("run", "remove all failed parts", "--cell", f"cells/{name}.yaml", "--yes", "--json")
    assert said.code == ExitCode.UNAVAILABLE
    assert json.loads(said.out) == {
        "outcome": "error",
        "error": "Unavailable",
        "reason": f"the perceiver: position of camera 'overhead' is {position}, and was (0.5, 0.0, 0.8) in training. "
        "Set it to (0.5, 0.0, 0.8), or train again.",
    }


def test_the_doctor_says_which_robot_there_is(smolcell):
    said = smolcell("doctor", "--cell", "cells/ur5.yaml", "--json")
    checks = {check["check"]: check for check in json.loads(said.out)["checks"]}
    assert checks["robot"]["detail"] == "Universal Robots UR5, reaches 8 places"
    assert said.code == ExitCode.UNAVAILABLE
    assert not checks["cameras of pick"]["ok"]


def test_the_expert_clears_a_scene_and_pictures_show_it(smolcell, scene, tmp_path):
    said = smolcell(*EXPERT, "--scene", scene({"kind": "nut"}), "--pictures", str(tmp_path / "shown"), "--json")
    assert json.loads(said.out) == {
        "passed": True,
        "scenario": "one-nut",
        "robot": "so101",
        "moves": [{"part": "ok M6 blue nut", "to": "left bin", "cause": None, "detail": ""}],
        "faults": [],
    }
    assert said.code == ExitCode.DONE
    assert sorted(path.name for path in (tmp_path / "shown").iterdir()) == [f"step-0{n}.png" for n in range(3)]


def test_what_the_expert_does_not_find_is_told(smolcell, scene):
    said = smolcell(*EXPERT, "--scene", scene({"kind": "gear"}))
    assert said.code == ExitCode.INCOMPLETE
    assert "gear   left bin   missing: not on the tray" in said.out
    assert "0 × gear in the left bin, 1 expected" in said.out


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--scene", "x.yaml"), "--scene: 'x.yaml' is not allowed; it must be given with --expert."),
        (("--expert", "--pictures", "x"), "--pictures: 'x' is not allowed; it must be given with --scene."),
        (
            ("--expert", "--cell", "cells/so101.yaml", "--skill", "insert", "--n", "1"),
            "skill: 'insert' is not allowed; it must be one that cell so101 has a place for: left bin, right bin.",
        ),
    ],
)
def test_options_that_do_not_go_together_are_refused(smolcell, arguments, message):
    said = smolcell("eval", *arguments)
    assert (said.code, said.out) == (ExitCode.BAD_INPUT, "")
    assert message in said.err
