"""The joint stage: the whole SmolVLA learns pictures, phrases and keyframes together by the flow loss.

Each keyframe of the chunk is normalized on its own: with one mean for all, the spread between hover and home
would swallow the part's place. What is pointed at (a second loss, in training only) speeds up the choice of
the part: a linear head on the picture tokens' values, which is what the action expert reads, has to find it.
"""

from dataclasses import dataclass, fields
from typing import Final

import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor, nn

from policy.detection import cell_centres
from policy.keyframes import Normalization, to_model
from policy.phrases import PhraseEncoder
from policy.smolvla_tray import STEM_STRIDE
from policy.smolvla_tray.modeling_smolcell import SmolcellPolicy
from policy.training.augmentation import Light
from policy.training.dataset import TrayData
from policy.training.flow import difference_to_lerobot, encode_prefix, pointing_inputs, velocity
from policy.training.job import Job
from policy.training.light import relight, to_pixels
from policy.training.loop import Evaluator, ParameterGroup, Stage, trained
from policy.training.moves import shift
from policy.training.networks import FlowStage, PolicyTraining

STAGE: Final = "flow"
STREAM = 2
"""Which of the seed's random streams this stage draws from."""
COLUMN_WEIGHTS = (3.0, 3.0, 1.0, 1.5, 1.5, 1.0)
"""A grasp fails first by its place, then by its angle."""
STATE_JITTER = (0.5, 0.5, 0.5, 0.5, 0.5, 0.02)
"""Noise on the normalized state: the arm never comes home exactly. The fingers' width is measured well, and tells
which hole a bolt fits; 4 mm apart are a third of its spread."""
SAME = 1e-4
"""Our loss and lerobot's may differ by this share of it: rounding."""
POINTING_SPREAD = 0.012
"""How far from a token's centre [m] a part still counts as lying in it."""


@dataclass(frozen=True)
class FlowBatch:
    """B pictures and N = B × commands examples on them.

    Attributes:
        pixels: (B, 3, size, size) in [-1, 1].
        tokens, words: (N, L) phrases and their mask.
        states: (N, 6) normalized.
        actions: (N, K, 6) normalized.
        noise: (N, M, K, 6); times: (N, M) in (0, 1].
        looked_at: (N, image tokens) where the target lies, summing to 1; all 0 where there is none.
    """

    pixels: Tensor
    tokens: Tensor
    words: Tensor
    states: Tensor
    actions: Tensor
    noise: Tensor
    times: Tensor
    looked_at: Tensor

    def to(self, device: torch.device) -> "FlowBatch":
        return FlowBatch(*(getattr(self, field.name).to(device) for field in fields(self)))


class FlowBatches:
    """Draws batches from a data set; the same for the same random generator."""

    def __init__(
        self,
        data: TrayData,
        stage: FlowStage,
        light: Light,
        phrases: PhraseEncoder,
        words: int,
        chunks: Normalization,
        states: Normalization,
    ) -> None:
        self.data, self.stage, self.light, self.chunks, self.states = data, stage, light, chunks, states
        asked, self.phrase = np.unique(data.examples.phrase, return_inverse=True)
        encoded = [phrases.encode(data.index.phrases[number], words) for number in asked]
        self.tokens = torch.from_numpy(np.stack([tokens for tokens, _ in encoded]))
        self.words = torch.from_numpy(np.stack([mask for _, mask in encoded]))
        self.values = to_model(data.examples.waypoints)
        order = np.argsort(data.examples.image, kind="stable")
        self.pictures, starts = np.unique(data.examples.image[order], return_index=True)
        self.rows = np.split(order, starts[1:])
        side = data.images.shape[1] // STEM_STRIDE
        self.centres = cell_centres(side, data.index.camera.view)

    def draw(self, rng: np.random.Generator) -> FlowBatch:
        stage, examples = self.stage, self.data.examples
        chosen = rng.integers(0, len(self.pictures), stage.images)
        rows = np.concatenate([_some(self.rows[picture], stage.commands, rng) for picture in chosen])
        moved = shift(self.data.images[self.pictures[chosen]], self.data.pitch, stage.moved, rng)
        offset = np.repeat(moved.offset, stage.commands, axis=0)
        values = self.values[rows].copy()
        pointed = examples.target[rows] >= 0
        values[pointed, :-1, :2] += offset[pointed, None]
        states = self.states.apply(examples.state[rows])
        states += np.array(STATE_JITTER, np.float32) * rng.standard_normal(states.shape, np.float32)
        count, draws = len(rows), stage.draws
        times = rng.beta(1.5, 1.0, (count, draws)) * 0.999 + 0.001
        phrase = torch.from_numpy(self.phrase[rows])
        return FlowBatch(
            pixels=relight(to_pixels(moved.images), rng, self.light) * 2 - 1,
            tokens=self.tokens[phrase],
            words=self.words[phrase],
            states=torch.from_numpy(states),
            actions=torch.from_numpy(self.chunks.apply(values)),
            noise=torch.from_numpy(rng.standard_normal((count, draws, *values.shape[1:]), np.float32)),
            times=torch.from_numpy(times.astype(np.float32)),
            looked_at=torch.from_numpy(self._looked_at(values, pointed)),
        )

    def _looked_at(self, values: NDArray[np.float64], pointed: NDArray[np.bool_]) -> NDArray[np.float32]:
        place = values[:, 1, :2] - self.data.index.tray_centre
        squared = ((place[:, None] - self.centres) ** 2).sum(-1)
        weight = np.exp(-squared / (2 * POINTING_SPREAD**2))
        total = weight.sum(1, keepdims=True)
        seen = pointed[:, None] & (total > 0.05)
        return np.where(seen, weight / np.maximum(total, 1e-9), 0.0).astype(np.float32)


def _some(rows: NDArray[np.int64], count: int, rng: np.random.Generator) -> NDArray[np.int64]:
    """`count` of the rows, none twice before all are taken once."""
    return np.resize(rng.permutation(rows), count)


class PointingHead(nn.Module):  # type: ignore[misc]
    """Where the target lies, read linearly from the picture tokens' values of the last two layers."""

    def __init__(self, width: int, text_layers: int) -> None:
        super().__init__()
        self.layers = (text_layers - 2, text_layers - 1)
        self.heads = nn.ModuleList(nn.Linear(width, 1) for _ in self.layers)

    def forward(self, values: list[Tensor], looked_at: Tensor) -> tuple[Tensor, float]:
        """Cross entropy, and the share of examples whose token was found by the last layer."""
        logits = [head(value)[..., 0] for head, value in zip(self.heads, values, strict=True)]
        count = looked_at.sum().clamp_min(1.0)
        losses = [-(looked_at * scores.log_softmax(-1)).sum() / count for scores in logits]
        found = torch.gather(looked_at, 1, logits[-1].argmax(1, keepdim=True))[:, 0]
        best = looked_at.max(1).values
        hits = ((found > 0.5 * best) & (best > 0)).float().sum() / count
        return sum(losses[1:], losses[0]) / len(losses), float(hits.detach())


def train_flow(
    policy: SmolcellPolicy, batches: FlowBatches, job: Job[PolicyTraining], evaluator: Evaluator | None = None
) -> float:
    """Train `policy` in place, going on from the run's state if there is one. Returns the seconds that it took."""
    stage, seed, engine = job.config.flow, job.config.seed, job.engine
    text = policy.model.vlm_with_expert.config.text_config
    pointing = PointingHead(text.hidden_size, text.num_hidden_layers)
    weights = torch.tensor(COLUMN_WEIGHTS, device=engine.device) / float(np.mean(COLUMN_WEIGHTS))
    policy.to(engine.device)
    _check_against_lerobot(policy, batches.draw(np.random.default_rng([seed, STREAM])).to(engine.device))

    def loss(number: int) -> tuple[Tensor, dict[str, float]]:
        batch = batches.draw(np.random.default_rng([seed, STREAM, number])).to(engine.device)
        prefix = encode_prefix(policy, batch.pixels, batch.tokens, batch.words, batch.states, engine.autocast)
        times = batch.times[..., None, None]
        clean = batch.actions[:, None]
        with engine.autocast():
            guess = velocity(policy, prefix, times * batch.noise + (1 - times) * clean, batch.times)
        flow = ((batch.noise - clean - guess.float()) ** 2 * weights).mean()
        if not stage.pointing:
            return flow, {"flow": float(flow.detach())}
        pointed, hits = pointing(pointing_inputs(prefix, pointing.layers), batch.looked_at)
        return flow + stage.pointing * pointed, {"flow": float(flow.detach()), "pointed": hits}

    model = nn.ModuleDict({"policy": policy, "pointing": pointing})
    vlm = policy.model.vlm_with_expert.get_vlm_model()
    vision = {id(weight) for part in (vlm.vision_model, vlm.connector) for weight in part.parameters()}
    groups = (
        ParameterGroup(tuple(w for w in trained(model) if id(w) not in vision), 1.0),
        ParameterGroup(tuple(w for w in trained(model) if id(w) in vision), stage.vision_share),
    )
    loop = Stage(STAGE, model, groups, stage.schedule, job.run.state(STAGE), engine)
    return loop.run(loss, job.watch.report, evaluator)


def _check_against_lerobot(policy: SmolcellPolicy, batch: FlowBatch) -> None:
    difference = difference_to_lerobot(policy, batch.pixels, batch.tokens, batch.words)
    if not difference < SAME:
        raise RuntimeError(f"the flow loss differs from lerobot's by {difference:.1e} of it; not the version tested?")
