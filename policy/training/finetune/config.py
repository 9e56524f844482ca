"""What a fine-tuning run is told; loading it imports no torch."""

from pathlib import Path
from typing import Annotated, Final, Literal, Self

from pydantic import Field, model_validator

from policy.record import RECORD_FILE, load_record
from policy.training.config import Count, Rate, Schedule, Share, Training
from policy.training.finetune.axes import Axis
from skills.base import Finite
from skills.cell import CameraPose
from skills.errors import BadInput
from skills.yamlfile import parse_model

Method = Literal["full", "lora", "qlora", "bridge"]
WIDTH: Final = "width [m]"


class CameraMap(Finite):
    """Which of the base's pictures a camera of the data set feeds.

    Attributes:
        feeds: name that the base was trained with: camera1, camera2, …
        pose: where it stood while the data were recorded, as a cell file says it; the cell's camera has to stand there.
    """

    feeds: str
    pose: CameraPose | None = None


class Lora(Finite):
    """Low-rank adapters; what they add is scaled by `alpha / rank`."""

    rank: Count = 16
    alpha: Count = 32
    dropout: Annotated[float, Field(ge=0, lt=1)] = 0.0


class BridgeHead(Finite):
    """A plain head on the language model's last token, in place of the action expert.

    Attributes:
        width: of its hidden layer.
        bins: None: continuous actions; else each column is one of this many equal steps of the data's range.
        language: weight of the loss that asks the picture tokens for the phrase's embedding; 0: actions alone.
    """

    width: Count = 512
    bins: Annotated[int, Field(ge=8, le=1024)] | None = None
    language: Rate = 0.1


class FinetuneTraining(Training):
    """Fine-tuning of a base policy (`--start-from`) on a LeRobot data set.

    Attributes:
        method: `full` trains every weight; `lora` adapters on frozen ones; `qlora` the same on weights of 4 bits;
            `bridge` replaces the action expert by a plain head, the vision encoder stays as it is.
        cameras: every camera of the data set, by its name there.
        axes: every column of state and action, in the data set's order.
        rate: frames a second that the data set must have.
        chunk_size: rows that are predicted, 1 / rate apart; executed: how many of them are carried out.
        held_out: the last episodes, for validation; neither weights nor statistics see them.
        frames: of a batch; each is encoded once for `draws` of noise.
        floors: smallest standard deviations to divide by, as a share of each column's range; a column that hardly
            varies must not become noise.
        judged: held-out frames that the checkpoint's figures are measured on, at most.
    """

    kind: Literal["finetune"] = "finetune"
    method: Method
    cameras: Annotated[dict[str, CameraMap], Field(min_length=1)]
    axes: Annotated[tuple[Axis, ...], Field(min_length=2)]
    rate: Annotated[int, Field(ge=1, le=200)] = 30
    chunk_size: Count = 50
    executed: Count = 10
    held_out: Count
    schedule: Schedule
    frames: Count = 8
    draws: Count = 4
    floors: Share = 0.01
    judged: Count = 200
    lora: Lora = Lora()
    bridge: BridgeHead = BridgeHead()

    @model_validator(mode="after")
    def _is_whole(self) -> Self:
        if self.executed > self.chunk_size:
            raise BadInput("executed", self.executed, f"at most chunk_size, {self.chunk_size}")
        columns = tuple(axis.column for axis in self.axes)
        joints = tuple(f"joint {number + 1} [rad]" for number in range(len(columns) - 1))
        if columns != (*joints, WIDTH):
            raise BadInput("axes", ", ".join(columns), f"every joint in its order, then the gripper: …, {WIDTH!r}")
        return self

    @property
    def horizon(self) -> float:
        """Seconds that a chunk reaches ahead."""
        return self.chunk_size / self.rate

    @property
    def feeds(self) -> dict[str, str]:
        """The base's name of each camera's pictures, by the camera's."""
        return {name: camera.feeds for name, camera in self.cameras.items()}


def trained_with(checkpoint: Path) -> FinetuneTraining:
    """The configuration that a fine-tuned policy's folder tells it was trained with. Raises: BadInput, UnknownName."""
    return parse_model(load_record(checkpoint).config, FinetuneTraining, f"{checkpoint / RECORD_FILE}: config")
