"""What is refused before the first step, and what a person is warned of: the same checks for every kind of data."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from skills.errors import BadInput, UnknownName

FEW_EPISODES: Final = 500
SENSIBLE_EPOCHS: Final = (3, 7)
"""Past the second a policy learns few episodes by heart."""


def check_epochs(steps: int, samples_a_step: int, samples: int, episodes: int, warn: Callable[[str], None]) -> None:
    """Warn where fewer than FEW_EPISODES episodes would be seen more than 7 times; say which steps 3 to 7 would be.

    Args:
        samples_a_step: of all batches and processes; `samples` of them are an epoch.
    """
    epochs = steps * samples_a_step / samples
    least, most = (max(1, round(sensible * samples / samples_a_step)) for sensible in SENSIBLE_EPOCHS)
    if episodes < FEW_EPISODES and epochs > SENSIBLE_EPOCHS[1]:
        warn(
            f"{steps} steps are {epochs:.1f} epochs of {episodes} episodes; so few are learnt by heart after "
            f"{SENSIBLE_EPOCHS[1]}. {SENSIBLE_EPOCHS[0]} to {SENSIBLE_EPOCHS[1]} epochs are {least} to {most} steps."
        )


def require_statistics(
    statistics: Mapping[str, Mapping[str, NDArray[Any]]], features: Mapping[str, int], needed: Iterable[str]
) -> None:
    """Every feature has every needed statistic, finite, with as many columns as the feature; no spread is 0.

    Args:
        features: columns of each feature, by name.
        needed: names such as mean and std.

    Raises: BadInput.
    """
    for feature, columns in features.items():
        for name in needed:
            field, value = f"statistics of {feature}", statistics.get(feature, {}).get(name)
            if value is None:
                raise BadInput(field, f"no {name}", f"complete: {', '.join(needed)}; compute them again")
            array = np.asarray(value, np.float64)
            if array.shape[-1:] != (columns,) or not np.isfinite(array).all():
                raise BadInput(f"{field}: {name}", array.tolist(), f"{columns} finite numbers")
            if name == "std" and not (array > 0).all():
                raise BadInput(f"{field}: std", array.tolist(), "positive; a column that never varies teaches nothing")


def require_cameras(cameras: Iterable[str], camera_map: Mapping[str, str], known: Iterable[str]) -> None:
    """Every camera of the data is mapped to one of the policy's, no two to the same. Raises: BadInput, UnknownName."""
    names, taken = list(known), dict[str, str]()
    for camera in cameras:
        if camera not in camera_map:
            raise BadInput("cameras", camera, f"mapped to one of the policy's: {', '.join(names)}")
        if (target := camera_map[camera]) not in names:
            raise UnknownName(f"cameras.{camera}", target, names)
        if target in taken:
            raise BadInput(f"cameras.{camera}", target, f"another camera than that of {taken[target]}")
        taken[target] = camera
