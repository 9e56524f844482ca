"""The tuple form: `(image file, command, action text)`, a line of examples.jsonl each, beside dataset_metadata.json."""

import json
from pathlib import Path
from typing import Final

from sim.data.action_text import to_text
from sim.data.episodes import png
from sim.data.keyframes import KeyframeSet
from sim.data.whole import whole_folder

EXAMPLES, METADATA = "examples.jsonl", "dataset_metadata.json"
FORMAT: Final = "image-command-action"
TOLD: Final = (
    "name", "seed", "setting", "camera", "image_size", "state_names", "waypoint_columns", "splits", "scenes", "examples"
)  # fmt: skip
"""What the metadata take over from dataset.json."""


def write_tuples(data: KeyframeSet, out: Path) -> int:
    """Write the form whole or not at all; returns how many examples. Raises: BadInput (`out` exists)."""
    with whole_folder(out) as draft:
        return _write(data, draft)


def _write(data: KeyframeSet, draft: Path) -> int:
    (draft / "images").mkdir()
    count, phrases = 0, data.index["phrases"]
    commands: set[str] = set()
    with (draft / EXAMPLES).open("w", encoding="utf-8") as file:
        for scene in data.scenes():
            image = f"images/{scene.number:07d}.png"
            (draft / image).write_bytes(png(scene.image))
            commands.update(phrases[phrase] for phrase in scene.phrase)
            for phrase, waypoints in zip(scene.phrase, scene.waypoints, strict=True):
                file.write(json.dumps([image, phrases[phrase], to_text(waypoints)]) + "\n")
            count += len(scene.phrase)
    used = {name: data.index[name] for name in TOLD}
    metadata = {
        "format": FORMAT,
        "version": 1,
        "columns": ["image file", "command", "action text"],
        "action_language": "MOVE_TO x y z roll pitch yaw [m, rad] | OPEN_GRIPPER width [m] | CLOSE_GRIPPER | DONE",
        "commands": len(commands),
        **used,
    }
    (draft / METADATA).write_text(json.dumps(metadata, indent=1), encoding="utf-8")
    return count
