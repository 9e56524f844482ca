"""Work shared out over the machines of a Ray cluster. Needs the extra `scale`."""

import logging
import socket
from collections.abc import Callable, Generator, Iterable
from pathlib import Path
from typing import Any, Final, TypeVar

from skills.errors import BadInput, Unavailable

Job = TypeVar("Job")
Result = TypeVar("Result")

PACKAGES: Final = ("sim", "skills", "safety")
"""What a worker needs of this repository; sent along, so that the cluster needs the libraries alone."""
PATIENCE: Final = 5.0
"""Seconds that the head of a cluster has to answer."""
SETTINGS: Final = bytes(3) + b"\x04" + bytes(5)
"""The frame with which either side of HTTP/2, which gRPC speaks, begins: no bytes long, of type 4."""
GREETING: Final = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n" + SETTINGS
LOCAL: Final = "local"
"""The address that starts a cluster of this machine's own."""


def shared_out_on_ray(
    work: Callable[[Job], Result], jobs: Iterable[Job], address: str, count: int
) -> Generator[Result, None, None]:
    """What `work` makes of each of `jobs`, as soon as it is made, `count` at a time.

    Raises: Unavailable (Ray is not installed, nobody answers at `address`, a worker is gone); what `work` raises.
    """
    ray = _connected(address)
    try:
        remote = ray.remote(num_cpus=1, max_retries=3)(work)
        waiting = iter(jobs)
        running: set[Any] = set()
        while True:
            while len(running) < count and (job := next(waiting, None)) is not None:
                running.add(remote.remote(job))
            if not running:
                return
            (done,), _ = ray.wait(list(running), num_returns=1)
            running.remove(done)
            yield _result(ray, done)
    finally:
        ray.shutdown()


def _connected(address: str) -> Any:
    try:
        import ray
    except ImportError:
        raise Unavailable("ray is not installed.", "Install the extra: pip install 'smolcell[scale]'") from None
    if address == LOCAL:
        where: dict[str, Any] = {"include_dashboard": False}
    else:
        _knock(address)
        root = Path(__file__).parent.parent.parent
        where = {"address": address, "runtime_env": {"py_modules": [str(root / name) for name in PACKAGES]}}
    try:
        ray.init(**where, logging_level=logging.ERROR, log_to_driver=False)
    except (Exception, SystemExit) as error:  # it raises what it likes, and ends the process where a cluster is silent
        ray.shutdown()
        raise _nobody(address, " ".join(str(error).split())[:160]) from None
    return ray


def _knock(address: str) -> None:
    """Ask whether anybody there speaks gRPC: Ray itself would ask for four minutes, then end the process."""
    host, _, port = address.removeprefix("ray://").rpartition(":")
    if not host or not port.isdecimal() or not 0 < int(port) < 2**16:
        raise BadInput("--ray", address, f"HOST:PORT, ray://HOST:PORT or {LOCAL!r}")
    try:
        with socket.create_connection((host, int(port)), timeout=PATIENCE) as line:
            line.sendall(GREETING)
            answer = line.recv(len(SETTINGS))
    except OSError as error:
        raise _nobody(address, str(error.strerror or error)) from None
    if answer[3:4] != SETTINGS[3:4]:
        raise _nobody(address, "what listens there is no Ray")


def _nobody(address: str, reason: str) -> Unavailable:
    if address == LOCAL:
        return Unavailable(f"Ray can't start a cluster here ({reason}).", "Use --workers without --ray.")
    return Unavailable(f"no Ray cluster answers at {address!r} ({reason}).", "See: ray status")


def _result(ray: Any, done: Any) -> Any:
    try:
        return ray.get(done)
    except ray.exceptions.RayTaskError as error:
        raise error.cause from None
    except ray.exceptions.RayError as error:
        raise Unavailable(
            f"a worker of the cluster is gone ({type(error).__name__}).", "Run the same command again: it goes on."
        ) from None
