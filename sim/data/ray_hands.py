"""Work shared out over the machines of a Ray cluster. Needs the extra `scale`."""

import contextlib
import logging
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any, Final, TypeVar

from skills.errors import Unavailable

Job = TypeVar("Job")
Result = TypeVar("Result")

PACKAGES: Final = ("sim", "skills", "safety")
"""What a worker needs of this repository; sent along, so that the cluster needs the libraries alone."""
LOCAL: Final = "local"
"""The address that starts a cluster of this machine's own."""


def shared_out_on_ray(work: Callable[[Job], Result], jobs: Iterable[Job], address: str, count: int) -> Iterator[Result]:
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
    root = Path(__file__).parent.parent.parent
    environment = {"py_modules": [str(root / name) for name in PACKAGES]}
    where = {} if address == LOCAL else {"address": address, "runtime_env": environment}
    try:
        ray.init(
            **where, logging_level=logging.ERROR, log_to_driver=False, include_dashboard=False if not where else None
        )
    except (ConnectionError, ValueError, RuntimeError, TimeoutError) as error:
        with contextlib.suppress(Exception):
            ray.shutdown()
        reason = " ".join(str(error).split()).split(". ")[0][:160]
        raise Unavailable(f"no Ray cluster answers at {address!r} ({reason}).", "See: ray status") from None
    return ray


def _result(ray: Any, done: Any) -> Any:
    try:
        return ray.get(done)
    except ray.exceptions.RayTaskError as error:
        raise error.cause from None
    except ray.exceptions.RayError as error:
        raise Unavailable(
            f"a worker of the cluster is gone ({type(error).__name__}).", "Run the same command again: it goes on."
        ) from None
