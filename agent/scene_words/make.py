"""From words to a scene that stands in the twin: by the grammar, else by a chat model, else not at all."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from agent.chat.models import load_chat_model
from agent.scene_words.errors import NotUnderstood, UnknownWords
from agent.scene_words.fit import Built, build
from agent.scene_words.grammar import read_scene
from agent.scene_words.lexicon import SceneLexicon
from agent.scene_words.model import imagine
from agent.scene_words.wish import Wish
from agent.scene_words.writing import check_text, name_of, scenario_text
from sim.scenario import Scenario
from sim.world import World
from skills.catalogue import catalogue_of
from skills.cell import Cell

if TYPE_CHECKING:
    from langchain_core.language_models import BaseChatModel


@dataclass(frozen=True)
class Made:
    """A scene from words; close `world`, which holds it, after use.

    Attributes:
        text: the scenario file.
        by: who understood the words.
        understood: what, in the grammar's words.
    """

    scenario: Scenario
    text: str
    world: World
    by: Literal["grammar", "model"]
    understood: str


@dataclass(frozen=True)
class Order:
    """What is asked for. `name` is taken from the words where it is empty."""

    words: str
    seed: int = 0
    name: str = ""
    instruction: str = ""


def make_scene(
    order: Order,
    cell: Cell,
    tell: Callable[[str], None],
    load_model: "Callable[[str], BaseChatModel]" = load_chat_model,
    doing: Callable[[str], None] = lambda _: None,
) -> Made:
    """`tell` hears what the person has to know, `doing` what takes its time.

    Raises: UnknownWords, NotUnderstood, BadInput (no such scene can be built), Unavailable (the chat model).
    """

    def built(wish: Wish) -> tuple[Wish, Built]:
        return wish, build(wish, cell, order.name or name_of(order.words), order.seed, order.instruction, doing)

    try:
        heard = read_scene(order.words, SceneLexicon(cell, catalogue_of(cell)))
    except (UnknownWords, NotUnderstood):
        if not cell.planner.model:
            raise
        tell(f"asking {cell.planner.model}")
        doing(f"waiting for {cell.planner.model}")
        return _made(order, "model", *imagine(order.words, load_model(cell.planner.model), built, tell))
    for said, meant in heard.mended:
        tell(f"read {said!r} as {meant!r}")
    return _made(order, "grammar", *built(heard.wish))


def _made(order: Order, by: Literal["grammar", "model"], wish: Wish, built: Built) -> Made:
    text = scenario_text(built.scenario, order.words)
    check_text(text, built.scenario)
    return Made(built.scenario, text, built.world, by, wish.describe())
