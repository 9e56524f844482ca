"""lerobot's SmolVLA as a folder that can be moved: the backbone's configuration and tokenizer travel inside it.

lerobot writes the absolute path (or the hub's name) of the backbone into the checkpoint, leaves the tokenizer behind,
and loads weights that do not fit without a word.
"""

import contextlib
import copy
import shutil
import sys
from pathlib import Path
from typing import Any, Final, Self

from lerobot.configs.policies import PreTrainedConfig
from lerobot.policies.smolvla.configuration_smolvla import SmolVLAConfig
from lerobot.policies.smolvla.modeling_smolvla import SmolVLAPolicy
from transformers.modeling_utils import no_init_weights

BACKBONE_FOLDER: Final = "vlm"
"""Folder inside a checkpoint that holds the backbone's configuration and tokenizer."""


class PortableSmolVLA(SmolVLAPolicy):  # type: ignore[misc]
    """Saves and loads as one folder. In a saved configuration `vlm_model_name` is `BACKBONE_FOLDER`, relative to it."""

    config: Any

    def _save_pretrained(self, save_directory: Path) -> None:
        backbone = save_directory / BACKBONE_FOLDER
        if Path(self.config.vlm_model_name).resolve() != backbone.resolve():
            shutil.copytree(self.config.vlm_model_name, backbone, dirs_exist_ok=True)
        named, self.config = self.config, copy.deepcopy(self.config)
        self.config.vlm_model_name = BACKBONE_FOLDER
        try:
            super()._save_pretrained(save_directory)
        finally:
            self.config = named

    @classmethod
    def from_pretrained(
        cls, pretrained_name_or_path: str | Path, *, config: SmolVLAConfig | None = None, **kwargs: Any
    ) -> Self:
        """The policy in a folder, every weight accounted for; needs no network."""
        folder = Path(pretrained_name_or_path)
        config = config or PreTrainedConfig.from_pretrained(folder)
        config.vlm_model_name = str(folder / BACKBONE_FOLDER)
        with contextlib.redirect_stdout(sys.stderr), no_init_weights():  # lerobot prints; every weight is read anyway
            policy: Self = super().from_pretrained(folder, config=config, **{"strict": True, **kwargs})
        return policy
