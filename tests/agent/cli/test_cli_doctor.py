"""`smolcell doctor`, `skills` and `audit` over a cell whose weights lie in the test's folder."""

import json
from collections.abc import Callable
from pathlib import Path

import cv2
import numpy as np
import pytest
import yaml

from agent.doctor import exit_code
from agent.exit_codes import ExitCode
from agent.journal.journal import Journal
from policy.checkpoint import PerceiverCard, PolicyFolder
from policy.confidence import Confidence, Curve, save_confidence
from safety.account import described
from safety.audit import Audit
from safety.latch import Latch
from safety.state import AUDIT_FILE, LATCH_FILE
from skills.call import Ruling
from skills.catalogue import LIBRARY
from skills.chunk import ActionChunk
from skills.contract import CameraContract, Statistics, load_contract, save_contract
from skills.contract import hash_files as hash_of
from skills.motion import UNKNOWN, moves_of
from tests.agent.kinematic_tray import contract_of

OF_CHECKPOINT = (
    "weights", "checkpoint", "contract", "units", "rate", "epochs", "cameras", "places", "pictures", "start state",
    "jumps", "gripper", "confidence",
)  # fmt: skip
Doctored = Callable[..., tuple[int, dict[str, tuple[bool, str]]]]


@pytest.fixture
def weights(root: Path, tmp_path: Path) -> Path:
    """Checkpoints as training writes them, but for what the networks know; and a cell file that names them."""
    cell = yaml.safe_load((root / "cells" / "default.yaml").read_text())
    overhead = cell["cameras"]["overhead"]
    for name in ("pick", "place"):
        folder = PolicyFolder(tmp_path / name)
        folder.tokenizer.parent.mkdir(parents=True)
        folder.network.write_bytes(b"network")
        folder.tokenizer.write_text("{}")
        camera = CameraContract(**{**overhead, "size": 256}, reference="overhead.png")
        told = {"weights_hash": hash_of(folder.hashed()), "cameras": {"overhead": camera}}
        save_contract(contract_of(name).model_copy(update=told), folder.root)
        cv2.imwrite(str(folder.reference), np.full((128, 128, 3), 100, np.uint8))
    perceiver = tmp_path / "perceiver"
    perceiver.mkdir()
    (perceiver / "perceiver.onnx").write_bytes(b"eyes")
    pose = {name: overhead[name] for name in overhead if name != "size"}
    card = PerceiverCard(
        name="p", camera="overhead", pose=pose, image_size=192, cells=24,
        threshold=1.0, epochs=1.0, data_hash="d", weights_hash=hash_of([perceiver / "perceiver.onnx"]),
    )  # fmt: skip
    (perceiver / "perceiver.json").write_text(card.model_dump_json())
    cell["checkpoints"] = {name: str(tmp_path / name) for name in ("pick", "place", "perceiver")}
    (tmp_path / "cell.yaml").write_text(yaml.safe_dump(cell))
    return tmp_path


@pytest.fixture
def doctor(smolcell, weights: Path) -> Doctored:
    """Runs the doctor: its exit code, and ok and detail of each check."""

    def run() -> tuple[int, dict[str, tuple[bool, str]]]:
        said = smolcell("doctor", "--cell", str(weights / "cell.yaml"), "--json")
        shown = json.loads(said.out)
        assert shown["ok"] == (said.code == ExitCode.DONE)
        return said.code, {check["check"]: (check["ok"], check["detail"]) for check in shown["checks"]}

    return run


def failed(checks: dict[str, tuple[bool, str]]) -> dict[str, str]:
    return {name: detail for name, (ok, detail) in checks.items() if not ok}


def test_a_whole_cell_passes_every_check(doctor: Doctored) -> None:
    code, checks = doctor()
    assert (code, failed(checks)) == (ExitCode.DONE, {})
    assert list(checks) == [
        "python", "packages", "cell file", "skill cards",
        *(f"{what} of {name}" for name in ("pick", "place") for what in OF_CHECKPOINT),
        "perceiver", "robot", "state folder", "audit", "stop latch",
    ]  # fmt: skip


@pytest.mark.parametrize(("section", "check"), [("PLANNER", "planner"), ("VERIFIER", "second opinion")])
def test_a_chat_model_that_is_not_set_up_is_named(doctor: Doctored, monkeypatch, section: str, check: str) -> None:
    monkeypatch.setenv(f"SMOLCELL_{section}_MODEL", "record:nowhere.json")
    code, checks = doctor()
    assert (code, list(failed(checks))) == (ExitCode.BAD_INPUT, [check])
    assert f"{section.lower()}.model: 'record:nowhere.json'" in str(failed(checks))


def test_a_second_opinion_whose_folder_is_not_there_is_named(doctor: Doctored, monkeypatch, tmp_path: Path) -> None:
    monkeypatch.setenv("SMOLCELL_VERIFIER_MODEL", f"smolvlm:{tmp_path / 'nowhere'}")
    code, checks = doctor()
    assert (code, list(failed(checks))) == (ExitCode.BAD_INPUT, ["second opinion"])
    assert "it must be smolvlm: and a folder with a SmolVLM2" in str(failed(checks))


def test_weights_that_are_not_the_contracts_are_named(doctor: Doctored, weights: Path) -> None:
    (weights / "pick" / "policy.onnx").write_bytes(b"another network")
    code, checks = doctor()
    assert code == ExitCode.BAD_INPUT
    assert list(failed(checks)) == ["weights of pick"]
    assert "policy.onnx" in checks["weights of pick"][1]


def test_a_phrase_that_was_not_trained_is_named(doctor: Doctored, smolcell, weights: Path) -> None:
    contract = load_contract(weights / "place")
    kept = {phrase: count for phrase, count in contract.phrases.items() if phrase != "place it in the left bin"}
    save_contract(contract.model_copy(update={"phrases": kept}), weights / "place")
    code, checks = doctor()
    assert (code, list(failed(checks))) == (ExitCode.BAD_INPUT, ["contract of place"])
    assert "'place it in the left bin'" in checks["contract of place"][1]
    said = smolcell("skills", "check", "--cell", str(weights / "cell.yaml"))
    assert said.code == ExitCode.INCOMPLETE
    assert said.out.splitlines()[0].endswith(
        "place.yaml: phrase: [untrained-phrases] 1 of 5 phrases were not trained, such as 'place it in the left bin'"
    )
    assert said.out.splitlines()[1:] == ["4 cards, 1 findings"]


@pytest.mark.parametrize(
    ("check", "changed", "detail"),
    [
        ("checkpoint", {"skills": ("pick",)}, "contract place was trained for pick, not for insert."),
        ("units", {"action_names": ("x [mm]",)}, "action column 'x [mm]' of contract place is 'x [m]' in this cell."),
        ("rate", {"executed": 9}, "contract place executes 9 rows of the 5 that it predicts."),
        ("epochs", {"epochs": 20.0}, "contract place saw its 16 episodes 20 times."),
        (
            "start state",
            {"state_names": ("z [m]",), "start_state": Statistics(mean=(0.6,), std=(0.01,), low=(0.6,), high=(0.6,))},
            "z [m] is 0.413 at the start, and the data begin between 0.580 and 0.620.",
        ),
    ],
)
def test_a_contract_that_does_not_fit_is_told(
    doctor: Doctored, weights: Path, check: str, changed: dict[str, object], detail: str
) -> None:
    save_contract(load_contract(weights / "place").model_copy(update=changed), weights / "place")
    code, checks = doctor()
    assert (code, list(failed(checks))) == (ExitCode.UNAVAILABLE, [f"{check} of place"])
    assert checks[f"{check} of place"][1].startswith(f"{detail} ")


def test_a_home_that_is_not_where_the_data_begin_is_told_and_where_calls_go_first(
    doctor: Doctored, weights: Path
) -> None:
    mean = (0.177, 0.0, 0.5)
    begin = Statistics(mean=mean, std=(0.01, 0.01, 0.01), low=mean, high=mean)
    told = {"state_names": ("x [m]", "y [m]", "z [m]"), "start_state": begin}
    save_contract(load_contract(weights / "pick").model_copy(update=told), weights / "pick")
    code, checks = doctor()
    assert (code, checks["start state of pick"]) == (
        ExitCode.DONE,
        (
            True,
            "at home z [m] is 0.413 at the start, and the data begin between 0.480 and 0.520; every call goes there "
            "first, through the gate",
        ),
    )


def test_a_reference_picture_that_is_gone_is_told(doctor: Doctored, weights: Path) -> None:
    (weights / "pick" / "overhead.png").unlink()
    code, checks = doctor()
    assert (code, list(failed(checks))) == (ExitCode.BAD_INPUT, ["pictures of pick"])
    assert "overhead.png is missing" in checks["pictures of pick"][1]


def test_a_confidence_of_other_weights_is_told(doctor: Doctored, weights: Path) -> None:
    curve = Curve(intercept=4.0, slope=2.0)
    told = {"curve": curve, "seed": 0, "scenes": {"varied": 9}, "successes": 5, "brier": 0.1, "brier_constant": 0.2}
    own = Confidence(weights_hash=load_contract(weights / "pick").weights_hash, **told)
    save_confidence(own, weights / "pick")
    code, checks = doctor()
    assert (code, checks["confidence of pick"]) == (ExitCode.DONE, (True, "fitted to 9 calls, Brier score 0.100"))
    assert checks["confidence of place"][1].startswith("none")
    save_confidence(own.model_copy(update={"weights_hash": "of others"}), weights / "pick")
    code, checks = doctor()
    assert (code, list(failed(checks))) == (ExitCode.BAD_INPUT, ["confidence of pick"])
    assert "smolcell calibrate" in checks["confidence of pick"][1]


def test_what_the_policy_did_is_compared_with_its_data(doctor: Doctored, weights: Path, state: Path) -> None:
    contract = load_contract(weights / "pick")
    rows = np.array([[0.5, 0, 0.12, 0, 0, 0, 0.05], [0.5, 0, 0.02, 0, 0, 0, 0.0]])
    _, before = doctor()
    assert before["jumps of pick"] == (True, UNKNOWN)
    save_contract(contract.model_copy(update={"moves": moves_of(rows[None], "tcp_waypoints")}), weights / "pick")
    audit, call = Audit(state / AUDIT_FILE), {"answers": 1, "observed_ns": 1, "call_id": "c"}

    def moved(values: np.ndarray) -> None:
        chunk = ActionChunk(values, "tcp_waypoints", checkpoint=contract.weights_hash, **call)
        audit.record("ruling", ruling=Ruling(decision="allow", sent_rows=9).model_dump(mode="json"), **described(chunk))

    for _ in range(10):
        moved(rows)
    code, checks = doctor()
    assert (code, checks["jumps of pick"]) == (ExitCode.DONE, (True, "as in the data, over 10 chunks"))
    assert checks["gripper of pick"] == (True, "closed in 50% of 10 chunks' rows, in 50% of the data's")
    for _ in range(10):
        moved(rows + np.array([[0, 0, 0, 0, 0, 0, 0], [0.2, 0, 0, 0, 0, 0, 0.01]]))
    code, checks = doctor()
    assert (code, list(failed(checks))) == (ExitCode.UNAVAILABLE, ["jumps of pick", "gripper of pick"])
    assert checks["jumps of pick"][1].startswith(
        "the way from row 1 to row 2 of the chunk is 0.224 m, and at most 0.100"
    )
    assert checks["gripper of pick"][1].startswith("the gripper is closed in 25% of the rows")


def test_a_camera_that_was_moved_is_told_with_its_distance(doctor: Doctored, weights: Path) -> None:
    cell = yaml.safe_load((weights / "cell.yaml").read_text())
    cell["cameras"]["overhead"]["position"][0] += 0.02
    (weights / "cell.yaml").write_text(yaml.safe_dump(cell))
    code, checks = doctor()
    assert list(failed(checks)) == ["cameras of pick", "cameras of place", "perceiver"]
    assert checks["cameras of pick"][1] == (
        "position of camera 'overhead' is (0.52, 0.0, 0.8), and was (0.5, 0.0, 0.8) in training. "
        "Set it to (0.5, 0.0, 0.8), or train again."
    )
    assert code == ExitCode.UNAVAILABLE


def test_a_latched_stop_is_told_with_its_reason(doctor: Doctored, state: Path) -> None:
    state.mkdir()
    Latch(state / LATCH_FILE).close("somebody in the cell", 0)
    code, checks = doctor()
    assert code == ExitCode.STOPPED
    assert failed(checks) == {
        "stop latch": "stopped: somebody in the cell. Check the cell, then run: smolcell reset --by YOUR_NAME"
    }


def test_an_audit_that_was_changed_is_told_with_its_line(doctor: Doctored, smolcell, state: Path) -> None:
    audit = Audit(state / AUDIT_FILE)
    audit.record("ruling", decision="stop")
    audit.record("ruling", decision="allow")
    path = state / AUDIT_FILE
    path.write_text(path.read_text().replace('"stop"', '"allow"'))
    code, checks = doctor()
    assert (code, list(failed(checks))) == (ExitCode.BAD_INPUT, ["audit"])
    said = smolcell("audit", "verify")
    assert (said.code, said.out) == (ExitCode.INCOMPLETE, f"{path}: line 1: its content was changed\n")
    shown = json.loads(smolcell("audit", "verify", str(path), "--json").out)
    assert shown == {"file": str(path), "intact": False, "line": 1, "reason": "its content was changed"}


def test_a_cell_that_is_open_elsewhere_is_told(doctor: Doctored, state: Path) -> None:
    with Journal(state):
        code, checks = doctor()
    assert (code, list(failed(checks))) == (ExitCode.UNAVAILABLE, ["state folder"])


def test_what_was_cut_off_is_told(doctor: Doctored, state: Path) -> None:
    with Journal(state) as journal:
        journal.begin_run("sort it")
    code, checks = doctor()
    assert (code, checks["state folder"]) == (ExitCode.DONE, (True, f"{state}; run-00001 can be resumed: 'sort it'"))


def test_a_wrong_cell_file_ends_the_checks_of_the_cell(smolcell, tmp_path: Path) -> None:
    (tmp_path / "cell.yaml").write_text("name: x\n")
    said = smolcell("doctor", "--cell", str(tmp_path / "cell.yaml"))
    assert said.code == ExitCode.BAD_INPUT
    last = said.out.splitlines()[-1].split(maxsplit=3)
    assert last[:3] == ["cell", "file", "FAILED"]


def test_no_findings_are_done() -> None:
    assert exit_code(()) == ExitCode.DONE


def test_skills_list_tells_trained_phrases(smolcell, weights: Path) -> None:
    cell = str(weights / "cell.yaml")
    shown = json.loads(smolcell("skills", "list", "--cell", cell, "--json").out)["skills"]
    assert [(skill["name"], skill["trained"] == len(skill["phrases"])) for skill in shown] == [
        ("insert", True),
        ("pick", True),
        ("place", True),
        ("put_back", True),
    ]
    said = smolcell("skills", "list", "place", "--cell", cell)
    assert [line.rsplit(maxsplit=3)[0] for line in said.out.splitlines()[2:]] == [
        "place it in the rejection bin",
        "place it in the red quality control bin",
        "place it in the left bin",
        "place it in the right bin",
        "place it on the conveyor belt",
    ]


def test_a_card_of_the_cells_own_folder_is_checked_and_listed(doctor: Doctored, smolcell, weights: Path) -> None:
    (weights / "mine").mkdir()
    card = yaml.safe_load((LIBRARY / "insert.yaml").read_text())
    own = {"name": "slip", "phrase": "slip it in", "parameters": {}, "checkpoint": "slip", "examples": []}
    (weights / "mine" / "slip.yaml").write_text(yaml.safe_dump({**card, **own}))
    cell = yaml.safe_load((weights / "cell.yaml").read_text())
    cell |= {"skills": ["mine"], "checkpoints": {**cell["checkpoints"], "slip": str(weights / "place")}}
    (weights / "cell.yaml").write_text(yaml.safe_dump(cell))
    code, checks = doctor()
    assert (code, list(failed(checks))) == (ExitCode.UNAVAILABLE, ["checkpoint of slip", "contract of slip"])
    shown = json.loads(smolcell("skills", "list", "--cell", str(weights / "cell.yaml"), "--json").out)["skills"]
    assert [(skill["name"], skill["trained"]) for skill in shown if skill["name"] == "slip"] == [("slip", 0)]
