"""A little real world for the agent's tests: parts on a tray, a gripper that closes on what is there, bins.

Its camera writes the scene as text into the picture, so that perceiver and policy know the world by the
observation alone, as the real ones do.
"""

import json
import math
from collections.abc import Callable, Mapping
from pathlib import Path

import numpy as np

from agent.executor import Checkpoint
from agent.journal.journal import Journal
from agent.workcell import Workcell, assemble
from skills.call import Finding, Ruling, SkillCall
from skills.catalogue import load_catalogue
from skills.cell import Cell, load_cell
from skills.chunk import ActionChunk
from skills.contract import Contract, Statistics
from skills.errors import StoppedBySafety
from skills.observation import Observation
from skills.plan import Past, Plan, Step, Understanding
from skills.scene import PartQuery, PerceivedPart, Scene
from skills.words import SHANK, Colour, Condition, Kind, Size

CELL: Cell = load_cell(Path(__file__).parents[2] / "cells" / "default.yaml")
CATALOGUE = load_catalogue()
GRASP, OPEN = 0.02, 0.08
REACH = 0.015


def part(
    kind: Kind, size: Size, colour: Colour, condition: Condition = "ok", at: tuple[float, float] = (0.0, 0.0)
) -> PerceivedPart:
    return PerceivedPart(kind=kind, size=size, colour=colour, condition=condition, at=at, yaw=0.0, confidence=0.95)


def scene(*parts: PerceivedPart) -> Scene:
    return Scene(parts=parts, sequence=1, time_ns=1)


def step(destination: str = "rejection bin", quantity: object = "all", **query: object) -> Step:
    at_most = bool(query.pop("at_most", False))
    return Step(part=PartQuery(**query), quantity=quantity, destination=destination, at_most=at_most)


def contract_of(checkpoint: str) -> Contract:
    phrases = [phrase for card in CATALOGUE if card.checkpoint == checkpoint for phrase in card.phrases()]
    nothing = Statistics(mean=(), std=(), low=(), high=())
    return Contract(
        name=checkpoint,
        phrases=dict.fromkeys(phrases, 1),
        cameras={},
        places={},
        state_names=(),
        action_names=(),
        space="tcp_waypoints",
        period=None,
        chunk_size=5,
        executed=5,
        start_state=nothing,
        action_mean=(),
        action_std=(),
        epochs=1.0,
        data_hash="",
        weights_hash=f"hash of {checkpoint}",
    )


class Tray:
    """The world: what lies where, what is held, where the arm is. `faults` happen at the n-th motion."""

    def __init__(self, *parts: PerceivedPart, faults: Mapping[int, str] | None = None) -> None:
        self.parts = list(parts)
        self.bins: dict[str, list[PerceivedPart]] = {name: [] for name in CELL.destinations}
        self.table: list[PerceivedPart] = []
        self.held: PerceivedPart | None = None
        self.width = OPEN
        self.at_home = True
        self.dark = 0
        self.faults = dict(faults or {})
        self.motions = 0
        self.time_ns = 0
        self.sequence = 0
        self.surprises: dict[int, PerceivedPart] = {}

    def observe(self) -> Observation:
        self.time_ns += 33_000_000
        self.sequence += 1
        self.dark -= 1
        shown = [] if not self.at_home else [one.model_dump(mode="json") for one in self.parts]
        joints = np.array(CELL.robot.home) + (0.0 if self.at_home else 0.5)
        return Observation(
            images={"overhead": np.zeros((256, 256, 3), np.uint8) if self.dark >= 0 else picture(shown, self.sequence)},
            joints=joints,
            joint_speeds=np.zeros(7),
            gripper_width=self.width,
            tcp=np.array([0.3, 0, 0.5, 1, 0, 0, 0]),
            time_ns=self.time_ns,
            sequence=self.sequence,
        )

    def now_ns(self) -> int:
        return self.time_ns

    def move(self, chunk: ActionChunk) -> bool:
        """Carry the chunk out; False where the grasp was lost on the way, which ends the motion."""
        self.motions += 1
        fault = self.faults.get(self.motions, "")
        if self.motions in self.surprises:
            self.parts.append(self.surprises[self.motions])
        for row in chunk.values:
            self.time_ns += 500_000_000
            self.at_home = False
            at = (float(row[0]) - CELL.tray.centre[0], float(row[1]) - CELL.tray.centre[1])
            if row[6] == 0.0 and self.held is None and self.width > 0.01:
                self._close(at, fault)
            elif row[6] > 0.0 and self.held is not None:
                self._release(at, float(row[6]))
            elif row[6] > 0.0:
                self.width = float(row[6])
            if fault == "cut off" and self.held is not None:
                raise Killed
            if self._slip(fault):
                return False
        self.at_home = True
        return True

    def open(self) -> None:
        if self.held is not None:
            self.table.append(self.held)
        self.held, self.width = None, OPEN

    def _close(self, at: tuple[float, float], fault: str) -> None:
        near = [one for one in self.parts if math.dist(one.at, at) < REACH]
        if not near or fault == "miss":
            self.width = 0.0
            return
        self.held = min(near, key=lambda one: math.dist(one.at, at))
        self.parts.remove(self.held)
        self.width = SHANK[self.held.size] if self.held.kind == "bolt" else GRASP
        if fault == "knock" and self.parts:
            self.table.append(self.parts.pop())

    def _slip(self, fault: str) -> bool:
        if self.held is None or fault not in ("slip", "fling"):
            return False
        if fault == "slip":
            self.parts.append(self.held.model_copy(update={"at": (self.held.at[0] + 0.03, self.held.at[1])}))
        else:
            self.table.append(self.held)
        self.held, self.width = None, 0.0
        return True

    def _release(self, at: tuple[float, float], width: float) -> None:
        assert self.held is not None
        there = (at[0] + CELL.tray.centre[0], at[1] + CELL.tray.centre[1])
        name = next((name for name in CELL.destinations if covers(name, there)), None)
        if name is None:
            self.parts.append(self.held.model_copy(update={"at": at}))
        elif name in CELL.fixtures and not self._slips_in(name, there):
            self.table.append(self.held)
        else:
            self.bins[name].append(self.held)
        self.held, self.width = None, width

    def _slips_in(self, fixture: str, there: tuple[float, float]) -> bool:
        """Whether the held bolt is over the hole of its size, and no other lies in it."""
        assert self.held is not None
        nest = CELL.fixture(fixture).hole(self.held.size)
        empty = all(one.size != self.held.size for one in self.bins[fixture])
        return empty and math.dist(there, (nest.x, nest.y)) < 0.005


class Killed(BaseException):
    """The process is gone: nothing may catch this."""


class TrayGate:
    """A gate that executes what belongs to the bound call, and refuses, stops and latches when told to."""

    def __init__(self, world: Tray) -> None:
        self.world = world
        self.bound: tuple[SkillCall, str] | None = None
        self.executed: list[str] = []
        self.until_ns: int | None = None
        self.latched: str | None = None
        self.stops = 0
        self.refusals: set[int] = set()
        self.stop_at = 0

    def observe(self) -> Observation:
        return self.world.observe()

    def bind(self, call: SkillCall, checkpoint: str, until_ns: int | None = None) -> None:
        self.bound, self.until_ns = (call, checkpoint), until_ns

    def unbind(self) -> None:
        self.bound = None

    def execute(self, chunk: ActionChunk, on_progress: Callable[[float], None] = lambda _: None) -> Ruling:
        assert self.bound is not None
        assert (chunk.call_id, chunk.checkpoint) == (self.bound[0].id, self.bound[1])
        assert chunk.answers == self.world.sequence
        if len(self.executed) + 1 == self.stop_at:
            self.stop_at = 0
            self.request_stop("a person said stop")
        if self.latched:
            return Ruling(decision="stop", findings=(Finding(rule="latch", text=self.latched),), latched=True)
        self.executed.append(chunk.call_id)
        if len(self.executed) in self.refusals:
            return Ruling(decision="stop", findings=(Finding(rule="workspace", text="outside the workspace"),))
        on_progress(0.5)
        if not self.world.move(chunk):
            return Ruling(decision="stop", findings=(Finding(rule="grasp", text="the grasp was lost"),), sent_rows=3)
        return Ruling(decision="allow", sent_rows=5, seconds=2.5)

    def go_home(self, open_gripper: bool) -> Ruling:
        if self.latched:
            return Ruling(decision="stop", findings=(Finding(rule="latch", text=self.latched),), latched=True)
        self.world.at_home = True
        if open_gripper:
            self.world.open()
        return Ruling(decision="allow")

    def request_stop(self, reason: str) -> None:
        self.latched = reason
        self.stops += 1

    def reset(self, by: str, seen: int) -> None:
        if self.latched and self.stops > seen:
            raise StoppedBySafety(self.latched)
        self.latched = None


class TextPerceiver:
    """Reads the scene that the tray's camera wrote into the picture."""

    def __init__(self) -> None:
        self.unclear: tuple[tuple[float, float], ...] = ()

    def perceive(self, observation: Observation) -> Scene:
        parts = tuple(PerceivedPart.model_validate(one) for one in reading(observation))
        return Scene(parts=parts, unclear=self.unclear, sequence=observation.sequence, time_ns=observation.time_ns)


class TextPolicy:
    """Does what a trained policy does, from picture and phrase: of the parts that fit, the nearest. It makes its
    `mistakes`, and closes `aside` [m along x], at the phrases of those numbers.
    """

    def __init__(self, contract: Contract) -> None:
        self.contract = contract
        self.phrases: list[str] = []
        self.mistakes: set[int] = set()
        self.aside: Mapping[int, float] = {}
        self._meant = {
            card.render(arguments): (card.name, arguments)
            for card in CATALOGUE
            if card.checkpoint == contract.name
            for arguments in card.calls()
        }

    def act(self, observation: Observation, phrase: str, call_id: str) -> ActionChunk:
        self.contract.require(phrase)
        self.phrases.append(phrase)
        skill, arguments = self._meant[phrase]
        return ActionChunk(
            values=self._pick(observation, arguments)
            if skill == "pick"
            else release(skill, arguments, observation.gripper_width),
            space="tcp_waypoints",
            answers=observation.sequence,
            observed_ns=observation.time_ns,
            call_id=call_id,
            checkpoint=self.contract.weights_hash,
            done=True,
        )

    def _pick(self, observation: Observation, arguments: Mapping[str, str]) -> np.ndarray:
        parts = TextPerceiver().perceive(observation).parts
        fitting = sorted((one for one in parts if fits(one, arguments)), key=lambda one: one.at)
        others = [one for one in parts if one not in fitting]
        target = others[-1] if others and len(self.phrases) in self.mistakes else fitting[0]
        x, y = np.add(CELL.tray.centre, target.at)
        x += self.aside.get(len(self.phrases), 0.0)
        rows = [(0.12, 0.05), (0.02, 0.05), (0.02, 0.0), (0.16, 0.0)]
        return np.array([[x, y, z, np.pi, 0, 0, w] for z, w in rows] + [[0.3, 0, 0.5, np.pi, 0, 0, 0]])


def covers(name: str, there: tuple[float, float]) -> bool:
    """Whether the point lies over the place."""
    place = CELL.places[name]
    return all(abs(at - centre) < half for at, centre, half in zip(there, place.centre, place.extent, strict=True))


def release(skill: str, arguments: Mapping[str, str], width: float) -> np.ndarray:
    if skill == "place":
        x, y = CELL.places[arguments["place"]].release
    elif skill == "insert":
        nest = CELL.fixture(arguments["fixture"]).hole(min(SHANK, key=lambda size: abs(SHANK[size] - width)))
        x, y = nest.x, nest.y
    else:
        from skills.spots import SPOTS

        x, y = np.add(CELL.tray.centre, SPOTS[arguments["spot"]])
    rows = [(0.2, 0.0), (0.08, 0.0), (0.08, OPEN), (0.2, OPEN)]
    return np.array([[x, y, z, np.pi, 0, 0, w] for z, w in rows] + [[0.3, 0, 0.5, np.pi, 0, 0, OPEN]])


def fits(one: PerceivedPart, arguments: Mapping[str, str]) -> bool:
    words = {one.kind, one.size, one.colour, one.finish, one.condition, "part"}
    return set(arguments.values()) <= words


def picture(content: object, number: int = 0) -> np.ndarray:
    """The content as text in the first bytes, the picture's number in the last."""
    text = json.dumps(content).encode()
    pixels = np.full(256 * 256 * 3, 128, np.uint8)
    pixels[: len(text) + 4] = np.frombuffer(len(text).to_bytes(4, "big") + text, np.uint8)
    pixels[-8:] = np.frombuffer(number.to_bytes(8, "big"), np.uint8)
    return pixels.reshape(256, 256, 3)


def reading(observation: Observation) -> list[object]:
    content = observation.images["overhead"].tobytes()
    found: list[object] = json.loads(content[4 : 4 + int.from_bytes(content[:4], "big")])
    return found


class ScriptedPlanner:
    """Knows the instructions that a test gives it."""

    def __init__(self, answers: Mapping[str, Understanding]) -> None:
        self._answers = answers

    def understand(self, instruction: str, scene: Scene | None, past: Past | None = None) -> Understanding:
        return self._answers[instruction]


def planned(*steps: Step) -> Understanding:
    return Understanding(outcome="planned", plan=Plan(steps=steps))


class Bench:
    """A workcell over a tray, with its parts at hand."""

    def __init__(self, folder: Path, world: Tray, *steps: Step, gate: TrayGate | None = None) -> None:
        self.world, self.gate = world, gate or TrayGate(world)
        self.policies = {name: TextPolicy(contract_of(name)) for name in ("pick", "place")}
        self.script: dict[str, Understanding] = {"go": planned(*steps)} if steps else {}
        self.journal, self.perceiver = Journal(folder), TextPerceiver()
        self.workcell: Workcell = assemble(
            cell=CELL,
            catalogue=CATALOGUE,
            gate=self.gate,
            clock=world,
            perceiver=self.perceiver,
            planner=ScriptedPlanner(self.script),
            checkpoints={name: Checkpoint(policy, policy.contract) for name, policy in self.policies.items()},
            journal=self.journal,
        )

    def restart(self, folder: Path) -> "Bench":
        """A new process over the same cell."""
        self.journal.close()
        fresh = Bench(folder, self.world, gate=self.gate)
        fresh.script.update(self.script)
        return fresh
