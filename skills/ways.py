"""The eight ways in which a square picture can lie: turned by quarters, and mirrored."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from skills.lines import Floats


@dataclass(frozen=True)
class Way:
    """First mirrored (left is right), then turned by `quarters` counterclockwise."""

    quarters: int
    mirrored: bool

    def __str__(self) -> str:
        turned = f"turned by {90 * self.quarters}° counterclockwise"
        if not self.mirrored:
            return turned
        return f"mirrored and {turned}" if self.quarters else "mirrored"

    @property
    def back(self) -> "Way":
        """The way that undoes it; a mirrored one undoes itself."""
        return self if self.mirrored else Way(-self.quarters % 4, mirrored=False)

    def of(self, lines: Floats) -> Floats:
        """The lines (2, BANDS, n) of a picture that is laid this way."""
        if self.mirrored:
            lines = np.stack([lines[0, :, ::-1], lines[1, ::-1]])
        for _ in range(self.quarters):
            lines = np.stack([lines[1, ::-1], lines[0, :, ::-1]])
        return lines


OTHER_WAYS: Final = tuple(Way(quarters, mirrored) for mirrored in (False, True) for quarters in range(4))[1:]
"""All but as it is."""
