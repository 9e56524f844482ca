"""Training data of the small policy and the perceiver: pictures of the tray, parts, phrases, keyframes.

Scene `i` depends on the data set's seed and on `i` alone, so that the set is the same for any number of
workers and however often it was interrupted. A shard is written whole (temporary file, then rename);
a shard that is there is not made again.
"""

import hashlib
import io
import json
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np

from sim.claim import claimed
from sim.commands import draw_pick
from sim.demonstrator import KEYFRAMES, half_turn, pick_waypoints, place_waypoints, put_back_waypoints
from sim.layout import TAUGHT, Look, draw_look, place_parts
from sim.robot import home_tcp
from sim.workers import shared_out
from sim.world import TruePart, World
from skills.catalogue import Catalogue, load_catalogue
from skills.cell import Cell
from skills.chunk import WAYPOINT_COLUMNS
from skills.errors import BadInput
from skills.words import COLOURS, KINDS, SIZES

MAX_PARTS = 12
PICKS, RELEASES = 8, 2
"""Examples of each scene."""
SHARD_SCENES = 200
STATE_NAMES = ("x [m]", "y [m]", "z [m]", "cos 2yaw", "sin 2yaw", "width [m]")


@dataclass(frozen=True)
class DataPlan:
    """What to generate: `scenes` scenes of data set `name` into `folder`, from `seed`."""

    folder: Path
    name: str
    seed: int
    scenes: int

    def shards(self) -> list[str]:
        return [f"shard-{index:05d}.npz" for index in range(-(-self.scenes // SHARD_SCENES))]


@dataclass(frozen=True)
class Progress:
    """`done` of `total` scenes are on disk."""

    done: int
    total: int


def generate(
    plan: DataPlan, cell: Cell, workers: int, on_progress: Callable[[Progress], None] = lambda _: None
) -> Path:
    """Make the data set, or go on with it. Returns the path of its `dataset.json`.

    Raises: BadInput when the folder holds something else, Unavailable when another process makes it.
    """
    _check(plan)
    with claimed(plan.folder, {**asdict(plan), "folder": "."}):
        missing = [name for name in plan.shards() if not (plan.folder / name).exists()]
        on_progress(_progress(plan, missing))
        jobs = [(plan, cell, index) for index, name in enumerate(plan.shards()) if name in missing]
        for name in shared_out(_make_shard, jobs, workers):
            missing.remove(name)
            on_progress(_progress(plan, missing))
        return _write_index(plan, cell)


def _progress(plan: DataPlan, missing: list[str]) -> Progress:
    return Progress(plan.scenes - min(plan.scenes, len(missing) * SHARD_SCENES), plan.scenes)


def _check(plan: DataPlan) -> None:
    if plan.scenes < 1:
        raise BadInput("scenes", plan.scenes, "at least 1")
    if not 0 <= plan.seed < 2**32:
        raise BadInput("seed", plan.seed, "between 0 and 4294967295")


def _make_shard(job: tuple[DataPlan, Cell, int]) -> str:
    plan, cell, index = job
    name = plan.shards()[index]
    catalogue = load_catalogue()
    world = World(cell, seed=0)
    first = index * SHARD_SCENES
    scenes = [
        _make_scene(world, catalogue, np.random.default_rng([plan.seed, number]))
        for number in range(first, min(first + SHARD_SCENES, plan.scenes))
    ]
    world.close()
    draft = plan.folder / f".{name}.draft"
    packed = io.BytesIO()  # a zip file that is written to a full disk complains once more when it is forgotten
    np.savez(packed, **_columns(scenes, list(phrases_of(catalogue))))
    draft.write_bytes(packed.getbuffer())
    draft.replace(plan.folder / name)
    return name


@dataclass(frozen=True)
class _Example:
    phrase: str
    waypoints: Any
    state: tuple[float, ...]
    target: int


@dataclass(frozen=True)
class _Scene:
    image: Any
    parts: list[TruePart]
    examples: list[_Example]


def _make_scene(world: World, catalogue: Catalogue, rng: np.random.Generator) -> _Scene:
    world.rng = rng
    specs: list[Any] = []
    while not specs:
        specs = place_parts(_looks(rng), rng, within=TAUGHT, strict=False)
    world.reset(specs)
    parts = world.true_parts()
    picks = list(_picks(world.cell, catalogue, parts, rng))
    return _Scene(world.photograph("overhead"), parts, picks + list(_releases(world.cell, catalogue, rng)))


def _looks(rng: np.random.Generator) -> list[Look]:
    """1 to 10 parts; half of them share a kind or a colour with an earlier one, so that words are needed."""
    looks: list[Look] = []
    for _ in range(int(rng.integers(1, 11))):
        look = draw_look(rng)
        if looks and rng.random() < 0.5:
            other = looks[rng.integers(len(looks))]
            twin = rng.random()
            if twin < 0.4:
                look = Look(other.kind, other.size, look.colour, look.failed)
            elif twin < 0.7:
                look = Look(other.kind, other.size, other.colour, look.failed)
            else:
                look = Look(look.kind, look.size, other.colour, look.failed)
        looks.append(look)
    return looks


def _picks(cell: Cell, catalogue: Catalogue, parts: list[TruePart], rng: np.random.Generator) -> Iterator[_Example]:
    card = catalogue["pick"]
    state = _state(cell, cell.robot.gripper.max_width)
    for _ in range(PICKS):
        drawn = draw_pick(card, parts, rng)
        if drawn is not None:
            arguments, target = drawn
            yield _Example(card.render(arguments), pick_waypoints(cell, parts[target]), state, target)


def _releases(cell: Cell, catalogue: Catalogue, rng: np.random.Generator) -> Iterator[_Example]:
    for _ in range(RELEASES):
        width = float(rng.uniform(0.010, 0.050))
        skill = "place" if rng.random() < 0.5 else "put_back"
        arguments = list(catalogue[skill].calls())
        chosen = arguments[rng.integers(len(arguments))]
        waypoints = (
            place_waypoints(cell, cell.places[chosen["place"]])
            if skill == "place"
            else put_back_waypoints(cell, chosen["spot"])
        )
        yield _Example(catalogue[skill].render(chosen), waypoints, _state(cell, width), -1)


def _state(cell: Cell, width: float) -> tuple[float, ...]:
    x, y, z, yaw = home_tcp(cell.robot.home)
    return (x, y, z, float(np.cos(2 * yaw)), float(np.sin(2 * yaw)), width)


def phrases_of(catalogue: Catalogue) -> Iterator[str]:
    for card in catalogue:
        yield from card.phrases()


def _columns(scenes: list[_Scene], phrases: list[str]) -> dict[str, Any]:
    index = {phrase: number for number, phrase in enumerate(phrases)}
    parts = np.full((len(scenes), MAX_PARTS, 7), -1, np.float32)
    for row, scene in enumerate(scenes):
        for column, part in enumerate(scene.parts):
            parts[row, column] = _labels(part)
    flat = [(row, example) for row, scene in enumerate(scenes) for example in scene.examples]
    return {
        "images": np.stack([scene.image for scene in scenes]),
        "parts": parts,
        "examples_image": np.array([row for row, _ in flat], np.int32),
        "examples_phrase": np.array([index[example.phrase] for _, example in flat], np.int32),
        "examples_waypoints": np.array([example.waypoints for _, example in flat], np.float32),
        "examples_state": np.array([example.state for _, example in flat], np.float32),
        "examples_target": np.array([example.target for _, example in flat], np.int32),
    }


def _labels(part: TruePart) -> tuple[float, ...]:
    spec = part.spec
    names = (KINDS.index(spec.kind), SIZES.index(spec.size), COLOURS.index(spec.colour))
    return (*part.at, half_turn(part.yaw), *names, float(spec.condition == "failed"))


def _write_index(plan: DataPlan, cell: Cell) -> Path:
    """Describe the whole set in `dataset.json`, written last: a set without it is not complete."""
    catalogue = load_catalogue()
    phrases = list(phrases_of(catalogue))
    camera = cell.cameras["overhead"]
    examples = 0
    hashes = {}
    for name in plan.shards():
        hashes[name] = hashlib.sha256((plan.folder / name).read_bytes()).hexdigest()
        examples += _examples_in(plan.folder / name)
    index = {
        "format": "tray-keyframes",
        "version": 1,
        "name": plan.name,
        "seed": plan.seed,
        "image_size": camera.size,
        "camera": {"name": "overhead", **camera.model_dump(exclude={"size"})},
        "kinds": KINDS,
        "sizes": SIZES,
        "colours": COLOURS,
        "phrases": phrases,
        "skills": {card.name: [phrases.index(phrase) for phrase in card.phrases()] for card in catalogue},
        "waypoint_columns": WAYPOINT_COLUMNS,
        "state_names": STATE_NAMES,
        "keyframes": KEYFRAMES,
        "places": {name: place.centre for name, place in cell.places.items()},
        "shards": hashes,
        "scenes": plan.scenes,
        "examples": examples,
    }
    path = plan.folder / "dataset.json"
    draft = path.with_suffix(".draft")
    draft.write_text(json.dumps(index, indent=1))
    draft.replace(path)
    return path


def _examples_in(path: Path) -> int:
    try:
        with path.open("rb") as file, np.load(file) as shard:
            return len(shard["examples_image"])
    except (ValueError, EOFError, KeyError, zipfile.BadZipFile):
        raise BadInput("shard", str(path), "as it was made; remove it, and the same command makes it again") from None
