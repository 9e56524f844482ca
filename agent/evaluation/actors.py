"""One call on one table, and what came of it: by a policy, or by the expert that teaches it."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Final, Protocol

from agent.evaluation.asks import drawn_release
from agent.evaluation.on_tray import expert_shifts, policy_shifts
from agent.evaluation.policy_trials import Answering, policy_picks, policy_releases
from agent.evaluation.table import Split, Table
from agent.evaluation.trial import Trial
from agent.evaluation.words import goal_words, part_words, quarter_words
from policy.checkpoint import is_tuned
from policy.evaluation.forced import Forced
from sim.lying import lying_parts
from skills.card import SkillCard
from skills.catalogue import catalogue_of
from skills.cell import Cell
from skills.contract import load_contract
from skills.errors import BadInput, Unavailable, UnknownName

if TYPE_CHECKING:
    from policy.keyframe_policy import KeyframePolicy
    from sim.rollout import Tried

ONNX: Final = "onnx"
LEROBOT: Final = "lerobot"
RUNTIMES: Final = (ONNX, LEROBOT)
"""What runs the weights: the exported network, as in the cell, or lerobot's own class with torch."""

Act = Callable[[Table, SkillCard], Trial | None]
"""What comes of one call of that skill on that table; None where there is nothing to ask for."""


class Actor(Protocol):
    """Who is tried; a value that a worker process can be given."""

    def label(self, skill: str) -> str:
        """What reports call it. Raises: BadInput (unreadable checkpoint)."""

    def ready(self, card: SkillCard, split: Split) -> Act:
        """Load what it takes to be tried in that split. Raises: BadInput (unreadable checkpoint)."""


@dataclass(frozen=True)
class PolicyActor:
    """The policy in the folder `checkpoint`, by one of RUNTIMES; None: the cell file's own."""

    cell: Cell
    checkpoint: Path | None = None
    runtime: str = ONNX

    def label(self, skill: str) -> str:
        contract = load_contract(self._folder(skill))
        return f"{contract.name} {contract.weights_hash[:12]} on {self.runtime}"

    def ready(self, card: SkillCard, split: Split) -> Act:
        policy = open_policy(self.runtime, self._folder(card.name))
        if split.wording != "trained":
            return acting(Forced(policy), card)
        return acting(policy, card)

    def _folder(self, skill: str) -> Path:
        return self.checkpoint or checkpoint_of(self.cell, skill)


def acting(policy: Answering, card: SkillCard) -> Act:
    """`policy` at calls of that skill."""
    if card.moves_on_tray:
        return partial(policy_shifts, policy)
    return partial(policy_picks if card.start_pose == "home" else policy_releases, policy)


def checkpoint_of(cell: Cell, skill: str) -> Path:
    """The weights that the cell file names for a skill. Raises: UnknownName, BadInput."""
    from agent.cell_weights import checkpoint_folder

    return checkpoint_folder(cell, catalogue_of(cell)[skill].checkpoint)


def open_policy(runtime: str, folder: Path) -> "KeyframePolicy":
    """The keyframe policy in a checkpoint's folder. Raises: UnknownName, BadInput, Unavailable."""
    if runtime not in RUNTIMES:
        raise UnknownName("--runtime", runtime, RUNTIMES)
    if is_tuned(folder):
        allowed = "a policy that answers in keyframes; hold a fine-tuned one against a LeRobot data set: --open-loop"
        raise BadInput("checkpoint", str(folder), allowed)
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

    def label(self, _: str) -> str:
        return "expert"

    def ready(self, card: SkillCard, _: Split) -> Act:
        if card.moves_on_tray:
            return expert_shifts
        return _expert_picks if card.start_pose == "home" else _expert_releases


def _expert_picks(table: Table, card: SkillCard) -> Trial:
    lie = lying_parts(table.world)
    number, tried = table.hold()
    words = part_words(table, number, lie) | quarter_words(table, lie[number]) if number >= 0 else {}
    return _trial(card.name, words, tried)


def _expert_releases(table: Table, card: SkillCard) -> Trial:
    """Pick a part and bring it away; a pick that fails counts as what it is."""
    arguments = drawn_release(table, card)
    phrase, lie = card.render(arguments), lying_parts(table.world)
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
    return _trial(phrase, part_words(table, number, lie) | goal_words(arguments), tried)


def _trial(phrase: str, words: dict[str, str], tried: "Tried") -> Trial:
    words = {**words, "vias": str(tried.vias)}
    return Trial(phrase=phrase, meant=phrase, words=words, cause=tried.cause or "success", detail=tried.detail)
