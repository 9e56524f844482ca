"""What a training run tells about itself: `training.json` beside the weights, and the card made from it."""

import json
from pathlib import Path
from typing import Any, Final

from policy.evaluation.statistics import Tally
from skills.base import Value
from skills.errors import BadInput
from skills.yamlfile import parse_model

RECORD_FILE: Final = "training.json"
CARD_FILE: Final = "README.md"


class Quantity(Value):
    """A measured value over `n` trials."""

    value: float
    unit: str
    n: int


class TrainingRecord(Value):
    """How a checkpoint came to be, and what was measured on the data set's own held-out scenes.

    Attributes:
        what: one sentence: what it takes and what it gives.
        config: the training configuration, whole.
        data: name, seed, scenes and examples of the data set, without the held-out scenes.
        parameters: number of trained weights.
        seconds: training time by stage.
        shares, quantities: figures by name.
    """

    what: str
    config: dict[str, Any]
    data: dict[str, str | int]
    data_hash: str
    weights_hash: str
    parameters: int
    seconds: dict[str, float]
    machine: str
    shares: dict[str, Tally]
    quantities: dict[str, Quantity]


def save_record(record: TrainingRecord, folder: Path) -> None:
    """Write the record and the card."""
    text = json.dumps(record.model_dump(mode="json"), indent=1, ensure_ascii=False)
    (folder / RECORD_FILE).write_text(text + "\n", encoding="utf-8")
    (folder / CARD_FILE).write_text(render_card(record), encoding="utf-8")


def load_record(folder: Path) -> TrainingRecord:
    """Raises: BadInput."""
    path = folder / RECORD_FILE
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise BadInput("checkpoint", str(folder), f"a folder with {RECORD_FILE} ({error.strerror})") from None
    except ValueError as error:
        raise BadInput("training record", str(path), f"JSON, as training writes it ({error})") from None
    return parse_model(content, TrainingRecord, str(path))


def render_card(record: TrainingRecord) -> str:
    """The model card as Markdown."""
    data = record.data
    rows = [f"| {name} | {tally.describe()} |" for name, tally in record.shares.items()]
    rows += [f"| {name} | {item.value:.2f} {item.unit} (n = {item.n}) |" for name, item in record.quantities.items()]
    stages = ", ".join(f"{stage} {seconds / 60:.0f} min" for stage, seconds in record.seconds.items())
    return "\n".join(
        [
            f"# {record.config['name']}",
            "",
            record.what,
            "",
            "Written by `smolcell train`; the figures are in `training.json`. Not to be used with another camera",
            "pose, other parts or other phrases than those it was trained on: the preflight checks refuse them.",
            "",
            "| measured on held-out scenes of the data set (open loop) | |",
            "|---|---|",
            *rows,
            "",
            "| training | |",
            "|---|---|",
            f"| data set | {data['name']}, seed {data['seed']}: {data['scenes']} scenes, {data['examples']} examples |",
            f"| data hash | `{record.data_hash[:16]}…` |",
            f"| weights hash | `{record.weights_hash[:16]}…` |",
            f"| parameters | {record.parameters:,} |",
            f"| time | {stages} on {record.machine} |",
            "",
        ]
    )
