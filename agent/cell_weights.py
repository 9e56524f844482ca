"""The networks that a cell file names: where they lie, and what opens them."""

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

from agent.executor import Checkpoint
from agent.looking.looker import OVERHEAD, View
from agent.verifying.sureness import Sureness, load_sureness
from skills.catalogue import catalogue_of
from skills.cell import Cell
from skills.errors import BadInput, Unavailable, UnknownName
from skills.preflight import check_camera
from skills.protocols import Perceiver
from skills.reference import Reference

if TYPE_CHECKING:
    from policy.smolvla import OnnxSmolVLA
    from policy.tuned_runtime import TunedPolicy

ROOT: Final = Path(__file__).parents[1]
"""Where the packages stand; a relative checkpoint folder of a cell file is meant from here."""
PERCEIVER: Final = "perceiver"


def load_checkpoints(cell: Cell) -> dict[str, Checkpoint]:
    """The policy and contract of every checkpoint that a skill card names; weights load at the first call."""
    from policy.runtimes import open_runtime

    policies = {
        name: open_runtime(checkpoint_folder(cell, name)) for name in {card.checkpoint for card in catalogue_of(cell)}
    }
    return {name: Checkpoint(policy, policy.contract, _references(policy)) for name, policy in policies.items()}


def _references(policy: "OnnxSmolVLA | TunedPolicy") -> dict[str, Reference]:
    from policy.pictures import load_references

    pictures = load_references(policy.folder.root, policy.contract)
    return {camera: Reference.of(picture) for camera, picture in pictures.items()}


def load_perceiver(cell: Cell) -> Perceiver:
    """The perceiver; its weights load at the first look. Raises: Unavailable (its camera has moved), BadInput."""
    from policy.perceiver import OnnxPerceiver

    perceiver = OnnxPerceiver(checkpoint_folder(cell, PERCEIVER))
    fault = check_camera(perceiver.card.camera, perceiver.card.pose, cell)
    if fault:
        raise Unavailable(f"the perceiver: {fault.text}.", f"{fault.remedy[0].upper()}{fault.remedy[1:]}.")
    return perceiver


def sureness_of(cell: Cell) -> Sureness | None:
    """How sure the cell's verdicts may be, where that was fitted. Raises: BadInput (to other weights)."""
    from policy.perceiver import OnnxPerceiver

    root = checkpoint_folder(cell, PERCEIVER)
    return load_sureness(root, OnnxPerceiver(root).card.weights_hash)


def checkpoint_folder(cell: Cell, name: str) -> Path:
    """The folder of a checkpoint. Raises: UnknownName (not in the cell file), BadInput (no such folder)."""
    folder = checkpoint_path(cell, name)
    if not folder.is_dir():
        raise BadInput(f"checkpoints.{name}", str(folder), f"a folder with weights; train them: smolcell train {name}")
    return folder


def checkpoint_path(cell: Cell, name: str) -> Path:
    """Where the cell file says that a checkpoint lies. Raises: UnknownName."""
    if name not in cell.checkpoints:
        raise UnknownName("checkpoints", name, cell.checkpoints, f"Cell {cell.name} must name it.")
    return ROOT / cell.checkpoints[name]


def view_of(checkpoints: Mapping[str, Checkpoint]) -> View | None:
    """What the overhead camera showed in training, by the first checkpoint that keeps a square picture of it."""
    for checkpoint in checkpoints.values():
        trained = checkpoint.contract.cameras.get(OVERHEAD)
        if trained is not None and trained.width is None and OVERHEAD in checkpoint.references:
            return View(trained, checkpoint.references[OVERHEAD])
    return None
