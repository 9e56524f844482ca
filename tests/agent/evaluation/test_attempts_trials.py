"""Measuring the verifier on attempts of the cell's own policies: what is drawn, and how mistakes are counted."""

from pathlib import Path

import numpy as np
import pytest

from agent.evaluation.attempts_drawn import CAMERA, MISHEARD, MOVED, NOTHING, PICKS, RELEASES, STIRRED, draw
from agent.evaluation.attempts_trials import FAILED, RIGHT, AttemptsActor, attempts_json
from agent.evaluation.closed_loop import EACH, Job, evaluate
from agent.evaluation.judgements import CAUSES
from agent.evaluation.report import EvalReport, Heading
from agent.evaluation.table import Table
from agent.evaluation.trial import Trial
from sim.commands import matching, truth_words
from skills.catalogue import catalogue_of
from skills.cell import Cell
from skills.contract import load_contract
from skills.errors import BadInput


@pytest.fixture(autouse=True)
def with_weights(cell: Cell, root: Path) -> None:
    if not all((root / folder).is_dir() for folder in cell.checkpoints.values()):
        pytest.skip("not verified: no weights")


def trial(drawn: str, came_out: str, judgement: str) -> Trial:
    cause = CAUSES[came_out == RIGHT, judgement]  # type: ignore[index]
    if drawn.startswith(CAMERA):
        cause = "success" if judgement == "uncertain" else "blind"
    return Trial(phrase="pick up the nut", words={"skill": "pick", "drawn": drawn, "came out": came_out}, cause=cause)


def test_mistakes_are_counted_where_they_can_be_made_and_spoilt_pictures_apart() -> None:
    trials = (
        trial(NOTHING, RIGHT, "success"),
        trial(NOTHING, RIGHT, "failure"),
        trial(NOTHING, FAILED, "success"),
        trial(MISHEARD, FAILED, "failure"),
        trial(MOVED, FAILED, "uncertain"),
        trial("camera black", RIGHT, "uncertain"),
        trial("camera moved", FAILED, "success"),
    )
    heading = Heading(actor="verifier", skill="pick", split="new-scenes", seed=0, cell="cafe")
    told = attempts_json(EvalReport(heading=heading, trials=trials))
    names = ("false_accept", "false_reject", "uncertain", "believed_blind")
    counted = {name: (told[name]["count"], told[name]["n"]) for name in names}
    assert counted == {
        "false_accept": (1, 3), "false_reject": (1, 2), "uncertain": (1, 5), "believed_blind": (1, 2),
    }  # fmt: skip
    assert (told["n"], told["judged"]) == (7, 5)
    assert told["believed_blind"]["wilson95"] == [0.0945, 0.9055]


@pytest.mark.parametrize("shares", [PICKS, RELEASES])
def test_enough_goes_wrong_for_a_bound_on_false_accepts(shares: dict[str, float]) -> None:
    assert sum(shares.values()) == pytest.approx(1)
    assert 1 - shares[NOTHING] - shares[STIRRED] > 0.4


def test_what_is_told_another_thing_is_promised_the_first(cell: Cell, root: Path, tmp_path: Path) -> None:
    card, contract = catalogue_of(cell)["pick"], load_contract(root / "policy/weights/pick")
    found = {}
    table = Table(cell, card, "new-scenes", np.random.default_rng(6), "call", tmp_path)
    for _ in range(60):
        drawn = draw(table, card, contract)
        if drawn is not None:
            found[drawn.name] = drawn
    words = [truth_words(part) for part in table.world.true_parts()]
    table.close()
    assert set(found) >= {NOTHING, MISHEARD}
    for drawn in found.values():
        call = drawn.call("call", card, None)
        assert call.phrase in contract.phrases
        meant, told = matching(drawn.arguments, words), matching(drawn.told, words)
        assert table.world.bodies.index(drawn.body) in meant
        assert drawn.name.startswith(CAMERA) or (drawn.name == MISHEARD) != (meant[0] in told)


def test_a_release_is_told_of_another_place(cell: Cell, root: Path, tmp_path: Path) -> None:
    card, contract = catalogue_of(cell)["place"], load_contract(root / "policy/weights/place")
    table = Table(cell, card, "new-scenes", np.random.default_rng(6), "call", tmp_path)
    drawn = [one for _ in range(40) if (one := draw(table, card, contract)) is not None]
    table.close()
    misheard = [one for one in drawn if one.name == MISHEARD]
    assert misheard
    assert all(one.told != one.arguments for one in misheard)
    assert {one.call("call", card, None).destination for one in misheard} <= set(cell.destinations)


@pytest.mark.heavy
def test_skills_take_turns_and_each_attempt_is_judged(cell: Cell) -> None:
    report = evaluate(Job(cell, AttemptsActor(cell), EACH.join(("pick", "place")), "new-scenes", 6), 2, 1)
    assert [one.words["skill"] for one in report.trials] == ["pick", "place"]
    assert all(one.words["came out"] in (RIGHT, FAILED) for one in report.trials)


def test_words_that_were_never_trained_are_refused(cell: Cell) -> None:
    with pytest.raises(BadInput, match="whose words are trained"):
        evaluate(Job(cell, AttemptsActor(cell), "pick", "untrained", 1), 1, 1)
