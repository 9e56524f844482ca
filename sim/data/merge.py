"""Mixing data sets by weight. Names, units, rates or cameras that are not the same in all are refused or mapped."""

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any, Final

import cv2
import numpy as np
from numpy.typing import NDArray
from pydantic import Field

from sim.data.episodes import Episode, EpisodeSet, Floats, Terms, pixels, png
from sim.data.index import INDEX_FILE
from sim.data.keyframes import KeyframeSet, open_keyframes
from sim.data.lerobot_form import is_lerobot, open_lerobot, write_lerobot
from sim.data.shares import Share, repeated, shares
from sim.data.whole import whole_folder
from skills.base import Value
from skills.errors import BadInput, UnknownName
from skills.yamlfile import parse_model, read_yaml

SAME: Final = (
    "image_size", "camera", "kinds", "sizes", "colours", "phrases", "skills", "waypoint_columns", "state_names",
    "keyframes", "places",
)  # fmt: skip
"""What keyframe sets must agree on."""


class SetMap(Value):
    """How one data set is brought to the terms of the first.

    Attributes:
        cameras, state, action: their name -> the first set's; cameras that are not named here are left out.
        scale: the first set's column -> factor from their unit to its.
        every: of their frames each so-manieth is kept, which divides their rate.
    """

    cameras: dict[str, str] = {}
    state: dict[str, str] = {}
    action: dict[str, str] = {}
    scale: dict[str, float] = {}
    every: Annotated[int, Field(ge=1)] = 1


@dataclass(frozen=True)
class Part:
    """A data set and its weight in the mix."""

    folder: Path
    weight: float


def merge(parts: Sequence[Part], out: Path, map_file: Path | None = None, *, repeat: bool = False) -> int:
    """Write the mix to `out`, whole or not at all; returns its scenes (keyframes) or episodes (LeRobot).

    As much is taken as the weights allow; of each set the first scenes of every split, or episodes evenly spread.

    Args:
        repeat: take the first set whole, and keyframe sets after it as often as gives them their weight.

    Raises: BadInput (weights, different terms, `out` exists), UnknownName (map file), Unavailable (lerobot).
    """
    if len(parts) < 2 or not all(0 < part.weight < float("inf") for part in parts):
        raise BadInput("weights", [part.weight for part in parts], "of two or more data sets, each more than 0")
    forms = [is_lerobot(part.folder) for part in parts]
    if repeat and any(forms):
        raise BadInput("--repeat", "LeRobot", "absent; scenes of keyframe sets are repeated, episodes are not")
    if all(forms):
        return _merge_episodes(parts, out, _maps(map_file, parts))
    if any(forms):
        raise BadInput("form", "LeRobot and keyframes", "the same for all data sets")
    if map_file is not None:
        raise BadInput("--map", str(map_file), "absent: keyframe sets are mixed only when they have the same terms")
    return _merge_keyframes(parts, out, repeated if repeat else shares)


def differences(ours: Terms, theirs: Terms) -> Iterator[tuple[str, Any, Any]]:
    """(what, theirs, ours) for each term that differs."""
    for what in ("rate", "state_names", "action_names"):
        if getattr(ours, what) != getattr(theirs, what):
            yield what, getattr(theirs, what), getattr(ours, what)
    if dict(ours.cameras) != dict(theirs.cameras):
        yield "cameras", dict(theirs.cameras), dict(ours.cameras)


def mapped(data: EpisodeSet, given: SetMap, like: Terms) -> EpisodeSet:
    """`data` with its names, units, rate and cameras as `given` says, towards `like`."""
    terms = data.terms
    for field, known in (("cameras", terms.cameras), ("state", terms.state_names), ("action", terms.action_names)):
        for name in getattr(given, field):
            if name not in known:
                raise UnknownName(f"map of {data.name}: {field}", name, known)
    cameras = {
        ours: like.cameras.get(ours, terms.cameras[theirs]) for theirs, ours in (given.cameras or _same(terms)).items()
    }
    state, state_of = _columns(terms.state_names, given.state, given.scale, like.state_names)
    action, action_of = _columns(terms.action_names, given.action, given.scale, like.action_names)
    rate = None if terms.rate is None else terms.rate / given.every
    theirs_of = {ours: theirs for theirs, ours in (given.cameras or _same(terms)).items()}

    def change(episode: Episode) -> Episode:
        step = slice(None, None, given.every)
        pictures = {
            ours: [_sized(file, size) for file in episode.pictures[theirs_of[ours]][step]]
            for ours, size in cameras.items()
        }
        return Episode(episode.task, pictures, state_of(episode.state[step]), action_of(episode.action[step]))

    return replace(
        data, terms=Terms(rate, state, action, cameras), read=lambda numbers: map(change, data.read(numbers))
    )


def _same(terms: Terms) -> dict[str, str]:
    return {name: name for name in terms.cameras}


def _columns(
    names: Sequence[str], renamed: Mapping[str, str], scale: Mapping[str, float], like: Sequence[str]
) -> tuple[tuple[str, ...], Any]:
    """Their columns under our names, in our order where they are the same, and how to turn their numbers."""
    ours = [renamed.get(name, name) for name in names]
    order = [ours.index(name) for name in like] if sorted(ours) == sorted(like) else list(range(len(ours)))
    factors = np.array([scale.get(ours[number], 1.0) for number in order], np.float32)

    def turn(values: Floats) -> Floats:
        return values[:, order] * factors

    return tuple(ours[number] for number in order), turn


def _sized(file: bytes, size: tuple[int, int]) -> bytes:
    picture = pixels("picture", file)
    if picture.shape[:2] == size:
        return file
    return png(np.asarray(cv2.resize(picture, size[::-1], interpolation=cv2.INTER_AREA), np.uint8))


def _maps(path: Path | None, parts: Sequence[Part]) -> dict[str, SetMap]:
    """Maps by the name of a set's folder."""
    if path is None:
        return {}
    content = read_yaml(path)
    known = [part.folder.resolve().name for part in parts]
    if not isinstance(content, Mapping):
        raise BadInput(str(path), type(content).__name__, "a mapping from data sets to their maps")
    for name in content:
        if name not in known:
            raise UnknownName(f"{path}: data set", str(name), known)
    return {name: parse_model(entry, SetMap, f"{path}: {name}") for name, entry in content.items()}


def _merge_episodes(parts: Sequence[Part], out: Path, maps: Mapping[str, SetMap]) -> int:
    opened = [open_lerobot(part.folder) for part in parts]
    like = opened[0].terms
    brought = [mapped(data, maps[data.name], like) if data.name in maps else data for data in opened]
    for data in brought[1:]:
        for what, theirs, ours in differences(like, data.terms):
            allowed = f"{ours}, as in {brought[0].name}, or mapped with --map"
            raise BadInput(f"{data.name}: {what}", theirs, allowed)
    counts = shares([data.count for data in brought], [part.weight for part in parts])
    if sum(counts) == 0:
        raise BadInput("weights", [part.weight for part in parts], "such that an episode is left")
    chosen = [
        np.linspace(0, data.count - 1, count).astype(int).tolist() for data, count in zip(brought, counts, strict=True)
    ]
    episodes = (episode for data, numbers in zip(brought, chosen, strict=True) for episode in data.read(numbers))
    robot = json.loads((parts[0].folder / "meta" / "info.json").read_text())["robot_type"]
    return write_lerobot(out, like, robot, episodes)


def _merge_keyframes(parts: Sequence[Part], out: Path, share: Share) -> int:
    sets = [open_keyframes(part.folder) for part in parts]
    for data in sets[1:]:
        for term in SAME:
            if data.index[term] != sets[0].index[term]:
                raise BadInput(
                    f"{data.index['name']}: {term}", _short(data.index[term]), f"as in {sets[0].index['name']}"
                )
    taken: list[tuple[KeyframeSet, int, int]] = []
    splits, start = {}, 0
    for split in sets[0].index["splits"]:
        there = [data.index["splits"].get(split, [0, 0]) for data in sets]
        counts = share([last - first for first, last in there], [part.weight for part in parts])
        for data, (first, last), count in zip(sets, there, counts, strict=True):
            taken += _rounds(data, first, last, count)
        splits[split] = [start, start + sum(counts)]
        start += sum(counts)
    if start == 0:
        raise BadInput("weights", [part.weight for part in parts], "such that a scene is left")
    sources = [
        {
            "name": data.index["name"],
            "seed": data.index["seed"],
            "setting": data.index["setting"],
            "weight": part.weight,
        }
        for data, part in zip(sets, parts, strict=True)
    ]
    index = {key: value for key, value in sets[0].index.items() if key != "left_out"}
    index |= {"name": out.resolve().name, "setting": "merged", "merged": sources, "splits": splits, "scenes": start}
    with whole_folder(out) as draft:
        hashes, examples = _write_shards(draft, _pieces(taken))
        content = json.dumps({**index, "shards": hashes, "examples": examples}, indent=1)
        (draft / INDEX_FILE).write_text(content, encoding="utf-8")
    return start


def _rounds(data: KeyframeSet, first: int, last: int, count: int) -> Iterator[tuple[KeyframeSet, int, int]]:
    """The scenes first..last over and over, `count` in all."""
    while count > 0:
        yield data, first, min(last, first + count)
        count -= last - first


def _short(value: Any) -> str:
    text = json.dumps(value)
    return text if len(text) <= 100 else f"{text[:97]}…"


Columns = dict[str, NDArray[Any]]


def _pieces(taken: Sequence[tuple[KeyframeSet, int, int]]) -> Iterator[Columns]:
    """The scenes first..last of each set, as columns of at most a shard."""
    for data, first, last in taken:
        at = 0
        for shard in data.shards() if last > first else ():
            count = len(shard["images"])
            low, high = max(first - at, 0), min(last - at, count)
            if low < high:
                yield _cut(shard, low, high)
            at += count
            if at >= last:
                break


def _cut(shard: Columns, low: int, high: int) -> Columns:
    mine = (shard["examples_image"] >= low) & (shard["examples_image"] < high)
    cut = {key: values[mine] if key.startswith("examples_") else values[low:high] for key, values in shard.items()}
    return {**cut, "examples_image": cut["examples_image"] - np.int32(low)}


def _write_shards(folder: Path, pieces: Iterator[Columns]) -> tuple[dict[str, str], int]:
    """One shard a piece; hashes by name, and how many examples."""
    hashes, examples = {}, 0
    for number, columns in enumerate(pieces):
        path = folder / f"shard-{number:05d}.npz"
        arrays: dict[str, Any] = columns
        np.savez(path, **arrays)
        hashes[path.name] = hashlib.sha256(path.read_bytes()).hexdigest()
        examples += len(columns["examples_image"])
    return hashes, examples
