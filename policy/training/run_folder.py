"""A training run on disk: what it was begun with, its stages' states, and at the end the checkpoint.

run.json             configuration and data hash; a run goes on only with the same
data/                the data set, where the run makes its own
vlm/                 the backbone's folder
detector.state       state of the detector stage (also after its end)
flow.state           state of the flow stage
checkpoints/         the last three drafts: the averaged weights after so many steps
best/, best.json     the draft with the best trials, and what they were
evaluations.jsonl    every evaluation, a line each; evaluations/ holds their pictures and examples
success.png          success over time
tensorboard/, wandb/ figures for the trackers
checkpoint/          what is delivered
"""

import fcntl
import json
import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from policy.training.config import Training
from skills.errors import BadInput, Unavailable

RUN_FILE = "run.json"
DATA_FOLDER = "data"
"""May lie in the folder before the run begins: the data set that was made for it."""


@dataclass(frozen=True)
class RunFolder:
    """Paths of one run."""

    root: Path

    @property
    def backbone(self) -> Path:
        return self.root / "vlm"

    @property
    def checkpoint(self) -> Path:
        return self.root / "checkpoint"

    @property
    def drafts(self) -> Path:
        return self.root / "checkpoints"

    @property
    def best(self) -> Path:
        return self.root / "best"

    @property
    def evaluations(self) -> Path:
        return self.root / "evaluations"

    def state(self, stage: str) -> Path:
        return self.root / f"{stage}.state"

    @contextmanager
    def alone(self) -> Iterator[None]:
        """No other process trains here meanwhile. The system lets go when this one ends, however it ends.

        Raises: Unavailable.
        """
        handle = os.open(self.root, os.O_RDONLY)
        try:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except OSError:
                raise Unavailable(f"another process trains in {self.root}.", "Wait for it, or end it.") from None
            yield
        finally:
            os.close(handle)


def open_run(root: Path, config: Training, data_hash: str, resume: bool) -> RunFolder:
    """Claim the folder of a run.

    Raises: BadInput: a new run in a folder that holds one; resuming where there is none, or with
    another configuration or data set.
    """
    content = json.dumps({"config": config.model_dump(mode="json"), "data_hash": data_hash}, indent=1)
    file = root / RUN_FILE
    check_out(root, resume)
    if not resume:
        root.mkdir(parents=True, exist_ok=True)
        file.write_text(content)
    elif file.read_text() != content:
        raise BadInput("--resume", str(root), "a run of this configuration and data set; use another folder")
    return RunFolder(root)


def check_out(root: Path, resume: bool) -> None:
    """Whether a run may begin in the folder, or go on there. Raises: BadInput."""
    if root.exists() and not root.is_dir():
        raise BadInput("out", str(root), "a folder")
    if resume and not (root / RUN_FILE).exists():
        raise BadInput("--resume", str(root), f"a folder with {RUN_FILE}; begin the run without --resume")
    if not resume and root.exists() and any(entry.name != DATA_FOLDER for entry in root.iterdir()):
        raise BadInput("out", str(root), "a new or empty folder; to go on with the run in it use --resume")
