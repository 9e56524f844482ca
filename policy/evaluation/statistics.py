"""Shares with their intervals."""

from math import sqrt

from skills.base import Value

Z95 = 1.959964
"""Standard normal quantile of a two-sided 95% interval."""


class Tally(Value):
    """So many of so many."""

    hits: int
    trials: int

    @property
    def wilson95(self) -> tuple[float, float]:
        """Wilson score interval of the share (Wilson 1927)."""
        if not self.trials:
            return 0.0, 1.0
        share, z2 = self.hits / self.trials, Z95**2
        middle = (share + z2 / (2 * self.trials)) / (1 + z2 / self.trials)
        half = Z95 / (1 + z2 / self.trials) * sqrt(share * (1 - share) / self.trials + z2 / (4 * self.trials**2))
        return max(0.0, middle - half), min(1.0, middle + half)

    def describe(self) -> str:
        """'297/300 (97.1–99.7%)'."""
        low, high = self.wilson95
        return f"{self.hits}/{self.trials} ({100 * low:.1f}–{100 * high:.1f}%)"
