"""The faults that inspection knows, each a function of what was read to findings."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
from numpy.typing import NDArray

from sim.data.likeness import Print, alike
from sim.data.looks import in_company
from sim.data.splits import Split, Triple
from sim.data.tally import Finding
from skills.catalogue import Catalogue
from skills.words import FINISHES

MOST: Final = 4.0
"""A phrase or value that stands this many times as often as its likes, or as seldom, is unbalanced …"""
SIGMAS: Final = 6.0
"""… where chance alone does not make it so; so many standard errors make a drift, too."""
LEAST_DRIFT: Final = 1e-3
"""A mean that moved less than this is no drift [m, rad]."""
JUMP: Final = 0.5
"""A step between two frames beyond this share of the column's range is a jump …"""
SMOOTH: Final = 10.0
"""… where it is also so many times the step that only 1% of the steps exceed."""
HELD_OUT_SPLIT: Final[Split] = "triples"
SHOWN: Final = 5
"""Findings of one kind that are told one by one."""

Floats = NDArray[np.floating]


def unbalanced_phrases(counts: Mapping[str, int], catalogue: Catalogue) -> Iterator[Finding]:
    """Phrases that say as many words of the same kinds are each other's likes."""
    groups: dict[tuple[object, ...], list[str]] = {}
    for card in catalogue:
        for arguments in card.calls():
            shape = tuple(
                (slot, value in FINISHES, value == "part" if slot == "kind" else None)
                for slot, value in arguments.items()
            )
            groups.setdefault((card.name, shape), []).append(card.render(arguments))
    for phrases in groups.values():
        yield from unbalanced("phrase", {phrase: counts.get(phrase, 0) for phrase in phrases})


def unbalanced(subject: str, counts: Mapping[str, int]) -> Iterator[Finding]:
    """Values that stand much more or less often than the middle one of their likes."""
    middle = float(np.median(list(counts.values()))) if counts else 0.0
    for name, count in counts.items():
        certain = abs(count - middle) > SIGMAS * np.sqrt(max(middle, 1.0))
        if certain and (count > MOST * middle or count < middle / MOST):
            yield Finding(
                fault="unbalanced", text=f"{subject} {name!r}: {count} examples, its likes have about {middle:g}"
            )


def start_drift(names: Sequence[str], starts: Floats) -> Iterator[Finding]:
    """Columns of (n, columns) start states, in the order of recording, whose mean moves from half to half."""
    half = len(starts) // 2
    if half < 2:
        return
    first, second = starts[:half], starts[half:]
    moved = second.mean(axis=0) - first.mean(axis=0)
    error = np.sqrt(first.var(axis=0, ddof=1) / len(first) + second.var(axis=0, ddof=1) / len(second))
    for name, by, chance in zip(names, moved, error, strict=True):
        if abs(by) > max(SIGMAS * chance, LEAST_DRIFT):
            yield Finding(
                fault="start drift", text=f"{name}: the mean start moves by {by:.4g} from the first half to the second"
            )


def jumps(names: Sequence[str], episodes: Sequence[Floats]) -> Iterator[Finding]:
    """Steps between two frames of a (T, columns) state that no motion makes."""
    steps = np.concatenate([np.abs(np.diff(states, axis=0)) for states in episodes])
    if not len(steps):
        return
    everything = np.concatenate(list(episodes))
    bound = np.maximum(JUMP * np.ptp(everything, axis=0), SMOOTH * np.percentile(steps, 99, axis=0))
    found = [
        (number, frame, column)
        for number, states in enumerate(episodes)
        for frame, column in np.argwhere(np.abs(np.diff(states, axis=0)) > bound)
        if bound[column] > 0
    ]
    for number, frame, column in found[:SHOWN]:
        size = episodes[number][frame + 1, column] - episodes[number][frame, column]
        yield Finding(fault="jump", text=f"episode {number}, frame {frame + 1}: {names[column]} jumps by {size:.4g}")


def swapped_cameras(thumbnails: Mapping[str, Floats]) -> Iterator[Finding]:
    """Episodes whose two pictures look like each other's camera. `thumbnails`: (episodes, values) of each camera."""
    names = list(thumbnails)
    usual = {name: np.median(values, axis=0) for name, values in thumbnails.items()}

    def away(name: str, like: str) -> Floats:
        return np.asarray(np.abs(thumbnails[name] - usual[like]).mean(axis=1))

    for index, one in enumerate(names):
        for other in names[index + 1 :]:
            straight = away(one, one) + away(other, other)
            crossed = away(one, other) + away(other, one)
            for episode in np.flatnonzero(crossed < straight)[:SHOWN]:
                yield Finding(
                    fault="swapped cameras", text=f"episode {episode}: {one} and {other} look like each other"
                )


def same_scenes(prints: Sequence[Print], splits: Sequence[str], places: Sequence[str]) -> Iterator[Finding]:
    """Pictures of one scene: a leak between two splits, a duplicate within one. `places` names each picture."""
    pairs = list(alike(prints))
    leaks = [pair for pair in pairs if splits[pair[0]] != splits[pair[1]]]
    within = [pair for pair in pairs if splits[pair[0]] == splits[pair[1]]]
    yield from _told("leak", leaks, (prints, places), (prints, places))
    yield from _told("duplicate", within, (prints, places), (prints, places))


@dataclass(frozen=True)
class Asked:
    """Kind, colour and quarter of the parts of a scene, which of them are to be picked, and where it stands."""

    place: str
    split: str
    parts: Sequence[Triple]
    targets: frozenset[int]


def lonely(scenes: Iterable[Asked]) -> Iterator[Finding]:
    """Targets that one word tells from the rest: without another of their kind, or of their colour, beside them."""
    texts = []
    for scene in scenes:
        company = in_company((kind, colour) for kind, colour, _ in scene.parts)
        for target in sorted(scene.targets - set(company)) if len(scene.parts) > 2 else ():
            kind, colour, _ = scene.parts[target]
            texts.append(f"{scene.place}: the {colour} {kind} has no other {kind}, or nothing else {colour}, beside it")
    yield from _some("no company", texts, "targets")


def out_of_split(scenes: Iterable[Asked], held_out: Collection[Triple]) -> Iterator[Finding]:
    """Held-out parts in other splits than `triples`, and picks there that are of none."""
    texts = []
    for scene in scenes:
        kept = scene.split == HELD_OUT_SPLIT
        for index in sorted(scene.targets) if kept else range(len(scene.parts)):
            if (scene.parts[index] in held_out) != kept:
                kind, colour, quarter = scene.parts[index]
                texts.append(f"{scene.place}: {colour} {kind}, {quarter}, is {'not ' * kept}of a held-out triple")
    yield from _some("held out", texts, "parts")


def leaks_between(ours: "Placed", theirs: "Placed") -> Iterator[Finding]:
    """Scenes of one set that stand in another one too."""
    elsewhere = [f"{place} of the other set" for place in theirs[1]]
    yield from _told("leak", list(alike(ours[0], theirs[0])), ours, (theirs[0], elsewhere))


Placed = tuple[Sequence[Print], Sequence[str]]
"""Prints, and where the picture of each stands."""


def _told(fault: str, pairs: Sequence[tuple[int, int]], ours: Placed, theirs: Placed) -> Iterator[Finding]:
    texts = []
    for i, j in pairs:
        how = "are the same picture" if ours[0][i].exact == theirs[0][j].exact else "show the same scene"
        texts.append(f"{ours[1][i]} and {theirs[1][j]} {how}")
    yield from _some(fault, texts, "pairs")


def _some(fault: str, texts: Sequence[str], of_what: str) -> Iterator[Finding]:
    for text in texts[:SHOWN]:
        yield Finding(fault=fault, text=text)
    if len(texts) > SHOWN:
        yield Finding(fault=fault, text=f"{len(texts) - SHOWN} more {of_what}")
