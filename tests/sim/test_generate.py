"""Training data: the same for any number of workers, whole after an interruption, phrases only from the cards."""

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from hashlib import sha256
from pathlib import Path

import numpy as np
import pytest

from sim.claim import claimed
from sim.commands import matching
from sim.data.generate import generate, local_hands
from sim.data.looks import in_company
from sim.data.plan import DataPlan
from sim.data.splits import HELD_OUT, SPLITS, is_held_out, quarter_of, split_ranges
from sim.grasps import half_turn
from skills.catalogue import load_catalogue
from skills.errors import BadInput, Unavailable
from skills.words import COLOURS, KINDS, SIZES, finish_of

SCENES = 40


def plan_in(folder, **changes):
    return DataPlan(**{"folder": folder, "name": "test", "seed": 9, "scenes": SCENES, "shard_scenes": 10} | changes)


def hashes(folder):
    return {path.name: sha256(path.read_bytes()).hexdigest() for path in sorted(folder.iterdir()) if path.is_file()}


@pytest.fixture(scope="module")
def data(tmp_path_factory, cell):
    folder = tmp_path_factory.mktemp("data") / "set"
    return generate(plan_in(folder), cell, local_hands(1)).parent


@pytest.fixture(scope="module")
def index(data):
    return json.loads((data / "dataset.json").read_text())


def shards(data):
    return [np.load(path) for path in sorted(data.glob("shard-*.npz"))]


def picks(data, index):
    """(split, phrase, target's row, the picture's parts, waypoints) of every pick."""
    first = 0
    for shard in shards(data):
        columns = (shard[f"examples_{name}"] for name in ("image", "phrase", "target", "waypoints"))
        for row, phrase, target, waypoints in zip(*columns, strict=True):
            if target >= 0:
                split = next(name for name, (a, b) in index["splits"].items() if a <= first + row < b)
                parts = shard["parts"][row]
                yield split, index["phrases"][phrase], target, parts[parts[:, 3] >= 0], waypoints
        first += len(shard["images"])


def test_interrupted_and_resumed_with_two_workers_is_byte_identical(data, tmp_path, cell):
    plan = plan_in(tmp_path / "set")
    generate(plan, cell, local_hands(2))
    assert hashes(plan.folder) == hashes(data)
    (plan.folder / "shard-00001.npz").unlink()
    (plan.folder / "dataset.json").unlink()
    (plan.folder / ".shard-00001.npz.draft").write_bytes(b"half a shard")
    told = []
    generate(plan, cell, local_hands(1), lambda done, total: told.append((done, total)))
    assert told == [(30, 40), (40, 40)]
    assert hashes(plan.folder) == hashes(data)


def test_killed_without_warning_it_goes_on(root, data, tmp_path):
    command = [
        sys.executable, "-c",
        "import sys; from pathlib import Path; from skills.cell import load_cell\n"
        "from sim.data.generate import generate, local_hands; from sim.data.plan import DataPlan\n"
        "if __name__ == '__main__':\n"
        " plan = DataPlan(Path(sys.argv[1]), 'test', 9, 40, shard_scenes=10)\n"
        " generate(plan, load_cell(Path('cells/default.yaml')), local_hands(1))",
        str(tmp_path / "set"),
    ]  # fmt: skip
    environment = {**os.environ, "PYTHONPATH": str(root), "OMP_NUM_THREADS": "1"}
    script = tmp_path / "make.py"
    script.write_text(command[2])
    command = [sys.executable, str(script), command[3]]
    started = subprocess.Popen(command, cwd=root, env=environment, stdout=subprocess.DEVNULL)
    end = time.monotonic() + 60
    while not (tmp_path / "set" / "shard-00000.npz").exists():
        assert time.monotonic() < end
        time.sleep(0.01)
    started.send_signal(signal.SIGKILL)
    started.wait()
    assert not (tmp_path / "set" / "dataset.json").exists()
    subprocess.run(command, cwd=root, env=environment, check=True, stdout=subprocess.DEVNULL)
    assert hashes(tmp_path / "set") == hashes(data)


def test_another_data_set_in_the_folder_is_refused(data, tmp_path, cell):
    copy = tmp_path / "copy"
    shutil.copytree(data, copy)
    with pytest.raises(BadInput, match="folder"):
        generate(plan_in(copy, seed=10), cell, local_hands(1))


def test_a_folder_with_something_else_in_it_is_left_alone(tmp_path, cell):
    (tmp_path / "thesis.tex").touch()
    with pytest.raises(BadInput, match=r"new or empty; it holds 'thesis\.tex'"):
        generate(plan_in(tmp_path), cell, local_hands(1))
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.tex"]


def test_a_second_process_in_the_folder_is_refused(data, cell):
    with claimed(data, json.loads((data / "plan.json").read_text())), pytest.raises(Unavailable, match="another proc"):
        generate(plan_in(data), cell, local_hands(1))


def test_a_damaged_shard_is_named(data, tmp_path, cell):
    copy = tmp_path / "copy"
    shutil.copytree(data, copy)
    (copy / "shard-00000.npz").write_bytes((copy / "shard-00000.npz").read_bytes()[:5000])
    with pytest.raises(BadInput, match=r"shard-00000\.npz' is not allowed; it must be as it was made"):
        generate(plan_in(copy), cell, local_hands(1))


def test_what_a_worker_refuses_is_told_in_its_own_words(tmp_path, cell):
    def refused(work, jobs):
        raise BadInput("a", 1, "b")

    with pytest.raises(BadInput, match="a: 1 is not allowed"):
        generate(plan_in(tmp_path / "set"), cell, refused)


def test_a_full_disk_leaves_nothing_half_written(data, tmp_path, cell, root):
    """A file system of two shards' size is full in the middle of the third."""
    folder = tmp_path / "set"
    script = tmp_path / "make.py"
    script.write_text(
        "import resource, signal, sys\nfrom pathlib import Path\nfrom skills.cell import load_cell\n"
        "from skills.errors import Unavailable\n"
        "from sim.data.generate import generate, make_shard\nfrom sim.data.plan import DataPlan\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (1_500_000, resource.RLIM_INFINITY))\n"
        "try:\n"
        " generate(DataPlan(Path(sys.argv[1]), 'test', 9, 40, shard_scenes=10),"
        " load_cell(Path('cells/default.yaml')), lambda work, jobs: (work(job) for job in jobs))\n"
        "except Unavailable as error:\n print(error)\n"
    )
    environment = {**os.environ, "PYTHONPATH": str(root), "OMP_NUM_THREADS": "1"}
    done = subprocess.run(
        [sys.executable, str(script), str(folder)],
        cwd=root,
        env=environment,
        check=True,
        capture_output=True,
        text=True,
    )
    assert (
        "shard-00000.npz can't be written (File too large). Make room, then run the same command again" in done.stdout
    )
    assert [path.name for path in folder.iterdir()] == ["plan.json"]
    generate(plan_in(folder), cell, local_hands(1))
    assert hashes(folder) == hashes(data)


def test_each_pick_means_the_nearest_part_that_its_phrase_fits(data, index):
    card = load_catalogue()["pick"]
    arguments_of = {card.render(arguments): arguments for arguments in card.calls()}
    found = list(picks(data, index))
    for _, text, target, parts, waypoints in found:
        words = [
            {
                "kind": KINDS[int(p[3])],
                "size": SIZES[int(p[4])],
                "appearance": COLOURS[int(p[5])],
                "finish": finish_of(COLOURS[int(p[5])]),
                "condition": "failed" if p[6] else "ok",
            }
            for p in parts
        ]
        fits = matching(arguments_of[text], words)
        assert target == min(fits, key=lambda i: parts[i, 0])
        assert waypoints[1, :2] - (0.5, 0.0) == pytest.approx(parts[target, :2], abs=0.02)
    assert len(found) > 5 * SCENES


def test_every_target_has_company_of_its_kind_and_of_its_colour(data, index):
    for _, _, target, parts, _ in picks(data, index):
        if len(parts) >= 3:
            assert target in in_company((KINDS[int(p[3])], COLOURS[int(p[5])]) for p in parts)


def test_every_skill_is_asked_for(data, index):
    asked = np.concatenate([shard["examples_phrase"] for shard in shards(data)])
    for skill, phrases in index["skills"].items():
        assert np.isin(asked, phrases).any(), skill


def test_an_inserted_bolt_goes_into_the_hole_of_its_width(data, index, cell):
    asked = [
        (index["phrases"][phrase], waypoints, state)
        for shard in shards(data)
        for phrase, waypoints, state in zip(
            shard["examples_phrase"], shard["examples_waypoints"], shard["examples_state"], strict=True
        )
        if phrase in index["skills"]["insert"]
    ]
    for text, waypoints, state in asked:
        fixture = cell.fixture(text.removeprefix("insert it into the "))
        size = ("M6", "M8", "M10")[round((state[5] - 0.014) / 0.004)]
        nest = fixture.hole(size)
        assert waypoints[1, :2] == pytest.approx((nest.x, nest.y), abs=1e-6)
    assert asked


def test_the_splits_share_no_scene_and_are_everything():
    ranges = split_ranges(1000)
    assert ranges == {
        "train": (0, 850), "validation": (850, 900), "arrangements": (900, 950), "triples": (950, 1000)
    }  # fmt: skip
    assert tuple(ranges) == SPLITS
    assert split_ranges(1) == {"train": (0, 1), "validation": (1, 1), "arrangements": (1, 1), "triples": (1, 1)}


def test_held_out_triples_are_only_where_they_belong(data, index):
    first = 0
    for shard in shards(data):
        for row, parts in enumerate(shard["parts"]):
            a, b = index["splits"]["triples"]
            if not a <= first + row < b:
                assert not any(is_held_out(KINDS[int(p[3])], COLOURS[int(p[5])], p[:2]) for p in parts if p[3] >= 0)
        first += len(shard["images"])
    kept = [found for found in picks(data, index) if found[0] == "triples"]
    assert kept
    for _, _, target, parts, _ in kept:
        part = parts[target]
        assert is_held_out(KINDS[int(part[3])], COLOURS[int(part[5])], part[:2])


def test_the_held_out_triples_are_spread_evenly():
    for place in range(3):
        values = [triple[place] for triple in HELD_OUT]
        assert {values.count(value) for value in values} == ({2} if place == 1 else {3})


def test_quarters_are_the_operators():
    assert [quarter_of(at) for at in ((0.1, 0.1), (0.1, -0.1), (-0.1, 0.1), (-0.1, -0.1))] == [
        "back left", "back right", "front left", "front right"
    ]  # fmt: skip


@pytest.mark.parametrize(("field", "value"), [("seed", -1), ("seed", 2**32), ("scenes", 0), ("scenes", 10_000_001)])
def test_a_number_out_of_range(field, value):
    with pytest.raises(BadInput, match=f"{field}: {value} is not allowed"):
        plan_in(Path("nowhere"), **{field: value})


def test_half_turn_is_the_same_axis():
    for yaw in np.linspace(-7, 7, 50):
        assert np.sin(2 * (half_turn(yaw) - yaw)) == pytest.approx(0, abs=1e-9)
        assert -np.pi / 2 <= half_turn(yaw) < np.pi / 2
