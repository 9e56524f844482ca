"""A checkpoint's folder: whole, unchanged, or refused with the sentence that helps."""

import shutil
from pathlib import Path

import pytest

from policy.checkpoint import open_perceiver, open_policy
from policy.onnx_session import open_session
from policy.phrases import PhraseEncoder
from skills.errors import BadInput


@pytest.fixture
def place(root: Path, tmp_path: Path) -> Path:
    """A copy of a policy's checkpoint that a test may spoil."""
    return Path(shutil.copytree(root / "policy" / "weights" / "place", tmp_path / "place"))


def test_a_whole_checkpoint_opens(place: Path) -> None:
    folder, contract = open_policy(place)
    assert folder.network == place / "policy.onnx"
    assert contract.name == "place"


@pytest.mark.parametrize("open_folder", [open_policy, open_perceiver])
def test_no_folder(tmp_path: Path, open_folder) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(BadInput) as raised:
        open_folder(tmp_path / "none")
    assert str(raised.value) == (
        f"checkpoint: '{tmp_path}/none' is not allowed; it must be a folder that training has written; "
        "see `checkpoints` in the cell file."
    )


@pytest.mark.parametrize(("open_folder", "card"), [(open_policy, "contract.json"), (open_perceiver, "perceiver.json")])
def test_a_folder_without_its_card(tmp_path: Path, open_folder, card: str) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(BadInput) as raised:
        open_folder(tmp_path)
    assert str(raised.value) == (
        f"checkpoint: '{tmp_path}' is not allowed; it must be a folder with {card}, as training writes it."
    )


@pytest.mark.parametrize("file", ["policy.onnx", "vlm/tokenizer.json"])
def test_a_missing_file(place: Path, file: str) -> None:
    (place / file).unlink()
    with pytest.raises(BadInput) as raised:
        open_policy(place)
    assert str(raised.value) == f"checkpoint: '{place}' is not allowed; it must be whole; {file} is missing."


@pytest.mark.parametrize("file", ["policy.onnx", "vlm/tokenizer.json"])
def test_one_flipped_bit(place: Path, file: str) -> None:
    content = bytearray((place / file).read_bytes())
    content[len(content) // 2] ^= 1
    (place / file).write_bytes(content)
    with pytest.raises(BadInput) as raised:
        open_policy(place)
    assert str(raised.value) == (
        f"checkpoint: '{place}' is not allowed; it must be as it was trained; "
        "policy.onnx, vlm/tokenizer.json do not match its card (SHA-256)."
    )


def test_a_contract_that_is_none(place: Path) -> None:
    (place / "contract.json").write_text("{}")
    with pytest.raises(BadInput, match=r"contract\.json: name"):
        open_policy(place)


def test_a_network_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "policy.onnx").write_bytes(b"no network")
    with pytest.raises(BadInput, match=r"network: '.*policy\.onnx' is not allowed; it must be an ONNX network"):
        open_session(tmp_path / "policy.onnx")


def test_a_tokenizer_that_is_none(tmp_path: Path) -> None:
    (tmp_path / "tokenizer.json").write_text("{}")
    with pytest.raises(BadInput, match=r"tokenizer: '.*tokenizer\.json' is not allowed"):
        PhraseEncoder(tmp_path / "tokenizer.json")
