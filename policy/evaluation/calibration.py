"""Whether a confidence is true: of calls that were 90% sure, do 90% succeed?"""

from collections.abc import Sequence
from typing import Final

from policy.evaluation.statistics import Tally
from skills.base import Value
from skills.errors import BadInput

BINS: Final = 10

Pair = tuple[float, bool]
"""A confidence, from 0 to 1, and whether the call succeeded."""


class Bin(Value):
    """Calls of similar confidence: from `low` to under `high`, the last bin with its end.

    Attributes:
        confidence: their mean; 0 where there are none.
        success: how many of them succeeded.
    """

    low: float
    high: float
    confidence: float
    success: Tally

    @property
    def gap(self) -> float:
        """How far mean confidence lies over the share of successes; below 0 for too little confidence."""
        return self.confidence - self.success.hits / self.success.trials if self.success.trials else 0.0


class Reliability(Value):
    """A reliability table.

    Attributes:
        bins: of equal width, empty ones too.
        error: expected calibration error: the mean |gap|, weighted by the calls of each bin (Naeini et al. 2015).
        brier: mean squared difference of confidence and outcome (Brier 1950).
        brier_constant: what always saying the share of successes would have got.
    """

    bins: tuple[Bin, ...]
    error: float
    brier: float
    brier_constant: float

    @property
    def trials(self) -> int:
        return sum(one.success.trials for one in self.bins)


def reliability(pairs: Sequence[Pair], bins: int = BINS) -> Reliability:
    """The table of `pairs`. Raises: BadInput (no pairs, a confidence that is none)."""
    if not pairs:
        raise BadInput("confidences", 0, "at least one")
    for confidence, _ in pairs:
        if not 0 <= confidence <= 1:
            raise BadInput("confidence", confidence, "from 0 to 1")
    groups: list[list[Pair]] = [[] for _ in range(bins)]
    for pair in pairs:
        groups[min(int(pair[0] * bins), bins - 1)].append(pair)
    found = tuple(_bin(number / bins, (number + 1) / bins, group) for number, group in enumerate(groups))
    share = sum(success for _, success in pairs) / len(pairs)
    return Reliability(
        bins=found,
        error=sum(one.success.trials * abs(one.gap) for one in found) / len(pairs),
        brier=sum((confidence - success) ** 2 for confidence, success in pairs) / len(pairs),
        brier_constant=share * (1 - share),
    )


def _bin(low: float, high: float, group: Sequence[Pair]) -> Bin:
    mean = sum(confidence for confidence, _ in group) / len(group) if group else 0.0
    return Bin(
        low=low,
        high=high,
        confidence=mean,
        success=Tally(hits=sum(success for _, success in group), trials=len(group)),
    )
