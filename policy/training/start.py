"""The weights that a run begins with: random ones, or those of a checkpoint with the same networks."""

from pathlib import Path

from safetensors import SafetensorError
from safetensors.torch import load_model
from torch import nn

from skills.errors import BadInput


def give(folder: Path | None, model: nn.Module) -> bool:
    """Copy the weights of the checkpoint into `model`; False where there is none, and random ones stay.

    Raises: BadInput when the checkpoint is of other networks.
    """
    if folder is None:
        return False
    try:
        load_model(model, folder / "model.safetensors")
    except (OSError, RuntimeError, SafetensorError):
        raise BadInput("--start-from", str(folder), "a checkpoint of the networks that are trained") from None
    return True
