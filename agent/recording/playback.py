"""A cell that answers as it did when a run was recorded, and says where today's code would have answered otherwise.

What came from the world (observations, the clock, the journal) is played back. What was decided (a plan, a scene, a
chunk, a ruling) is asked of today's code as well and compared, and then played back too: so each difference is named
where it begins, and what follows is judged from what really happened.
"""

from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Iterator
from typing import Any, Final

from pydantic_core import to_jsonable_python

from agent.executor import Checkpoint, Gate
from agent.recording.coding import KIND, decode
from agent.recording.compare import SCENE, Gap, chunk_gaps, gaps
from agent.recording.entries import Heard
from agent.recording.read import Recording
from agent.recording.robot import PlayedRobot
from agent.recording.rulings import ruling_gaps
from skills.call import Ruling, SkillCall
from skills.chunk import ActionChunk
from skills.errors import SmolcellError
from skills.observation import Observation
from skills.plan import Past, Understanding
from skills.protocols import Perceiver, Planner, Policy
from skills.scene import Scene

Note = Callable[[str, Gap], None]
"""Hears where a part of the cell differs from what was recorded."""


class Ended(Exception):
    """Today's code asks for something that the recording does not hold."""


class Tape:
    """What the parts of a cell answered in the node under way, each in its order."""

    def __init__(self, recording: Recording, note: Note) -> None:
        self._recording, self.note = recording, note
        self._answers: dict[str, deque[Heard]] = {}
        self.ns: int | None = None
        self.compared = 0

    def wind(self, heard: Iterable[Heard]) -> None:
        """Play what a node heard."""
        self._answers = defaultdict(deque)
        for one in heard:
            self._answers[one.of].append(one)

    def holds(self, of: str) -> bool:
        return bool(self._answers.get(of))

    def take(self, of: str) -> Any:
        """The next answer. Raises: Ended (there is none), SmolcellError (it was one)."""
        if not self.holds(of):
            raise Ended(f"today's code asks for {of} once more than the recording does")
        entry = self._answers[of].popleft()
        self.ns = entry.ns if entry.ns is not None else self.ns
        answer = self._decoded(entry.answer)
        if isinstance(answer, SmolcellError):
            raise answer
        return answer

    def compare(
        self, where: str, recorded: Any, ask: Callable[[], Any], differ: Callable[[Any, Any], Iterator[Gap]]
    ) -> None:
        """Ask today's code, and note the first thing in which its answer differs."""
        self.compared += 1
        try:
            found = next(differ(recorded, ask()), None)
        except (SmolcellError, ArithmeticError, LookupError, ValueError) as error:
            found = Gap("answer", "an answer", f"{type(error).__name__}: {error}")
        if found is not None:
            self.note(where, found)

    def _decoded(self, coded: Any) -> Any:
        is_seen = isinstance(coded, dict) and coded[KIND] == "observation"
        return decode(coded, self._recording.images(coded["value"]["sequence"]) if is_seen else {})


class PlayedGate:
    """Shows what was observed and rules as it was ruled; `rule` is today's gate, over a robot that does as it is told.

    Implements Gate. What it does not know of the gate is played back as well.
    """

    def __init__(self, tape: Tape, robot: PlayedRobot, rule: Gate | None) -> None:
        self._tape, self._robot, self._rule = tape, robot, rule

    def observe(self) -> Observation:
        observation: Observation = self._tape.take("gate.observe")
        self._robot.show(observation)
        if self._rule is not None:
            self._rule.observe()
        return observation

    def bind(self, call: SkillCall, checkpoint: str, until_ns: int | None = None) -> None:
        if self._rule is not None:
            self._rule.bind(call, checkpoint, until_ns)

    def unbind(self) -> None:
        if self._rule is not None:
            self._rule.unbind()

    def execute(self, chunk: ActionChunk, on_progress: Callable[[float], None] = lambda _: None) -> Ruling:
        ruling = self._ruled("gate.execute", lambda gate: gate.execute(chunk))
        on_progress(1.0)
        return ruling

    def go_home(self, open_gripper: bool) -> Ruling:
        return self._ruled("gate.go_home", lambda gate: gate.go_home(open_gripper=open_gripper))

    def request_stop(self, reason: str) -> None:
        """Nothing moves."""

    @property
    def latched(self) -> str | None:
        return self._tape.take("gate.latched") if self._tape.holds("gate.latched") else None

    @property
    def stops(self) -> int:
        return self._tape.take("gate.stops") if self._tape.holds("gate.stops") else 0

    def __getattr__(self, name: str) -> Any:
        return lambda *_, **__: self._tape.take(f"gate.{name}")

    def _ruled(self, of: str, ask: Callable[[Gate], Ruling]) -> Ruling:
        ruling: Ruling = self._tape.take(of)
        gate = self._rule
        if gate is not None:
            self._robot.begin(self._tape.ns)
            self._tape.compare("gate", ruling, lambda: ask(gate), ruling_gaps)
        return ruling


class PlayedClock:
    """The cell's time as it was read then. Implements Clock."""

    def __init__(self, tape: Tape) -> None:
        self._tape = tape

    def now_ns(self) -> int:
        return self._tape.take("clock.now_ns") if self._tape.holds("clock.now_ns") else self._tape.ns or 0


class StillClock:
    """The time at which the last answer was given. Implements Clock."""

    def __init__(self, tape: Tape) -> None:
        self._tape = tape

    def now_ns(self) -> int:
        return self._tape.ns or 0


class PlayedPolicy:
    """Implements Policy: proposes what was proposed, beside today's policy."""

    def __init__(self, name: str, tape: Tape, policy: Policy) -> None:
        self._name, self._tape, self._policy = name, tape, policy

    def act(self, observation: Observation, phrase: str, call_id: str) -> ActionChunk:
        chunk: ActionChunk = self._tape.take(f"policy.{self._name}.act")
        self._tape.compare("policy", chunk, lambda: self._policy.act(observation, phrase, call_id), chunk_gaps)
        return chunk


class PlayedPerceiver:
    """Implements Perceiver: sees what was seen, beside today's perceiver."""

    def __init__(self, tape: Tape, perceiver: Perceiver) -> None:
        self._tape, self._perceiver = tape, perceiver

    def perceive(self, observation: Observation) -> Scene:
        scene: Scene = self._tape.take("perceiver.perceive")
        self._tape.compare("perceiver", scene, lambda: self._perceiver.perceive(observation), _scene_gaps)
        return scene


class PlayedPlanner:
    """Implements Planner: understands what was understood, beside today's planner."""

    def __init__(self, tape: Tape, planner: Planner) -> None:
        self._tape, self._planner = tape, planner

    def understand(self, instruction: str, scene: Scene | None, past: Past | None = None) -> Understanding:
        understanding: Understanding = self._tape.take("planner.understand")
        self._tape.compare(
            "planner", understanding, lambda: self._planner.understand(instruction, scene, past), _plan_gaps
        )
        return understanding


class Played:
    """A part whose answers are played back; what the recording does not hold is asked of a stand-in."""

    def __init__(self, name: str, tape: Tape, stand_in: Any) -> None:
        self._name, self._tape, self._stand_in = name, tape, stand_in

    def __getattr__(self, attribute: str) -> Any:
        found = getattr(self._stand_in, attribute, None)
        name = f"{self._name}.{attribute}"
        if found is not None and not callable(found):
            return self._tape.take(name) if self._tape.holds(name) else Played(name, self._tape, found)
        return lambda *args, **named: self._answer(name, found, args, named)

    def _answer(self, name: str, stand_in: Callable[..., Any] | None, args: Any, named: Any) -> Any:
        if self._tape.holds(name):
            answer = self._tape.take(name)
            if name in KEPT and stand_in is not None:
                stand_in(*args, **named)
            return answer
        if stand_in is None:
            raise Ended(f"today's code asks for {name}, and the recording does not hold it")
        return stand_in(*args, **named)


KEPT: Final = frozenset({"calls.begin_call"})
"""What the stand-in hears as well, for later orders rest on it."""


def played(name: str, checkpoint: Checkpoint, tape: Tape) -> Checkpoint:
    """The checkpoint with its policy played back."""
    return Checkpoint(PlayedPolicy(name, tape, checkpoint.policy), checkpoint.contract, checkpoint.references)


def _scene_gaps(recorded: Scene, today: Scene) -> Iterator[Gap]:
    return gaps(recorded.model_dump(mode="json"), today.model_dump(mode="json"), SCENE)


def _plan_gaps(recorded: Understanding, today: Understanding) -> Iterator[Gap]:
    return gaps(to_jsonable_python(recorded), to_jsonable_python(today), {})
