"""What a policy is asked in each split: fair questions, and what nobody trained only where that is the question."""

import ast
from itertools import islice
from pathlib import Path

import numpy as np
import pytest

from agent.evaluation.asks import ask_pick
from agent.evaluation.other_words import paraphrase, untrained
from agent.evaluation.table import Table, split_for
from agent.planning.grammar import GrammarPlanner
from policy.evaluation.forced import Forced
from policy.smolvla import OnnxSmolVLA
from sim.data.splits import is_held_out
from sim.parts.spawn import PartSpec
from sim.world import TruePart
from skills.catalogue import catalogue_of, load_catalogue
from skills.cell import Cell
from skills.contract import Contract, load_contract
from skills.errors import BadInput, UnknownName
from skills.plan import PartQuery

CARDS = load_catalogue()
LONGEST = 7
"""Words of the longest phrase to pick."""


@pytest.fixture
def contract(root: Path) -> Contract:
    return load_contract(root / "policy/weights/pick")


def drawn(cell: Cell, split: str, state: Path) -> Table:
    return Table(cell, catalogue_of(cell)["pick"], split, np.random.default_rng(4), "call", state)


def test_new_triples_are_asked_for_by_kind_and_colour(cell: Cell, contract: Contract, tmp_path: Path) -> None:
    table = drawn(cell, "new-triples", tmp_path)
    asked = ask_pick(table, CARDS["pick"], contract)
    assert asked is not None
    part = table.world.true_part(table.world.bodies[asked.target])
    table.close()
    assert is_held_out(part.spec.kind, part.spec.colour, part.at)
    assert (asked.arguments["kind"], asked.arguments["appearance"]) == (part.spec.kind, part.spec.colour)


def test_a_part_without_a_grasp_is_never_asked_for(cell: Cell, contract: Contract, tmp_path: Path) -> None:
    table = drawn(cell, "heaped", tmp_path)
    asked = [ask_pick(table, CARDS["pick"], contract) for _ in range(6)]
    hopeless = {number for number in range(len(table.world.bodies)) if not table.graspable(number)}
    table.close()
    assert hopeless
    assert {one.target for one in asked if one} & hopeless == set()
    assert any(asked)


@pytest.mark.parametrize("skill", ["pick", "place", "insert"])
def test_a_paraphrase_means_what_the_exact_phrase_means(cell: Cell, skill: str) -> None:
    planner, card, rng = GrammarPlanner(cell, CARDS), CARDS[skill], np.random.default_rng(0)
    ways = set()
    for arguments in islice(card.calls(), 0, None, 11 if skill == "pick" else 1):
        said = paraphrase(card, arguments, 11, rng)
        ways.add(said.way)
        assert said.phrase != card.render(arguments)
        assert _meaning(planner, skill, said.phrase) == _meaning(planner, skill, card.render(arguments))
    assert {"order", "synonym"} <= ways


def _meaning(planner: GrammarPlanner, skill: str, phrase: str) -> tuple[PartQuery, str]:
    """What the planner, which knows operators' words, makes of the phrase in a whole sentence."""
    whole = f"{phrase} and put it in the left bin" if skill == "pick" else f"take a bolt and {phrase}"
    plan = planner.understand(whole, None).plan
    assert plan is not None, whole
    return plan.steps[0].part, plan.steps[0].destination


def test_a_paraphrase_is_no_longer_than_what_the_network_reads() -> None:
    rng = np.random.default_rng(1)
    arguments = {"condition": "failed", "size": "M6", "appearance": "red", "kind": "bolt"}
    said = {paraphrase(CARDS["pick"], arguments, LONGEST, rng).phrase for _ in range(50)}
    assert max(len(phrase.split()) for phrase in said) == LONGEST
    assert len(said) > 10


def lying(kind: str, size: str, colour: str, at: tuple[float, float]) -> TruePart:
    spec = PartSpec(kind, size, colour, "ok", at, 0.0)  # type: ignore[arg-type]
    return TruePart(spec, at, 0.0, 0.01)


def test_what_is_untrained_never_means_what_the_trained_words_mean() -> None:
    near_large, far_small = lying("nut", "M10", "red", (-0.08, 0.05)), lying("nut", "M6", "blue", (0.08, -0.05))
    parts, rng = [near_large, far_small, lying("gear", "small", "red", (0, 0))], np.random.default_rng(0)
    said = {untrained(parts, (0, 1, 2), rng) for _ in range(60)}
    assert {(one[0].phrase, one[1]) for one in said if one} == {
        ("pick up the rightmost nut", 1),
        ("pick up the smallest nut", 1),
        ("pick up the nut that isn't red", 1),
    }
    assert untrained(parts, (0, 2), rng) is None


def test_a_forced_policy_answers_and_the_policy_itself_still_refuses(cell: Cell, root: Path, tmp_path: Path) -> None:
    policy, table = OnnxSmolVLA(root / "policy/weights/pick"), drawn(cell, "new-scenes", tmp_path)
    seen = table.gate.observe()
    table.close()
    assert Forced(policy).act(seen, "fetch the nut", "call").values.shape == (5, 7)
    with pytest.raises(BadInput, match="at most 8 words and newline long"):
        Forced(policy).act(seen, "fetch the very very very very red nut", "call")
    with pytest.raises(UnknownName, match="phrase: 'fetch the nut' is not known"):
        policy.act(seen, "fetch the nut", "call")


def test_only_trials_can_force_a_policy(root: Path) -> None:
    """The import contract forbids it to what moves a cell; here no other module does it either."""
    importers = {
        str(path.relative_to(root))
        for room in ("agent", "policy", "sim", "safety", "skills")
        for path in (root / room).rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.ImportFrom) and node.module == "policy.evaluation.forced"
    }
    assert importers == {"agent/evaluation/actors.py"}


def test_a_skill_without_other_words_is_not_paraphrased() -> None:
    with pytest.raises(BadInput, match="left out with --skill push; other words are known for pick, place"):
        split_for("paraphrased", "push")
