"""The folder of a checkpoint: what lies in it, and that it is what its card says.

A policy                                    The perceiver
contract.json       what it was trained on  perceiver.json     what it was trained on
policy.onnx         the exported network    perceiver.onnx     the exported network
vlm/tokenizer.json  words to numbers        model.safetensors  the same weights, for training
config.json, model.safetensors, vlm/, policy_preprocessor.json, policy_postprocessor.json
                    lerobot's form
parity.npz          inputs with what lerobot answered to them
overhead.png        reference picture: what the camera sees but for what lies there
confidence.json     how sure its chunks may be, once that was fitted

Both hold training.json, how they came to be, and README.md, the card rendered from it.

A fine-tuned policy is in lerobot's form alone, with contract.json and a picture CAMERA.png of each camera.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from skills.base import Value
from skills.cell import CameraPose
from skills.contract import CONTRACT_FILE, Contract, hash_files, load_contract
from skills.errors import BadInput
from skills.yamlfile import load_model

PERCEIVER_FILE: Final = "perceiver.json"


@dataclass(frozen=True)
class PolicyFolder:
    """Paths of a policy's checkpoint."""

    root: Path

    @property
    def network(self) -> Path:
        return self.root / "policy.onnx"

    @property
    def tokenizer(self) -> Path:
        return self.root / "vlm" / "tokenizer.json"

    @property
    def parity(self) -> Path:
        return self.root / "parity.npz"

    @property
    def reference(self) -> Path:
        return self.root / "overhead.png"

    def hashed(self) -> list[Path]:
        """The files that `weights_hash` of the contract covers: all that decides a chunk."""
        return [self.network, self.tokenizer]


@dataclass(frozen=True)
class TunedFolder:
    """Paths of a fine-tuned policy's checkpoint."""

    root: Path

    @property
    def weights(self) -> Path:
        return self.root / "model.safetensors"

    def reference(self, camera: str) -> Path:
        return self.root / f"{camera}.png"

    def hashed(self) -> list[Path]:
        """The files that `weights_hash` of the contract covers: weights, their shape, words, normalization."""
        processors = sorted(self.root.glob("policy_p*processor*"))
        return [self.weights, self.root / "config.json", self.root / "vlm" / "tokenizer.json", *processors]


@dataclass(frozen=True)
class PerceiverFolder:
    """Paths of the perceiver's checkpoint."""

    root: Path

    @property
    def network(self) -> Path:
        return self.root / "perceiver.onnx"

    @property
    def weights(self) -> Path:
        return self.root / "model.safetensors"


class PerceiverCard(Value):
    """What a perceiver was trained on, and how it is decoded. Written by training, never by hand.

    Attributes:
        camera: the cell's camera that it looks through; `pose` is how it stood in training.
        image_size: side of the picture that the network takes [pixels].
        cells: side of the grid on which it answers.
        threshold: votes that make a part; chosen on the data set's held-out scenes.
        data_hash, weights_hash: SHA-256 of data set and exported network.
    """

    name: str
    camera: str
    pose: CameraPose
    image_size: int
    cells: int
    threshold: float
    epochs: float
    data_hash: str
    weights_hash: str


def is_tuned(root: Path) -> bool:
    """Whether a folder holds a fine-tuned policy: a contract and lerobot's form without an exported network."""
    exported = PolicyFolder(root).network.is_file()
    return not exported and TunedFolder(root).weights.is_file() and (root / CONTRACT_FILE).is_file()


def open_policy(root: Path) -> tuple[PolicyFolder, Contract]:
    """A policy's folder, whole and unchanged since training wrote it. Raises: BadInput."""
    _require_folder(root, CONTRACT_FILE)
    folder = PolicyFolder(root)
    contract = load_contract(root)
    _require_hash(folder.hashed(), contract.weights_hash, root)
    return folder, contract


def open_tuned(root: Path) -> tuple[TunedFolder, Contract]:
    """A fine-tuned policy's folder, whole and unchanged since training wrote it. Raises: BadInput."""
    _require_folder(root, CONTRACT_FILE)
    folder = TunedFolder(root)
    contract = load_contract(root)
    _require_hash(folder.hashed(), contract.weights_hash, root)
    return folder, contract


def open_perceiver(root: Path) -> tuple[PerceiverFolder, PerceiverCard]:
    """A perceiver's folder, whole and unchanged since training wrote it. Raises: BadInput."""
    _require_folder(root, PERCEIVER_FILE)
    folder = PerceiverFolder(root)
    card = load_model(root / PERCEIVER_FILE, PerceiverCard)
    _require_hash([folder.network], card.weights_hash, root)
    return folder, card


def _require_folder(root: Path, file: str) -> None:
    if not root.is_dir():
        raise BadInput(
            "checkpoint", str(root), "a folder that training has written; see `checkpoints` in the cell file"
        )
    if not (root / file).is_file():
        raise BadInput("checkpoint", str(root), f"a folder with {file}, as training writes it")


def _require_hash(files: list[Path], expected: str, root: Path) -> None:
    for file in files:
        if not file.is_file():
            raise BadInput("checkpoint", str(root), f"whole; {file.relative_to(root)} is missing")
    if hash_files(files) != expected:
        names = ", ".join(str(file.relative_to(root)) for file in files)
        raise BadInput("checkpoint", str(root), f"as it was trained; {names} do not match its card (SHA-256)")
