"""The environment for other people's tools: gymnasium's own check, what it shows, takes, refuses and rewards."""

import subprocess
import sys
import tempfile

import gymnasium
import numpy as np
import pytest
import yaml
from gymnasium.utils.env_checker import check_env

from safety.gate import SafetyGate
from sim.gym import ENVIRONMENT
from sim.task import calls_in
from skills.card import Budget
from skills.catalogue import load_catalogue
from skills.cell import load_cell
from skills.errors import BadInput, UnknownName
from skills.yamlfile import read_yaml
from tests.agent.push import written

UNSCALED = pytest.mark.filterwarnings("ignore:.*symmetric and normalized")
"""gymnasium recommends actions in [-1, 1]; ours are metres and radians, and RescaleAction is gymnasium's own."""


@pytest.fixture
def made():
    """Makes environments, and closes them."""
    environments = []

    def make(**options):
        environments.append(gymnasium.make(ENVIRONMENT, **options))
        return environments[-1]

    yield make
    for environment in environments:
        environment.close()


def at_home(env):
    """The action that stays where the arm begins."""
    x, y, z = env.unwrapped._episode.start
    return np.array([x, y, z, np.pi, 0.0, 0.0, 0.08])


@UNSCALED
def test_gymnasiums_own_check_passes(made):
    check_env(made(render_mode="rgb_array", episode_length=3).unwrapped)


@UNSCALED
def test_a_random_agent_runs_its_episodes_to_their_end(made):
    env = made(setting="wild", cameras=["overhead"], episode_length=3)
    env.action_space.seed(0)
    for seed in range(3):
        observation, info = env.reset(seed=seed)
        assert not info["is_success"]
        ended, steps = False, 0
        while not ended:
            observation, reward, terminated, truncated, info = env.step(env.action_space.sample())
            ended, steps = terminated or truncated, steps + 1
            assert env.observation_space.contains(observation)
            assert (reward, terminated) == ((-1.0, True) if info["refused"] else (0.0, False))
        assert steps <= 3


@UNSCALED
@pytest.mark.parametrize(
    "skill", ["pick", *(pytest.param(name, marks=pytest.mark.heavy) for name in ("place", "put_back", "insert"))]
)
def test_the_experts_rows_reach_success_when_the_tool_is_back(made, skill):
    env = made(skill=skill)
    _, info = env.reset(seed=3)
    assert env.unwrapped.task_description == info["phrase"]
    assert info["phrase"] in load_catalogue()[skill].phrases()
    rows = env.unwrapped.demonstration()
    assert all(env.action_space.contains(row.astype(np.float32)) for row in rows)
    steps = [env.step(row) for row in rows]
    assert [(reward, terminated, truncated) for _, reward, terminated, truncated, _ in steps] == [
        *[(0.0, False, False)] * 4,
        (1.0, True, False),
    ]
    info = steps[-1][-1]
    assert (info["is_success"], info["rule"], info["refused"]) == (True, "", "")
    assert 0.5 < info["seconds"] < 5.0


@UNSCALED
@pytest.mark.parametrize("cell", ["ur5", pytest.param("so101", marks=pytest.mark.heavy)])
def test_the_expert_reaches_success_with_other_robots(made, cell):
    env = made(cell=cell, cameras=["overhead"])
    observation, _ = env.reset(seed=0)
    assert env.observation_space.contains(observation)
    rows = env.unwrapped.demonstration()
    assert all(env.action_space.contains(row.astype(np.float32)) for row in rows)
    assert [env.step(row)[1:4] for row in rows] == [*[(0.0, False, False)] * 4, (1.0, True, False)]


def test_only_places_of_the_cell_are_asked_for(root):
    cell, cards = load_cell(root / "cells" / "so101.yaml"), load_catalogue()
    assert calls_in(cell, cards["place"]) == [{"place": "left bin"}, {"place": "right bin"}]
    assert len(calls_in(cell, cards["pick"])) == len(list(cards["pick"].calls()))
    with pytest.raises(BadInput) as refused:
        gymnasium.make(ENVIRONMENT, cell="so101", skill="insert")
    assert str(refused.value) == "skill: 'insert' is not allowed; it must be one that cell so101 has a place for."


@UNSCALED
def test_stdout_stays_the_users(root):
    code = "import gymnasium; e = gymnasium.make('sim.gym:smolcell/Cell-v0'); e.reset(seed=1); e.reset(); e.close()"
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout == ""


@UNSCALED
def test_what_is_shown(made, cell):
    env = made(cell="default")
    observation, _ = env.reset(seed=1)
    assert {name: image.shape for name, image in observation["pixels"].items()} == {
        "overhead": (256, 256, 3),
        "wrist": (128, 128, 3),
    }
    assert set(observation) == {"pixels", "agent_pos"}, "and nothing that only the twin knows"
    x, y, z, cosine, sine, width = observation["agent_pos"]
    assert np.allclose([x, y, z], env.unwrapped._episode.start, atol=1e-6)
    assert (round(float(cosine), 2), round(float(sine), 2)) == (1.0, 0.0)
    assert width == pytest.approx(cell.robot.gripper.max_width, abs=1e-3)


@UNSCALED
def test_the_same_seed_is_the_same_episode(made):
    env, other = made(), made()
    (one, told), (two, said) = env.reset(seed=7), other.reset(seed=7)
    assert told == said
    assert all(np.array_equal(one["pixels"][name], two["pixels"][name]) for name in one["pixels"])
    assert not np.array_equal(env.reset()[0]["pixels"]["overhead"], one["pixels"]["overhead"])


@UNSCALED
def test_every_action_goes_through_the_gate_once(made, monkeypatch):
    judged = []
    execute = SafetyGate.execute

    def watched(gate, chunk):
        judged.append(chunk.values.tolist())
        return execute(gate, chunk)

    monkeypatch.setattr(SafetyGate, "execute", watched)
    env = made()
    env.reset(seed=1)
    row = at_home(env)
    env.step(row)
    assert judged == [[row.tolist()]]


@UNSCALED
@pytest.mark.parametrize(
    ("column", "value", "rule"),
    [
        (1, 0.7, "workspace"),
        (2, 0.005, "reach"),
        (4, 0.5, "tilt"),
        (6, 0.2, "gripper_width"),
        (1, 500.0, "finite_chunk"),
    ],
)
def test_what_the_gate_refuses_moves_nothing_and_ends_the_episode(made, column, value, rule):
    env = made()
    env.reset(seed=1)
    before = env.unwrapped._episode.table.driver.measure().joints
    row = at_home(env)
    row[column] = value
    _, reward, terminated, truncated, info = env.step(row)
    assert (reward, terminated, truncated, info["is_success"]) == (-1.0, True, False, False)
    assert info["rule"] == rule
    assert info["refused"].startswith(f"stop: [{rule}] ")
    assert np.abs(env.unwrapped._episode.table.driver.measure().joints - before).max() < 1e-3
    with pytest.raises(BadInput, match="call reset"):
        env.step(row)


@UNSCALED
def test_an_episode_is_cut_off_after_its_steps(made):
    env = made(episode_length=2)
    assert env.unwrapped._max_episode_steps == 2
    env.reset(seed=1)
    assert [env.step(at_home(env))[1:4] for _ in range(2)] == [(0.0, False, False), (0.0, False, True)]


@UNSCALED
def test_an_episode_is_cut_off_when_the_cards_seconds_are_spent(made):
    env = made()
    env.unwrapped._card = load_catalogue()["pick"].model_copy(update={"budget": Budget(seconds=0.2, chunks=1)})
    env.reset(seed=1)
    _, reward, terminated, truncated, info = env.step(env.unwrapped.demonstration()[0])
    assert (reward, terminated, truncated, info["rule"]) == (0.0, False, True, "budget")


@UNSCALED
def test_a_picture_of_the_cell_for_people(made):
    env = made(render_mode="rgb_array")
    with pytest.raises(BadInput, match=r"render: 'nothing yet' is not allowed; it must be after reset\(\)"):
        env.unwrapped.render()
    env.reset(seed=1)
    picture = env.render()
    assert (picture.shape, picture.dtype) == ((384, 384, 3), np.uint8)
    assert made().unwrapped.render() is None


@UNSCALED
def test_closing_gives_everything_back(made, tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    env = made().unwrapped
    env.reset(seed=1)
    world = env._episode.table.world
    assert len(list(tmp_path.iterdir())) == 1
    env.close()
    env.close()
    assert not world.bullet.isConnected()
    assert list(tmp_path.iterdir()) == []
    with pytest.raises(BadInput, match="call reset"):
        env.step(np.zeros(7))


@pytest.mark.parametrize(
    ("options", "kind", "said"),
    [
        ({"cell": "defalt"}, UnknownName, r"cell: 'defalt' is not known; .* Nearest: 'default'"),
        ({"cell": "no/such.yaml"}, BadInput, "no/such.yaml"),
        ({"setting": "calibrate"}, UnknownName, "setting: 'calibrate' is not known; .* Nearest: 'calibrated'"),
        ({"skill": "picks"}, UnknownName, "skill: 'picks' is not known; .* Nearest: 'pick'"),
        ({"cameras": ["overhed"]}, UnknownName, "camera: 'overhed' is not known; .* Nearest: 'overhead'"),
        ({"cameras": []}, BadInput, "cameras: .* it must be one or more of overhead, wrist"),
        ({"episode_length": 0}, BadInput, "episode_length: 0 is not allowed; it must be a whole number, at least 1"),
        ({"episode_length": 1.5}, BadInput, "episode_length: 1.5 is not allowed"),
        ({"episode_length": None}, BadInput, "episode_length: None is not allowed"),
        ({"cell": None}, BadInput, "cell: None is not allowed; it must be a name or the path of a file"),
        ({"setting": None}, UnknownName, "setting: None is not known; allowed is one of 'default'"),
        ({"skill": 3}, UnknownName, "skill: 3 is not known; allowed is one of 'insert', 'pick', 'place', 'put_back'"),
        ({"cameras": "overhead"}, BadInput, "cameras: 'overhead' .* it must be a list of names out of overhead, wrist"),
        ({"cameras": 3}, BadInput, "cameras: 3 is not allowed; it must be a list of names"),
        ({"cameras": [3]}, UnknownName, "camera: 3 is not known"),
    ],
)
def test_options_that_are_not_there(options, kind, said):
    with pytest.raises(kind, match=said):
        gymnasium.make(ENVIRONMENT, **options)


@UNSCALED
@pytest.mark.parametrize(
    ("action", "said"),
    [
        (np.zeros(6), r"action: \(6,\) is not allowed; it must be of shape \(7,\), 7 finite numbers: x, y, z"),
        (np.zeros((1, 7)), r"action: \(1, 7\) is not allowed"),
        (np.full(7, np.nan), r"action: \[nan, .* is not allowed; it must be 7 finite numbers"),
        ("home", "action: 'home' is not allowed"),
        (None, r"action: \(\) is not allowed; it must be of shape"),
        (np.array(["1"] * 7), "action: .* is not allowed; it must be 7 finite numbers"),
        (np.full(7, 1j), "action: .* is not allowed; it must be 7 finite numbers"),
        ([[1], [2, 3]], "action: .* is not allowed; it must be 7 finite numbers"),
    ],
)
def test_actions_that_are_none(action, said):
    from sim.gym.env import CellEnv

    env = CellEnv()
    with pytest.raises(BadInput, match=r"step: 'no episode' is not allowed; .* call reset"):
        env.step(np.zeros(7))
    env.reset(seed=1)
    with pytest.raises(BadInput, match=said):
        env.step(action)
    with pytest.raises(UnknownName, match="option: 'phrase' is not known"):
        env.reset(options={"phrase": "pick up the gear"})
    env.close()


def test_registering_loads_no_simulator_and_no_lerobot(root):
    code = "import sim.gym, sys; print(*sorted({'torch', 'lerobot', 'pybullet', 'pinocchio'} & set(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.strip() == ""


def test_it_is_found_without_an_import_of_our_own(root):
    code = "import gymnasium; print(gymnasium.make('sim.gym:smolcell/Cell-v0').unwrapped.task)"
    done = subprocess.run([sys.executable, "-c", code], cwd=root, capture_output=True, text=True, check=True)
    assert done.stdout.split()[-1] == "pick"


@UNSCALED
def test_the_example_of_the_documents_says_what_stands_beside_it(root, capsys):
    text = (root / "docs" / "tools.md").read_text()
    code = text.split("```python\n")[1].split("```")[0]
    said = [line.split("  # ")[1] for line in code.splitlines() if line.startswith("print")]
    exec(compile(code, "docs/tools.md", "exec"), {})
    assert capsys.readouterr().out.splitlines() == said


def test_a_skill_of_ones_own_is_an_episode_like_any(made, root, tmp_path):
    written(tmp_path / "cards")
    content = {**read_yaml(root / "cells" / "default.yaml"), "skills": ["cards"]}
    (tmp_path / "cell.yaml").write_text(yaml.safe_dump(content))
    env = made(cell=str(tmp_path / "cell.yaml"), skill="push", cameras=["overhead"])
    _, info = env.reset(seed=2)
    assert info["phrase"].startswith("push the bracket against the")
    for row in env.unwrapped.demonstration():
        _, reward, terminated, _, info = env.step(row)
    assert (reward, terminated, info["is_success"]) == (1.0, True, True)
