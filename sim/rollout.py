"""The expert at one table: its motions go through the gate like a policy's, and ground truth says what came of them."""

from collections.abc import Collection
from dataclasses import dataclass, replace
from typing import Final, Literal

from safety.gate import SafetyGate
from safety.grip import Grip
from sim.demonstrator import insert_waypoints, pick_waypoints, place_waypoints, put_back_waypoints
from sim.grasps import Grasp, NoGrasp, choose_grasp, choose_pick
from sim.lying import Lying, lying_parts, thing_points
from sim.motion import NoWay, Ways
from sim.world import World
from skills.base import FloatArray
from skills.call import Ruling, SkillCall
from skills.chunk import ActionChunk
from skills.errors import BadInput
from skills.place import Fixture
from skills.scene import PartQuery
from skills.words import TRAY

Cause = Literal["no_grasp", "no_way", "refused", "missed", "dropped", "wrong_part", "wrong_place"]

EXPERT: Final = "expert"
SETTLE_STEPS: Final = 60


@dataclass(frozen=True)
class Tried:
    """What came of one skill call of the expert.

    Attributes:
        cause: why it failed; None for success.
        detail: why there is no grasp, the gate's rule and words, or where the part is.
        vias: rows that only led round something; a chunk of the policy has room for none.
    """

    cause: Cause | None
    detail: str = ""
    vias: int = 0


class Expert:
    """Picks and releases parts of `world` by ground truth.

    Args:
        gate: of the robot in that world.
        ways: of the world's cell, for many tables.
        seed: of the ways round obstacles.
    """

    def __init__(self, world: World, gate: SafetyGate, ways: Ways, seed: int = 0) -> None:
        self._world, self._gate, self._ways, self._seed = world, gate, ways, seed
        self._calls = 0

    def grasp(self, index: int) -> Grasp | NoGrasp:
        """How that body is taken from among the others."""
        part, *others = self._parts_from(index)
        return choose_grasp(self._world.cell, part, others, thing_points(self._world))

    def pick(self, index: int) -> Tried:
        """Take that body from the tray."""
        grasp = self.grasp(index)
        if isinstance(grasp, NoGrasp):
            return Tried("no_grasp", grasp.cause)
        return self.take(index, grasp)

    def take(self, index: int, grasp: Grasp) -> Tried:
        """Take that body from the tray with this grasp."""
        vias, ruling = self._send(pick_waypoints(self._world.cell, grasp))
        if isinstance(ruling, Tried):
            return ruling
        lifted = [number for number, body in enumerate(self._world.bodies) if self._world.where(body) == "air"]
        if lifted == [index]:
            return Tried(None, vias=vias)
        if lifted:
            return Tried("wrong_part", f"{len(lifted)} parts lifted", vias)
        return Tried("missed", self._world.where(self._world.bodies[index]), vias)

    def pick_any(self, among: Collection[int]) -> tuple[int, Tried]:
        """Take that of the bodies `among` which is the easiest to take; -1 where none is."""
        chosen = choose_pick(self._world.cell, lying_parts(self._world), among, thing_points(self._world))
        if isinstance(chosen, NoGrasp):
            return -1, Tried("no_grasp", chosen.cause)
        index, grasp = chosen
        return index, self.take(index, grasp)

    def place(self, index: int, place: str) -> Tried:
        """Release the body in the gripper over a bin or the belt. Raises: BadInput for a fixture."""
        where = self._world.places[place]
        if isinstance(where, Fixture):
            raise BadInput("place", place, "a bin or a belt; see insert")
        return self._release(index, place_waypoints(self._world.cell, where), place)

    def put_back(self, index: int, spot: str) -> Tried:
        return self._release(index, put_back_waypoints(self._world.cell, spot), TRAY)

    def insert(self, index: int, fixture: str) -> Tried:
        """Lay the bolt in the gripper into the hole of its size. Raises: UnknownName."""
        place = self._world.cell.fixture(fixture)
        try:
            rows = insert_waypoints(self._world.cell, place, self._gate.observe().gripper_width)
        except BadInput as error:
            return Tried("dropped", str(error))
        return self._release(index, rows, fixture)

    def carry_out(self, rows: FloatArray) -> Tried:
        """Those rows from the home pose; what they come to is for the caller to judge."""
        vias, ruling = self._send(rows)
        return ruling if isinstance(ruling, Tried) else Tried(None, vias=vias)

    def judged(self, index: int, wanted: str) -> Tried:
        """Whether that body has come to lie in `wanted`; a bolt in a fixture: in the hole of its size."""
        self._world.advance(SETTLE_STEPS)
        where = self._world.where(self._world.bodies[index])
        return Tried(None) if where == wanted else Tried("wrong_place", where)

    def _parts_from(self, index: int) -> list[Lying]:
        parts = lying_parts(self._world)
        return [parts[index], *parts[:index], *parts[index + 1 :]]

    def _release(self, index: int, rows: FloatArray, wanted: str) -> Tried:
        vias, ruling = self._send(rows)
        if isinstance(ruling, Tried):
            return ruling
        return replace(self.judged(index, wanted), vias=vias)

    def _send(self, rows: FloatArray) -> tuple[int, Ruling | Tried]:
        """Find a way and let the gate carry it out; how many vias it took, and the ruling or why there is none."""
        seen = self._gate.observe()
        grip = Grip.unknown(seen.gripper_width, self._world.cell.robot.gripper)
        way = self._ways.clear(rows, grip, self._seed)
        if isinstance(way, NoWay):
            return 0, Tried("no_way", f"{way.finding.rule}: {way.finding.text}")
        self._calls += 1
        call_id = f"{EXPERT}-{self._calls}"
        call = SkillCall(id=call_id, skill=EXPERT, arguments={}, phrase=EXPERT, part=PartQuery())
        chunk = ActionChunk(way.rows, "tcp_waypoints", seen.sequence, seen.time_ns, call_id, EXPERT, done=True)
        self._gate.bind(call, EXPERT)
        ruling = self._gate.execute(chunk)
        self._gate.unbind()
        if ruling.decision == "stop":
            rule = ruling.findings[0].rule
            return way.vias, Tried("dropped" if rule == "grasp" else "refused", ruling.describe(), way.vias)
        return way.vias, ruling
