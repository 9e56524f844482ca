"""Looking at a data set before anybody trains on it: counts, spreads, and the faults that are easily overlooked."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import numpy as np
from numpy.typing import NDArray

from sim.data.episodes import Episode, EpisodeSet, pixels, png
from sim.data.faults import (
    Asked,
    Placed,
    jumps,
    leaks_between,
    lonely,
    out_of_split,
    same_scenes,
    start_drift,
    swapped_cameras,
    unbalanced,
    unbalanced_phrases,
)
from sim.data.keyframes import KeyframeSet, Scene, open_keyframes
from sim.data.lerobot_form import is_lerobot, open_lerobot
from sim.data.likeness import Print, print_of
from sim.data.splits import quarter_of
from sim.data.tally import Column, Inspection, columns
from skills.catalogue import Catalogue, load_catalogue

PICTURES: Final = 12
"""Pictures in a report."""
STATISTICS: Final = 20_000
"""Examples whose states and actions are counted, at most: evenly spread over the set."""


@dataclass(frozen=True)
class Inspected:
    """What was found, and pictures to look at: (caption, PNG file)."""

    found: Inspection
    pictures: tuple[tuple[str, bytes], ...]


def inspect(folder: Path, against: Path | None = None, catalogue: Catalogue | None = None) -> Inspected:
    """Read the whole set.

    Args:
        against: another one, which must share no scene with it.
        catalogue: whose phrases are counted; without it that of the installed cards.

    Raises: BadInput (no data set there, a damaged one), Unavailable (pyarrow is missing).
    """
    cards = catalogue or load_catalogue()
    looked = _look(folder, cards)
    findings = list(looked.found.findings)
    if against is not None:
        findings += leaks_between(looked.placed, _look(against, cards).placed)
    return Inspected(looked.found.model_copy(update={"findings": tuple(findings)}), looked.pictures)


def inspect_episodes(data: EpisodeSet) -> Inspected:
    """Of any form that comes down to episodes."""
    looked = _episodes(data)
    return Inspected(looked.found, looked.pictures)


@dataclass(frozen=True)
class _Looked:
    found: Inspection
    placed: Placed
    pictures: tuple[tuple[str, bytes], ...]


def _look(folder: Path, catalogue: Catalogue) -> _Looked:
    return _episodes(open_lerobot(folder)) if is_lerobot(folder) else _keyframes(open_keyframes(folder), catalogue)


@dataclass
class _Gathered:
    """What is kept of each scene while a set is read."""

    prints: list[Print] = field(default_factory=list)
    splits: list[str] = field(default_factory=list)
    places: list[str] = field(default_factory=list)
    asked: list[Asked] = field(default_factory=list)
    pictures: list[tuple[str, bytes]] = field(default_factory=list)


def _keyframes(data: KeyframeSet, catalogue: Catalogue) -> _Looked:
    index, kept = data.index, _Gathered()
    counts: dict[str, Counter[str]] = {}
    states: list[NDArray[np.float32]] = []
    actions: list[NDArray[np.float32]] = []
    pointed: list[NDArray[np.bool_]] = []
    every = max(1, index["scenes"] // PICTURES)
    for scene in data.scenes():
        _count(index, scene, counts)
        states.append(scene.state)
        actions.append(scene.waypoints)
        pointed.append(scene.target >= 0)
        kept.prints.append(print_of(scene.image))
        kept.splits.append(scene.split)
        kept.places.append(f"scene {scene.number} ({scene.split})")
        kept.asked.append(_asked(index, scene, kept.places[-1]))
        if scene.number % every == 0:
            kept.pictures.append((f"{kept.places[-1]}: {index['phrases'][scene.phrase[0]]}", png(scene.image)))
    state, action, picks = np.concatenate(states), np.concatenate(actions), np.concatenate(pointed)
    spread = {"start state": columns(index["state_names"], state[_spread(len(state))])}
    for row in range(action.shape[1]):
        spread[f"action, row {row}"] = columns(index["waypoint_columns"], action[_spread(len(action)), row])
    findings = [
        *unbalanced_phrases(counts["phrase"], catalogue),
        *(
            finding
            for subject, values in counts.items()
            if subject != "phrase"
            for finding in unbalanced(subject, values)
        ),
        *(finding for chosen in (picks, ~picks) for finding in start_drift(index["state_names"], state[chosen])),
        *lonely(kept.asked),
        *out_of_split(kept.asked, {tuple(triple) for triple in index["held_out_triples"]}),
        *same_scenes(kept.prints, kept.splits, kept.places),
    ]
    width = list(index["waypoint_columns"]).index("width")
    found = _inspection(index["name"], "tray-keyframes", index["scenes"], index["examples"], counts, spread)
    closed, left_out = float((action[..., width] == 0).mean()), index.get("left_out", {})  # a mix does not tell
    update = {"closed_share": closed, "left_out": left_out, "findings": tuple(findings)}
    return _Looked(found.model_copy(update=update), (kept.prints, kept.places), tuple(kept.pictures))


def _count(index: Mapping[str, Sequence[str]], scene: Scene, counts: dict[str, Counter[str]]) -> None:
    for phrase, target in zip(scene.phrase, scene.target, strict=True):
        values = {"phrase": index["phrases"][phrase]}
        if target >= 0:
            part = scene.parts[target]
            kind = index["kinds"][int(part[3])]
            values |= {
                "kind": kind,
                f"size of {kind}": index["sizes"][int(part[4])],
                "colour": index["colours"][int(part[5])],
                "condition": "failed" if part[6] else "ok",
                "quarter": quarter_of(part[:2].tolist()),
            }
        for subject, value in values.items():
            counts.setdefault(subject, Counter())[value] += 1


def _asked(index: Mapping[str, Any], scene: Scene, place: str) -> Asked:
    there = scene.parts[scene.parts[:, 3] >= 0]
    parts = [(index["kinds"][int(p[3])], index["colours"][int(p[5])], quarter_of(p[:2].tolist())) for p in there]
    return Asked(place, scene.split, parts, frozenset(scene.target[scene.target >= 0].tolist()))


def _episodes(data: EpisodeSet) -> _Looked:
    kept, terms = _Gathered(), data.terms
    counts: dict[str, Counter[str]] = {"phrase": Counter()}
    states: list[NDArray[np.float32]] = []
    actions: list[NDArray[np.float32]] = []
    thumbnails: dict[str, list[NDArray[np.float32]]] = {name: [] for name in terms.cameras}
    first = next(iter(terms.cameras), None)
    for number, episode in enumerate(data):
        counts["phrase"][episode.task] += 1
        states.append(episode.state)
        actions.append(episode.action)
        for name, (picture, look) in _openings(data.name, number, episode):
            thumbnails[name].append(look.thumbnail)
            if name == first:
                kept.prints.append(look)
                kept.places.append(f"episode {number}")
            if number < PICTURES // len(terms.cameras):
                kept.pictures.append((f"episode {number}, {name}: {episode.task}", picture))
    starts = np.stack([each[0] for each in states]) if states else np.empty((0, len(terms.state_names)))
    everything, acted = np.concatenate(states), np.concatenate(actions)
    spread = {
        "start state": columns(terms.state_names, starts),
        "state": columns(terms.state_names, everything[_spread(len(everything))]),
        "action": columns(terms.action_names, acted[_spread(len(acted))]),
    }
    findings = [
        *unbalanced("phrase", counts["phrase"]),
        *start_drift(terms.state_names, starts),
        *jumps(terms.state_names, states),
        *swapped_cameras({name: np.stack(looks) for name, looks in thumbnails.items()}),
        *same_scenes(kept.prints, ["all"] * len(kept.prints), kept.places),
    ]
    found = _inspection(data.name, "lerobot", data.count, len(everything), counts, spread)
    update = {"closed_share": _closed(terms.action_names, acted), "largest_jump": _largest_jump(states)}
    found = found.model_copy(update={**update, "findings": tuple(findings)})
    return _Looked(found, (kept.prints, kept.places), tuple(kept.pictures))


def _openings(name: str, number: int, episode: Episode) -> Iterator[tuple[str, tuple[bytes, Print]]]:
    """What each camera sees first."""
    for camera, files in episode.pictures.items():
        yield camera, (files[0], print_of(pixels(f"{name}: episode {number}, {camera}", files[0])))


def _inspection(
    name: str,
    form: str,
    scenes: int,
    examples: int,
    counts: dict[str, Counter[str]],
    spread: dict[str, tuple[Column, ...]],
) -> Inspection:
    told = {subject: dict(values.most_common()) for subject, values in counts.items() if sum(values.values())}
    return Inspection(
        name=name, form=form, scenes=scenes, examples=examples, counts=told, columns=spread, closed_share=None,
        largest_jump=None, findings=(),
    )  # fmt: skip


def _closed(names: Sequence[str], actions: NDArray[np.float32]) -> float | None:
    """Share of the rows in which the fingers are told to close."""
    widths = [number for number, name in enumerate(names) if name.startswith(("width", "gripper"))]
    return float((actions[:, widths[-1]] <= 0).mean()) if widths else None


def _largest_jump(states: Sequence[NDArray[np.float32]]) -> float | None:
    extent = np.ptp(np.concatenate(list(states)), axis=0)
    steps = [np.abs(np.diff(each, axis=0)).max(axis=0) for each in states if len(each) > 1]
    moving = extent > 0
    return float((np.max(steps, axis=0)[moving] / extent[moving]).max()) if steps and moving.any() else None


def _spread(count: int) -> NDArray[np.int64]:
    """Up to STATISTICS rows of `count`, evenly spread."""
    return np.unique(np.linspace(0, count - 1, min(count, STATISTICS)).astype(np.int64))
