"""LeRobot datasets (v3) with embedded pictures: read by pyarrow, written by lerobot itself. Needs the extra `train`."""

import io
import json
from collections.abc import Iterable, Iterator, Sequence
from contextlib import redirect_stdout
from pathlib import Path
from typing import Any, Final

import numpy as np

from sim.data.episodes import Episode, EpisodeSet, Terms, pixels
from sim.data.whole import whole_folder
from skills.errors import BadInput, Unavailable

INFO: Final = "meta/info.json"
PICTURES: Final = "observation.images."
STATE, ACTION = "observation.state", "action"


def is_lerobot(folder: Path) -> bool:
    return (folder / INFO).is_file()


def open_lerobot(folder: Path) -> EpisodeSet:
    """Raises: BadInput (no such data set, another version, pictures as videos), Unavailable (pyarrow is missing)."""
    try:
        terms, count = _told(json.loads((folder / INFO).read_text(encoding="utf-8")))
    except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
        raise BadInput("data set", str(folder), f"a LeRobot dataset with {INFO} ({error})") from None
    return EpisodeSet(folder.resolve().name, terms, count, lambda numbers: _read(folder, terms, numbers))


def _told(info: Any) -> tuple[Terms, int]:
    """The terms of a data set, and how many episodes it has. Raises: BadInput (another version, videos), and whatever
    reading from something else raises.
    """
    features, version = info["features"], str(info["codebase_version"])
    if not version.startswith("v3."):
        raise BadInput("data set", version, "a LeRobot dataset of version 3")
    cameras = {name.removeprefix(PICTURES): spec for name, spec in features.items() if name.startswith(PICTURES)}
    for name, spec in cameras.items():
        if spec["dtype"] != "image":
            raise BadInput(f"camera {name}", spec["dtype"], "'image': pictures within the data files, no videos")
    terms = Terms(
        float(info["fps"]),
        _names(features, STATE),
        _names(features, ACTION),
        {name: (int(spec["shape"][0]), int(spec["shape"][1])) for name, spec in cameras.items()},
    )
    return terms, int(info["total_episodes"])


def write_lerobot(folder: Path, terms: Terms, robot: str, episodes: Iterable[Episode]) -> int:
    """Write a new data set, whole or not at all; returns how many episodes.

    Raises: BadInput (the folder exists, terms without a rate), Unavailable (lerobot is not installed).
    """
    if terms.rate is None or terms.rate != int(terms.rate):
        raise BadInput("rate", terms.rate, "a whole number of frames a second; a LeRobot dataset has one")
    dataset_class = _lerobot()
    with whole_folder(folder) as draft:
        draft.rmdir()  # lerobot wants to make it itself
        dataset = dataset_class.create(
            repo_id=f"smolcell/{folder.name}", fps=int(terms.rate), features=_features(terms), robot_type=robot,
            root=draft, use_videos=False,
        )  # fmt: skip
        try:
            return _add(dataset, episodes)
        finally:
            dataset.finalize()


def _add(dataset: Any, episodes: Iterable[Episode]) -> int:
    count = 0
    for count, episode in enumerate(episodes, 1):  # noqa: B007
        for frame in range(len(episode)):
            _add_frame(dataset, _frame(episode, frame))
        dataset.save_episode()
    return count


def _add_frame(dataset: Any, frame: dict[str, Any]) -> None:
    """Raises: OSError where a picture can't be written: lerobot prints that, and goes on without it."""
    with redirect_stdout(io.StringIO()) as said:
        dataset.add_frame(frame)
    if said.getvalue():
        raise OSError(" ".join(said.getvalue().split())[:160])


def _names(features: dict[str, Any], key: str) -> tuple[str, ...]:
    if key not in features:
        return ()
    names, (size,) = features[key].get("names"), features[key]["shape"]
    flat = next(iter(names.values())) if isinstance(names, dict) else names
    return tuple(map(str, flat)) if flat else tuple(f"{key} {number}" for number in range(size))


def _read(folder: Path, terms: Terms, numbers: Sequence[int]) -> Iterator[Episode]:
    try:
        import pyarrow.compute
        import pyarrow.parquet
    except ImportError:
        raise Unavailable("pyarrow is not installed.", "Install the extra: pip install 'smolcell[train]'") from None
    tasks = pyarrow.parquet.read_table(folder / "meta" / "tasks.parquet").to_pydict()
    text = dict(zip(tasks["task_index"], tasks["__index_level_0__"], strict=True))
    wanted = set(numbers)
    for path in sorted((folder / "data").glob("chunk-*/file-*.parquet")):
        table = pyarrow.parquet.read_table(path)
        for number in table["episode_index"].unique().to_pylist():
            if number in wanted:
                rows = table.filter(pyarrow.compute.equal(table["episode_index"], number))
                yield Episode(
                    text[rows["task_index"][0].as_py()],
                    {name: _files(rows, name) for name in terms.cameras},
                    _column(rows, STATE, len(terms.state_names)),
                    _column(rows, ACTION, len(terms.action_names)),
                )


def _files(rows: Any, camera: str) -> list[bytes]:
    return [row["bytes"] for row in rows[f"{PICTURES}{camera}"].to_pylist()]


def _column(rows: Any, key: str, width: int) -> Any:
    return np.array(rows[key].to_pylist() if width else [[]] * len(rows), np.float32).reshape(len(rows), width)


def _features(terms: Terms) -> dict[str, Any]:
    pictures = {
        f"{PICTURES}{name}": {"dtype": "image", "shape": (*size, 3), "names": ["height", "width", "channels"]}
        for name, size in terms.cameras.items()
    }
    numbers = {
        key: {"dtype": "float32", "shape": (len(names),), "names": list(names)}
        for key, names in ((STATE, terms.state_names), (ACTION, terms.action_names))
        if names
    }
    return {**pictures, **numbers}


def _frame(episode: Episode, frame: int) -> dict[str, Any]:
    pictures = {
        f"{PICTURES}{name}": pixels(f"picture of {name}", files[frame]) for name, files in episode.pictures.items()
    }
    numbers = {
        key: values[frame] for key, values in ((STATE, episode.state), (ACTION, episode.action)) if values.shape[1]
    }
    return {**pictures, **numbers, "task": episode.task}


def _lerobot() -> Any:
    try:
        from datasets import disable_progress_bars
        from lerobot.datasets.lerobot_dataset import LeRobotDataset
    except ImportError:
        raise Unavailable("lerobot is not installed.", "Install the extra: pip install 'smolcell[train]'") from None
    disable_progress_bars()  # it draws one for each episode
    return LeRobotDataset
