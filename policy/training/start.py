"""The weights that a run begins with: random ones, or those of a checkpoint with the same networks."""

from dataclasses import dataclass
from pathlib import Path
from typing import Self

from safetensors import SafetensorError
from safetensors.torch import load_model
from torch import nn

from policy.checkpoint import PERCEIVER_FILE, open_perceiver, open_policy
from skills.errors import BadInput


@dataclass(frozen=True)
class Start:
    """A checkpoint's folder and the hash of its weights; both None: random weights."""

    folder: Path | None = None
    weights_hash: str | None = None

    @classmethod
    def of(cls, folder: Path | None) -> Self:
        """Raises: BadInput where there is no whole checkpoint."""
        if folder is None:
            return cls()
        card = open_perceiver(folder)[1] if (folder / PERCEIVER_FILE).is_file() else open_policy(folder)[1]
        return cls(folder, card.weights_hash)

    def give(self, model: nn.Module) -> bool:
        """Copy the weights into `model`; False where the run begins with random ones.

        Raises: BadInput when the checkpoint is of other networks.
        """
        if self.folder is None:
            return False
        try:
            load_model(model, self.folder / "model.safetensors")
        except (OSError, RuntimeError, SafetensorError):
            raise BadInput("--start-from", str(self.folder), "a checkpoint of the networks that are trained") from None
        return True


NO_START = Start()
