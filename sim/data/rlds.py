"""RLDS as TFDS keeps it: an episode a record of a TFRecord file, its steps as columns. No tensorflow.

Read as Bridge data (BridgeData V2, Open X-Embodiment) are laid out: `steps/observation/<camera>` pictures,
`steps/observation/state`, `steps/action`, `steps/language_instruction`; other columns are left unread. Written
the same way, with `features.json` and `dataset_info.json`.
"""

import json
import re
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from sim.data.episodes import Episode, EpisodeSet, Floats, Terms, pixels
from sim.data.whole import whole_folder
from sim.data.wire import Feature, read_records, write_records
from skills.errors import BadInput

VERSION: Final = "1.0.0"
PICTURE: Final = re.compile(r"steps/observation/(image\w*|\w+_image|rgb\w*)$")
STATE, ACTION, TASK = "steps/observation/state", "steps/action", "steps/language_instruction"
_FEATURES: Final = "tensorflow_datasets.core.features"


def write_rlds(data: EpisodeSet, out: Path) -> int:
    """Write `out`/<name>/1.0.0 whole or not at all; returns how many episodes. Raises: BadInput (`out` exists)."""
    name = re.sub(r"\W+", "_", data.name).strip("_").lower() or "episodes"
    with whole_folder(out) as draft:
        return _write(data, name, draft / name / VERSION)


def _write(data: EpisodeSet, name: str, folder: Path) -> int:
    folder.mkdir(parents=True)
    cameras = _camera_columns(data.terms)
    file = folder / f"{name}-train.tfrecord-00000-of-00001"
    count = write_records(file, (_columns(episode, cameras) for episode in data))
    (folder / "features.json").write_text(json.dumps(_features(data.terms, cameras), indent=1))
    split = {
        "name": "train", "shardLengths": [str(count)], "numBytes": str(file.stat().st_size),
        "filepathTemplate": "{DATASET}-{SPLIT}.{FILEFORMAT}-{SHARD_X_OF_Y}",
    }  # fmt: skip
    info = {"fileFormat": "tfrecord", "name": name, "version": VERSION, "splits": [split]}
    (folder / "dataset_info.json").write_text(json.dumps(info, indent=1))
    return count


def open_rlds(folder: Path, rate: float) -> EpisodeSet:
    """Every `*.tfrecord*` file under `folder`. `rate`: frames a second, which RLDS does not tell.

    Raises: BadInput (no such file, a damaged one, a column that is missing).
    """
    files = sorted(path for path in folder.rglob("*.tfrecord*") if path.is_file())
    if not files:
        raise BadInput("data set", str(folder), "a folder with *.tfrecord files")
    terms, count = None, 0
    for number, (_, columns) in enumerate(_records(files)):
        terms = terms or _terms(columns, rate)
        count = number + 1
    if terms is None:
        raise BadInput("data set", str(folder), "TFRecord files with at least one episode")
    agreed = terms

    def read(numbers: Sequence[int]) -> Iterator[Episode]:
        wanted = set(numbers)
        for number, (where, columns) in enumerate(_records(files)):
            if number in wanted:
                yield _episode(where, columns, agreed)

    return EpisodeSet(folder.resolve().name, terms, count, read)


def _camera_columns(terms: Terms) -> dict[str, str]:
    """Our camera's name -> its column: RLDS tells pictures by their type, readers of Bridge data by their name."""
    return {name: name if PICTURE.match(f"steps/observation/{name}") else f"image_{name}" for name in terms.cameras}


def _columns(episode: Episode, cameras: dict[str, str]) -> dict[str, Feature]:
    count = len(episode)
    last = [int(frame == count - 1) for frame in range(count)]
    return {
        **{f"steps/observation/{cameras[name]}": list(files) for name, files in episode.pictures.items()},
        **({STATE: episode.state.ravel().tolist()} if episode.state.size else {}),  # TFDS knows no column of no width
        ACTION: episode.action.ravel().tolist(),
        TASK: [episode.task.encode()] * count,
        "steps/is_first": [int(frame == 0) for frame in range(count)],
        "steps/is_last": last,
        "steps/is_terminal": last,
        "steps/reward": [float(flag) for flag in last],
        "steps/discount": [1.0] * count,
    }


def _records(files: Sequence[Path]) -> Iterator[tuple[str, dict[str, Feature]]]:
    for path in files:
        for number, columns in enumerate(read_records(path)):
            yield f"{path.name}: episode {number}", columns


def _terms(columns: dict[str, Feature], rate: float) -> Terms:
    for key in (ACTION, TASK):
        if not columns.get(key):
            raise BadInput("RLDS episode", sorted(columns), f"one with {key!r}")
    steps = len(columns[TASK])
    cameras = {}
    for key in sorted(columns):
        if (found := PICTURE.match(key)) and columns[key] and isinstance(columns[key][0], bytes) and columns[key][0]:
            height, width, _ = pixels(key, columns[key][0]).shape  # type: ignore[arg-type]
            cameras[found[1]] = (height, width)
    widths = {key: len(columns.get(key, [])) // steps for key in (STATE, ACTION)}
    return Terms(rate, _numbered("state", widths[STATE]), _numbered("action", widths[ACTION]), cameras)


def _numbered(name: str, count: int) -> tuple[str, ...]:
    return tuple(f"{name} {number}" for number in range(count))


def _episode(where: str, columns: dict[str, Feature], terms: Terms) -> Episode:
    texts: Any = columns.get(TASK, [])
    files: Any = {name: columns.get(f"steps/observation/{name}", []) for name in terms.cameras}
    for name, pictures in files.items():
        if len(pictures) != len(texts):
            raise BadInput(f"{where}: {name}", len(pictures), f"a picture for each of {len(texts)} steps")
    return Episode(
        texts[0].decode(errors="replace"),
        files,
        _matrix(where, STATE, columns, len(texts), len(terms.state_names)),
        _matrix(where, ACTION, columns, len(texts), len(terms.action_names)),
    )


def _matrix(where: str, key: str, columns: dict[str, Feature], steps: int, width: int) -> Floats:
    values: Any = columns.get(key, [])
    if len(values) != steps * width:
        raise BadInput(f"{where}: {key}", len(values), f"{steps} steps of {width} numbers")
    return np.array(values, np.float32).reshape(steps, width)


def _features(terms: Terms, cameras: dict[str, str]) -> dict[str, Any]:
    """`features.json`; the names of the columns stand in the descriptions."""
    pictures = {cameras[name]: _image(size) for name, size in terms.cameras.items()}
    state = {"state": _tensor(len(terms.state_names), terms.state_names)} if terms.state_names else {}
    flags = {name: _scalar("bool") for name in ("is_first", "is_last", "is_terminal")}
    step = {
        "observation": _dictionary({**pictures, **state}),
        "action": _tensor(len(terms.action_names), terms.action_names),
        "language_instruction": {"pythonClassName": f"{_FEATURES}.text_feature.Text", "text": {}},
        **flags,
        **{name: _scalar("float32") for name in ("reward", "discount")},
    }
    steps = {
        "pythonClassName": f"{_FEATURES}.dataset_feature.Dataset",
        "sequence": {"feature": _dictionary(step), "length": "-1"},
    }
    return _dictionary({"steps": steps})


def _dictionary(features: dict[str, Any]) -> dict[str, Any]:
    return {"pythonClassName": f"{_FEATURES}.features_dict.FeaturesDict", "featuresDict": {"features": features}}


def _image(size: tuple[int, int]) -> dict[str, Any]:
    shape = {"dimensions": [str(size[0]), str(size[1]), "3"]}
    return {
        "pythonClassName": f"{_FEATURES}.image_feature.Image",
        "image": {"shape": shape, "dtype": "uint8", "encodingFormat": "png"},
    }


def _tensor(width: int, names: Sequence[str]) -> dict[str, Any]:
    return {
        "pythonClassName": f"{_FEATURES}.tensor_feature.Tensor",
        "tensor": {"shape": {"dimensions": [str(width)]}, "dtype": "float32", "encoding": "none"},
        "description": ", ".join(names),
    }


def _scalar(kind: str) -> dict[str, Any]:
    return {
        "pythonClassName": f"{_FEATURES}.scalar.Scalar",
        "tensor": {"shape": {}, "dtype": kind, "encoding": "none"},
    }
