"""What the agent itself costs in a skill call, and whether a long job makes it dearer.

Ours on the twin, with the shipped weights: everything but policy inference and motion (looking with the perceiver,
grounding, the gate's rules, verifying, accounting, journal, checkpoints), as a share of the whole call: that, the
inference, and the cell's time meanwhile. In processor time, so that a busy machine changes nothing; the share by the
wall clock is printed beside it, and it waits for the disk as well.

Then a job of CALLS calls on a kinematic tray that is fed a part at a time, with a policy and a robot that cost next
to nothing: own milliseconds a call, resident memory and bytes on disk as the job grows. Baseline: what LangGraph has
ready, `langgraph.prebuilt.create_react_agent` with a `SqliteSaver` and a scripted model that makes the same calls
over the same gate, policy and perceiver; it believes each call and neither verifies nor accounts. Each in a process
of its own, in turn.

    python benchmarks/agent.py [CALLS]

Exits with 1 where the share is over the limit, or memory or bytes a call grow with the job.
"""

import json
import multiprocessing
import sys
import time
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import replace
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any, NamedTuple

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
sys.path[:1] = [str(ROOT), str(ROOT / "tests" / "agent")]  # not this file's folder: `agent` is the package

LIMIT = 0.05
FLAT = 1.1
"""How much more the last fifth of a job may cost than the second."""
SEED, PARTS = 3, 12
POLICY, CELL, OWN = "policy", "cell", "own"


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


class Twin(NamedTuple):
    """What a run on the twin took: one row a call of own, inference and cell seconds."""

    cpu: np.ndarray
    wall: np.ndarray
    outcome: str


def on_the_twin() -> Twin:
    """One run over a tray of PARTS failed parts; from the first call on, each call until the next begins."""
    from agent.cell_weights import load_checkpoints, load_perceiver
    from agent.events import Calling, Event, Finished
    from agent.journal.journal import Journal
    from agent.run import run
    from agent.workcell import assemble, build_planner
    from safety.state import build_gate
    from sim.driver import SimDriver
    from sim.scenario import RandomParts, RandomSet, Scenario
    from sim.setting import load_setting
    from sim.world import World
    from skills.catalogue import catalogue_of
    from skills.cell import load_cell

    cell = load_cell(ROOT / "cells" / "default.yaml")
    parts = RandomSet(random=RandomParts(count=(PARTS, PARTS), failed=PARTS))
    scenario = Scenario(name="benchmark", seed=SEED, parts=parts)
    world = World(cell, scenario.seed, load_setting(scenario.setting))
    world.reset(scenario.layout(cell.tray))
    driver, watch = SimDriver(world), Stopwatch()
    rows: list[np.ndarray] = []

    def listen(event: Event) -> None:
        if isinstance(event, Calling | Finished):
            passed = np.full(2, driver.now_ns() * 1e-9)
            rows.append(np.stack([watch.own, watch.by[POLICY].copy(), passed]))

    with TemporaryDirectory(prefix="smolcell-agent-") as state, Journal(Path(state)) as journal:
        claimed: Any = Claimed(driver, watch, CELL)
        workcell = assemble(
            cell=cell,
            catalogue=catalogue_of(cell),
            gate=build_gate(cell, claimed, claimed, Path(state)),
            clock=claimed,
            perceiver=load_perceiver(cell),
            planner=build_planner(cell),
            checkpoints={
                name: replace(known, policy=Claimed(known.policy, watch, POLICY))  # type: ignore[arg-type]
                for name, known in load_checkpoints(cell).items()
            },
            journal=journal,
        )
        report = run(workcell.heard_by(listen), "remove all failed parts", approved=True)
    world.close()
    calls = np.diff(np.array(rows), axis=0)
    return Twin(calls[:, :, 0], calls[:, :, 1], f"{report.outcome.outcome}: {report.outcome.reason}")


class Job(NamedTuple):
    """A job on the kinematic tray.

    Attributes:
        own_ms: processor time of the agent, a call.
        wall_ms: the same by the wall clock.
        resident, written: bytes of memory, and on disk, after each tenth of the calls.
    """

    own_ms: float
    wall_ms: float
    resident: list[int]
    written: list[int]
    moved: int


def ours(calls: int) -> Job:
    """The cell's own graph, over a fed tray."""
    import kinematic_tray as little

    from agent.events import Event, Verified
    from agent.run import run

    watch, world = Stopwatch(), _fed_tray(calls)
    with TemporaryDirectory(prefix="smolcell-agent-") as folder:
        meter = Meter(Path(folder), calls)
        gate: Any = Claimed(little.TrayGate(world), watch, CELL)
        bench = little.Bench(Path(folder), world, little.step(condition="failed"), gate=gate)
        for policy in bench.policies.values():
            policy.act = Claimed(policy, watch, POLICY).act  # type: ignore[method-assign]

        def listen(event: Event) -> None:
            if isinstance(event, Verified):
                meter.called()

        report = run(bench.workcell.heard_by(listen), "go")
        own = watch.own
        bench.journal.close()
        assert report.outcome.outcome == "done", report.outcome
        assert len(report.attempts) == calls
    return Job(*(own * 1e3 / calls), meter.resident, meter.written, len(world.bins["rejection bin"]))


def baseline(calls: int) -> Job:
    """LangGraph's ready-made agent: a model that calls a tool, a tool that makes the call and looks."""
    import kinematic_tray as little
    from langchain_core.language_models import BaseChatModel
    from langchain_core.messages import AIMessage
    from langchain_core.outputs import ChatGeneration, ChatResult
    from langchain_core.tools import tool
    from langgraph.checkpoint.sqlite import SqliteSaver
    from langgraph.prebuilt import create_react_agent

    from skills.call import SkillCall
    from skills.scene import PartQuery

    watch, world = Stopwatch(), _fed_tray(calls)
    gate: Any = Claimed(little.TrayGate(world), watch, CELL)
    policies: Any = {n: Claimed(little.TextPolicy(little.contract_of(n)), watch, POLICY) for n in ("pick", "place")}
    named = PartQuery(condition="failed")
    perceiver, numbers = little.TextPerceiver(), count(1)

    @tool
    def call(skill: str, phrase: str) -> str:
        """Say the phrase to the skill's policy; what is seen afterwards."""
        policy = policies[skill]
        bound = SkillCall(id=f"baseline/{next(numbers)}", skill=skill, arguments={}, part=named, phrase=phrase)
        gate.go_home(open_gripper=skill == "pick")
        gate.bind(bound, policy.contract.weights_hash)
        gate.execute(policy.act(gate.observe(), phrase, bound.id))
        gate.unbind()
        meter.called()
        return str(perceiver.perceive(gate.observe()).model_dump_json())

    class Scripted(BaseChatModel):
        """Calls pick and place in turn, then says that it is done."""

        @property
        def _llm_type(self) -> str:
            return "scripted"

        def bind_tools(self, *_: Any, **__: Any) -> "Scripted":
            return self

        def _generate(self, messages: Any, *_: Any, **__: Any) -> ChatResult:
            made = len(messages) // 2
            skill, phrase = PHRASES[made % 2]
            asked = {"name": "call", "args": {"skill": skill, "phrase": phrase}, "id": str(made)}
            said = AIMessage("", tool_calls=[asked]) if made < calls else AIMessage("done")
            return ChatResult(generations=[ChatGeneration(message=said)])

    with TemporaryDirectory(prefix="smolcell-agent-") as folder:
        meter = Meter(Path(folder), calls)
        with SqliteSaver.from_conn_string(str(Path(folder) / "journal.db")) as saver, warnings.catch_warnings():
            warnings.simplefilter("ignore")  # its successor is in another package, and the same graph
            agent = create_react_agent(Scripted(), [call], checkpointer=saver)
            config: Any = {"configurable": {"thread_id": "1"}, "recursion_limit": 10 * calls}
            agent.invoke({"messages": [("user", "remove all failed parts")]}, config, durability="sync")
        own = watch.own
    return Job(*(own * 1e3 / calls), meter.resident, meter.written, len(world.bins["rejection bin"]))


PHRASES = (("pick", "pick up the failed part"), ("place", "place it in the rejection bin"))


class Meter:
    """Memory and bytes on disk, as the calls go by."""

    def __init__(self, folder: Path, calls: int) -> None:
        self._folder, self._every, self._made = folder, max(1, calls // 10), 0
        self.resident: list[int] = []
        self.written: list[int] = []

    def called(self) -> None:
        self._made += 1
        if self._made % self._every == 0:
            self.resident.append(int(Path("/proc/self/statm").read_text().split()[1]) * 4096)
            self.written.append(sum(file.stat().st_size for file in self._folder.glob("journal.db*")))


def _fed_tray(calls: int) -> Any:
    """A tray with one failed part and two good ones; with each pick but the last the next failed part is laid there."""
    import kinematic_tray as little

    def failed(number: int) -> Any:
        kind, size = (("gear", "large"), ("nut", "M8"))[number % 2]
        return little.part(kind, size, "red", "failed", ((-0.08, 0.06), (0.06, -0.08))[number % 2])

    good = [little.part("bolt", "M6", "silver", at=(0.0, 0.0)), little.part("nut", "M10", "black", at=(0.08, 0.08))]
    world = little.Tray(failed(0), *good)
    world.surprises = {2 * number: failed(number) for number in range(1, calls // 2)}
    return world


def _now() -> np.ndarray:
    return np.array([time.process_time(), time.perf_counter()])


def _apart(job: Callable[..., Any], *arguments: Any) -> Any:
    """What `job` gives in a process of its own."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(job, *arguments).result()


def _growth(job: Job) -> tuple[float, float]:
    """Memory, and bytes on disk a call, in the last fifth of a job over the second."""
    written = np.diff([0, *job.written])
    return job.resident[-1] / job.resident[3], float(written[-2:].sum() / written[2:4].sum())


def main(calls: int) -> int:
    twin: Twin = _apart(on_the_twin)
    share, wall = (float(rows[:, 0].sum() / rows.sum()) for rows in (twin.cpu, twin.wall))
    names = ("own", "inference", "cell time")
    for name, column in zip(names, twin.cpu.T, strict=True):
        print(f"twin, a call: {name:10} p50 {np.median(column):7.3f} s   p95 {np.percentile(column, 95):7.3f} s")
    print(f"twin, {len(twin.cpu)} calls: own share {share:.1%} (by the wall clock {wall:.1%}); {twin.outcome}")
    jobs: dict[str, Job] = {"ours": _apart(ours, calls), "baseline": _apart(baseline, calls)}
    growth = {name: _growth(job) for name, job in jobs.items()}
    for name, job in jobs.items():
        memory, written = growth[name]
        print(
            f"{name:8} {calls} calls, {job.moved} parts: own {job.own_ms:.1f} ms a call (wall {job.wall_ms:.1f}); "
            f"memory {job.resident[-1] / 1e6:.0f} MB, x{memory:.2f}; "
            f"{job.written[-1] / calls / 1e3:.0f} kB a call, x{written:.2f}"
        )
    held = share <= LIMIT and max(growth["ours"]) <= FLAT
    result = {
        "benchmark": "agent",
        "ratio": round(jobs["baseline"].own_ms / jobs["ours"].own_ms, 2),
        "ours": round(jobs["ours"].own_ms, 2),
        "baseline": round(jobs["baseline"].own_ms, 2),
        "unit": "ms of the agent's own processor time a call",
        "share": round(share, 4),
        "share_wall": round(wall, 4),
        "limit": LIMIT,
        "twin_calls": len(twin.cpu),
        "calls": calls,
        "memory_growth": round(growth["ours"][0], 3),
        "bytes_growth": round(growth["ours"][1], 3),
        "baseline_bytes_growth": round(growth["baseline"][1], 3),
        "kilobytes_a_call": round(jobs["ours"].written[-1] / calls / 1e3, 1),
        "baseline_kilobytes_a_call": round(jobs["baseline"].written[-1] / calls / 1e3, 1),
        "held": held,
    }
    print(json.dumps(result))
    return 0 if held else 1


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 500))
