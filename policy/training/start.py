"""The weights that a run begins with: random ones, or those of a checkpoint with the same networks."""

from pathlib import Path
from typing import Final

from safetensors import SafetensorError
from safetensors.torch import load_file
from torch import Tensor, nn
from torch.nn import functional as F  # noqa: N812

from skills.errors import BadInput

PLACES: Final = "position_embedding.weight"


def give(folder: Path | None, model: nn.Module) -> bool:
    """Copy the weights of the checkpoint into `model`; False where there is none, and random ones stay.

    A checkpoint of pictures of another size gives all it has; its embeddings of the tokens' places are interpolated.

    Raises: BadInput when the checkpoint is of other networks.
    """
    if folder is None:
        return False
    try:
        weights = load_file(folder / "model.safetensors")
        for name, weight in model.state_dict().items():
            if name.endswith(PLACES) and name in weights:
                weights[name] = fitted(weights[name], len(weight))
        model.load_state_dict(weights)
    except (OSError, RuntimeError, SafetensorError):
        raise BadInput("--start-from", str(folder), "a checkpoint of the networks that are trained") from None
    return True


def fitted(places: Tensor, tokens: int) -> Tensor:
    """Embeddings (n, width) of the n tokens of a square picture, for a picture of `tokens` tokens; bicubic between."""
    if len(places) == tokens:
        return places
    before, after = (round(count**0.5) for count in (len(places), tokens))
    grid = places.T.reshape(1, -1, before, before)
    return F.interpolate(grid, (after, after), mode="bicubic", align_corners=False).flatten(2)[0].T.contiguous()
