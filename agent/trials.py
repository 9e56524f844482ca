"""One call on one table, and what came of it: by a policy, or by the expert that teaches it."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Literal, Protocol

from agent.trial_table import Table
from agent.trials_on_tray import expert_shifts, policy_shifts
from skills.call import SkillCall
from skills.card import SkillCard
from skills.catalogue import catalogue_of
from skills.cell import Cell
from skills.errors import BadInput, Unavailable, UnknownName
from skills.scene import PartQuery
from skills.words import TRAY

if TYPE_CHECKING:
    from policy.keyframe_policy import KeyframePolicy
    from sim.rollout import Tried

ONNX: Final = "onnx"
RUNTIMES: Final = (ONNX, "lerobot")
"""What runs the weights: the exported network, as in the cell, or lerobot's own class with torch."""

Cause = Literal["success", "no_grasp", "no_way", "refused", "missed", "dropped", "wrong_part", "wrong_place"]


@dataclass(frozen=True)
class Trial:
    """One scene: what was asked, of which part, and what came of it."""

    phrase: str
    words: dict[str, str]
    cause: Cause
    detail: str = ""


Act = Callable[[Table, SkillCard], Trial]
"""What comes of one call of that skill on that table."""


class Actor(Protocol):
    """Who is tried; a value that a worker process can be given."""

    def ready(self, card: SkillCard) -> Act:
        """Load what it takes. Raises: BadInput (unreadable checkpoint)."""


@dataclass(frozen=True)
class PolicyActor:
    """The policy in the folder `checkpoint`, by one of RUNTIMES; None: the cell file's own."""

    cell: Cell
    checkpoint: Path | None = None
    runtime: str = ONNX

    def ready(self, card: SkillCard) -> Act:
        policy = open_policy(self.runtime, self.checkpoint or checkpoint_of(self.cell, card.name))
        if card.moves_on_tray:
            return partial(policy_shifts, policy)
        return partial(_policy_picks if card.start_pose == "home" else _policy_releases, policy)


def checkpoint_of(cell: Cell, skill: str) -> Path:
    """The weights that the cell file names for a skill. Raises: UnknownName, BadInput."""
    from agent.workcell import checkpoint_folder

    return checkpoint_folder(cell, catalogue_of(cell)[skill].checkpoint)


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


@dataclass(frozen=True)
class ExpertActor:
    """The expert, which knows the truth: what training data is made of."""

    def ready(self, card: SkillCard) -> Act:
        if card.moves_on_tray:
            return expert_shifts
        return _expert_picks if card.start_pose == "home" else _expert_releases


def _expert_picks(table: Table, card: SkillCard) -> Trial:
    number, tried = table.hold()
    words = table.words(number, {}) if number >= 0 else {}
    return _trial(card.name, words, tried)


def _expert_releases(table: Table, card: SkillCard) -> Trial:
    """Pick a part and bring it away; a pick that fails counts as what it is."""
    arguments = _drawn(table, card)
    phrase = card.render(arguments)
    number, tried = table.hold()
    if tried.cause is not None:
        return _trial(phrase, {}, tried)
    expert = table.expert
    if card.name == "place":
        tried = expert.place(number, arguments["place"])
    elif card.name == "insert":
        tried = expert.insert(number, arguments["fixture"])
    else:
        table.clear_spot(arguments["spot"], number)
        tried = expert.put_back(number, arguments["spot"])
    return _trial(phrase, table.words(number, arguments), tried)


def _trial(phrase: str, words: dict[str, str], tried: "Tried") -> Trial:
    return Trial(phrase, {**words, "vias": str(tried.vias)}, tried.cause or "success", tried.detail)


def _policy_picks(policy: Any, table: Table, card: SkillCard) -> Trial:
    from sim.commands import draw_pick, truth_words

    world = table.world
    before = world.true_parts()
    drawn = draw_pick(card, before, table.rng)
    arguments, target = drawn if drawn else ({"kind": "part"}, min(range(len(before)), key=lambda i: before[i].at))
    phrase = card.render(arguments)
    words = truth_words(before[target]) | {"words in phrase": str(len(arguments)), "parts": str(len(before))}
    refused = call(policy, table, card, arguments, phrase)
    if refused:
        return Trial(phrase, words, "refused", refused)
    lifted = [number for number, body in enumerate(world.bodies) if world.where(body) == "air"]
    if lifted == [target]:
        return Trial(phrase, words, "success")
    if lifted:
        return Trial(phrase, words, "wrong_part", f"{before[lifted[0]].spec} instead of {before[target].spec}")
    return Trial(phrase, words, "missed", f"{before[target].spec}")


def _policy_releases(policy: Any, table: Table, card: SkillCard) -> Trial:
    """Let the expert pick a part, then let the policy bring it away."""
    arguments = _drawn(table, card)
    phrase = card.render(arguments)
    number, tried = table.hold()
    if tried.cause is not None:
        return Trial(phrase, {}, tried.cause, f"the expert's own pick: {tried.detail}")
    words = table.words(number, arguments)
    if card.name == "put_back":
        table.clear_spot(arguments["spot"], number)
    refused = call(policy, table, card, arguments, phrase)
    if refused:
        return Trial(phrase, words, "refused", refused)
    tried = table.expert.judged(number, arguments.get("place") or arguments.get("fixture") or TRAY)
    return Trial(phrase, words, tried.cause or "success", tried.detail)


def _drawn(table: Table, card: SkillCard) -> dict[str, str]:
    cell = table.world.cell
    choices = [call for call in card.calls() if cell.has_places_of(call)]
    if not choices:
        raise BadInput("skill", card.name, f"one that cell {cell.name} has a place for: {', '.join(cell.destinations)}")
    return choices[int(table.rng.integers(len(choices)))]


def call(policy: Any, table: Table, card: SkillCard, arguments: dict[str, str], phrase: str) -> str:
    """One chunk of the policy through the gate; the reason where it was refused."""
    call = SkillCall(id=table.call_id, skill=card.name, arguments=arguments, phrase=phrase, part=PartQuery())
    table.gate.bind(call, policy.contract.weights_hash)
    try:
        ruling = table.gate.execute(policy.act(table.gate.observe(), phrase, table.call_id))
    finally:
        table.gate.unbind()
    return ruling.describe() if ruling.decision == "stop" else ""
