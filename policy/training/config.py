"""What a training run does: frozen configurations, and the presets that made the weights in the repository."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from types import MappingProxyType

from policy.smolvla_tray import STEM_STRIDE
from skills.errors import BadInput, UnknownName

HEADS = 4
"""Attention heads of vision, text and expert."""


@dataclass(frozen=True)
class Backbone:
    """Sizes of the network; one image token for each 16×16 pixels.

    Attributes:
        image_size: side of the picture [pixels].
        width: of vision, text and connector; the action expert has three quarters of it.
        vision_layers, text_layers: transformer blocks; the expert has as many as the text model.
    """

    image_size: int
    width: int = 128
    vision_layers: int = 3
    text_layers: int = 4

    def __post_init__(self) -> None:
        if self.image_size % STEM_STRIDE:
            raise BadInput("image_size", self.image_size, f"a multiple of {STEM_STRIDE}")
        if self.width % (8 * HEADS):
            raise BadInput("width", self.width, f"a multiple of {8 * HEADS}")

    @property
    def tokens_per_side(self) -> int:
        return self.image_size // STEM_STRIDE


@dataclass(frozen=True)
class Schedule:
    """Learning rate over a stage: linear warm-up, then a cosine down to `floor` of the peak.

    Attributes:
        average: decay of the moving average of the weights, which is what is kept.
    """

    steps: int
    learning_rate: float
    warmup: int
    floor: float = 0.01
    average: float = 0.999

    def __post_init__(self) -> None:
        if self.steps < 1:
            raise BadInput("steps", self.steps, "at least 1")


@dataclass(frozen=True)
class DetectorStage:
    """Dense part detection: `images` pictures a step."""

    schedule: Schedule
    images: int


@dataclass(frozen=True)
class FlowStage:
    """Joint training with the flow loss: every picture is encoded once for `commands` × `draws` of noise.

    Attributes:
        vision_share: learning rate of the vision tower, of the rest's.
        pointing: weight of the loss that asks where the target lies; 0 where nothing is pointed at.
    """

    schedule: Schedule
    images: int
    commands: int
    draws: int
    vision_share: float
    pointing: float


@dataclass(frozen=True)
class PolicyTraining:
    """A policy for `skills`; without a `detector` stage its eye starts untrained, or as it is in `start_from`.

    Attributes:
        start_from: `weights_hash` of the checkpoint whose weights the run begins with; else random ones.
    """

    name: str
    skills: tuple[str, ...]
    backbone: Backbone
    detector: DetectorStage | None
    flow: FlowStage
    held_out: int
    seed: int = 0
    start_from: str | None = None


@dataclass(frozen=True)
class PerceiverTraining:
    """A perceiver: the detector alone. `start_from`: as for a policy."""

    name: str
    backbone: Backbone
    detector: DetectorStage
    held_out: int
    seed: int = 0
    start_from: str | None = None


Training = PolicyTraining | PerceiverTraining

PRESETS: Mapping[str, Training] = MappingProxyType(
    {
        "pick": PolicyTraining(
            name="pick",
            skills=("pick",),
            backbone=Backbone(128),
            detector=DetectorStage(Schedule(2000, 1.5e-3, warmup=150), images=64),
            flow=FlowStage(Schedule(5000, 1.5e-3, warmup=200), 32, 3, 4, vision_share=0.2, pointing=0.5),
            held_out=300,
        ),
        "place": PolicyTraining(
            name="place",
            skills=("place", "put_back", "insert"),
            backbone=Backbone(64, width=64, vision_layers=1, text_layers=2),
            detector=None,
            flow=FlowStage(Schedule(4000, 2e-3, warmup=100), 64, 2, 4, vision_share=0.2, pointing=0.0),
            held_out=300,
        ),
        "perceiver": PerceiverTraining(
            name="perceiver",
            backbone=Backbone(192),
            detector=DetectorStage(Schedule(1800, 1.5e-3, warmup=150), images=48),
            held_out=300,
            seed=1,
        ),
        "pick-tune": PolicyTraining(
            name="pick",
            skills=("pick",),
            backbone=Backbone(128),
            detector=None,
            flow=FlowStage(Schedule(2500, 8e-4, warmup=100), 32, 3, 4, vision_share=0.5, pointing=0.5),
            held_out=300,
        ),
        "perceiver-tune": PerceiverTraining(
            name="perceiver",
            backbone=Backbone(192),
            detector=DetectorStage(Schedule(1800, 8e-4, warmup=80), images=48),
            held_out=300,
            seed=1,
        ),
        "tiny": PolicyTraining(
            name="tiny",
            skills=("pick",),
            backbone=Backbone(64, width=32, vision_layers=1, text_layers=2),
            detector=DetectorStage(Schedule(4, 1e-3, warmup=1), images=4),
            flow=FlowStage(Schedule(4, 1e-3, warmup=1), 2, 2, 2, vision_share=0.2, pointing=0.5),
            held_out=2,
        ),
        "tiny-perceiver": PerceiverTraining(
            name="tiny-perceiver",
            backbone=Backbone(64, width=32, vision_layers=1, text_layers=1),
            detector=DetectorStage(Schedule(4, 1e-3, warmup=1), images=4),
            held_out=2,
        ),
    }
)


def for_skills(config: Training, skills: tuple[str, ...]) -> Training:
    """The same training for other skills, named after the first; unchanged where none is given.

    Raises: BadInput (a perceiver, which has none).
    """
    if not skills:
        return config
    if not isinstance(config, PolicyTraining):
        raise BadInput("--skill", skills[0], f"left out for {config.name}, which only looks")
    return replace(config, name=skills[0], skills=skills)


def preset(name: str) -> Training:
    """Raises: UnknownName."""
    if name not in PRESETS:
        raise UnknownName("training preset", name, PRESETS)
    return PRESETS[name]
