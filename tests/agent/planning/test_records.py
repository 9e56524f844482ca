"""Records of other systems: which are one, and the sentence that says the same."""

import json

import pytest

from agent.planning.records import record_words


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('{"part": "bolt", "quantity": 2, "to": "left bin"}', "put 2 bolt to the left bin"),
        ('[{"kind": "nut", "qty": "all", "dest": "left bin"}, {"task": "stop"}]', "put all nut to the left bin; stop"),
        ("part: nut, size: M6, status: failed, action: remove", "remove some failed M6 nut"),
        ("kind=gear colour=red qty=1 dest=conveyor belt", "put 1 red gear to the conveyor belt"),
    ],
)
def test_a_record_is_a_sentence(text, words):
    assert record_words(text) == words


@pytest.mark.parametrize(
    "text",
    [
        "put all bolts in the left bin",
        "left bin: bolts; right bin: nuts",
        "part: bolt",
        "part: bolt, part: nut, to: left bin",
        '{"part": "bolt", "to": "left bin", "speed": 3}',
        '{"part": {"kind": "bolt"}, "to": "left bin"}',
        '{"part": "bolt", "to": "left bin"',
        json.dumps({"instruction": "stop", "to": "left bin"}),
        "[" * 2000,
        "[]",
    ],
)
def test_anything_else_is_read_as_it_stands(text):
    assert record_words(text) is None
