"""Processor and wall time, told apart by who spends it."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

POLICY, CELL = "policy", "cell"


class Stopwatch:
    """Processor and wall time, by whom it was spent: the agent's own is what nobody else claims."""

    def __init__(self) -> None:
        self.by: dict[str, np.ndarray] = {POLICY: np.zeros(2), CELL: np.zeros(2)}
        self._start = _now()

    @contextmanager
    def claimed(self, name: str) -> Iterator[None]:
        start = _now()
        try:
            yield
        finally:
            self.by[name] += _now() - start

    @property
    def own(self) -> np.ndarray:
        return _now() - self._start - sum(self.by.values())


class Claimed:
    """An object whose methods' time counts as `name`'s."""

    def __init__(self, inner: Any, watch: Stopwatch, name: str) -> None:
        self._inner, self._watch, self._name = inner, watch, name

    def __getattr__(self, name: str) -> Any:
        value = getattr(self._inner, name)
        if not callable(value):
            return value

        def claimed(*arguments: Any, **named: Any) -> Any:
            with self._watch.claimed(self._name):
                return value(*arguments, **named)

        return claimed


def _now() -> np.ndarray:
    return np.array([time.process_time(), time.perf_counter()])
