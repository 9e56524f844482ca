"""Which runtime a policy's checkpoint needs: its own exported network, or lerobot for a fine-tuned one."""

from pathlib import Path
from typing import TYPE_CHECKING

from policy.checkpoint import is_tuned
from policy.smolvla import OnnxSmolVLA
from skills.errors import Unavailable

if TYPE_CHECKING:
    from policy.tuned_runtime import TunedPolicy


def open_runtime(root: Path) -> "OnnxSmolVLA | TunedPolicy":
    """The policy in a folder.

    Raises: BadInput (not whole, a confidence that was fitted to other weights), Unavailable (the extra `train` is
    missing).
    """
    if not is_tuned(root):
        policy = OnnxSmolVLA(root)
        _ = policy.confidence
        return policy
    try:
        from policy.tuned_runtime import TunedPolicy
    except ModuleNotFoundError as error:
        raise Unavailable(
            f"the fine-tuned policy in {root} needs the package {error.name!r}.",
            "Install: pip install 'smolcell[train]'",
        ) from None
    return TunedPolicy(root)
