"""Closed-loop evaluation of a policy in the twin: one call a scene, first attempt, judged by ground truth.

The policy sees pictures and the phrase; the scene is drawn, and the result judged, by the twin. The
scenes come from seeds of their own, which no training data uses.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Literal

import numpy as np

from agent.workcell import build_gate, checkpoint_folder
from policy.evaluation.statistics import Tally
from sim.workers import shared_out
from skills.call import SkillCall
from skills.catalogue import load_catalogue
from skills.cell import Cell
from skills.errors import Unavailable, UnknownName
from skills.scene import PartQuery
from skills.spots import SPOTS
from skills.words import TRAY

if TYPE_CHECKING:
    from policy.keyframe_policy import KeyframePolicy

Cause = Literal["success", "wrong_part", "missed", "dropped", "wrong_place", "refused"]

HELD_OUT = 777
"""Mixed into every seed here and nowhere else."""
SKILLS = ("pick", "place", "put_back")
ONNX = "onnx"
RUNTIMES = (ONNX, "lerobot")
"""What runs the weights: the exported network, as in the cell, or lerobot's own class with torch."""
ON_SPOT = 0.02
"""How far [m] from its spot a part that was put back may lie."""


@dataclass(frozen=True)
class Trial:
    """One scene: what was asked, of which part, and what came of it."""

    phrase: str
    words: dict[str, str]
    cause: Cause
    detail: str = ""


@dataclass(frozen=True)
class EvalReport:
    """All trials of an evaluation."""

    skill: str
    seed: int
    trials: tuple[Trial, ...]

    @property
    def successes(self) -> int:
        return sum(trial.cause == "success" for trial in self.trials)

    def as_json(self) -> dict[str, Any]:
        """What `eval --json` prints."""
        causes: dict[str, int] = defaultdict(int)
        for trial in self.trials:
            causes[trial.cause] += 1
        words = {word for trial in self.trials for word in trial.words}
        return {
            "skill": self.skill,
            "seed": self.seed,
            **_share(self.trials),
            "causes": dict(sorted(causes.items())),
            "phrases": self.by_phrase(),
            "by": {word: self._by(word) for word in sorted(words)},
            "failures": [
                {"phrase": t.phrase, "cause": t.cause, "detail": t.detail} for t in self.trials if t.cause != "success"
            ],
        }

    def by_phrase(self) -> dict[str, tuple[int, int]]:
        """Successes and trials of each phrase, as a contract holds them."""
        counts: dict[str, tuple[int, int]] = {}
        for trial in self.trials:
            hits, trials = counts.get(trial.phrase, (0, 0))
            counts[trial.phrase] = (hits + (trial.cause == "success"), trials + 1)
        return dict(sorted(counts.items()))

    def _by(self, word: str) -> dict[str, Any]:
        groups: dict[str, list[Trial]] = defaultdict(list)
        for trial in self.trials:
            if word in trial.words:
                groups[trial.words[word]].append(trial)
        return {value: _share(tuple(trials)) for value, trials in sorted(groups.items())}


def _share(trials: tuple[Trial, ...]) -> dict[str, Any]:
    good = sum(trial.cause == "success" for trial in trials)
    low, high = Tally(hits=good, trials=len(trials)).wilson95
    return {"n": len(trials), "successes": good, "wilson95": [round(low, 4), round(high, 4)]}


def evaluate(
    cell: Cell,
    skill: str,
    checkpoint: Path,
    n: int,
    seed: int,
    workers: int,
    on_progress: Callable[[int, int], None] = lambda _done, _n: None,
    runtime: str = ONNX,
) -> EvalReport:
    """Run `n` scenes and judge each.

    Args:
        checkpoint: the folder of the weights, such as `checkpoint_of`.
        runtime: one of RUNTIMES.

    Raises: UnknownName (no such runtime), BadInput (unreadable checkpoint), Unavailable (no lerobot).
    """
    open_policy(runtime, checkpoint)
    jobs = [(cell, skill, (runtime, checkpoint), seed, list(range(n))[part::workers]) for part in range(workers)]
    if workers == 1:
        numbered = list(_watched(_trials(*jobs[0]), n, on_progress))
    else:
        numbered = list(_watched(_merged(jobs, workers), n, on_progress))
    return EvalReport(skill, seed, tuple(trial for _, trial in sorted(numbered, key=lambda pair: pair[0])))


def checkpoint_of(cell: Cell, skill: str) -> Path:
    """The weights that the cell file names for a skill. Raises: UnknownName, BadInput."""
    if skill not in SKILLS:
        raise UnknownName("skill", skill, SKILLS)
    return checkpoint_folder(cell, load_catalogue()[skill].checkpoint)


def open_policy(runtime: str, folder: Path) -> "KeyframePolicy":
    """The policy in a checkpoint's folder. Raises: UnknownName, BadInput, Unavailable."""
    if runtime not in RUNTIMES:
        raise UnknownName("--runtime", runtime, RUNTIMES)
    if runtime == ONNX:
        from policy.smolvla import OnnxSmolVLA

        return OnnxSmolVLA(folder)
    try:
        from policy.lerobot_runtime import LerobotSmolVLA
    except ModuleNotFoundError as error:
        raise Unavailable(
            f"the runtime needs the package {error.name!r}.", "Install it: pip install 'smolcell[train]'"
        ) from None
    return LerobotSmolVLA(folder)


def _merged(jobs: list[Any], workers: int) -> Iterator[tuple[int, Trial]]:
    blocks = [(*job[:4], job[4][at : at + 5]) for job in jobs for at in range(0, len(job[4]), 5)]
    for block in shared_out(_block, blocks, workers):
        yield from block


def _block(job: Any) -> list[tuple[int, Trial]]:
    return list(_trials(*job))


def _watched(
    trials: Iterator[tuple[int, Trial]], n: int, on_progress: Callable[[int, int], None]
) -> Iterator[tuple[int, Trial]]:
    for done, numbered in enumerate(trials, 1):
        on_progress(done, n)
        yield numbered


def _trials(
    cell: Cell, skill: str, weights: tuple[str, Path], seed: int, numbers: list[int]
) -> Iterator[tuple[int, Trial]]:
    policy = open_policy(*weights)
    for number in numbers:
        with TemporaryDirectory(prefix="smolcell-eval-") as state:
            rng = np.random.default_rng([HELD_OUT, seed, number])
            yield number, _Bench(cell, skill, policy, rng, Path(state)).run(f"eval-{seed}-{number}")


class _Bench:
    """One scene on one table, with the gate in front of the robot."""

    def __init__(self, cell: Cell, skill: str, policy: "KeyframePolicy", rng: np.random.Generator, state: Path) -> None:
        from sim.driver import SimDriver
        from sim.layout import draw_look, place_parts
        from sim.world import World

        self._cell, self._skill, self._policy, self._rng = cell, skill, policy, rng
        self._world = World(cell, int(rng.integers(2**31)))
        specs: list[Any] = []
        while not specs:
            specs = place_parts([draw_look(rng) for _ in range(rng.integers(1, 10))], rng, strict=False)
        self._world.reset(specs)
        driver = SimDriver(self._world)
        self._gate = build_gate(cell, driver, driver, state)

    def run(self, call_id: str) -> Trial:
        try:
            return self._pick(call_id) if self._skill == "pick" else self._release(call_id)
        finally:
            self._world.close()

    def _pick(self, call_id: str) -> Trial:
        from sim.commands import draw_pick, truth_words

        card = load_catalogue()["pick"]
        before = self._world.true_parts()
        drawn = draw_pick(card, before, self._rng)
        arguments, target = drawn if drawn else ({"kind": "part"}, min(range(len(before)), key=lambda i: before[i].at))
        phrase = card.render(arguments)
        words = truth_words(before[target]) | {"words in phrase": str(len(arguments)), "parts": str(len(before))}
        refused = self._act("pick", arguments, phrase, call_id)
        if refused:
            return Trial(phrase, words, "refused", refused)
        lifted = [i for i, body in enumerate(self._world.bodies) if self._world.where(body) == "air"]
        if lifted == [target]:
            return Trial(phrase, words, "success")
        if lifted:
            return Trial(phrase, words, "wrong_part", f"{before[lifted[0]].spec} instead of {before[target].spec}")
        return Trial(phrase, words, "missed", f"{before[target].spec}")

    def _release(self, call_id: str) -> Trial:
        """Let the expert pick a part, then let the policy bring it away."""
        from sim.demonstrator import pick_waypoints

        card = load_catalogue()[self._skill]
        choices = list(card.calls())
        arguments = choices[int(self._rng.integers(len(choices)))]
        held = int(self._rng.integers(len(self._world.bodies)))
        body = self._world.bodies[held]
        if self._skill == "put_back":
            self._clear_spot(SPOTS[arguments["spot"]], held)
        waypoints = pick_waypoints(self._cell, self._world.true_part(body))
        self._send(waypoints, "expert", f"{call_id}-expert", "expert")
        phrase = card.render(arguments)
        words = {"kind": body.spec.kind, "size": body.spec.size, **arguments}
        if self._world.where(body) != "air":
            return Trial(phrase, words, "missed", "the expert's own pick failed")
        refused = self._act(self._skill, arguments, phrase, call_id)
        if refused:
            return Trial(phrase, words, "refused", refused)
        where = self._world.where(body)
        right = where == arguments.get("place", TRAY)
        if self._skill == "put_back":
            off = float(np.hypot(*np.subtract(self._world.true_part(body).at, SPOTS[arguments["spot"]])))
            right, where = right and off <= ON_SPOT, f"{where}, {off * 1e3:.0f} mm from the spot"
        return Trial(phrase, words, "success" if right else "wrong_place", f"{body.spec} → {where}")

    def _clear_spot(self, spot: tuple[float, float], keep: int) -> None:
        """Take away what lies where a part is to be put back."""
        for index, body in enumerate(self._world.bodies):
            if index != keep and np.hypot(*np.subtract(self._world.true_part(body).at, spot)) < 0.07:
                self._world.bullet.resetBasePositionAndOrientation(
                    body.id, (1.0 + 0.1 * index, 0.8, 0.05), (0, 0, 0, 1)
                )

    def _act(self, skill: str, arguments: dict[str, str], phrase: str, call_id: str) -> str:
        """One chunk of the policy through the gate; the reason where it was refused."""
        call = SkillCall(id=call_id, skill=skill, arguments=arguments, phrase=phrase, part=PartQuery())
        self._gate.bind(call, self._policy.contract.weights_hash)
        try:
            ruling = self._gate.execute(self._policy.act(self._gate.observe(), phrase, call_id))
        finally:
            self._gate.unbind()
        return ruling.describe() if ruling.decision == "stop" else ""

    def _send(self, waypoints: Any, checkpoint: str, call_id: str, skill: str) -> None:
        from skills.chunk import ActionChunk

        call = SkillCall(id=call_id, skill=skill, arguments={}, phrase="expert", part=PartQuery())
        seen = self._gate.observe()
        chunk = ActionChunk(waypoints, "tcp_waypoints", seen.sequence, seen.time_ns, call_id, checkpoint, done=True)
        self._gate.bind(call, checkpoint)
        self._gate.execute(chunk)
        self._gate.unbind()
