"""A checkpoint's contract: what it was trained on, and therefore what may be asked of it.

Training writes `contract.json` beside the weights; nobody edits it by hand.
"""

import hashlib
import json
from pathlib import Path
from typing import Annotated

from pydantic import Field

from skills.base import Value
from skills.cell import CameraPose
from skills.chunk import Space
from skills.errors import BadInput, UnknownName
from skills.whole_file import write_whole
from skills.yamlfile import parse_model

CONTRACT_FILE = "contract.json"


class Statistics(Value):
    """Mean and standard deviation, and the range that was seen, for each component."""

    mean: tuple[float, ...]
    std: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]


class Moves(Value):
    """How the chunks of the data move, by which a policy's are judged.

    Attributes:
        jumps: (chunk_size - 1, n) the largest steps from each row to the next, columns as
            `skills.motion.JUMP_COLUMNS` of the space.
        closed: share of the rows in which the gripper is closed.
    """

    jumps: tuple[tuple[float, ...], ...]
    closed: float


class CameraContract(CameraPose):
    """One camera as it was in training.

    Attributes:
        size: height of the picture that the network takes [pixels].
        width: its width; None where the picture is a square.
        reference: a picture of what it sees but for what lies there, in the checkpoint's folder.
    """

    size: int
    width: int | None = None
    reference: str

    @property
    def shape(self) -> tuple[int, int]:
        """Height and width [pixels]."""
        return self.size, self.width or self.size


class Contract(Value):
    """What a checkpoint was trained on.

    Attributes:
        phrases: every phrase of the data set with the number of its episodes.
        cameras: by the cell's camera name, in the order in which the policy takes them.
        places: the tray and the places that the phrases name, with x, y of where parts are let go [m].
        state_names, action_names: the columns with their units, "x [m]".
        chunk_size, executed: rows that the policy predicts, and how many of them are carried out.
        period: seconds between rows; None for `tcp_waypoints`.
        start_state: statistics of the state in which episodes began.
        action_mean, action_std: (chunk_size, D): each row of the chunk is normalized on its own.
        data_hash, weights_hash: SHA-256 of the data set and of the exported networks.
        skills: names of the skill cards that it was trained for; empty in contracts that do not tell.
        moves: how the data's chunks move; None in contracts that do not tell.
        moved: training moved pictures, and all keyframes but the last along with them, by up to this share of the
            picture's side; 0 where keyframes stayed where they were.
        success: measured successes and trials by phrase, from the evaluation; empty before it.
    """

    name: str
    version: Annotated[int, Field(ge=1)] = 1
    phrases: Annotated[dict[str, int], Field(min_length=1)]
    cameras: dict[str, CameraContract]
    places: dict[str, tuple[float, float]]
    state_names: tuple[str, ...]
    action_names: tuple[str, ...]
    space: Space
    period: float | None
    chunk_size: int
    executed: int
    start_state: Statistics
    action_mean: tuple[tuple[float, ...], ...]
    action_std: tuple[tuple[float, ...], ...]
    epochs: float
    data_hash: str
    weights_hash: str
    skills: tuple[str, ...] = ()
    moves: Moves | None = None
    moved: Annotated[float, Field(ge=0, le=1)] = 0.0
    success: dict[str, tuple[int, int]] = {}

    def require(self, phrase: str) -> None:
        """Raises: UnknownName unless `phrase` stands in the contract letter for letter."""
        if phrase not in self.phrases:
            raise UnknownName("phrase", phrase, self.phrases, f"Contract {self.name}; see: smolcell skills list")


def load_contract(folder: Path) -> Contract:
    """The contract in a checkpoint's folder. Raises: BadInput."""
    path = folder / CONTRACT_FILE
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadInput("checkpoint", str(folder), f"a folder with {CONTRACT_FILE} ({error.strerror})") from None
    except ValueError as error:
        raise BadInput("contract", str(path), f"JSON, as training writes it ({error})") from None
    return parse_model(content, Contract, str(path))


def save_contract(contract: Contract, folder: Path) -> None:
    """Write `contract` whole or not at all."""
    text = json.dumps(contract.model_dump(mode="json"), indent=1, ensure_ascii=False)
    write_whole(folder / CONTRACT_FILE, text + "\n")


def hash_files(paths: list[Path]) -> str:
    """SHA-256 over the names and contents of `paths`, in the order of their names."""
    digest = hashlib.sha256()
    for path in sorted(paths, key=lambda path: path.name):
        digest.update(path.name.encode())
        with path.open("rb") as file:
            while block := file.read(2**22):  # weights may be larger than memory should hold at once
                digest.update(block)
    return digest.hexdigest()
