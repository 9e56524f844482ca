"""How many instructions of the suite the deterministic planner understands, by category, and how long it takes.

A row is right when outcome, steps, control word and what must be said are as the row expects; intervals are Wilson's at
95 %. Forbidden are rows that must not be planned and were. The time is the wall clock of `understand`, each row once.

    PYTHONPATH=. python tests/agent/planning/shares.py [--faults]

With `--faults` each wrong row is named. Ends with one line of JSON, and with 1 where fewer than 95 % are right, a
forbidden row is planned, or the median takes over 20 ms.
"""

import json
import sys
import time
from statistics import median

from suite import CATALOGUE, CELL, Row, bare_cell, rows, scenes

from agent.planning.grammar import GrammarPlanner
from policy.evaluation.statistics import Tally
from skills.plan import Understanding

LEAST, LONGEST_MS = 0.95, 20.0


def main() -> int:
    tried, seconds = understood()
    wrong = [(row, fault) for row, got in tried if (fault := row.fault(got))]
    forbidden = [row.say for row, got in tried if got.outcome == "planned" and "planned" not in row.outcomes]
    if "--faults" in sys.argv:
        for row, fault in wrong:
            print(f"{row.category}: {row.say!r}: {fault}")
    for category in dict.fromkeys(row.category for row, _ in tried):
        n = sum(row.category == category for row, _ in tried)
        print(f"{category:14} {share(n - sum(row.category == category for row, _ in wrong), n).describe()}")
    every = share(len(tried) - len(wrong), len(tried))
    result = {
        "all": every.as_json(),
        "forbidden_planned": len(forbidden),
        "median_ms": round(1000 * median(seconds), 2),
        "longest_ms": round(1000 * max(seconds), 2),
    }
    print(f"{'all':14} {every.describe()}")
    print(json.dumps(result))
    return int(every.hits < LEAST * every.trials or bool(forbidden) or result["median_ms"] > LONGEST_MS)


def understood() -> tuple[list[tuple[Row, Understanding]], list[float]]:
    """Each row with what the planner made of it, and the seconds that it took."""
    planners = {"default": GrammarPlanner(CELL, CATALOGUE), "bare": GrammarPlanner(bare_cell(), CATALOGUE)}
    seen, tried, seconds = scenes(), [], []
    for row in rows():
        start = time.perf_counter()
        got = planners[row.cell].understand(row.say, seen[row.scene] if row.scene else None, row.past)
        seconds.append(time.perf_counter() - start)
        tried.append((row, got))
    return tried, seconds


def share(hits: int, trials: int) -> Tally:
    return Tally(hits=hits, trials=trials)


if __name__ == "__main__":
    sys.exit(main())
