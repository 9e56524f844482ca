"""Measuring the verifier: what is made to happen has happened, and its mistakes are counted by kind."""

from pathlib import Path

import numpy as np
import pytest

from agent.evaluation import verifier_trials
from agent.evaluation.asks import Ask, ask_pick
from agent.evaluation.closed_loop import Job, evaluate
from agent.evaluation.judgements import CAUSES
from agent.evaluation.report import EvalReport, Heading
from agent.evaluation.table import Table
from agent.evaluation.trial import Trial
from agent.evaluation.verifier_trials import (
    ANOTHER,
    LOST,
    RIGHT,
    SHARES,
    SLIPPED,
    VerifierActor,
    others_than,
    verifier_json,
)
from skills.catalogue import catalogue_of, load_catalogue
from skills.cell import Cell
from skills.contract import load_contract
from skills.errors import BadInput

WHERE = {RIGHT: "air", SLIPPED: "tray", LOST: "table", ANOTHER: "tray"}
"""Where the part that was asked for is afterwards."""


@pytest.fixture(autouse=True)
def with_weights(cell: Cell, root: Path) -> None:
    if not all((root / folder).is_dir() for folder in cell.checkpoints.values()):
        pytest.skip("not verified: no weights")


@pytest.mark.parametrize("what", SHARES)
def test_what_is_said_to_have_happened_has(
    cell: Cell, root: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, what: str
) -> None:
    monkeypatch.setattr(verifier_trials, "SHARES", {what: 1.0})
    table = Table(cell, catalogue_of(cell)["pick"], "new-scenes", np.random.default_rng(6), "call", tmp_path)
    asked = ask_pick(table, load_catalogue()["pick"], load_contract(root / "policy/weights/pick"))
    assert isinstance(asked, Ask)
    assert verifier_trials._happen(table, asked) == what
    held = [number for number, body in enumerate(table.world.bodies) if table.world.where(body) == "air"]
    where = table.world.where(table.world.bodies[asked.target])
    closed = table.driver.measure().gripper_width < cell.robot.gripper.holding_width
    table.close()
    assert where == WHERE[what]
    assert (len(held), closed) == ((1, False) if what in (RIGHT, ANOTHER) else (0, True))


def test_another_part_is_one_that_the_words_do_not_fit(cell: Cell, tmp_path: Path) -> None:
    table = Table(cell, catalogue_of(cell)["pick"], "new-scenes", np.random.default_rng(6), "call", tmp_path)
    kinds = [body.spec.kind for body in table.world.bodies]
    found = {
        kind: [kinds[number] for number in others_than(table, Ask(0, {"kind": kind}, "", "", {}))]
        for kind in ("part", *kinds)
    }
    table.close()
    assert found.pop("part") == []
    assert all(kind not in others for kind, others in found.items())
    assert any(found.values())


def trial(happened: str, judgement: str) -> Trial:
    cause = CAUSES[happened == RIGHT, judgement]  # type: ignore[index]
    return Trial(phrase="pick up the nut", words={"happened": happened}, cause=cause)


def test_mistakes_are_counted_among_the_picks_in_which_they_can_be_made() -> None:
    heading = Heading(actor="verifier", skill="pick", split="new-scenes", seed=0, cell="cafe")
    trials = (
        trial(RIGHT, "success"),
        trial(RIGHT, "failure"),
        trial(RIGHT, "uncertain"),
        trial(ANOTHER, "success"),
        trial(SLIPPED, "failure"),
    )
    told = verifier_json(EvalReport(heading=heading, trials=trials))
    counted = {name: (told[name]["count"], told[name]["n"]) for name in ("false_accept", "false_reject", "uncertain")}
    assert counted == {"false_accept": (1, 2), "false_reject": (1, 3), "uncertain": (1, 5)}
    assert told["n"] == 5
    assert told["false_accept"]["wilson95"] == [0.0945, 0.9055]


def test_a_verifier_is_tried_with_picks(cell: Cell) -> None:
    with pytest.raises(BadInput, match="tried with picks in trained words"):
        evaluate(Job(cell, VerifierActor(cell), "place", "new-scenes", 1), 1, 1)


def test_the_verifier_sees_pictures_and_says_what_came_of_it(cell: Cell) -> None:
    (one,) = evaluate(Job(cell, VerifierActor(cell), "pick", "new-scenes", 1), 1, 1).trials
    assert one.words["happened"] in SHARES
    assert one.success, one.detail
