"""The figures of a policy or a perceiver, by name, as records and cards hold them."""

from collections.abc import Sequence

import numpy as np

from policy.evaluation.grasps import Aim
from policy.evaluation.perception import Sighting
from policy.evaluation.statistics import Tally
from policy.record import Quantity

SEPARATED = 0.050
"""Parts at least this far from each other [m] are reported on their own."""


def perception_shares(sightings: Sequence[Sighting]) -> dict[str, Tally]:
    """Found and rightly named parts, and wholly right scenes; all, and those of separated parts."""
    shares: dict[str, Tally] = {}
    separated = [one for one in sightings if one.spacing >= SEPARATED]
    for label, group in (("all", sightings), (f"parts ≥ {1e3 * SEPARATED:.0f} mm apart", separated)):
        parts, found = sum(one.parts for one in group), sum(one.found for one in group)
        shares |= {
            f"parts found, {label}": Tally(hits=found, trials=parts),
            f"found and every attribute right, {label}": Tally(hits=sum(one.right for one in group), trials=parts),
            f"false among what was seen, {label}": Tally(
                hits=sum(one.false for one in group), trials=found + sum(one.false for one in group)
            ),
            f"scenes wholly right, {label}": Tally(hits=sum(one.perfect for one in group), trials=len(group)),
        }
    return shares


def perception_quantities(sightings: Sequence[Sighting]) -> dict[str, Quantity]:
    """Errors of place and angle of the parts that were found."""
    errors = [error for one in sightings for error in one.errors]
    turns = [turn for one in sightings for turn in one.turns]
    return _quantiles("place", errors, 1e3, "mm") | _quantiles("angle", turns, 180 / np.pi, "°")


def aim_shares(judged: Sequence[Aim]) -> dict[str, Tally]:
    """How often the right part was aimed at, all and by kind; for places, how often within 10 mm."""
    kinds = sorted({aim.kind for aim in judged if aim.kind is not None})
    groups = {"right part" if kinds else "within 10 mm of the place": list(judged)}
    groups |= {f"right part, {kind}": [aim for aim in judged if aim.kind == kind] for kind in kinds}
    return {name: Tally(hits=sum(aim.right for aim in group), trials=len(group)) for name, group in groups.items()}


def aim_quantities(judged: Sequence[Aim]) -> dict[str, Quantity]:
    """Errors of place and angle where the aim was right."""
    right = [aim for aim in judged if aim.right]
    places = _quantiles("aim", [aim.error for aim in right], 1e3, "mm")
    return places | _quantiles("angle", [aim.turn for aim in right], 180 / np.pi, "°")


def _quantiles(name: str, values: Sequence[float], factor: float, unit: str) -> dict[str, Quantity]:
    """Median and 95th percentile; none where nothing was measured."""
    if not values:
        return {}
    labels = {"median": 0.5, "95th percentile": 0.95}
    return {
        f"{name}, {label}": Quantity(
            value=round(float(np.quantile(values, share)) * factor, 3), unit=unit, n=len(values)
        )
        for label, share in labels.items()
    }
