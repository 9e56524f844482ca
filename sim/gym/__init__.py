"""The twin as a Gymnasium environment for other people's tools; importing this registers it.

`gymnasium.make("smolcell/Cell-v0", skill="pick")`, or without an import of our own
`gymnasium.make("sim.gym:smolcell/Cell-v0", skill="pick")`. docs/tools.md says what it shows and takes.
"""

from typing import Final

from skills.errors import Unavailable

try:
    import gymnasium
except ImportError:
    raise Unavailable("gymnasium is not installed.", "Install the extra: pip install 'smolcell[gym]'") from None

ENVIRONMENT: Final = "smolcell/Cell-v0"

if ENVIRONMENT not in gymnasium.registry:
    # It keeps order and counts steps itself: lerobot reads the task from the outermost environment, and
    # gymnasium's wrappers pass no attributes on.
    gymnasium.register(ENVIRONMENT, entry_point="sim.gym.env:CellEnv", order_enforce=False)
