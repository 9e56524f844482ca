"""How sure a policy may be of a chunk: how far its single answers disagree, and how often such chunks succeeded.

`confidence.json` beside a checkpoint holds a logistic curve over the logarithm of the disagreement (Platt 1999),
fitted to calls of these very weights in scenes that serve nothing else: `smolcell calibrate` writes it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Final, TypeVar

import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from skills.base import Value
from skills.errors import BadInput
from skills.whole_file import write_whole
from skills.yamlfile import load_model

CONFIDENCE_FILE: Final = "confidence.json"
LEAST: Final = 1e-4
"""Answers that disagree less count as equal [m]: a logarithm needs an end."""
FEWEST: Final = 10
"""Successes, and failures, below which no curve is fitted."""
STEPS: Final = 50
"""Of Newton's method; it is at its end after about ten."""
NO_STEP: Final = 1e-9
"""A step that changes nothing."""


class Curve(Value):
    """P(success) = 1 / (1 + exp(slope · ln(disagreement / 1 mm) − intercept)); it never rises with disagreement."""

    intercept: Annotated[float, Field(allow_inf_nan=False)]
    slope: Annotated[float, Field(ge=0, allow_inf_nan=False)]

    def of(self, disagreement: float) -> float:
        """Probability of success where answers disagree so far [m]; 0 where that is no number."""
        if not np.isfinite(disagreement):
            return 0.0
        return float(1 / (1 + np.exp(self.slope * _logarithm(np.array(disagreement)) - self.intercept)))


class Fitted(Value):
    """Something that was fitted to the weights with this hash, and means nothing beside others."""

    weights_hash: str


FittedT = TypeVar("FittedT", bound=Fitted)


class Confidence(Fitted):
    """A checkpoint's curve, and what it was fitted to.

    Attributes:
        seed, scenes: of the calls; number of scenes by split.
        successes: of the calls.
        brier: mean squared error of the curve on these calls …
        brier_constant: … and of saying the share of successes each time.
    """

    version: Annotated[int, Field(ge=2, le=2)] = 2
    curve: Curve
    seed: int
    scenes: dict[str, int]
    successes: int
    brier: float
    brier_constant: float


@dataclass(frozen=True)
class Call:
    """One call that was tried: how far its answers disagreed [m], and whether it succeeded."""

    disagreement: float
    success: bool


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


def load_confidence(root: Path, weights_hash: str) -> Confidence | None:
    """What was fitted to the weights in a checkpoint's folder, if it was. Raises: BadInput (unreadable, of others)."""
    return load_fitted(root / CONFIDENCE_FILE, Confidence, weights_hash, "smolcell calibrate")


def load_fitted(file: Path, kind: type[FittedT], weights_hash: str, command: str) -> FittedT | None:
    """What `command` fitted to the weights with that hash; None where there is no such file.

    Raises: BadInput (unreadable, fitted to others).
    """
    if not file.is_file():
        return None
    found = load_model(file, kind)
    if found.weights_hash != weights_hash:
        allowed = f"fitted to the weights beside it; remove it, or fit it again: {command}"
        raise BadInput(f"{file}: weights_hash", found.weights_hash[:16], allowed)
    return found


def save_confidence(confidence: Confidence, root: Path) -> None:
    """Write it into a checkpoint's folder, whole or not at all."""
    write_whole(root / CONFIDENCE_FILE, confidence.model_dump_json(indent=1) + "\n")


def _logarithm(disagreements: NDArray[np.float64]) -> NDArray[np.float64]:
    """Natural logarithm of the disagreements in millimetres."""
    return np.asarray(np.log(np.maximum(disagreements, LEAST) * 1e3))


def _newton(x: NDArray[np.float64], target: NDArray[np.float64]) -> tuple[float, float]:
    """Intercept and slope of the logistic regression of `target` on −x: each step only as long as it helps."""
    design = np.stack([np.ones_like(x), -x], axis=1)

    def loss(weights: NDArray[np.float64]) -> float:
        logit = design @ weights
        return float(np.sum(np.logaddexp(0, logit) - target * logit))

    weights = np.zeros(2)
    for _ in range(STEPS):
        chance = 1 / (1 + np.exp(-design @ weights))
        curvature = design.T @ (design * (chance * (1 - chance))[:, None]) + 1e-6 * np.eye(2)
        step = np.linalg.solve(curvature, design.T @ (target - chance))
        while np.abs(step).max() > NO_STEP and loss(weights + step) > loss(weights):
            step /= 2
        weights += step
    return float(weights[0]), float(weights[1])
