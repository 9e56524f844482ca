"""kill -9 anywhere: nothing moves before a person says so, no call is made twice, the account comes out right.

Where: at both ends of every node, at every line within it, at every write to the journal, at every row of a motion,
and at random instants, in whatever library the process is just then.
"""

import time
from collections import Counter
from pathlib import Path

import numpy as np
import pytest

from agent.doors.repl.record import events_of
from agent.events import Finished
from tests.agent.kinematic_tray import TrayGate
from tests.agent.runs.kill_points import FAILED, GOOD, NAMES, Story, Target, live, opened

UNDER_WAY: Target = ("row 2", 1)
"""A part was just gripped; whoever goes on from here wakes."""
NEVER: Target = ("never", 1)
KILLS = 200
SHARES = 8
EVERY_TIME = ("row", *(f"{node} {end}" for node in NAMES for end in ("begins", "ends")))


def begin() -> Story:
    """A job that is asked about, whose first pick misses, and whose bin is full after the first part."""
    return Story.begin(*FAILED, GOOD, faults={1: "miss"})


def finish(story: Story, folder: Path) -> None:
    """A person says resume; then the account is held against the world."""
    assert not live(story, folder, NEVER)
    bench = opened(folder, story.world, TrayGate(story.world))
    (run,) = bench.journal.runs()
    last = events_of(bench.journal, run.id)[-1]
    bench.journal.close()
    assert isinstance(last, Finished)
    assert run.outcome is not None
    assert run.outcome.outcome == "done"
    assert [(one.seen, one.moved, one.left, one.lost) for one in last.ledger] == [(2, 2, 0, 0)]
    assert sorted(map(str, story.world.bins["rejection bin"])) == sorted(map(str, FAILED))
    assert story.world.parts == [GOOD]
    assert max(Counter(story.executed).values()) == 1, "no call is made twice"
    assert_looked_before_every_motion(story.log)


def assert_looked_before_every_motion(log: list[str]) -> None:
    looked = False
    for entry in log:
        assert entry != "motion" or looked, log
        looked = entry == "look" or (looked and entry != "kill" and entry != "motion")


def recorded(folder: Path, *kills: Target) -> list[str]:
    """The instants of the life after these kills."""
    story = begin()
    for target in kills:
        assert live(story, folder, target)
    assert not live(story, folder)
    return story.instants


def numbered(instants: list[str]) -> list[Target]:
    seen: Counter[str] = Counter()
    targets = []
    for name in instants:
        seen[name] += 1
        targets.append((name, seen[name]))
    return targets


@pytest.mark.parametrize("node", sorted(NAMES - {"wake"}))
def test_between_what_a_node_returned_and_its_checkpoint(tmp_path: Path, node: str) -> None:
    story = begin()
    assert live(story, tmp_path, (f"{node} ends", 1))
    finish(story, tmp_path)


@pytest.mark.parametrize("instant", ["wake begins", "wake ends", "verify begins"])
def test_killed_again_while_it_goes_on(tmp_path: Path, instant: str) -> None:
    story = begin()
    assert live(story, tmp_path, UNDER_WAY)
    assert live(story, tmp_path, (instant, 1))
    finish(story, tmp_path)


@pytest.fixture(scope="module")
def instants(tmp_path_factory: pytest.TempPathFactory) -> list[Target]:
    """Every end of a node, commit and row of a motion; of lines, looks and other writes the first of each name."""
    folder = tmp_path_factory.mktemp("recorded")
    all_of_them = numbered(recorded(folder / "first")) + numbered(recorded(folder / "second", UNDER_WAY))
    return [one for one in all_of_them if one[1] == 1 or "COMMIT" in one[0] or one[0].startswith(EVERY_TIME)]


@pytest.mark.heavy
@pytest.mark.timeout(1800)
@pytest.mark.parametrize("share", range(SHARES))
def test_at_every_instant_that_has_a_name(tmp_path: Path, instants: list[Target], share: int) -> None:
    assert {name.removesuffix(" ends") for name, _ in instants if name.endswith(" ends")} >= NAMES
    targets = list(dict.fromkeys(instants))[share::SHARES]
    reached = 0
    for number, target in enumerate(targets):
        story, folder = begin(), tmp_path / str(number)
        if target[0].startswith("wake"):
            assert live(story, folder, UNDER_WAY)
        reached += live(story, folder, target)
        finish(story, folder)
    assert reached >= 0.9 * len(targets), "checkpoints are written beside the nodes: few instants may change places"


@pytest.mark.heavy
@pytest.mark.timeout(3600)
def test_at_random_instants(tmp_path: Path) -> None:
    begun = time.monotonic()
    assert not live(begin(), tmp_path / "undisturbed", NEVER)
    longest, kills, job = time.monotonic() - begun, 0, 0
    rng = np.random.default_rng(6)
    while kills < KILLS:
        story, folder, job = begin(), tmp_path / str(job), job + 1
        while live(story, folder, lifetime=rng.uniform(0.0, longest)):
            kills += 1
        finish(story, folder)
