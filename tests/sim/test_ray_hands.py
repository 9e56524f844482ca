"""Work on a Ray cluster: the same bytes, and one clear sentence where there is none."""

import importlib.util
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from sim.data.generate import generate, local_hands, ray_hands
from sim.data.plan import DataPlan
from sim.data.ray_hands import LOCAL, shared_out_on_ray
from skills.errors import BadInput, Unavailable
from skills.yamlfile import read_yaml

needs_ray = pytest.mark.skipif(importlib.util.find_spec("ray") is None, reason="needs the extra `scale`")
without_ray = pytest.mark.skipif(importlib.util.find_spec("ray") is not None, reason="ray is installed")


@pytest.fixture(scope="module")
def cluster():
    """HOST:PORT by scheme of a cluster of this machine, that knows nothing of this repository."""
    ports = {scheme: _free_port() for scheme in ("", "ray://")}
    command = [
        str(Path(sys.executable).parent / "ray"), "start", "--head", "--block", "--num-cpus=2", f"--port={ports['']}",
        f"--ray-client-server-port={ports['ray://']}", "--include-dashboard=false",
    ]  # fmt: skip
    with subprocess.Popen(command, cwd="/", stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as started:
        _wait_for(ports.values())
        yield {scheme: f"127.0.0.1:{port}" for scheme, port in ports.items()}
        started.terminate()


def _wait_for(ports):
    end = time.monotonic() + 120
    for port in ports:
        while not _listens(port):
            assert time.monotonic() < end
            time.sleep(0.1)


def _listens(port):
    with socket.socket() as line:
        return line.connect_ex(("127.0.0.1", port)) == 0


def _free_port():
    with socket.create_server(("127.0.0.1", 0)) as server:
        return server.getsockname()[1]


@without_ray
def test_without_ray_the_extra_is_named():
    with pytest.raises(Unavailable) as raised:
        list(shared_out_on_ray(abs, [1], LOCAL, 1))
    assert str(raised.value) == "ray is not installed. Install the extra: pip install 'smolcell[scale]'"


@pytest.mark.heavy
@needs_ray
@pytest.mark.filterwarnings("ignore")
@pytest.mark.timeout(300)
def test_a_local_cluster_makes_the_same_bytes(cell, tmp_path):
    plans = [DataPlan(tmp_path / place / "set", "set", 5, 12, shard_scenes=4) for place in ("here", "there")]
    generate(plans[0], cell, local_hands(1))
    generate(plans[1], cell, ray_hands(LOCAL, 2))
    here, there = ({path.name: path.read_bytes() for path in plan.folder.iterdir()} for plan in plans)
    assert here == there


@pytest.mark.heavy
@needs_ray
@pytest.mark.filterwarnings("ignore")
@pytest.mark.timeout(300)
@pytest.mark.parametrize("scheme", ["", "ray://"])
def test_a_cluster_at_an_address_makes_the_same_bytes(cell, tmp_path, scheme, cluster):
    plans = [DataPlan(tmp_path / place / "set", "set", 5, 12, shard_scenes=4) for place in ("here", "there")]
    generate(plans[0], cell, local_hands(1))
    generate(plans[1], cell, ray_hands(scheme + cluster[scheme], 2))
    here, there = ({path.name: path.read_bytes() for path in plan.folder.iterdir()} for plan in plans)
    assert here == there


@pytest.mark.heavy
@needs_ray
@pytest.mark.filterwarnings("ignore")
@pytest.mark.timeout(300)
def test_what_a_worker_refuses_is_told_in_its_own_words():
    with pytest.raises(BadInput, match=r"file: 'nowhere\.yaml' is not allowed"):
        list(shared_out_on_ray(read_yaml, [Path("nowhere.yaml")], LOCAL, 1))


@needs_ray
@pytest.mark.parametrize("address", ["127.0.0.1:1", "ray://127.0.0.1:1"])
def test_nobody_at_an_address_is_told_at_once(address):
    with pytest.raises(Unavailable) as raised:
        list(shared_out_on_ray(abs, [1], address, 1))
    assert str(raised.value) == f"no Ray cluster answers at {address!r} (Connection refused). See: ray status"


@pytest.fixture(params=["silent", "a page"])
def stranger(request):
    """HOST:PORT where something listens that is no Ray."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        page = ["-m", "http.server", "--bind", "127.0.0.1", "0"]
        if request.param == "silent":
            yield f"127.0.0.1:{server.getsockname()[1]}"
            return
        with subprocess.Popen(
            [sys.executable, "-u", *page], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL
        ) as pages:
            yield f"127.0.0.1:{pages.stdout.readline().decode().split()[5]}"
            pages.kill()


@needs_ray
@pytest.mark.parametrize("scheme", ["", "ray://"])
def test_what_listens_but_is_no_ray_is_told_within_seconds(stranger, scheme, monkeypatch):
    monkeypatch.setattr("sim.data.ray_hands.PATIENCE", 0.5)
    with pytest.raises(
        Unavailable, match=rf"no Ray cluster answers at '{scheme}{stranger}' \((timed out|what listens)"
    ):
        list(shared_out_on_ray(abs, [1], scheme + stranger, 1))


@needs_ray
@pytest.mark.parametrize("address", ["nonsense", "ray://x", "host:0", "host:99999"])
def test_what_is_no_address_is_refused(address):
    with pytest.raises(BadInput, match="it must be HOST:PORT, ray://HOST:PORT or 'local'"):
        list(shared_out_on_ray(abs, [1], address, 1))
