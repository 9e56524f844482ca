"""Work on a Ray cluster: the same bytes, and one clear sentence where there is none."""

import importlib.util
from pathlib import Path

import pytest

from sim.data.generate import generate, local_hands, ray_hands
from sim.data.plan import DataPlan
from sim.data.ray_hands import LOCAL, shared_out_on_ray
from skills.errors import BadInput, Unavailable
from skills.yamlfile import read_yaml

needs_ray = pytest.mark.skipif(importlib.util.find_spec("ray") is None, reason="needs the extra `scale`: not verified")
without_ray = pytest.mark.skipif(importlib.util.find_spec("ray") is not None, reason="ray is installed")


@without_ray
def test_without_ray_the_extra_is_named():
    with pytest.raises(Unavailable) as raised:
        list(shared_out_on_ray(abs, [1], LOCAL, 1))
    assert str(raised.value) == "ray is not installed. Install the extra: pip install 'smolcell[scale]'"


@pytest.mark.heavy
@needs_ray
@pytest.mark.filterwarnings("ignore")
def test_a_local_cluster_makes_the_same_bytes(cell, tmp_path):
    plans = [DataPlan(tmp_path / place / "set", "set", 5, 12, shard_scenes=4) for place in ("here", "there")]
    generate(plans[0], cell, local_hands(1))
    generate(plans[1], cell, ray_hands(LOCAL, 2))
    here, there = ({path.name: path.read_bytes() for path in plan.folder.iterdir()} for plan in plans)
    assert here == there


@pytest.mark.heavy
@needs_ray
@pytest.mark.filterwarnings("ignore")
def test_what_a_worker_refuses_is_told_in_its_own_words():
    with pytest.raises(BadInput, match=r"file: 'nowhere\.yaml' is not allowed"):
        list(shared_out_on_ray(read_yaml, [Path("nowhere.yaml")], LOCAL, 1))


@needs_ray
@pytest.mark.parametrize("address", ["127.0.0.1:1", "ray://127.0.0.1:1"])
def test_nobody_at_an_address_is_told_at_once(address):
    with pytest.raises(Unavailable) as raised:
        list(shared_out_on_ray(abs, [1], address, 1))
    assert str(raised.value) == f"no Ray cluster answers at {address!r} (Connection refused). See: ray status"


@needs_ray
@pytest.mark.parametrize("address", ["nonsense", "ray://x", "host:0", "host:99999"])
def test_what_is_no_address_is_refused(address):
    with pytest.raises(BadInput, match="it must be HOST:PORT, ray://HOST:PORT or 'local'"):
        list(shared_out_on_ray(abs, [1], address, 1))
