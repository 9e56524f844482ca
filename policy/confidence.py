"""How sure a policy may be of a chunk: how far its draws of noise disagree, and how often such draws succeeded.

`confidence.json` beside a checkpoint holds a logistic curve over the logarithm of the disagreement (Platt 1999),
fitted to calls of these very weights in scenes that serve nothing else: `smolcell calibrate` writes it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated, Final

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from policy.checkpoint import PolicyFolder
from skills.base import FloatArray, Value
from skills.errors import BadInput
from skills.yamlfile import load_model

FINGER: Final = 0.03
"""A turn counts by how far it moves a finger this far from the tool's axis [m]."""
LEAST: Final = 1e-4
"""Draws that disagree less count as equal [m]: a logarithm needs an end."""
FEWEST: Final = 10
"""Successes, and failures, below which no curve is fitted."""
STEPS: Final = 50
"""Of Newton's method; it is at its end after about ten."""


class Curve(Value):
    """P(success) = 1 / (1 + exp(slope · ln(disagreement / 1 mm) − intercept)); it never rises with disagreement."""

    intercept: Annotated[float, Field(allow_inf_nan=False)]
    slope: Annotated[float, Field(ge=0, allow_inf_nan=False)]

    def of(self, disagreement: float) -> float:
        """Probability of success where draws disagree so far [m]."""
        return float(1 / (1 + np.exp(self.slope * _logarithm(np.array(disagreement)) - self.intercept)))


class Confidence(Value):
    """A checkpoint's curve, and what it was fitted to.

    Attributes:
        weights_hash: of the weights that drew.
        draws: chunks that are compared, with the executed one.
        seed, scenes: of the calls; number of scenes by split.
        successes: of the calls.
        brier: mean squared error of the curve on these calls …
        brier_constant: … and of saying the share of successes each time.
    """

    version: Annotated[int, Field(ge=1, le=1)] = 1
    weights_hash: str
    draws: Annotated[int, Field(ge=2, le=64)]
    curve: Curve
    seed: int
    scenes: dict[str, int]
    successes: int
    brier: float
    brier_constant: float


@dataclass(frozen=True)
class Call:
    """One call that was tried: how far its draws disagreed [m], and whether it succeeded."""

    disagreement: float
    success: bool


def disagreement(chunks: Sequence[FloatArray]) -> float:
    """How far other draws lie from the first, which is carried out [m].

    The root mean square of the fingers' distance, in the row in which that is largest; a parallel gripper can't tell a
    half turn.

    Args:
        chunks: two or more of (K, 7) `tcp_waypoints`.
    """
    first, *others = (np.asarray(chunk, np.float64) for chunk in chunks)
    away = np.stack(others) - first
    turned = 2 * FINGER**2 * (1 - np.abs(np.cos(away[..., 5])))
    squares = (away[..., :3] ** 2).sum(axis=-1) + turned
    return float(np.sqrt(squares.mean(axis=0).max()))


def fit(calls: Sequence[Call]) -> Curve:
    """The most likely curve, with Platt's targets, which keep it finite where the two do not overlap.

    Raises: BadInput with fewer than FEWEST successes or failures.
    """
    success = np.array([call.success for call in calls])
    good, bad = int(success.sum()), int((~success).sum())
    if min(good, bad) < FEWEST:
        allowed = f"{FEWEST} of each or more, from more scenes or harder ones"
        raise BadInput("calls", f"{good} successes, {bad} failures", allowed)
    x = _logarithm(np.array([call.disagreement for call in calls]))
    target = np.where(success, (good + 1) / (good + 2), 1 / (bad + 2))
    intercept, slope = _newton(x, target)
    if slope <= 0:
        return Curve(intercept=float(np.log(good / bad)), slope=0.0)
    return Curve(intercept=intercept, slope=slope)


def brier(curve: Curve, calls: Sequence[Call]) -> float:
    """Mean squared error of the probabilities (Brier 1950)."""
    return float(np.mean([(curve.of(call.disagreement) - call.success) ** 2 for call in calls]))


def load_confidence(folder: PolicyFolder, weights_hash: str) -> Confidence | None:
    """The confidence of these weights; None where none was fitted. Raises: BadInput (unreadable, of other weights)."""
    if not folder.confidence.is_file():
        return None
    found = load_model(folder.confidence, Confidence)
    if found.weights_hash != weights_hash:
        allowed = "fitted to the weights beside it; remove it, or fit it again: smolcell calibrate"
        raise BadInput(f"{folder.confidence}: weights_hash", found.weights_hash[:16], allowed)
    return found


def save_confidence(confidence: Confidence, folder: PolicyFolder) -> None:
    """Write it whole or not at all."""
    draft = folder.confidence.with_suffix(".draft")
    draft.write_text(confidence.model_dump_json(indent=1) + "\n", encoding="utf-8")
    draft.replace(folder.confidence)


def _logarithm(disagreements: NDArray[np.float64]) -> NDArray[np.float64]:
    """Natural logarithm of the disagreements in millimetres."""
    return np.asarray(np.log(np.maximum(disagreements, LEAST) * 1e3))


def _newton(x: NDArray[np.float64], target: NDArray[np.float64]) -> tuple[float, float]:
    """Intercept and slope of the logistic regression of `target` on −x."""
    design = np.stack([np.ones_like(x), -x], axis=1)
    weights = np.zeros(2)
    for _ in range(STEPS):
        chance = 1 / (1 + np.exp(-design @ weights))
        curvature = design.T @ (design * (chance * (1 - chance))[:, None]) + 1e-6 * np.eye(2)
        weights += np.clip(np.linalg.solve(curvature, design.T @ (target - chance)), -2, 2)
    return float(weights[0]), float(weights[1])
