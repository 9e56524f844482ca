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
from collections.abc import Callable
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np

ROOT = Path(__file__).resolve().parent.parent
FOLDERS = (ROOT, ROOT / "tests" / "agent", ROOT / "benchmarks")
sys.path[:1] = [str(folder) for folder in FOLDERS]  # this file's own comes last: `agent` is the package

from agent_cost.long_job import Job, ours  # noqa: E402
from agent_cost.on_the_twin import Twin, on_the_twin  # noqa: E402
from agent_cost.ready_made import baseline  # noqa: E402

LIMIT = 0.05
FLAT = 1.1
"""How much more the last fifth of a job may cost than the second."""


def _apart(job: Callable[..., Any], *arguments: Any) -> Any:
    """What `job` gives in a process of its own."""
    with ProcessPoolExecutor(1, mp_context=multiprocessing.get_context("spawn")) as pool:
        return pool.submit(job, *arguments).result()


def main(calls: int) -> int:
    twin: Twin = _apart(on_the_twin)
    share, wall = (float(rows[:, 0].sum() / rows.sum()) for rows in (twin.cpu, twin.wall))
    names = ("own", "inference", "cell time")
    for name, column in zip(names, twin.cpu.T, strict=True):
        print(f"twin, a call: {name:10} p50 {np.median(column):7.3f} s   p95 {np.percentile(column, 95):7.3f} s")
    print(f"twin, {len(twin.cpu)} calls: own share {share:.1%} (by the wall clock {wall:.1%}); {twin.outcome}")
    jobs: dict[str, Job] = {"ours": _apart(ours, calls), "baseline": _apart(baseline, calls)}
    growth = {name: job.growth() for name, job in jobs.items()}
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
