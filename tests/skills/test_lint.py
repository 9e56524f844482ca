"""Every finding of the lint, planted in a card, is named with file and field; the installed cards have none."""

from pathlib import Path

import pytest
import yaml

from skills.catalogue import LIBRARY, catalogue_of, load_catalogue
from skills.cell import parse_cell
from skills.confusable import confusable_phrases, one_letter_apart
from skills.contract import Contract
from skills.errors import BadInput
from skills.lint import NAMES, Finding, lint, read_cards
from skills.yamlfile import read_yaml
from tests.agent.kinematic_tray import contract_of

PUSH = {
    "name": "push",
    "summary": "s",
    "phrase": "push the {kind} against the {edge}",
    "parameters": {"kind": {"values": ["bracket", "gear"]}, "edge": {"values": ["left edge"]}},
    "checkpoint": "pick",
    "start_pose": "home",
    "done_check": "part_at_region",
    "region": "{edge}",
    "budget": {"seconds": 1, "chunks": 1},
    "demonstration": [{"over": "behind", "height": 0.01}, {"over": "last", "height": 0.1}],
    "examples": [{"instruction": "shove it", "arguments": {"kind": "gear", "edge": "left edge"}}],
}
TRAINED = ("push the bracket against the left edge", "push the gear against the left edge")


def contract(*phrases: str) -> Contract:
    return contract_of("pick").model_copy(update={"phrases": dict.fromkeys(phrases, 1)})


def found(folder: Path, cell, trained: tuple[str, ...] = TRAINED, **changes) -> list[Finding]:
    card = {**PUSH, **changes}
    (folder / f"{card['name']}.yaml").write_text(yaml.safe_dump({k: v for k, v in card.items() if v is not None}))
    cards, findings = read_cards(folder)
    others = tuple(written for written in read_cards(LIBRARY)[0] if written.card.checkpoint != "pick")
    return [*findings, *lint(cards, others, cell, {"pick": contract(*trained)})]


def test_a_whole_card_has_no_findings(tmp_path, cell):
    assert found(tmp_path, cell) == []


PLANTED = {
    "broken-card": ({"start_pose": "holdin"}, "start_pose", "'holdin' is not known"),
    "no-done-check": ({"done_check": None, "region": None}, "done_check", "given; the field is missing"),
    "no-examples": ({"examples": []}, "examples", "no instruction shows"),
    "no-demonstration": ({"demonstration": []}, "demonstration", "nothing shows the twin's expert"),
    "unknown-checkpoint": ({"checkpoint": "pikc"}, "checkpoint", "names no checkpoint 'pikc'; it names pick, place, "
                           "perceiver; nearest: pick"),
    "untrained-phrases": ({"phrase": "push {kind} to {edge}"}, "phrase", "2 of 2 phrases were not trained, such as "
                          "'push bracket to left edge'"),
    "unsayable-value": ({"never": [{"kind": ["gear"]}], "examples": [{"instruction": "x", "arguments": {
                        "kind": "bracket", "edge": "left edge"}}]}, "parameters.kind.values",
                        "'gear' stands in no phrase: every combination with it is under `never`"),
    "same-phrase": ({"phrase": "put it back on the {kind} of the tray", "done_check": "part_released", "region": None,
                     "demonstration": [], "parameters": {"kind": {"values": ["bracket", "left"]}}, "examples": []},
                     "phrase",
                    "'put it back on the left of the tray' is rendered by card 'put_back' too (1 phrases in all)"),
    "same-name": ({"name": "place"}, "name", "'place' is the name of the card in"),
    "confusable-phrases": ({"parameters": {"kind": {"values": ["bracket", "brackets"]},
                           "edge": PUSH["parameters"]["edge"]}, "examples": []}, "phrase",
                           "differ by one letter: 'bracket' and 'brackets'"),
}  # fmt: skip


@pytest.mark.parametrize("name", PLANTED)
def test_a_planted_fault_is_named(tmp_path, cell, name):
    changes, field, text = PLANTED[name]
    told = {finding.name: finding for finding in found(tmp_path, cell, **changes)}
    assert name in told
    assert (told[name].field, text in told[name].text) == (field, True), told[name]
    assert Path(told[name].file).parent == tmp_path


def test_a_trained_phrase_that_no_card_renders_is_named(tmp_path, cell):
    told = found(tmp_path, cell, (*TRAINED, "shove the gear"))
    assert [finding.describe() for finding in told] == [
        "contract.json of checkpoint pick: phrases: [unrendered-phrases] 1 of 3 trained phrases are rendered by no "
        "card, such as 'shove the gear'"
    ]


def test_every_finding_is_planted_here():
    assert set(PLANTED) | {"unrendered-phrases"} == set(NAMES)


@pytest.mark.parametrize(
    ("value", "why"),
    [
        ({"values": ["gaer", "bracket"]}, "'gaer' names nothing in cell default; nearest: gear, part"),
        ({"values": ["gear"], "said": {"gear": "--"}}, "'gear' is said as '--', which is no word"),
        ({"values": ["gear"], "said": {"gear": "a  gear"}}, "'gear' is said as 'a  gear'; words are one space apart"),
    ],
)
def test_values_that_nobody_can_say(tmp_path, cell, value, why):
    parameters = {**PUSH["parameters"], "kind": value}
    told = found(tmp_path, cell, parameters=parameters, examples=[])
    assert why in [finding.text for finding in told if finding.name == "unsayable-value"]


@pytest.mark.parametrize(
    ("one", "other", "why"),
    [
        ("push the gear", "Push  the gear!", "are the same but for case, blanks and marks"),
        ("push the gear to the left edge", "push gear against the left edge", "differ by little words"),
        ("push the gear", "pusch the gear", "differ by one letter: 'push' and 'pusch'"),
        ("pick the M6 bolt", "pick the M8 bolt", None),
        ("push the gear left", "push the gear right", None),
        ("push the gear", "push the gear", None),
    ],
)
def test_confusable_phrases(one, other, why):
    told = list(confusable_phrases([(0, one), (1, other)]))
    assert told == ([] if why is None else [((0, one), (1, other), why)])


@pytest.mark.parametrize("other", ["ush", "psh", "pushh", "oush", "upsh", "puhs"])
def test_one_letter(other):
    assert one_letter_apart("push", other)
    assert one_letter_apart(other, "push")


@pytest.mark.parametrize("other", ["push", "pu", "shup", "pshu"])
def test_more_than_one_letter_or_none(other):
    assert not one_letter_apart("push", other)


def test_a_cell_file_names_more_folders_of_cards(tmp_path, root):
    content = {**read_yaml(root / "cells" / "default.yaml"), "skills": ["mine"]}
    cell = parse_cell(content, tmp_path / "cell.yaml")
    assert cell.skills == (str(tmp_path / "mine"),)
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "push.yaml").write_text(yaml.safe_dump(PUSH))
    assert [card.name for card in catalogue_of(cell)] == ["insert", "pick", "place", "push", "put_back"]
    assert [card.name for card in load_catalogue()] == ["insert", "pick", "place", "put_back"]


def test_two_cards_may_not_bring_to_the_same_place(tmp_path):
    card = {
        **PUSH, "name": "lay", "phrase": "lay it {place}", "start_pose": "holding", "done_check": "part_released",
        "parameters": {"place": {"values": ["left bin"]}}, "examples": [], "region": None, "demonstration": [],
    }  # fmt: skip
    (tmp_path / "lay.yaml").write_text(yaml.safe_dump(card))
    with pytest.raises(BadInput, match="place: 'left bin' is not allowed; it must be a place that card 'lay' does not"):
        load_catalogue(tmp_path, LIBRARY)


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"region": None}, "region: None is not allowed; it must be given just where done_check is 'part_at_region'"),
        ({"region": "{side}"}, "parameter of push: 'side' is not known; allowed is one of 'edge', 'kind'"),
        ({"region": "lift edge"}, "region: 'lift edge' is not known; .* Nearest: 'left edge'"),
        ({"done_check": "part_released"}, "region: '{edge}' is not allowed"),
        ({"start_pose": "holding"}, "start_pose: 'holding' is not allowed; it must be 'home' where done_check is"),
        (
            {"phrase": "push it {edge}", "parameters": {"edge": {"values": ["left edge"]}}, "examples": []},
            "it must be a phrase with the slot {kind}, never left out",
        ),
        (
            {
                "phrase": "{how} push the {kind} {edge}",
                "examples": [],
                "parameters": {**PUSH["parameters"], "how": {"values": ["gently"]}},
            },
            "parameter of push: 'how' is not allowed; it must be one of condition, .*, or a slot of the region '{",
        ),
        (
            {"done_check": "part_released", "region": None},
            "demonstration: '2 waypoints' is not allowed; it must be left out where done_check is 'part_released'",
        ),
        ({"demonstration": [{"over": "behnd", "height": 0.1}]}, "demonstration.0.over"),
        ({"demonstration": [{"over": "behind", "height": 0.0}]}, "demonstration.0.height"),
    ],
)
def test_wrong_cards_are_refused(tmp_path, changes, message):
    (tmp_path / "push.yaml").write_text(yaml.safe_dump({**PUSH, **changes}))
    with pytest.raises(BadInput, match=message):
        load_catalogue(tmp_path)
