"""Skill cards and contracts: phrases letter for letter, everything else refused by name."""

import json

import pytest

from skills.card import Parameter, SkillCard
from skills.catalogue import load_catalogue
from skills.contract import Contract, load_contract, save_contract
from skills.errors import BadInput, UnknownName

CARD = """
name: {name}
summary: s
phrase: "push the {{kind}} left"
parameters: {{kind: {{values: [bolt, nut]}}}}
checkpoint: pick
start_pose: home
done_check: part_released
budget: {{seconds: 1, chunks: 1}}
"""


@pytest.fixture(scope="module")
def catalogue():
    return load_catalogue()


def contract(**changes):
    statistics = {"mean": [0.0], "std": [1.0], "low": [0.0], "high": [1.0]}
    content = {
        "name": "tiny",
        "phrases": {"pick up the gear": 3},
        "cameras": {},
        "places": {},
        "state_names": ["x [m]"],
        "action_names": ["x [m]"],
        "space": "tcp_waypoints",
        "period": None,
        "chunk_size": 5,
        "executed": 5,
        "start_state": statistics,
        "action_mean": [[0.0]],
        "action_std": [[1.0]],
        "epochs": 1.0,
        "data_hash": "d",
        "weights_hash": "w",
    }
    return Contract.model_validate(content | changes)


def test_every_phrase_of_the_catalogue_is_unique_and_fits_the_tokenizer(catalogue):
    phrases = [phrase for card in catalogue for phrase in card.phrases()]
    assert len(phrases) == len(set(phrases)) == 421
    assert all(len(f"{phrase}\n".split(" ")) + 1 <= 48 for phrase in phrases)


def test_omitted_words_leave_no_gap(catalogue):
    arguments = {"condition": "failed", "kind": "gear"}
    assert catalogue["pick"].render(arguments) == "pick up the failed gear"


def test_every_call_renders_its_own_phrase(catalogue):
    for card in catalogue:
        rendered = [card.render(arguments) for arguments in card.calls()]
        assert len(rendered) == len(set(rendered)) == len(card.phrases())


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ({"kind": "geer"}, UnknownName, "pick.kind: 'geer' is not known"),
        ({"kind": "gear", "shape": "round"}, UnknownName, "parameter of pick: 'shape' is not known"),
        ({"condition": "failed"}, BadInput, "pick.kind: None is not allowed"),
        ({"kind": "gear", "size": "M8"}, BadInput, "a combination that names a part that exists"),
    ],
)
def test_wrong_arguments_are_refused(catalogue, arguments, error, message):
    with pytest.raises(error) as caught:
        catalogue["pick"].render(arguments)
    assert message in str(caught.value)


def test_unknown_skill_names_the_nearest(catalogue):
    with pytest.raises(UnknownName) as caught:
        catalogue["pikc"]
    assert caught.value.nearest == ("pick",)


def test_card_must_be_named_like_its_file(tmp_path):
    (tmp_path / "push.yaml").write_text(CARD.format(name="shove"))
    with pytest.raises(BadInput, match="the file's name, 'push'"):
        load_catalogue(tmp_path)


def test_two_cards_may_not_share_a_phrase(tmp_path):
    for name in ("push", "shove"):
        (tmp_path / f"{name}.yaml").write_text(CARD.format(name=name))
    with pytest.raises(BadInput, match="card 'push' renders it as well"):
        load_catalogue(tmp_path)


def test_phrase_and_parameters_must_agree():
    content = {
        "name": "push", "summary": "s", "phrase": "push the {kind}", "parameters": {}, "checkpoint": "p",
        "start_pose": "home", "done_check": "part_released", "budget": {"seconds": 1, "chunks": 1},
    }  # fmt: skip
    with pytest.raises(BadInput, match="phrase of card push"):
        SkillCard.model_validate(content)


def test_contract_requires_the_phrase_letter_for_letter():
    held = contract()
    held.require("pick up the gear")
    for almost in ("Pick up the gear", "pick up the gear ", "pick up the  gear", "pick up the geer"):
        with pytest.raises(UnknownName, match="Nearest: 'pick up the gear'"):
            held.require(almost)


def test_contract_goes_to_disk_and_back(tmp_path):
    save_contract(contract(), tmp_path)
    assert load_contract(tmp_path) == contract()


def test_missing_and_broken_contracts_are_refused(tmp_path):
    with pytest.raises(BadInput, match=r"a folder with contract\.json"):
        load_contract(tmp_path)
    (tmp_path / "contract.json").write_text(json.dumps({"name": "x"}))
    with pytest.raises(BadInput, match="phrases"):
        load_contract(tmp_path)


def test_a_value_is_said_as_the_card_says(catalogue):
    assert catalogue["place"].phrases() == (
        "place it in the rejection bin",
        "place it in the red quality control bin",
        "place it in the left bin",
        "place it in the right bin",
        "place it on the conveyor belt",
    )
    assert catalogue["insert"].phrases() == ("insert it into the left fixture", "insert it into the right fixture")


def test_only_values_of_the_slot_are_said():
    with pytest.raises(UnknownName, match="said: 'belt' is not known; allowed is one of 'left bin'"):
        Parameter.model_validate({"values": ["left bin"], "said": {"belt": "on the belt"}})


def test_every_place_of_the_default_cell_has_a_phrase(cell, catalogue):
    named = {*catalogue["place"].parameters["place"].values, *catalogue["insert"].parameters["fixture"].values}
    assert named == set(cell.destinations)
