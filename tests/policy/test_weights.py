"""The weights in the repository: what they promise, and that they keep it without torch."""

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from policy.evaluation.perception import turn_between
from policy.keyframe_policy import KeyframePolicy
from policy.perceiver import OnnxPerceiver
from policy.record import load_record, render_card
from policy.smolvla import OnnxSmolVLA
from policy.training.presets import preset
from skills.catalogue import load_catalogue
from skills.cell import Cell
from skills.errors import BadInput, UnknownName
from skills.observation import Observation
from skills.preflight import check_camera, check_cameras, check_places
from skills.protocols import Perceiver, Policy

POLICIES = ("pick", "place")
WHAT_IS_LEARNT = {
    "pick": ("name", "skills", "backbone", "detector", "flow", "held_out", "seed"),
    "place": ("name", "skills", "backbone", "detector", "flow", "held_out", "seed"),
    "perceiver": ("name", "backbone", "detector", "held_out", "seed"),
}
EVERYTHING = (*POLICIES, "perceiver")
PARITY = 1e-3
"""Normalized chunks: under a hundredth of a millimetre to a tenth, by column."""
BUDGET = 36_000_000
"""Bytes of all weights together."""

Look = Callable[..., Observation]


@pytest.fixture(scope="module")
def weights(root: Path) -> Path:
    return root / "policy" / "weights"


@pytest.fixture(scope="module")
def policies(weights: Path) -> dict[str, OnnxSmolVLA]:
    return {name: OnnxSmolVLA(weights / name) for name in POLICIES}


@pytest.fixture(scope="module")
def mixed() -> dict[str, Any]:
    """The parts of `scenes/mixed.png`, a picture of the twin that nothing was trained on."""
    content: dict[str, Any] = json.loads((Path(__file__).parent / "scenes" / "mixed.json").read_text())
    return content


@pytest.fixture(scope="module")
def look() -> Look:
    """An observation of that picture, the arm at home."""
    picture = cv2.imread(str(Path(__file__).parent / "scenes" / "mixed.png"))
    rgb = cv2.cvtColor(picture, cv2.COLOR_BGR2RGB)

    def observe(sequence: int = 1, image: Any = rgb, camera: str = "overhead") -> Observation:
        return Observation(
            images={camera: image},
            joints=np.zeros(7),
            joint_speeds=np.zeros(7),
            gripper_width=0.08,
            tcp=np.array([0.17684, 0.0, 0.41320, 1.0, 0.0, 0.0, 0.0]),
            time_ns=123,
            sequence=sequence,
        )

    return observe


@pytest.mark.parametrize("name", POLICIES)
def test_the_network_answers_as_lerobot_did(policies: dict[str, OnnxSmolVLA], weights: Path, name: str) -> None:
    recorded = np.load(weights / name / "parity.npz")
    columns = (recorded[key] for key in ("pictures", "phrases", "states", "noise", "chunks"))
    for picture, phrase, state, noise, chunk in zip(*columns, strict=True):
        answer = policies[name].propose(picture, str(phrase), state, noise)
        assert answer.shape == chunk.shape == (5, 6)
        assert np.abs(answer - chunk).max() <= PARITY


@pytest.mark.parametrize("name", EVERYTHING)
def test_the_card_is_what_the_record_says(weights: Path, name: str) -> None:
    assert (weights / name / "README.md").read_text(encoding="utf-8") == render_card(load_record(weights / name))


@pytest.mark.parametrize(
    ("name", "last"), [("pick", "pick-fine"), ("place", "place-tune"), ("perceiver", "perceiver-tune")]
)
def test_the_preset_is_what_the_weights_were_trained_by(weights: Path, name: str, last: str) -> None:
    told = type(preset(last)).model_validate(load_record(weights / name).config).model_dump(mode="json")
    whole = preset(last).model_dump(mode="json")
    assert {field: told[field] for field in WHAT_IS_LEARNT[name]} == {
        field: whole[field] for field in WHAT_IS_LEARNT[name]
    }
    assert told["start_from"]


@pytest.mark.parametrize("name", POLICIES)
def test_record_and_contract_speak_of_the_same_weights(
    policies: dict[str, OnnxSmolVLA], weights: Path, name: str
) -> None:
    record, contract = load_record(weights / name), policies[name].contract
    assert (record.weights_hash, record.data_hash) == (contract.weights_hash, contract.data_hash)


def test_the_perceiver_shares_no_data_with_the_policies(weights: Path) -> None:
    hashes = {name: load_record(weights / name).data_hash for name in EVERYTHING}
    assert hashes["perceiver"] not in (hashes["pick"], hashes["place"])


def test_every_phrase_of_the_cards_was_trained_and_no_other(policies: dict[str, OnnxSmolVLA]) -> None:
    rendered: dict[str, set[str]] = {name: set() for name in POLICIES}
    for card in load_catalogue():
        rendered[card.checkpoint] |= set(card.phrases())
    assert {name: set(policy.contract.phrases) for name, policy in policies.items()} == rendered


@pytest.mark.parametrize("name", POLICIES)
def test_the_camera_stands_where_it_stood_in_training(policies: dict[str, OnnxSmolVLA], cell: Cell, name: str) -> None:
    contract = policies[name].contract
    assert set(contract.cameras) == {"overhead"}
    assert check_cameras(contract, cell) is None
    assert check_places(contract, cell) is None


def test_the_perceivers_camera_stands_where_it_stood_in_training(weights: Path, cell: Cell) -> None:
    card = OnnxPerceiver(weights / "perceiver").card
    assert check_camera(card.camera, card.pose, cell) is None


def test_all_weights_together_are_small(weights: Path) -> None:
    assert sum(file.stat().st_size for file in weights.rglob("*") if file.is_file()) < BUDGET


def test_the_runtimes_keep_the_protocols(policies: dict[str, OnnxSmolVLA], weights: Path) -> None:
    assert all(isinstance(policy, Policy) for policy in policies.values())
    assert isinstance(OnnxPerceiver(weights / "perceiver"), Perceiver)


def test_it_aims_at_the_part_that_is_named(policies: dict[str, OnnxSmolVLA], mixed: dict[str, Any], look: Look) -> None:
    wanted = {
        "pick up the failed gear": ("gear", "blue"),
        "pick up the silver bracket": ("bracket", "silver"),
        "pick up the failed M10 nut": ("nut", "red"),
        "pick up the large shiny gear": ("gear", "silver"),
    }
    for phrase, (kind, colour) in wanted.items():
        (part,) = [part for part in mixed["parts"] if (part["kind"], part["colour"]) == (kind, colour)]
        chunk = policies["pick"].act(look(), phrase, "call")
        assert np.hypot(*(chunk.values[1, :2] - [0.5, 0.0] - part["at"])) < 0.010
        if kind == "bracket":
            assert turn_between(chunk.values[1, 5], part["yaw"]) < np.radians(10)


def test_of_several_parts_it_takes_the_nearest_to_the_robot(
    policies: dict[str, OnnxSmolVLA], mixed: dict[str, Any], look: Look
) -> None:
    bolts = sorted(part["at"] for part in mixed["parts"] if part["kind"] == "bolt")
    chunk = policies["pick"].act(look(), "pick up the green bolt", "call")
    assert np.hypot(*(chunk.values[1, :2] - [0.5, 0.0] - bolts[0])) < 0.010


def test_a_chunk_says_what_it_answers(policies: dict[str, OnnxSmolVLA], look: Look) -> None:
    policy = policies["place"]
    chunk = policy.act(look(sequence=7), "place it in the left bin", "call-3")
    assert (chunk.space, chunk.answers, chunk.observed_ns, chunk.call_id) == ("tcp_waypoints", 7, 123, "call-3")
    assert (chunk.checkpoint, chunk.done, chunk.period) == (policy.contract.weights_hash, True, None)
    assert chunk.values.shape == (5, 7)
    assert np.hypot(*(chunk.values[1, :2] - [0.45, 0.36])) < 0.03
    assert chunk.values[:, 6] == pytest.approx([0.0, 0.0, 0.08, 0.08, 0.08], abs=0.003)


def test_the_same_question_gets_the_same_answer(policies: dict[str, OnnxSmolVLA], look: Look) -> None:
    ask = ("pick up the bolt", "call")
    first, again = (policies["pick"].act(look(), *ask).values for _ in range(2))
    assert np.array_equal(first, again)
    assert not np.array_equal(first, policies["pick"].act(look(sequence=2), *ask).values)


@pytest.mark.parametrize("phrase", ["pick up the bolts", "Pick up the bolt", "pick up the bolt ", ""])
def test_a_phrase_that_was_not_trained_is_refused(policies: dict[str, OnnxSmolVLA], look: Look, phrase: str) -> None:
    with pytest.raises(UnknownName) as raised:
        policies["pick"].act(look(), phrase, "call")
    assert raised.value.value == phrase
    assert ("pick up the bolt" in raised.value.nearest) == bool(phrase)


def test_a_missing_picture_is_named(policies: dict[str, OnnxSmolVLA], weights: Path, look: Look) -> None:
    blind = look(camera="wrist")
    with pytest.raises(UnknownName, match="picture: 'overhead' is not known; allowed is one of 'wrist'"):
        policies["pick"].act(blind, "pick up the bolt", "call")
    with pytest.raises(UnknownName, match="picture: 'overhead' is not known; allowed is one of 'wrist'"):
        OnnxPerceiver(weights / "perceiver").perceive(blind)


def test_a_picture_that_is_not_square_is_refused(policies: dict[str, OnnxSmolVLA], look: Look) -> None:
    with pytest.raises(BadInput) as raised:
        policies["pick"].act(look(image=np.zeros((128, 256, 3), np.uint8)), "pick up the bolt", "call")
    assert str(raised.value) == "picture: '256×128' is not allowed; it must be a square of at least 192 pixels."


def test_the_perceiver_sees_every_part_as_it_is(weights: Path, mixed: dict[str, Any], look: Look) -> None:
    scene = OnnxPerceiver(weights / "perceiver").perceive(look(sequence=9))
    assert (scene.sequence, scene.time_ns) == (9, 123)
    expected = sorted(mixed["parts"], key=lambda part: part["at"])
    named = [{key: getattr(part, key) for key in ("kind", "size", "colour", "condition")} for part in scene.parts]
    assert named == [{key: part[key] for key in ("kind", "size", "colour", "condition")} for part in expected]
    for seen, true in zip(scene.parts, expected, strict=True):
        assert np.hypot(*np.subtract(seen.at, true["at"])) < 0.008
        if true["kind"] in ("bolt", "bracket"):
            assert turn_between(seen.yaw, true["yaw"]) < np.radians(8)


def test_an_empty_picture_holds_no_parts(weights: Path, look: Look) -> None:
    grey = np.full((256, 256, 3), (92, 102, 112), np.uint8)
    assert OnnxPerceiver(weights / "perceiver").perceive(look(image=grey)).parts == ()


def test_acting_and_seeing_need_no_torch(root: Path) -> None:
    program = """
import sys
from pathlib import Path
import numpy as np
from policy.perceiver import OnnxPerceiver
from policy.smolvla import OnnxSmolVLA
from policy.training.presets import preset
from skills.observation import Observation
grey = np.full((256, 256, 3), 100, np.uint8)
arm = dict(joints=np.zeros(7), joint_speeds=np.zeros(7), gripper_width=0.08, tcp=np.array([0.2, 0, 0.4, 1, 0, 0, 0]))
seen = Observation(images={"overhead": grey}, time_ns=0, sequence=1, **arm)
OnnxSmolVLA(Path("policy/weights/pick")).act(seen, "pick up the bolt", "call")
OnnxPerceiver(Path("policy/weights/perceiver")).perceive(seen)
print(sorted({"torch", "transformers", "lerobot", "PIL", "pybullet"} & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", program], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


def test_a_runtime_only_has_to_propose() -> None:
    assert KeyframePolicy.__abstractmethods__ == {"propose"}
