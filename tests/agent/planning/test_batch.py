"""`plan --batch`: a line in, a line out; a bad line is told and the others are done."""

import json

import pytest

from agent.doors.batch import answer_lines, has_errors
from agent.planning.grammar import GrammarPlanner
from agent.planning.render import understanding_json
from skills.errors import BadInput
from skills.scene import Scene
from tests.agent.planning.suite import CATALOGUE, CELL, scenes

PLANNER = GrammarPlanner(CELL, CATALOGUE)


def look(content: object) -> Scene:
    if content != {"name": "mixed"}:
        raise BadInput("scene", content, "a scenario")
    return scenes()["mixed"]


def answers(*lines: object) -> list[dict]:
    written = [line if isinstance(line, str) else json.dumps(line) for line in lines]
    return list(answer_lines(written, lambda words, seen: understanding_json(PLANNER.understand(words, seen)), look))


def test_each_line_is_answered_in_its_order():
    found = answers(
        {"id": 1, "instruction": "put up to two nuts except the red ones in the left bin", "scene": None},
        "",
        {"id": "b", "instruction": "how many gears are there?", "scene": {"name": "mixed"}},
        {"id": 3, "instruction": "stop"},
    )
    assert found == [
        {
            "id": 1,
            "outcome": "planned",
            "steps": [
                {
                    "part": {"kind": "nut", "without": [{"colour": "red"}]},
                    "quantity": 2,
                    "source": "tray",
                    "destination": "left bin",
                    "at_most": True,
                }
            ],
            "text": "",
            "command": None,
        },
        {"id": "b", "outcome": "answer", "steps": [], "text": "I see 2 gears on the tray.", "command": None},
        {"id": 3, "outcome": "control", "steps": [], "text": "", "command": "stop"},
    ]
    assert not has_errors(found)


@pytest.mark.parametrize(
    ("line", "known", "text"),
    [
        ("[1, 2]", None, "line 1: [1, 2] is not allowed; it must be an object with the fields id, instruction, scene."),
        ('{"id": 4}', 4, "line 1: instruction: None is not allowed; it must be a text."),
        (
            '{"id": null, "instruction": "stop"}',
            None,
            "line 1: id: None is not allowed; it must be a text or a whole number.",
        ),
        ('{"id": 5, "instruction": "stop", "scene": 3}', 5, "scene: 3 is not allowed; it must be a scenario."),
        (
            '{"id": 6, "instrucion": "stop"}',
            6,
            "line 1: field: 'instrucion' is not known; allowed is one of 'id', 'instruction', 'scene'. "
            "Nearest: 'instruction'.",
        ),
    ],
)
def test_a_bad_line_is_told_and_the_next_one_done(line, known, text):
    bad, good = answers(line, {"id": 9, "instruction": "pause"})
    assert bad == {"id": known, "outcome": "error", "steps": [], "text": text, "command": None}
    assert good["command"] == "pause"
    assert has_errors([bad, good])


def test_a_line_that_is_no_json_is_told():
    (bad,) = answers("{id: 1")
    assert bad["outcome"] == "error"
    assert bad["text"].startswith("line 1: '{id: 1' is not allowed; it must be a JSON object (")
