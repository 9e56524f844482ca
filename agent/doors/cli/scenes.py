"""Which scene a command works on: a scenario file, or a seed."""

from pathlib import Path
from typing import TYPE_CHECKING

from skills.errors import BadInput

if TYPE_CHECKING:
    from sim.scenario import Scenario

DEFAULT_SEED = 0


def scenario_of(scene: Path | None, seed: int | None) -> "Scenario":
    """The scenario of --scene or --seed; without both, seed 0. Raises: BadInput, UnknownName."""
    from sim.scenario import load_scenario, random_scenario

    refuse_both(scene, seed)
    return load_scenario(scene) if scene else random_scenario(DEFAULT_SEED if seed is None else seed)


def refuse_both(scene: Path | None, seed: int | None) -> None:
    if scene is not None and seed is not None:
        raise BadInput("--seed", seed, f"absent where --scene is given ({scene})")
