"""`python -m policy.evaluation DATA [WEIGHTS]`: the weights against a data set that they have not seen.

Prints one JSON object: for each checkpoint its hash, shares with their 95% Wilson intervals, and errors.
"""

import json
import sys
from pathlib import Path
from typing import Any

from policy.evaluation.figures import aim_quantities, aim_shares, perception_quantities, perception_shares
from policy.evaluation.grasps import aims
from policy.evaluation.perception import compare
from policy.evaluation.statistics import Tally
from policy.perceiver import OnnxPerceiver
from policy.record import Quantity
from policy.smolvla import OnnxSmolVLA
from policy.training.dataset import load_data
from skills.errors import BadInput, SmolcellError

WEIGHTS = Path(__file__).parent.parent / "weights"
SKILLS = {"pick": ("pick",), "place": ("place", "put_back")}


def evaluate(data_folder: Path, weights: Path) -> dict[str, Any]:
    """Figures of every checkpoint in `weights`. Raises: BadInput, also for a data set that was trained on."""
    found = {}
    for name, skills in SKILLS.items():
        policy = OnnxSmolVLA(weights / name)
        ((_, camera),) = policy.contract.cameras.items()
        data = load_data(data_folder, camera.size).of_skills(skills)
        _require_unseen(data.data_hash, policy.contract.data_hash, name)
        judged = list(aims(policy, data, len(data.examples)))
        found[name] = _told(policy.checkpoint, aim_shares(judged), aim_quantities(judged))
    perceiver = OnnxPerceiver(weights / "perceiver")
    data = load_data(data_folder, perceiver.card.image_size)
    _require_unseen(data.data_hash, perceiver.card.data_hash, "perceiver")
    seen = [compare(perceiver.see(image).parts, labels) for image, labels in zip(data.images, data.parts, strict=True)]
    found["perceiver"] = _told(perceiver.card.weights_hash, perception_shares(seen), perception_quantities(seen))
    return found


def _require_unseen(data_hash: str, trained_on: str, name: str) -> None:
    if data_hash == trained_on:
        raise BadInput("data set", data_hash[:16], f"another one than {name} was trained on")


def _told(weights_hash: str, shares: dict[str, Tally], quantities: dict[str, Quantity]) -> dict[str, Any]:
    return {
        "weights_hash": weights_hash,
        "shares": {
            name: {"hits": tally.hits, "trials": tally.trials, "wilson95": [round(end, 4) for end in tally.wilson95]}
            for name, tally in shares.items()
        },
        "quantities": {name: quantity.model_dump() for name, quantity in quantities.items()},
    }


def main(arguments: list[str]) -> int:
    if len(arguments) not in (1, 2):
        sys.stderr.write("usage: python -m policy.evaluation DATA [WEIGHTS]\n")
        return 2
    try:
        found = evaluate(Path(arguments[0]), Path(arguments[1]) if len(arguments) == 2 else WEIGHTS)
    except SmolcellError as error:
        sys.stderr.write(f"{error}\n")
        return error.exit_code
    sys.stdout.write(json.dumps(found, ensure_ascii=False) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
