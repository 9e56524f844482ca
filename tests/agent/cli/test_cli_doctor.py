"""`smolcell doctor`, `skills` and `audit` over a cell whose weights lie in the test's folder."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
import yaml

from agent.doctor import exit_code
from agent.exit_codes import ExitCode
from agent.journal import Journal
from policy.checkpoint import PerceiverCard, PolicyFolder
from safety.audit import Audit
from safety.latch import Latch
from safety.state import AUDIT_FILE, LATCH_FILE
from skills.catalogue import LIBRARY
from skills.contract import CameraContract, load_contract, save_contract
from skills.contract import hash_files as hash_of
from tests.agent.kinematic_tray import contract_of

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
        "python", "packages", "cell file", "skill cards", "weights of pick", "contract of pick", "cameras of pick",
        "places of pick", "weights of place", "contract of place", "cameras of place",
        "places of place", "perceiver", "robot", "state folder", "audit", "stop latch",
    ]  # fmt: skip


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
    assert (code, list(failed(checks))) == (ExitCode.BAD_INPUT, ["contract of slip"])
    shown = json.loads(smolcell("skills", "list", "--cell", str(weights / "cell.yaml"), "--json").out)["skills"]
    assert [(skill["name"], skill["trained"]) for skill in shown if skill["name"] == "slip"] == [("slip", 0)]
