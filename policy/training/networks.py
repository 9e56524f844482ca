"""What the twin's own networks are trained by: sizes, stages, and the two kinds `policy` and `perceiver`."""

from typing import Annotated, Final, Literal, Self

from pydantic import Field, model_validator

from policy.smolvla_tray import STEM_STRIDE
from policy.training.config import Count, Rate, Schedule, Share, Training
from skills.base import Finite
from skills.errors import BadInput

HEADS = 4
"""Attention heads of vision, text and expert."""
MOVED: Final = 0.03
"""Of a picture's side: stands for a camera that is a centimetre off."""


class Backbone(Finite):
    """Sizes of the network; one image token for each 16×16 pixels.

    Attributes:
        image_size: side of the picture [pixels].
        width: of vision, text and connector; the action expert has three quarters of it.
        vision_layers, text_layers: transformer blocks; the expert has as many as the text model.
    """

    image_size: Count
    width: Count = 128
    vision_layers: Count = 3
    text_layers: Count = 4

    @model_validator(mode="after")
    def _divides(self) -> Self:
        if self.image_size % STEM_STRIDE:
            raise BadInput("backbone.image_size", self.image_size, f"a multiple of {STEM_STRIDE}")
        if self.width % (8 * HEADS):
            raise BadInput("backbone.width", self.width, f"a multiple of {8 * HEADS}")
        return self

    @property
    def tokens_per_side(self) -> int:
        return self.image_size // STEM_STRIDE


class DetectorStage(Finite):
    """Dense part detection: `images` pictures a batch.

    Attributes:
        moved: reach of the moves of whole pictures, their labels along, of their side.
    """

    schedule: Schedule
    images: Count
    moved: Share = MOVED


class FlowStage(Finite):
    """Joint training with the flow loss: every picture is encoded once for `commands` × `draws` of noise.

    Attributes:
        images: pictures a batch.
        vision_share: learning rate of the vision tower, of the rest's.
        pointing: weight of the loss that asks where the target lies; 0 where nothing is pointed at.
        moved: as in `DetectorStage`.
        balanced: pictures and words begin with the same spread, matrices with fan-in scaling; of random weights only.
        normalized: each keyframe of a chunk on its own, or all with one mean and spread.
    """

    schedule: Schedule
    images: Count
    commands: Count
    draws: Count
    vision_share: Share
    pointing: Rate
    moved: Share = MOVED
    balanced: bool = True
    normalized: Literal["keyframe", "chunk"] = "keyframe"


class PolicyTraining(Training):
    """A policy for `skills`; without a `detector` stage its eye starts untrained, or as it is in `start_from`.

    Attributes:
        scenes: of the data set's training scenes, the first so many; None: all.
        held_out: validation scenes that figures are measured on.
    """

    kind: Literal["policy"] = "policy"
    scenes: Count | None = None
    skills: Annotated[tuple[str, ...], Field(min_length=1)]
    backbone: Backbone
    detector: DetectorStage | None
    flow: FlowStage
    held_out: Count


class PerceiverTraining(Training):
    """A perceiver: the detector alone. Its trials are the held-out scenes themselves."""

    kind: Literal["perceiver"] = "perceiver"
    backbone: Backbone
    detector: DetectorStage
    held_out: Count
