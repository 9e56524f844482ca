"""Planners with a chat model that says what a test wants it to say; read by the tests only."""

from typing import Any

from langchain_core.language_models import BaseChatModel

from agent.chat.scripted import ScriptedChat
from agent.grounding import Grounder
from agent.planning.examples import examples, filled
from agent.planning.grammar import GrammarPlanner
from agent.planning.lexicon import Lexicon
from agent.planning.llm import ModelPlanner
from agent.planning.validate import Validator
from skills.cell import Cell
from skills.cell_agent import Planner
from skills.plan import Plan, Step
from tests.agent.kinematic_tray import contract_of
from tests.agent.planning.suite import CATALOGUE, CELL

CONTRACTS = {name: contract_of(name) for name in {card.checkpoint for card in CATALOGUE}}
GRAMMAR, LEXICON = GrammarPlanner(CELL, CATALOGUE), Lexicon(CELL, CATALOGUE)
SETTINGS = Planner(model="scripted:here")


def planner_with(model: BaseChatModel, settings: Planner = SETTINGS, cell: Cell = CELL) -> ModelPlanner:
    grammar, lexicon = (
        (GRAMMAR, LEXICON) if cell is CELL else (GrammarPlanner(cell, CATALOGUE), Lexicon(cell, CATALOGUE))
    )
    refusal = Grounder(CATALOGUE, CONTRACTS, cell.tray.half).refusal
    return ModelPlanner(model, settings, grammar, lexicon, Validator(grammar, refusal), examples(CATALOGUE, lexicon))


def saying(*answers: Any) -> ScriptedChat:
    return ScriptedChat(answers=list(answers))


def form_of(*steps: Step) -> dict[str, Any]:
    """The form as a model fills it in that wants these steps."""
    return filled(Plan(steps=steps), "")
