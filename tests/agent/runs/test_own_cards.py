"""A card from a folder of one's own brings parts to a place that no installed card knows: planner to verifier."""

from pathlib import Path

import pytest

from agent.cell_weights import load_checkpoints
from agent.grounding import Grounded, Grounder
from agent.planning.grammar import GrammarPlanner
from agent.verifying.judging import judge
from skills.catalogue import Catalogue, catalogue_of
from skills.cell import Cell
from skills.contract import Contract
from skills.errors import UnknownName
from skills.plan import Plan, Step, Understanding
from skills.scene import PartQuery
from tests.agent.kinematic_tray import CELL, contract_of
from tests.agent.verifying.test_verifier import BOLT, HELD, NUT, OPEN, look

LAY = """
name: lay
summary: Lay the part in the gripper into the north bin.
phrase: "lay it in the {place}"
parameters: {place: {values: [north bin]}}
checkpoint: lay
start_pose: holding
done_check: part_released
budget: {seconds: 40, chunks: 1}
"""
STEP = Step(part=PartQuery(kind="bolt"), destination="north bin")


@pytest.fixture
def cell(tmp_path: Path) -> Cell:
    """The default cell with one more bin, and the folder of the card that brings parts there."""
    (tmp_path / "lay.yaml").write_text(LAY)
    places = {**CELL.places, "north bin": CELL.places["left bin"].model_copy(update={"centre": (0.45, 0.6)})}
    return CELL.model_copy(update={"places": places, "skills": (str(tmp_path),)})


@pytest.fixture
def catalogue(cell: Cell) -> Catalogue:
    return catalogue_of(cell)


def trained(*phrases: str) -> Contract:
    return contract_of("place").model_copy(update={"name": "lay", "phrases": dict.fromkeys(phrases, 1)})


def test_the_planner_takes_the_place_from_the_card(cell: Cell, catalogue: Catalogue) -> None:
    said = "put all bolts in the north bin"
    assert GrammarPlanner(cell, catalogue).understand(said, None) == Understanding(
        outcome="planned", plan=Plan(steps=(STEP,))
    )
    refused = GrammarPlanner(cell, catalogue_of(CELL)).understand(said, None)
    assert refused.outcome != "planned"


def test_grounding_renders_the_cards_phrase_and_the_verifier_judges_by_it(cell: Cell, catalogue: Catalogue) -> None:
    contracts = {"pick": contract_of("pick"), "place": contract_of("place"), "lay": trained("lay it in the north bin")}
    grounded = Grounder(catalogue, contracts).bring(STEP, "1")
    assert isinstance(grounded, Grounded)
    call = grounded.call
    assert (call.skill, call.phrase, call.destination) == ("lay", "lay it in the north bin", "north bin")
    judged = judge(catalogue["lay"], call, look(HELD, NUT), look(OPEN, NUT), BOLT)
    assert judged.verdict.judgement == "success"


def test_what_was_not_trained_is_refused_with_what_to_train(catalogue: Catalogue) -> None:
    contracts = {"pick": contract_of("pick"), "place": contract_of("place"), "lay": trained("lay it in the bin")}
    assert Grounder(catalogue, contracts).refusal(Plan(steps=(STEP,))) == (
        "'lay it in the north bin' was not trained; nearest: 'lay it in the bin'. Train it: smolcell train lay"
    )


def test_a_cell_whose_card_has_no_weights_does_not_start(cell: Cell) -> None:
    with pytest.raises(UnknownName, match=r"checkpoints: 'lay' is not known; .* Cell default must name it\."):
        load_checkpoints(cell)
