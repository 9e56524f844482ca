"""The one thread in which everything that touches the cell happens: a job after the other, asides in between."""

import threading
from collections import deque
from collections.abc import Callable
from queue import SimpleQueue
from typing import NamedTuple

Act = Callable[[], None]
Failed = Callable[[BaseException], None]


class Job(NamedTuple):
    """Something to do; `label` is how the operator knows it."""

    label: str
    act: Act


class Worker:
    """Does jobs in their order. Everything here but `pause_point`, `put` and `ask` may be called from any thread.

    Args:
        failed: hears what a job raised; the next job is done all the same.
    """

    def __init__(self, failed: Failed) -> None:
        self._failed = failed
        self._changed = threading.Condition()
        self._jobs: deque[Job] = deque()
        self._asides: deque[Act] = deque()
        self._present: Job | None = None
        self._answers: SimpleQueue[str | Act | None] = SimpleQueue()
        self._asks = False
        self._ending = False
        self._thread = threading.Thread(target=self._work, name="cell", daemon=True)

    def start(self, first: Job) -> None:
        """Begin with `first`, which nothing can overtake or drop."""
        self._present = first
        self._thread.start()

    def add(self, job: Job) -> bool:
        """Do `job` after all others; True when it has to wait for one."""
        with self._changed:
            waits = self._present is not None or bool(self._jobs)
            self._jobs.append(job)
            self._changed.notify_all()
            return waits

    def aside(self, act: Act) -> None:
        """Do `act` as soon as the job under way comes to a pause point, or at once where there is none."""
        with self._changed:
            if self._asks:
                self._answers.put(act)
            elif self._present is not None:
                self._asides.append(act)
            else:
                self._jobs.append(Job("", act))
                self._changed.notify_all()

    def forget_waiting(self) -> tuple[str, ...]:
        """Drop the jobs that have not begun; their labels."""
        with self._changed:
            labels = self._waiting()
            if not self._ending:
                self._jobs.clear()
            return labels

    def reply(self, text: str | None) -> bool:
        """Answer the open question, None for no answer; False where none is open."""
        with self._changed:
            if not self._asks:
                return False
            self._answers.put(text)
            self._asks = False
            return True

    @property
    def asks(self) -> bool:
        """Whether a question is open."""
        with self._changed:
            return self._asks

    @property
    def free(self) -> bool:
        """Nothing is under way or waits, or a question is open."""
        with self._changed:
            return self._asks or (self._present is None and not self._jobs)

    def end(self, last: Act) -> tuple[str, ...]:
        """Leave what is open unanswered and what waits undone, the labels of which are returned; after the job under
        way do `last` and end.
        """
        with self._changed:
            undone, self._ending = self._waiting(), True
            self._asides.clear()
            self._jobs.clear()
            self._jobs.append(Job("leaving", last))
            self._changed.notify_all()
        self.reply(None)
        return undone

    def join(self) -> None:
        self._thread.join()

    def pause_point(self) -> None:
        """Called by the job under way, in its thread: the place for asides."""
        while True:
            with self._changed:
                if not self._asides:
                    return
                act = self._asides.popleft()
            self._try(act)

    def put(self, say: Callable[[tuple[str, ...]], None]) -> None:
        """Called by the job under way: `say` a question, given the labels of what waits. Whatever is said once it
        stands there is the answer, and nothing that was said before.
        """
        with self._changed:
            say(self._waiting())
            self._answers, self._asks = SimpleQueue(), not self._ending
            if self._ending:
                self._answers.put(None)

    def ask(self) -> str | None:
        """Called by the job under way: wait for a person's reply to the question that was `put`, doing asides
        meanwhile.
        """
        while True:
            reply = self._answers.get()
            if reply is None or isinstance(reply, str):
                return reply
            self._try(reply)

    def _waiting(self) -> tuple[str, ...]:
        return () if self._ending else tuple(job.label for job in self._jobs if job.label)

    def _work(self) -> None:
        while self._present is not None:
            self._try(self._present.act)
            self._next()

    def _next(self) -> None:
        """Do what asides are left; then wait for the next job, or for none after the last."""
        while True:
            self.pause_point()
            with self._changed:
                if self._asides:
                    continue
                self._present, self._asks = None, False
                if not (self._ending and not self._jobs):
                    self._changed.wait_for(lambda: bool(self._jobs))
                    self._present = self._jobs.popleft()
                return

    def _try(self, act: Act) -> None:
        try:
            act()
        except BaseException as error:
            self._failed(error)
