"""Shares with their intervals."""

from math import comb, sqrt

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

    def as_json(self) -> dict[str, int | list[float]]:
        """Hits, trials and interval, for a report."""
        return {"hits": self.hits, "trials": self.trials, "wilson95": [round(end, 4) for end in self.wilson95]}

    def describe(self) -> str:
        """'297/300 (97.1–99.7%)'."""
        low, high = self.wilson95
        return f"{self.hits}/{self.trials} ({100 * low:.1f}–{100 * high:.1f}%)"


def mcnemar_exact(one_way: int, other_way: int) -> float:
    """Two-sided p of McNemar's exact test: pairs of which `one_way` changed so and `other_way` the other way
    (binomial with share 1/2; McNemar 1947).
    """
    changed, fewer = one_way + other_way, min(one_way, other_way)
    tail = sum(comb(changed, k) for k in range(fewer + 1))
    return min(1.0, tail / 2.0 ** (changed - 1))
