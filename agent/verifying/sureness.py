"""How sure a verdict may be: curves over what it rests on, fitted to attempts whose outcome was known.

`verdicts.json` beside the perceiver's weights holds one curve for each done check and judgement; `smolcell calibrate
verifier` writes it. Without the file, or without a curve for it, a verdict is as sure as the least sure part it names.
"""

from pathlib import Path
from typing import Annotated, Final

from pydantic import Field

from agent.verifying.evidence import Evidence
from policy.confidence import Curve, Fitted, load_fitted
from skills.call import Verdict
from skills.whole_file import write_whole

VERDICTS_FILE: Final = "verdicts.json"
ANOTHER_LOOK, DISAGREED, UNTIDY, UNWATCHED = 0.05, 0.2, 0.05, 0.2
"""What else than an unsure part makes a verdict doubtful, and by how much; the curve says what it comes to."""


class Sureness(Fitted):
    """Curves by `name_of`, and what they were fitted to.

    Attributes:
        seed: of the scenes; scenes: how many attempts were judged.
        right: of each curve, verdicts that were right and all.
        brier: mean squared error of the curves on these verdicts …
        brier_before: … and of the confidence that was said without them.
    """

    version: Annotated[int, Field(ge=1, le=1)] = 1
    curves: dict[str, Curve]
    seed: int
    scenes: int
    right: dict[str, tuple[int, int]]
    brier: float
    brier_before: float

    def of(self, done_check: str, verdict: Verdict, evidence: Evidence) -> float | None:
        """The probability that the verdict is right; None where nothing was fitted."""
        curve = self.curves.get(name_of(done_check, verdict))
        return None if curve is None else curve.of(doubt(evidence) / 1000)


def name_of(done_check: str, verdict: Verdict) -> str:
    return f"{done_check} {verdict.judgement}"


def doubt(evidence: Evidence) -> float:
    """What speaks against a verdict, in hundredths: of a size that a curve over logarithms is fitted to as it is."""
    against = 1 - evidence.weakest
    against += ANOTHER_LOOK * (evidence.looks - 1)
    against += DISAGREED * (not evidence.agreed) + UNTIDY * (not evidence.tidy) + UNWATCHED * (not evidence.watched)
    return 100 * against


def load_sureness(root: Path, weights_hash: str) -> Sureness | None:
    """What was fitted to the perceiver in that folder, if it was. Raises: BadInput (unreadable, of other weights)."""
    return load_fitted(root / VERDICTS_FILE, Sureness, weights_hash, "smolcell calibrate verifier")


def save_sureness(found: Sureness, root: Path) -> None:
    """Write it into the perceiver's folder, whole or not at all."""
    write_whole(root / VERDICTS_FILE, found.model_dump_json(indent=1) + "\n")
