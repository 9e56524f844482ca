"""Shares with their intervals."""

from math import sqrt

Z95 = 1.959964
"""Standard normal quantile of a two-sided 95 % interval."""


def wilson95(successes: int, trials: int) -> tuple[float, float]:
    """Wilson score interval of a share (Wilson 1927); (0, 1) where nothing was tried."""
    if trials == 0:
        return 0.0, 1.0
    share, z2 = successes / trials, Z95**2
    middle = (share + z2 / (2 * trials)) / (1 + z2 / trials)
    half = Z95 / (1 + z2 / trials) * sqrt(share * (1 - share) / trials + z2 / (4 * trials**2))
    return max(0.0, middle - half), min(1.0, middle + half)
