"""How long a person waits for `smolcell --help` and for the prompt of `smolcell chat`.

The baseline is what a command line pays that imports the cell's own libraries first:
python -c "import langgraph, pybullet, onnxruntime". Ours and the baseline are measured in turn, in fresh
processes, after one unmeasured start of each; medians are compared.

    python benchmarks/startup.py [ROUNDS]
"""

import json
import os
import pty
import select
import statistics
import subprocess
import sys
import time
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parent.parent
BASELINE = "import langgraph, pybullet, onnxruntime"
HELP_LIMIT, PROMPT_LIMIT = 0.3, 1.0
PROMPT = b"smolcell>"
GIVE_UP = 60.0


def help_seconds() -> float:
    return _process([sys.executable, "-m", "agent.cli", "--help"])


def baseline_seconds() -> float:
    return _process([sys.executable, "-c", BASELINE])


def prompt_seconds() -> float:
    """Until the prompt stands on a terminal of its own; the process is ended then."""
    environment = {**os.environ, "TERM": "xterm", "PROMPT_TOOLKIT_NO_CPR": "1"}
    with TemporaryDirectory(prefix="smolcell-startup-") as state:
        master, slave = pty.openpty()
        start = time.perf_counter()
        chat = subprocess.Popen(
            [sys.executable, "-m", "agent.cli", "chat", "--state", state],
            stdin=slave, stdout=slave, stderr=slave, cwd=ROOT, env=environment,
        )  # fmt: skip
        os.close(slave)
        try:
            _wait_for(master, PROMPT)
            return time.perf_counter() - start
        finally:
            chat.kill()
            chat.wait()
            os.close(master)


def main(rounds: int) -> int:
    measured: dict[str, list[float]] = {"help": [], "prompt": [], "baseline": []}
    measures = {"help": help_seconds, "prompt": prompt_seconds, "baseline": baseline_seconds}
    for measure in measures.values():
        measure()
    for number in range(rounds):
        for name, measure in measures.items():
            measured[name].append(measure())
            print(f"round {number + 1} {name:8} {measured[name][-1]:.3f} s")
    ours, prompt, baseline = (statistics.median(measured[name]) for name in measures)
    held = ours <= HELP_LIMIT and prompt <= PROMPT_LIMIT
    result = {
        "benchmark": "startup", "ratio": round(baseline / ours, 2), "ours": round(ours, 3), "prompt": round(prompt, 3),
        "baseline": round(baseline, 3), "unit": "s", "baseline_command": f'python -c "{BASELINE}"', "rounds": rounds,
        "limits": {"help": HELP_LIMIT, "prompt": PROMPT_LIMIT}, "held": held,
    }  # fmt: skip
    print(json.dumps(result))
    return 0 if held else 1


def _process(command: list[str]) -> float:
    start = time.perf_counter()
    subprocess.run(command, cwd=ROOT, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=True)
    return time.perf_counter() - start


def _wait_for(master: int, wanted: bytes) -> None:
    seen = b""
    deadline = time.monotonic() + GIVE_UP
    while wanted not in seen:
        ready, _, _ = select.select([master], [], [], max(0.0, deadline - time.monotonic()))
        if not ready:
            raise SystemExit(f"no prompt within {GIVE_UP:.0f} s; on the terminal stood: {seen!r}")
        seen += os.read(master, 4096)


if __name__ == "__main__":
    sys.exit(main(int(sys.argv[1]) if len(sys.argv) > 1 else 7))
